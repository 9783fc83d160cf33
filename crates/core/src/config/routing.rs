//! The keys for URLs: `routes`, `aliases` and `rewrites`.

use std::fmt;
use std::path::PathBuf;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::exchange::Policy;

use super::{Place, method};

/// A route of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// A method, or `*` for all.
    #[serde(deserialize_with = "method::checked")]
    pub method: String,
    /// The pattern of the paths.
    pub pattern: String,
    /// What answers matching requests.
    pub target: RouteTarget,
    /// The credentials that basic authentication requires, if any.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// The policy for malformed requests; default: that of the target or the listener.
    #[serde(default)]
    pub requests: Option<Policy>,
    /// Where its target is, if it comes from a file.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// What answers a configured route: `STATUS` or `STATUS:TEXT` for a fixed response,
/// `websockets:FOLDER` for the WebSocket handlers in a folder below the doc root, otherwise a path
/// below the doc root. The path names a script (`.py`), a folder, whose first `default*.py`
/// runs, an as-is file (`.asis`), a wire script (`.wire`), or any other file. A configuration file
/// may also have an object here, with one of `text`, `files` and `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    /// A status and a text: `"503:busy"`.
    Fixed(i64, String),
    /// The WebSocket handlers in a folder: `"websockets:handlers"`.
    WebSockets(PathBuf),
    /// A file; its extension says how it is served.
    File(PathBuf),
    /// A text with a status and header fields: `{"text": "p {}", "media_type": "text/css"}`.
    Text(String, i64, ContentFields),
    /// Files, concatenated: `{"files": ["a.js", "b.js"], "media_type": "text/javascript"}`.
    Joined(Vec<PathBuf>, ContentFields),
    /// The server's JSON for an error: `{"error": 404}`.
    Error(i64),
}

/// The header fields of a text or of concatenated files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentFields {
    /// The media type; default: `text/plain`.
    pub media_type: String,
    /// More header fields, as `[["Name", "value"]]`.
    pub headers: Vec<(String, String)>,
}

impl From<String> for RouteTarget {
    fn from(text: String) -> Self {
        let (status, content) = text.split_once(':').unwrap_or((&text, ""));
        match (status.parse(), text.strip_prefix("websockets:")) {
            (Ok(status), _) => Self::Fixed(status, content.to_owned()),
            (Err(_), Some(folder)) => Self::WebSockets(folder.into()),
            (Err(_), None) => Self::File(text.into()),
        }
    }
}

impl fmt::Display for RouteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(status, _) => write!(f, "{status}"),
            Self::WebSockets(folder) => write!(f, "the WebSocket handlers in {}", folder.display()),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Text(..) => f.write_str("a text"),
            Self::Joined(..) => f.write_str("joined files"),
            Self::Error(status) => write!(f, "the error {status}"),
        }
    }
}

/// The keys of a target that is an object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetKeys {
    text: Option<String>,
    files: Option<Vec<PathBuf>>,
    error: Option<i64>,
    status: Option<i64>,
    media_type: Option<String>,
    headers: Option<Vec<(String, String)>>,
}

impl TryFrom<TargetKeys> for RouteTarget {
    type Error = &'static str;

    fn try_from(object: TargetKeys) -> Result<Self, &'static str> {
        let has_fields = object.media_type.is_some() || object.headers.is_some();
        let metadata = ContentFields {
            media_type: object.media_type.unwrap_or_else(|| "text/plain".to_owned()),
            headers: object.headers.unwrap_or_default(),
        };
        match (object.text, object.files, object.error, object.status) {
            (Some(text), None, None, status) => {
                Ok(Self::Text(text, status.unwrap_or(200), metadata))
            }
            (None, Some(files), None, None) => Ok(Self::Joined(files, metadata)),
            (None, None, Some(status), None) if !has_fields => Ok(Self::Error(status)),
            _ => Err(
                "expected exactly one of `text`, `files` and `error`; `status` is allowed with \
                 `text`, `media_type` and `headers` with `text` or `files`",
            ),
        }
    }
}

impl<'de> Deserialize<'de> for RouteTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TargetVisitor;
        impl<'de> Visitor<'de> for TargetVisitor {
            type Value = RouteTarget;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a target: a string, or an object with `text`, `files` or `error`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RouteTarget, E> {
                Ok(text.to_owned().into())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RouteTarget, A::Error> {
                let object = TargetKeys::deserialize(MapAccessDeserializer::new(map))?;
                object.try_into().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(TargetVisitor)
    }
}

/// The credentials that basic authentication requires.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// A folder that is served at another path (reference §7.1). If `url_path` ends in `/`, all paths
/// below it are served; otherwise only the file whose name `url_path` ends in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Alias {
    /// The path of the URL; begins with `/`.
    pub url_path: String,
    /// The folder, relative to the doc root.
    pub local_dir: PathBuf,
}

/// A path that is served as another one (reference §7.1).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// A method, or `*` for all.
    #[serde(deserialize_with = "method::checked")]
    pub method: String,
    /// The path of the request, without patterns.
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
            ("x.py", RouteTarget::File("x.py".into())),
            ("503:not: now", RouteTarget::Fixed(503, "not: now".into())),
            ("410", RouteTarget::Fixed(410, String::new())),
            ("c:/x", RouteTarget::File("c:/x".into())),
            ("websockets", RouteTarget::File("websockets".into())),
            ("websockets:a/b", RouteTarget::WebSockets("a/b".into())),
        ] {
            assert_eq!(RouteTarget::from(text.to_owned()), target);
        }
    }

    #[test]
    fn targets_that_are_objects() {
        let metadata = |media_type: &str, headers: &[(&str, &str)]| ContentFields {
            media_type: media_type.to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        for (json, target) in [
            (r#""410""#, RouteTarget::Fixed(410, String::new())),
            (
                r#"{"text": "x"}"#,
                RouteTarget::Text("x".to_owned(), 200, metadata("text/plain", &[])),
            ),
            (
                r#"{"text": "", "status": 999, "media_type": "a/b", "headers": [["X", "y"]]}"#,
                RouteTarget::Text(String::new(), 999, metadata("a/b", &[("X", "y")])),
            ),
            (
                r#"{"files": ["a", "b"], "media_type": "text/css"}"#,
                RouteTarget::Joined(vec!["a".into(), "b".into()], metadata("text/css", &[])),
            ),
            (r#"{"error": 418}"#, RouteTarget::Error(418)),
        ] {
            assert_eq!(
                serde_json::from_str::<RouteTarget>(json).unwrap(),
                target,
                "{json}"
            );
        }
        for (json, reason) in [
            ("410", "a target"),
            ("{}", "one of `text`, `files` and `error`"),
            (r#"{"text": "x", "error": 404}"#, "one of `text`"),
            (r#"{"error": 404, "media_type": "a/b"}"#, "one of `text`"),
            (r#"{"files": [], "status": 200}"#, "one of `text`"),
            (r#"{"txt": "x"}"#, "txt"),
        ] {
            let error = serde_json::from_str::<RouteTarget>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }
}
