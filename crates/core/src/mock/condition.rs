//! Conditions of a route beyond its method and its pattern. Each says what differs, so that a failed
//! expectation can show the request that came closest.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};

use serde_json::Value;

use crate::exchange::failures;
use crate::text::quoted::Quoted;

use super::call::Call;

/// What a request must have for a route to take it.
pub(super) enum Condition {
    Query(String, String),
    Field(String, String),
    Body(Vec<u8>),
    Json(Value),
    Form(String, String),
    Connection(u64),
    Predicate(Box<dyn Fn(&Call) -> bool + Send + Sync>),
}

/// Why a request does not meet a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unmet {
    /// What was found instead.
    Differs(String),
    /// The closure of `when` panicked, with this message.
    Panicked(String),
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs(text) => f.write_str(text),
            Self::Panicked(text) => write!(f, "it panicked: {text}"),
        }
    }
}

impl Condition {
    /// Why the request does not meet the condition, if it does not.
    pub(super) fn unmet(&self, call: &Call) -> Option<Unmet> {
        if let Self::Predicate(holds) = self {
            return match panic::catch_unwind(AssertUnwindSafe(|| holds(call))) {
                Ok(true) => None,
                Ok(false) => Some(Unmet::Differs("it does not hold".to_owned())),
                Err(panic) => Some(Unmet::Panicked(failures::message(&*panic).to_owned())),
            };
        }
        self.difference(call).map(Unmet::Differs)
    }

    fn difference(&self, call: &Call) -> Option<String> {
        match self {
            Self::Query(name, value) => {
                let values: Vec<_> = call.queries().filter(|(its, _)| its == name).collect();
                let found: Vec<_> = values.iter().map(|(_, value)| value.as_str()).collect();
                unless_among(value, &found)
            }
            Self::Field(name, value) => {
                let values: Vec<_> = call.field_values(name).collect();
                let found: Vec<_> = values.iter().map(|value| &**value).collect();
                unless_among(value, &found)
            }
            Self::Form(name, value) => match call.form(name) {
                Ok(found) => unless_among(value, found.as_deref().as_slice()),
                Err(error) => Some(format!("{error:?}")),
            },
            Self::Body(body) => match call.body() {
                Ok(found) if found == *body => None,
                Ok(found) => Some(format!("found {}", Quoted(&found))),
                Err(error) => Some(format!("{error:?}")),
            },
            Self::Json(value) => match call.json::<Value>() {
                Ok(found) if found == *value => None,
                Ok(found) => Some(format!("found {found}")),
                Err(error) => Some(format!("{error:?}")),
            },
            Self::Connection(number) => {
                let found = call.connection();
                (found != *number).then(|| format!("found connection {found}"))
            }
            Self::Predicate(_) => None,
        }
    }
}

fn unless_among(value: &str, found: &[&str]) -> Option<String> {
    match found {
        [] => Some("it is missing".to_owned()),
        found if found.contains(&value) => None,
        [only] => Some(format!("found {only:?}")),
        several => Some(format!("found {several:?}")),
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(name, value) => write!(f, "the query parameter {name}={value:?}"),
            Self::Field(name, value) => write!(f, "the field {name}: {value:?}"),
            Self::Form(name, value) => write!(f, "the form field {name}={value:?}"),
            Self::Body(body) => write!(f, "the body {}", Quoted(body)),
            Self::Json(value) => write!(f, "the JSON {value}"),
            Self::Connection(number) => write!(f, "connection {number}"),
            Self::Predicate(_) => f.write_str("the condition of `when`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::exchange::Request;
    use crate::http::head::Head;
    use crate::record::RequestHead;

    fn call(head: &str, body: &str) -> Call {
        let address = "127.0.0.1:80".parse().unwrap();
        let head = Head::parse(head.as_bytes().to_vec()).unwrap();
        let request = Arc::new(Request::new(head, (address, address)));
        Call::recorded(RequestHead::new(request), body.into())
    }

    #[test]
    fn what_differs() {
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query = |name, value| {
            let (name, value) = named(name, value);
            Condition::Query(name, value)
        };
        let field = |name, value| {
            let (name, value) = named(name, value);
            Condition::Field(name, value)
        };
        let form = |name, value| {
            let (name, value) = named(name, value);
            Condition::Form(name, value)
        };
        let call = call(
            "POST /?a=1&a=%32 HTTP/1.1\r\nAccept:  x \r\n\r\n",
            "b=c+d&json=1",
        );
        for (condition, difference) in [
            (query("a", "1"), None),
            (query("a", "2"), None),
            (query("a", "3"), Some(r#"found ["1", "2"]"#)),
            (query("b", "3"), Some("it is missing")),
            (field("ACCEPT", "x"), None),
            (field("Accept", "y"), Some(r#"found "x""#)),
            (form("b", "c d"), None),
            (form("b", "c"), Some(r#"found "c d""#)),
            (Condition::Body(b"b=c+d&json=1".to_vec()), None),
            (
                Condition::Body(b"x\n".to_vec()),
                Some(r#"found "b=c+d&json=1""#),
            ),
            (
                Condition::Json(json!({"a": 1})),
                Some("expected JSON of another shape: expected value at line 1 column 1"),
            ),
            (Condition::Connection(1), None),
            (Condition::Connection(2), Some("found connection 1")),
            (
                Condition::Predicate(Box::new(|_| false)),
                Some("it does not hold"),
            ),
            (
                Condition::Predicate(Box::new(|_| panic!("on purpose"))),
                Some("it panicked: on purpose"),
            ),
        ] {
            let found = condition.unmet(&call).map(|unmet| unmet.to_string());
            assert_eq!(found.as_deref(), difference, "{condition}");
        }
    }
}
