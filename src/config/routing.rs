//! What a configuration says about URLs: routes, folders at places of their own, and paths that stand
//! for others.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A route of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// A method, or `*` for all.
    pub method: String,
    /// The pattern that paths must match.
    pub pattern: String,
    /// What answers.
    pub target: Target,
    /// Who is let in; everybody, without it.
    #[serde(default)]
    pub auth: Option<Auth>,
}

/// What answers a configured route. Written as `STATUS` or `STATUS:TEXT` for a fixed response, else
/// as a path below the doc root: of a script (`.py`), of a folder, whose first `default*.py` is run, of
/// an as-is file (`.asis`), or of any file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Target {
    /// A status and a text.
    Fixed(i64, String),
    /// A file; its extension says how it is served.
    File(PathBuf),
}

impl From<String> for Target {
    fn from(text: String) -> Self {
        let (status, content) = text.split_once(':').unwrap_or((&text, ""));
        match status.parse() {
            Ok(status) => Self::Fixed(status, content.to_owned()),
            Err(_) => Self::File(text.into()),
        }
    }
}

/// What basic authentication asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// A folder at a place of its own (contract §7.1). Where `url_path` ends in `/`, it answers for all
/// paths below; else it has one file, of the name that `url_path` ends in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Alias {
    /// Where it is in the site; begins with `/`.
    pub url_path: String,
    /// The folder; relative paths are to the doc root.
    pub local_dir: PathBuf,
}

/// A path that stands for another one (contract §7.1).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// The method.
    pub method: String,
    /// The path that is asked for, compared as a whole.
    pub from: String,
    /// The path that is served.
    pub to: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (text, target) in [
            ("x.py", Target::File("x.py".into())),
            ("503:not: now", Target::Fixed(503, "not: now".into())),
            ("410", Target::Fixed(410, String::new())),
            ("c:/x", Target::File("c:/x".into())),
        ] {
            assert_eq!(Target::from(text.to_owned()), target);
        }
    }
}
