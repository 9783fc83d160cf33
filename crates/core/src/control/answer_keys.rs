//! The JSON of an answer: a response with its content, or a wire script.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::exchange::{Content, Response};
use crate::fault::Fault;
use crate::mock::{Answer, IntoAnswer};
use crate::site::files::{Files, media_type};
use crate::wire_script::WireScript;

use super::ask::millis;
use super::keys;
use super::reply::Refusal;
use super::state::State;

/// An answer, as a client writes it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AnswerKeys {
    status: Option<i64>,
    reason: Option<String>,
    fields: Vec<(String, String)>,
    text: Option<String>,
    base64: Option<String>,
    #[serde(deserialize_with = "keys::present")]
    json: Option<Value>,
    file: Option<String>,
    script: Option<String>,
    delay_ms: Option<u64>,
    times: Option<u64>,
}

/// An answer that can be given any number of times.
#[derive(Clone)]
pub(super) struct Prepared {
    kind: Arc<Kind>,
    times: Option<u64>,
}

enum Kind {
    Response(Head, Body),
    Script(WireScript),
}

/// A response without its content.
struct Head {
    status: i64,
    reason: Option<String>,
    fields: Vec<(String, String)>,
    delay: Duration,
}

enum Body {
    Nothing,
    Bytes(Option<&'static str>, Vec<u8>),
    /// A file, opened for each response.
    File(Files, PathBuf),
}

/// The media types of content that has no other.
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";

impl AnswerKeys {
    /// Checks the keys.
    pub(super) fn prepare(self, state: &State) -> Result<Prepared, Refusal> {
        if self.times == Some(0) {
            return Err(Refusal::bad("expected at least 1 as `times`, found 0"));
        }
        let times = self.times;
        let kind = match &self.script {
            Some(script) => {
                let script = parse_script(state, script)?;
                self.check_script_alone()?;
                Kind::Script(script)
            }
            None => self.response(state)?,
        };
        Ok(Prepared {
            kind: Arc::new(kind),
            times,
        })
    }

    /// The same for a queue, where each answer is used once.
    pub(super) fn prepare_once(self, state: &State) -> Result<Prepared, Refusal> {
        match self.times {
            Some(_) => Err(Refusal::bad(
                "`times` is for the answers of a route; a queued answer is used once",
            )),
            None => self.prepare(state),
        }
    }

    fn check_script_alone(&self) -> Result<(), Refusal> {
        let others = [
            ("status", self.status.is_some()),
            ("reason", self.reason.is_some()),
            ("fields", !self.fields.is_empty()),
            ("text", self.text.is_some()),
            ("base64", self.base64.is_some()),
            ("json", self.json.is_some()),
            ("file", self.file.is_some()),
            ("delay_ms", self.delay_ms.is_some()),
        ];
        match others.iter().find(|(_, is_there)| *is_there) {
            None => Ok(()),
            Some((name, _)) => Err(Refusal::bad(format!(
                "expected `script` or a response, found `script` and `{name}`"
            ))),
        }
    }

    fn response(self, state: &State) -> Result<Kind, Refusal> {
        let status = self.status.unwrap_or(200);
        if !(200..=999).contains(&status) {
            return Err(Refusal::bad(format!(
                "expected a `status` from 200 to 999, found {status}; `script` can send any"
            )));
        }
        let contents = [
            self.text
                .map(|text| Ok(Body::Bytes(Some(TEXT), text.into_bytes()))),
            self.base64
                .map(|text| decoded(&text).map(|bytes| Body::Bytes(Some(BYTES), bytes))),
            self.json
                .map(|value| Ok(Body::Bytes(Some(JSON), value.to_string().into_bytes()))),
            self.file.map(|name| file(state, &name)),
        ];
        let mut contents = contents.into_iter().flatten();
        let body = match (contents.next(), contents.next()) {
            (None, _) if matches!(status, 204 | 304) => Body::Nothing,
            (None, _) => Body::Bytes(None, Vec::new()),
            (Some(body), None) => body?,
            (Some(_), Some(_)) => {
                return Err(Refusal::bad(
                    "expected one of `text`, `base64`, `json` and `file`, found several",
                ));
            }
        };
        let head = Head {
            status,
            reason: self.reason,
            fields: self.fields,
            delay: millis("delay_ms", self.delay_ms.unwrap_or(0))?,
        };
        Ok(Kind::Response(head, body))
    }
}

impl Prepared {
    /// For how many requests it is meant.
    pub(super) fn times(&self) -> Option<u64> {
        self.times
    }

    /// The answer to one request.
    pub(super) fn make(&self) -> Answer {
        match &*self.kind {
            Kind::Script(script) => match script.check_files() {
                Ok(()) => script.clone().into_answer(),
                Err(reason) => Fault::new(500, reason).into_answer(),
            },
            Kind::Response(head, body) => head
                .with(body)
                .map_or_else(Fault::into_answer, Response::into_answer),
        }
    }
}

impl Head {
    fn with(&self, body: &Body) -> Result<Response, Fault> {
        let mut response = Response::new(self.status).delay(self.delay);
        response.reason = self.reason.clone().map(String::into_bytes);
        let (media_type, content) = match body {
            Body::Nothing => (None, Content::Empty),
            Body::Bytes(media_type, bytes) => (*media_type, bytes.clone().into()),
            Body::File(files, name) => {
                let found = files.open_name(name.clone())?;
                if found.is_folder() {
                    return Err(Fault::no_file(name));
                }
                let length = found.metadata.len();
                (
                    Some(media_type::of(name)),
                    Content::File(found.file, length),
                )
            }
        };
        let is_type = |name: &str| name.eq_ignore_ascii_case("Content-Type");
        let has_type = self.fields.iter().any(|(name, _)| is_type(name));
        if let Some(media_type) = media_type.filter(|_| !has_type) {
            response.headers.append("Content-Type", media_type);
        }
        for (name, value) in &self.fields {
            response.headers.append(name, value);
        }
        Ok(response.content(content))
    }
}

/// A script. The files that it names are below the doc root, and must exist now.
pub(super) fn parse_script(state: &State, text: &str) -> Result<WireScript, Refusal> {
    let script = WireScript::parse(text.as_bytes())
        .map_err(|error| Refusal::bad(format!("cannot parse `script`: {error}")))?;
    if !script.has_files() {
        return Ok(script);
    }
    let script = script.files_in(state.server.doc_root());
    match script.check_files() {
        Ok(()) => Ok(script),
        Err(reason) => Err(Refusal::bad(format!("`script`: {reason}"))),
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = STANDARD.decode(text);
    bytes.map_err(|error| Refusal::bad(format!("cannot decode `base64`: {error}")))
}

/// A file below the doc root. It must exist now, so that a misspelled name is found at once.
fn file(state: &State, name: &str) -> Result<Body, Refusal> {
    let path = Path::new(name);
    let mut parts = path.components();
    if name.is_empty() || !parts.all(|part| matches!(part, Component::Normal(_))) {
        return Err(Refusal::bad(format!(
            "expected a path below the doc root as `file`, found {name:?}"
        )));
    }
    let files = Files::below(state.server.doc_root());
    match files.open_name(path.to_owned()) {
        Ok(found) if !found.is_folder() => Ok(Body::File(files, path.to_owned())),
        _ => Err(Refusal::bad(format!(
            "expected a file below the doc root as `file`, found no file {name:?}"
        ))),
    }
}
