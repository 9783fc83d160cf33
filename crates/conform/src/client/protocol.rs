//! The protocol of drivers, version 1, as `docs/conform.md` specifies it: JSON objects, one a line. The driver
//! begins with a [`Greeting`]; then each [`RequestLine`] is answered by one outcome.

use std::fmt;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

use crate::case::Ask;
use crate::outcome::{Ended, Interim, Response};
use crate::stage::Patience;
use wireserve_core::text::json_error::without_type_names;

/// The version of the protocol. It is increased when a driver must be changed.
pub const VERSION: u32 = 1;

/// The kind of an error that means the driver's own time limit: the client waited.
const TIMEOUT: &str = "timeout";

/// How much of a malformed line an error shows, in bytes.
const SHOWN: usize = 200;

/// The first line of a driver.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct Greeting {
    pub version: u32,
    /// Name and version of the client.
    pub client: String,
}

/// What a driver must request.
#[derive(Debug, Serialize)]
pub struct RequestLine<'a> {
    pub version: u32,
    /// Counts the requests of this driver; the outcome repeats it.
    pub id: u64,
    /// The case, for the driver's own log.
    pub case: &'a str,
    pub method: &'a str,
    pub url: String,
    pub fields: &'a [(String, String)],
    /// In base64, which is made while the line is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Base64<'a>>,
    /// Trailer fields to send after chunked content.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub trailers: &'a [(String, String)],
    /// Name and password for challenges of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<&'a (String, String)>,
    /// After so many bytes of content, the client drops the rest of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_after: Option<u64>,
    /// After so many seconds without progress the suite ends the driver.
    pub timeout: f64,
}

impl<'a> RequestLine<'a> {
    /// The line for a request with this URL, of the case that the target names.
    pub fn of(id: u64, request: &'a Ask, target: &'a str, url: String, patience: Patience) -> Self {
        Self {
            version: VERSION,
            id,
            case: target.rsplit('/').next().unwrap_or_default(),
            method: &request.method,
            url,
            fields: &request.fields,
            content: request.content.as_deref().map(base64),
            trailers: &request.trailers,
            credentials: request.credentials.as_ref(),
            drop_after: request.drop_after,
            timeout: patience.timeout.as_secs_f64(),
        }
    }
}

/// What a driver answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct OutcomeLine {
    id: u64,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    fields: Option<Vec<(String, String)>>,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    trailers: Option<Vec<(String, String)>>,
    #[serde(default)]
    interim: Option<Vec<InterimLine>>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    error: Option<ErrorLine>,
    #[serde(default)]
    unable: Option<String>,
    /// The driver's own measure of time; kept by no report.
    #[serde(default, rename = "seconds")]
    _seconds: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `status` and `fields`"
)]
struct InterimLine {
    status: u16,
    #[serde(default)]
    fields: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `kind` and `text`")]
struct ErrorLine {
    kind: String,
    #[serde(default)]
    text: String,
}

/// Reads the first line of a driver.
///
/// # Errors
/// What was expected and what was found, with the line.
pub fn greeting(line: &[u8]) -> Result<Greeting, String> {
    let greeting: Greeting = read(line, "a greeting")?;
    match greeting.version {
        VERSION => Ok(greeting),
        other => Err(format!(
            "expected version {VERSION} of the protocol, found {other}"
        )),
    }
}

/// Reads the outcome of a request.
///
/// # Errors
/// What was expected and what was found, with the line.
pub fn outcome(line: &[u8], id: u64) -> Result<(Ended, Response), String> {
    let wrong = |what: String| format!("{what}, in the line {}", excerpt(line));
    let outcome: OutcomeLine = read(line, "an outcome")?;
    if outcome.id != id {
        return Err(wrong(format!("expected the id {id}, found {}", outcome.id)));
    }
    let content = match &outcome.content {
        Some(text) => {
            let content = BASE64_STANDARD.decode(text);
            Some(
                content
                    .map_err(|error| wrong(format!("expected content in base64, found {error}")))?,
            )
        }
        None => None,
    };
    let ended = match (outcome.unable, outcome.error) {
        (Some(_), Some(_)) => {
            return Err(wrong("expected `unable` or `error`, found both".to_owned()));
        }
        (Some(why), None) => Ended::Unable(why),
        (None, Some(error)) if error.kind == TIMEOUT => Ended::TimedOut,
        (None, Some(error)) => Ended::Failed {
            kind: error.kind,
            text: error.text,
        },
        (None, None) if outcome.status.is_none() => {
            return Err(wrong(
                "expected `status`, `error` or `unable`, found none".to_owned(),
            ));
        }
        (None, None) => Ended::Complete,
    };
    let interim = outcome.interim.map(|interim| {
        let interim = interim.into_iter();
        interim
            .map(|InterimLine { status, fields }| Interim { status, fields })
            .collect()
    });
    let response = Response {
        status: outcome.status,
        reason: outcome.reason,
        fields: outcome.fields,
        content,
        trailers: outcome.trailers,
        interim,
        url: outcome.url,
    };
    Ok((ended, response))
}

/// Content as the protocol has it.
pub fn base64(content: &[u8]) -> Base64<'_> {
    Base64(content)
}

/// Content that is written in base64.
#[derive(Clone, Copy, Debug)]
pub struct Base64<'c>(&'c [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(self.0, &BASE64_STANDARD).fmt(f)
    }
}

/// The beginning of a line, for errors.
pub fn excerpt(line: &[u8]) -> String {
    let shown = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
    match line.len() {
        0..=SHOWN => format!("`{shown}`"),
        length => format!("`{shown}`... ({length} bytes)"),
    }
}

