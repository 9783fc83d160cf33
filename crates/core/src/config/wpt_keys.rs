//! Keys of WPT's `config.json` (reference §7.7) that have little or no effect here. They are
//! accepted, so that WPT's files can be used unchanged, and shown to scripts.

use std::path::PathBuf;

use log::LevelFilter;
use serde::{Deserialize, Deserializer};

/// The key `logging`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// The least severe level to log.
    pub level: Option<Level>,
    /// Whether the log omits tracebacks of handlers. Shown to scripts only.
    pub suppress_handler_traceback: Option<bool>,
}

impl Logging {
    /// These keys, and those that only `base` has.
    #[must_use]
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            level: self.level.or(base.level),
            suppress_handler_traceback: self
                .suppress_handler_traceback
                .or(base.suppress_handler_traceback),
        }
    }
}

/// The name of a level of Python's `logging`, in upper or lower case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Level(String);

impl TryFrom<String> for Level {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let level = Self(name.to_uppercase());
        match level.known_filter() {
            Some(_) => Ok(level),
            None => Err(format!(
                "expected debug, info, warning, error or critical, found {name:?}"
            )),
        }
    }
}

impl Level {
    /// The name in upper case, as the reference shows it.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The level of this server's log.
    pub fn filter(&self) -> LevelFilter {
        self.known_filter().unwrap_or(LevelFilter::Info)
    }

    fn known_filter(&self) -> Option<LevelFilter> {
        Some(match self.0.as_str() {
            "DEBUG" => LevelFilter::Debug,
            "INFO" => LevelFilter::Info,
            "WARNING" | "WARN" => LevelFilter::Warn,
            "ERROR" | "CRITICAL" => LevelFilter::Error,
            _ => return None,
        })
    }
}

/// The key `paths`: another place for `doc_root`, `ws_doc_root` and `ws_extra`, which take precedence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Paths {
    /// The folder to serve.
    pub doc_root: Option<PathBuf>,
    /// The folder of WebSocket handlers.
    pub ws_doc_root: Option<PathBuf>,
    /// More folders of WebSocket handlers.
    #[serde(deserialize_with = "one_or_more")]
    pub ws_extra: Option<Vec<PathBuf>>,
}

/// Reads a path or a list of paths, or a text or a list of texts.
pub(super) fn one_or_more<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a string or a list of strings")]
    enum Strings<T> {
        One(T),
        More(Vec<T>),
    }
    let strings = Option::<Strings<T>>::deserialize(deserializer)?;
    Ok(strings.map(|strings| match strings {
        Strings::One(one) => vec![one],
        Strings::More(more) => more,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels() {
        for (name, filter) in [
            ("debug", Some(LevelFilter::Debug)),
            ("Info", Some(LevelFilter::Info)),
            ("WARNING", Some(LevelFilter::Warn)),
            ("critical", Some(LevelFilter::Error)),
            ("loud", None),
            ("", None),
        ] {
            let level = Level::try_from(name.to_owned());
            assert_eq!(level.ok().map(|level| level.filter()), filter, "{name}");
        }
    }
}
