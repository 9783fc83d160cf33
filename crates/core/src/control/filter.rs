//! Which recorded requests a client asks for.

use serde_json::Value;

use crate::exchange::Request;
use crate::record::RecordedRequest;
use crate::site::routing::pattern::Pattern;

use super::ask::Ask;
use super::reply::Refusal;

/// The parameters that select requests.
pub(super) const PARAMETERS: [&str; 11] = [
    "since",
    "connection",
    "method",
    "path",
    "target",
    "status",
    "matched",
    "query",
    "field",
    "body",
    "body_json",
];

/// What a request must have.
pub(super) struct Filter {
    /// Its number is greater.
    pub(super) since: u64,
    conditions: Vec<Condition>,
}

enum Condition {
    Connection(u64),
    Method(String),
    Path(Pattern),
    Target(String),
    Status(i64),
    Matched(bool),
    /// A name, and perhaps a value.
    Query(String, Option<String>),
    Field(String, Option<String>),
    /// The body contains this.
    Body(Vec<u8>),
    Json(Value),
}

impl Filter {
    /// # Errors
    /// When a parameter is malformed.
    pub(super) fn new(ask: &Ask<'_>) -> Result<Self, Refusal> {
        let mut conditions = Vec::new();
        let number = "a whole number";
        if let Some(connection) = ask.parsed("connection", number)? {
            conditions.push(Condition::Connection(connection));
        }
        if let Some(method) = ask.one("method")? {
            conditions.push(Condition::Method(method.to_owned()));
        }
        if let Some(path) = ask.one("path")? {
            let pattern = Pattern::compile(path)
                .map_err(|error| Refusal::bad(format!("malformed pattern {path:?}: {error}")))?;
            conditions.push(Condition::Path(pattern));
        }
        if let Some(target) = ask.one("target")? {
            conditions.push(Condition::Target(target.to_owned()));
        }
        if let Some(status) = ask.parsed("status", number)? {
            conditions.push(Condition::Status(status));
        }
        if let Some(matched) = ask.parsed("matched", "true or false")? {
            conditions.push(Condition::Matched(matched));
        }
        let named = |text: &str, separator| match text.split_once(separator) {
            None => (text.to_owned(), None),
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        };
        for text in ask.all("query") {
            let (name, value) = named(text, '=');
            conditions.push(Condition::Query(name, value));
        }
        for text in ask.all("field") {
            let (name, value) = named(text, ':');
            let value = value.map(|value| value.trim_matches([' ', '\t']).to_owned());
            conditions.push(Condition::Field(name, value));
        }
        for text in ask.all("body") {
            conditions.push(Condition::Body(text.as_bytes().to_vec()));
        }
        if let Some(text) = ask.one("body_json")? {
            let value = serde_json::from_str(text).map_err(|error| {
                Refusal::bad(format!("expected JSON as \"body_json\": {error}"))
            })?;
            conditions.push(Condition::Json(value));
        }
        Ok(Self {
            since: ask.parsed("since", number)?.unwrap_or(0),
            conditions,
        })
    }

    /// Whether a request is one that is asked for.
    pub(super) fn selects(&self, request: &RecordedRequest) -> bool {
        request.number() > self.since && self.conditions.iter().all(|one| one.holds(request))
    }
}

impl Condition {
    fn holds(&self, request: &RecordedRequest) -> bool {
        match self {
            Self::Connection(number) => request.connection() == *number,
            Self::Method(method) => request.method() == method.as_str(),
            Self::Path(pattern) => {
                let received: &Request = request.head().request();
                pattern.matches(&received.route_path()).is_some()
            }
            Self::Target(target) => request.target() == target.as_str(),
            Self::Status(status) => request.status() == Some(*status),
            Self::Matched(matched) => request.is_matched() == *matched,
            Self::Query(name, value) => request.queries().any(|(its_name, its_value)| {
                its_name == *name && value.as_ref().is_none_or(|value| *value == its_value)
            }),
            Self::Field(name, None) => request.field(name).is_some(),
            Self::Field(name, Some(value)) => request
                .field_values(name)
                .any(|found| found == value.as_str()),
            Self::Body(part) => memchr::memmem::find(request.body(), part).is_some(),
            Self::Json(value) => request.json::<Value>().is_ok_and(|found| found == *value),
        }
    }
}