fn read<T: DeserializeOwned>(line: &[u8], what: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_slice(line);
    let read = serde_path_to_error::deserialize(&mut json);
    let read = read.map_err(|error| match error.path().to_string() {
        path if path == "." => error.inner().to_string(),
        path => format!("`{path}`: {}", error.inner()),
    });
    read.and_then(|value| {
        json.end()
            .map(|()| value)
            .map_err(|error| error.to_string())
    })
    .map_err(|error| {
        format!(
            "expected {what} as a JSON object, found {}: {}",
            excerpt(line),
            without_type_names(&error)
        )
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_greeting_has_a_version() {
        let read = greeting(br#"{"version": 1, "client": "urllib3 2.8.0"}"#);
        assert_eq!(
            read.map(|greeting| greeting.client).as_deref(),
            Ok("urllib3 2.8.0")
        );
        for (line, error) in [
            (r#"{"version": 2, "client": "x"}"#, "expected version 1"),
            ("hello", "found `hello`"),
            (r#"{"version": 1}"#, "missing field `client`"),
            (r#"{"version": 1, "client": "x"} {}"#, "trailing"),
        ] {
            let found = greeting(line.as_bytes()).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
    }

    #[test]
    fn outcomes() {
        let (ended, response) = outcome(
            br#"{"id": 3, "status": 200, "reason": "OK", "fields": [["A", "b"]], "content": "b2s=",
                "trailers": [], "interim": [{"status": 103, "fields": [["Link", "x"]]}], "error": null}"#,
            3,
        )
        .unwrap();
        assert_eq!(ended, Ended::Complete);
        assert_eq!(response.content.as_deref(), Some(&b"ok"[..]));
        assert_eq!(
            response.fields,
            Some(vec![("A".to_owned(), "b".to_owned())])
        );
        assert_eq!(response.interim.map(|interim| interim[0].status), Some(103));
        let ended = |line: &str| outcome(line.as_bytes(), 3).map(|(ended, _)| ended);
        let failed = ended(r#"{"id": 3, "status": 200, "error": {"kind": "E", "text": "t"}}"#);
        assert!(matches!(failed, Ok(Ended::Failed { .. })));
        let timeout = ended(r#"{"id": 3, "error": {"kind": "timeout"}}"#);
        assert_eq!(timeout, Ok(Ended::TimedOut));
        assert!(matches!(
            ended(r#"{"id": 3, "unable": "no HEAD"}"#),
            Ok(Ended::Unable(_))
        ));
    }

    /// What the schema allows is read, name by name.
    #[test]
    fn the_schema_describes_these_lines() {
        let schema = include_str!("../../../../docs/conform-driver.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let names = |line: &str| {
            let properties = &schema["$defs"][line]["properties"];
            let names = properties.as_object().unwrap().keys().cloned();
            names.collect::<std::collections::BTreeSet<_>>()
        };
        for name in names("outcome") {
            let line = match &*name {
                "id" => r#"{"id": 3, "status": 200}"#.to_owned(),
                _ => format!(r#"{{"id": 3, "error": {{"kind": "E"}}, "{name}": null}}"#),
            };
            let read = outcome(line.as_bytes(), 3);
            let is_read =
                read.is_ok() || read.is_err_and(|error| error.contains("duplicate field"));
            assert!(is_read, "{line}");
        }
        let request = Ask {
            content: Some(b"ok"[..].into()),
            trailers: vec![("X-T".to_owned(), "v".to_owned())],
            credentials: Some(("user".to_owned(), "secret".to_owned())),
            drop_after: Some(2),
            ..Ask::default()
        };
        let patience = Patience {
            startup: Duration::ZERO,
            timeout: Duration::from_secs(3),
        };
        let url = "http://127.0.0.1:1/c/SL-01".to_owned();
        let request = RequestLine::of(1, &request, "/c/SL-01", url, patience);
        assert_eq!(request.case, "SL-01");
        let request = serde_json::to_value(&request).unwrap();
        let keys = request.as_object().unwrap().keys().cloned();
        assert_eq!(
            keys.collect::<std::collections::BTreeSet<_>>(),
            names("request")
        );
        assert_eq!(names("greeting").len(), 2);
    }

    #[test]
    fn what_breaks_the_protocol_is_named_with_its_line() {
        for (line, error) in [
            (r#"{"id": 4, "status": 200}"#, "expected the id 3, found 4"),
            (r#"{"id": 3}"#, "expected `status`, `error` or `unable`"),
            (r#"{"id": 3, "status": "200"}"#, "`status`: invalid type"),
            (
                r#"{"id": 3, "error": "refused"}"#,
                "`error`: invalid type: string \"refused\", expected an object with `kind` and `text`",
            ),
            (
                r#"{"id": 3, "status": 200, "interim": [103]}"#,
                "expected an object with `status` and `fields`",
            ),
            (
                r#"{"id": 3, "status": 200, "content": "?"}"#,
                "expected content in base64",
            ),
            (
                r#"{"id": 3, "status": 200, "body": ""}"#,
                "unknown field `body`",
            ),
            (
                r#"{"id": 3, "unable": "x", "error": {"kind": "k"}}"#,
                "found both",
            ),
            (
                r#"{"id": 3, "status"#,
                "expected an outcome as a JSON object",
            ),
            ("Traceback (most recent call last):", "Traceback"),
        ] {
            let found = outcome(line.as_bytes(), 3).unwrap_err();
            assert!(found.contains(error), "{found}");
            assert!(found.contains(&line[..4]), "{found}");
        }
        let long = outcome(&[b'x'; 9999], 3).unwrap_err();
        assert!(long.len() < 500 && long.contains("(9999 bytes)"), "{long}");
    }
}
