//! What a configuration says about URLs: routes, folders at places of their own, and paths that stand
//! for others.

use std::fmt;
use std::path::PathBuf;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::exchange::Policy;

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
    /// What becomes of malformed requests, where it is not what the listener and the target say.
    #[serde(default)]
    pub requests: Option<Policy>,
}

/// What answers a configured route. Written as `STATUS` or `STATUS:TEXT` for a fixed response, else
/// as a path below the doc root: of a script (`.py`), of a folder, whose first `default*.py` is run, of
/// an as-is file (`.asis`), of a wire script (`.wire`), or of any file. In a configuration file it may be an object as well, with one
/// of `text`, `files` and `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A status and a text.
    Fixed(i64, String),
    /// A file; its extension says how it is served.
    File(PathBuf),
    /// A text with a status and fields: `{"text": "p {}", "media_type": "text/css"}`.
    Text(String, i64, Metadata),
    /// Files, joined: `{"files": ["a.js", "b.js"], "media_type": "text/javascript"}`.
    Joined(Vec<PathBuf>, Metadata),
    /// The JSON of an error: `{"error": 404}`.
    Error(i64),
}

/// The fields of a text or of joined files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The media type; `text/plain` if nothing is said.
    pub media_type: String,
    /// More fields, as `[["Name", "value"]]`.
    pub headers: Vec<(String, String)>,
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

/// A target that is written as an object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    text: Option<String>,
    files: Option<Vec<PathBuf>>,
    error: Option<i64>,
    status: Option<i64>,
    media_type: Option<String>,
    headers: Option<Vec<(String, String)>>,
}

impl TryFrom<Object> for Target {
    type Error = &'static str;

    fn try_from(object: Object) -> Result<Self, &'static str> {
        let is_dressed = object.media_type.is_some() || object.headers.is_some();
        let metadata = Metadata {
            media_type: object.media_type.unwrap_or_else(|| "text/plain".to_owned()),
            headers: object.headers.unwrap_or_default(),
        };
        match (object.text, object.files, object.error, object.status) {
            (Some(text), None, None, status) => {
                Ok(Self::Text(text, status.unwrap_or(200), metadata))
            }
            (None, Some(files), None, None) => Ok(Self::Joined(files, metadata)),
            (None, None, Some(status), None) if !is_dressed => Ok(Self::Error(status)),
            _ => Err("a target has one of text, files and error; \
                 status goes with text, media_type and headers with text or files"),
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Target;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a target: a string, or an object with text, files or error")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Target, E> {
                Ok(text.to_owned().into())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Target, A::Error> {
                let object = Object::deserialize(MapAccessDeserializer::new(map))?;
                object.try_into().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Form)
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

/// A folder at a place of its own (reference §7.1). Where `url_path` ends in `/`, it answers for all
/// paths below; else it has one file, of the name that `url_path` ends in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Alias {
    /// Where it is in the site; begins with `/`.
    pub url_path: String,
    /// The folder; relative paths are to the doc root.
    pub local_dir: PathBuf,
}

/// A path that stands for another one (reference §7.1).
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

    #[test]
    fn targets_that_are_objects() {
        let metadata = |media_type: &str, headers: &[(&str, &str)]| Metadata {
            media_type: media_type.to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        for (json, target) in [
            (r#""410""#, Target::Fixed(410, String::new())),
            (
                r#"{"text": "x"}"#,
                Target::Text("x".to_owned(), 200, metadata("text/plain", &[])),
            ),
            (
                r#"{"text": "", "status": 999, "media_type": "a/b", "headers": [["X", "y"]]}"#,
                Target::Text(String::new(), 999, metadata("a/b", &[("X", "y")])),
            ),
            (
                r#"{"files": ["a", "b"], "media_type": "text/css"}"#,
                Target::Joined(vec!["a".into(), "b".into()], metadata("text/css", &[])),
            ),
            (r#"{"error": 418}"#, Target::Error(418)),
        ] {
            assert_eq!(
                serde_json::from_str::<Target>(json).unwrap(),
                target,
                "{json}"
            );
        }
        for (json, reason) in [
            ("410", "a target"),
            ("{}", "one of text, files and error"),
            (r#"{"text": "x", "error": 404}"#, "one of text"),
            (r#"{"error": 404, "media_type": "a/b"}"#, "one of text"),
            (r#"{"files": [], "status": 200}"#, "one of text"),
            (r#"{"txt": "x"}"#, "txt"),
        ] {
            let error = serde_json::from_str::<Target>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }
}
