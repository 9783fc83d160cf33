//! Keys of WPT's front end that mean little here (reference §7.7): they are read, so that its files can
//! be used as they are, and shown. No certificates are made, and nothing is served over TLS.

use std::path::PathBuf;

use log::LevelFilter;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How certificates are had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ssl {
    /// Which of the kinds below is used.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<SslKind>,
    /// Whether TLS begins after the connection was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypt_after_connect: Option<bool>,
    /// How OpenSSL would make certificates.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub openssl: Map<String, Value>,
    /// Where certificates are.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub pregenerated: Map<String, Value>,
    /// Nothing.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub none: Map<String, Value>,
}

/// The kinds of certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SslKind {
    /// There are none.
    None,
    /// OpenSSL makes them.
    Openssl,
    /// They were made before.
    Pregenerated,
}

impl Ssl {
    /// This, and what only `base` says.
    #[must_use]
    pub(super) fn over(self, base: Self) -> Self {
        let merge = |over: Map<String, Value>, mut base: Map<String, Value>| {
            base.extend(over);
            base
        };
        Self {
            kind: self.kind.or(base.kind),
            encrypt_after_connect: self.encrypt_after_connect.or(base.encrypt_after_connect),
            openssl: merge(self.openssl, base.openssl),
            pregenerated: merge(self.pregenerated, base.pregenerated),
            none: merge(self.none, base.none),
        }
    }
}

/// What is logged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// From which level on.
    pub level: Option<Level>,
    /// Whether the log leaves out tracebacks of handlers. Shown; the log has them all the same.
    pub suppress_handler_traceback: Option<bool>,
}

impl Logging {
    /// This, and what only `base` says.
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

/// A level of Python's `logging`, in any case.
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
                "unknown level {name:?}: debug, info, warning, error or critical"
            )),
        }
    }
}

impl Level {
    /// Its name in upper case, as the reference shows it.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What it means for the log of this server.
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

/// Another way to write `doc_root` and `ws_doc_root`, which win over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Paths {
    /// The folder to serve.
    pub doc_root: Option<PathBuf>,
    /// The folder of WebSocket handlers.
    pub ws_doc_root: Option<PathBuf>,
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

    #[test]
    fn what_is_said_wins_over_what_was() {
        let parse = |text| serde_json::from_str::<Ssl>(text).unwrap();
        let base = parse(r#"{"type": "pregenerated", "pregenerated": {"a": 1, "b": 2}}"#);
        let over = parse(r#"{"pregenerated": {"b": 3}, "encrypt_after_connect": true}"#);
        let both = parse(
            r#"{"type": "pregenerated", "pregenerated": {"a": 1, "b": 3},
                "encrypt_after_connect": true}"#,
        );
        assert_eq!(over.over(base), both);
    }
}
