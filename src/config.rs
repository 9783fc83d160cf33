//! What the server is told before it starts: the immutable [`Config`], from a JSON file, from flags,
//! or from both, flags first. Nothing here touches the system but reading the file.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::http::head;

/// The port of the first listener when none is named; the reference's.
pub const DEFAULT_PORT: u16 = 8000;

/// Everything that can be said in a configuration file. An unknown key is an error that names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The folder to serve; relative paths are to the file's folder.
    pub doc_root: Option<PathBuf>,
    /// The host name or address to listen on.
    pub host: Option<String>,
    /// The ports to listen on; 0 picks a free one.
    pub ports: Vec<u16>,
    /// Routes, each winning over those before.
    pub routes: Vec<Route>,
    /// What is refused, and from where on.
    pub limits: Limits,
}

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
}

/// What answers a configured route. Written as `STATUS` or `STATUS:TEXT` for a fixed response, else
/// as a path below the doc root: of a script (`.py`), of a folder, whose first `default*.py` is run, of an
/// as-is file (`.asis`), or of any file.
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

/// From where on requests and connections are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request line with its line end; beyond it, 414.
    pub request_line: usize,
    /// Bytes of a header line with its line end; beyond it, 431.
    pub field_line: usize,
    /// Header lines, the empty one at the end included; beyond it, 431.
    pub field_lines: usize,
    /// Open connections; at the cap the longest idle one is closed to make room, and when none is
    /// idle a new one gets 503. As many as a process may have descriptors for on most systems.
    pub connections: usize,
}

/// Connections at a time, see [`Limits::connections`].
const MAX_CONNECTIONS: usize = 8192;

impl Default for Limits {
    fn default() -> Self {
        let head = head::Limits::default();
        Self {
            request_line: head.request_line,
            field_line: head.field_line,
            field_lines: head.field_lines,
            connections: MAX_CONNECTIONS,
        }
    }
}

impl Limits {
    /// Those of a request's head.
    pub fn head(&self) -> head::Limits {
        head::Limits {
            request_line: self.request_line,
            field_line: self.field_line,
            field_lines: self.field_lines,
        }
    }
}

/// Why there is no configuration.
#[derive(Debug)]
pub struct ConfigError {
    path: PathBuf,
    reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a JSON file.
    ///
    /// # Errors
    /// A file that cannot be read, is no JSON, or has a key or value that is not known.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let fail = |reason: String| ConfigError {
            path: path.to_owned(),
            reason,
        };
        let text = fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        // Serde would read a list as the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(fail("not a JSON object".to_owned()));
        }
        let mut config: Self =
            serde_json::from_str(&text).map_err(|error| fail(error.to_string()))?;
        if let (Some(root), Some(folder)) = (&mut config.doc_root, path.parent()) {
            *root = folder.join(&root);
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_that_can_be_said() {
        let config = parse(
            r#"{"doc_root": "www", "host": "::1", "ports": [0, 8001],
                "routes": [{"method": "*", "pattern": "/x/{a}", "target": "x.py"},
                           {"method": "GET", "pattern": "/busy", "target": "503:not: now"},
                           {"method": "GET", "pattern": "/gone", "target": "410"}],
                "limits": {"request_line": 100, "connections": 5}}"#,
        )
        .unwrap();
        assert_eq!(config.ports, [0, 8001]);
        let targets: Vec<_> = config
            .routes
            .iter()
            .map(|route| route.target.clone())
            .collect();
        let expected = [
            Target::File("x.py".into()),
            Target::Fixed(503, "not: now".into()),
            Target::Fixed(410, String::new()),
        ];
        assert_eq!(targets, expected);
        assert_eq!(config.limits.request_line, 100);
        assert_eq!(config.limits.field_lines, 512);
        assert_eq!(config.limits.connections, 5);
        assert_eq!(parse("{}"), Ok(Config::default()));
    }

    #[test]
    fn unknown_keys_are_named() {
        for (text, key) in [
            (r#"{"doc_rot": "x"}"#, "doc_rot"),
            (r#"{"limits": {"conections": 1}}"#, "conections"),
            (r#"{"routes": [{"methd": "GET"}]}"#, "methd"),
        ] {
            assert!(parse(text).unwrap_err().contains(key), "{text}");
        }
    }
}
