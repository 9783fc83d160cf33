//! A [`Fault`] is a failure that the peer sees: a status and a message. This is the one place that
//! says which status a malformed request deserves, and the one that turns a fault into bytes: the
//! reference's JSON object (reference §8.4), whoever noticed the fault. Failures that only the operator
//! sees are errors and never come here.

use std::fmt;
use std::io;

use crate::http::Malformed;
use crate::http::basic_auth::BadCredentials;
use crate::http::headers::Headers;
use crate::http::problems::{Problem, ProblemKind};
use crate::text::{json, latin1};

/// A failure to be answered with a status and a JSON message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The status code of the answer; any number.
    pub status: i64,
    /// What the JSON object says; may be empty.
    pub message: String,
}

impl Fault {
    /// A fault with a message.
    pub fn new(status: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// Nothing answers this URL: 404 without a message.
    pub fn no_route() -> Self {
        Self::new(404, "")
    }

    /// A route answers, but what it names is not there: 404 with the reference's message.
    pub fn not_found() -> Self {
        Self::new(404, "404")
    }

    /// The system has no descriptor or no memory to give: 503, since what was asked for may well be
    /// there. `None` for any other error.
    pub fn of_shortage(error: &io::Error) -> Option<Self> {
        let is_shortage = matches!(
            error.raw_os_error(),
            Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM)
        );
        is_shortage.then(|| Self::new(503, error.to_string()))
    }

    /// The header fields of the answer; whatever a handler had set is lost, as in the reference.
    pub fn headers(&self) -> Headers {
        [
            ("Content-Type", "application/json".to_owned()),
            ("Content-Length", self.body().len().to_string()),
        ]
        .into_iter()
        .collect()
    }

    /// The JSON object.
    pub fn body(&self) -> String {
        format!(
            r#"{{"error": {{"code": {}, "message": {}}}}}"#,
            self.status,
            json::ascii_string(&self.message)
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.message)
    }
}

impl std::error::Error for Fault {}

/// A value is quoted up to here: enough to recognise it, little enough for a log line.
const QUOTED: usize = 100;

fn quote(value: &[u8]) -> String {
    let shown = latin1::decode(&value[..value.len().min(QUOTED)]).into_owned();
    let cut = if value.len() > QUOTED { "..." } else { "" };
    format!("{shown:?}{cut}")
}

impl From<BadCredentials> for Fault {
    /// The reference tells only an unknown scheme from its own failures (reference §8.8.4).
    fn from(bad: BadCredentials) -> Self {
        let status = match bad {
            BadCredentials::Scheme(_) => 400,
            _ => 500,
        };
        let message = match bad {
            BadCredentials::Scheme(scheme) => {
                format!("the authentication scheme {} is not Basic", quote(&scheme))
            }
            BadCredentials::Missing => "bad Authorization: nothing behind the scheme".to_owned(),
            BadCredentials::Base64 => "bad Authorization: not in base64".to_owned(),
            BadCredentials::NoColon => "bad Authorization: no colon behind the name".to_owned(),
        };
        Self::new(status, message)
    }
}

impl From<&Problem> for Fault {
    /// What a strict server says to it.
    fn from(problem: &Problem) -> Self {
        let status = match problem.what {
            ProblemKind::MajorVersion | ProblemKind::Http2Preface => 505,
            _ => 400,
        };
        let (what, offset, clause) = (problem.what.as_str(), problem.offset, problem.clause);
        Self::new(status, format!("{what}, at byte {offset} ({clause})"))
    }
}

/// The status of a malformed request, what is wrong with it, and the clause that says so, where it is not
/// a limit of ours.
pub fn judge(malformed: &Malformed) -> (i64, String, Option<&'static str>) {
    let (status, what, clause) = match malformed {
        Malformed::NotHttp => (
            400,
            "this is not HTTP/1.1 (TLS on a plain port?)".to_owned(),
            "RFC 9112 §2.2",
        ),
        Malformed::RequestLine(line) => (
            400,
            format!("bad request line {}", quote(line)),
            "RFC 9112 §3",
        ),
        Malformed::Version(word) => (
            400,
            format!("bad request version {}", quote(word)),
            "RFC 9112 §2.3",
        ),
        Malformed::UnsupportedVersion(word) => (
            505,
            format!("unsupported HTTP version {}", quote(word)),
            "RFC 9110 §15.6.6",
        ),
        Malformed::RequestLineTooLong => return (414, String::new(), None),
        Malformed::FieldTooLong => return (431, "a header line is too long".to_owned(), None),
        Malformed::TooManyFields => return (431, "too many header lines".to_owned(), None),
        Malformed::ContentLength(value) => (
            400,
            format!("bad Content-Length {}", quote(value)),
            "RFC 9110 §8.6",
        ),
        Malformed::ConflictingLengths => (
            400,
            "conflicting Content-Length fields".to_owned(),
            "RFC 9112 §6.3",
        ),
        Malformed::TransferEncoding(value) => (
            400,
            format!(
                "bad Transfer-Encoding {}: the last coding is not chunked",
                quote(value)
            ),
            "RFC 9112 §6.3",
        ),
        Malformed::Host(value) => (400, format!("bad Host {}", quote(value)), "RFC 9112 §3.2"),
        Malformed::Chunk(what) => (400, format!("bad chunked body: {what}"), "RFC 9112 §7.1"),
    };
    (status, what, Some(clause))
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        match judge(&malformed) {
            (status, what, Some(clause)) => Self::new(status, format!("{what} ({clause})")),
            (status, what, None) => Self::new(status, what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_s_json() {
        assert_eq!(
            Fault::not_found().body(),
            r#"{"error": {"code": 404, "message": "404"}}"#
        );
        let fault = Fault::new(500, "a\n\"é\"");
        assert_eq!(
            fault.body(),
            r#"{"error": {"code": 500, "message": "a\n\"\u00e9\""}}"#
        );
        let fields: Vec<_> = fault
            .headers()
            .iter()
            .map(|(name, _)| name.to_vec())
            .collect();
        assert_eq!(
            fields,
            [b"Content-Type".to_vec(), b"Content-Length".to_vec()]
        );
    }

    #[test]
    fn every_malformed_request_has_a_status() {
        for (malformed, status) in [
            (Malformed::NotHttp, 400),
            (Malformed::RequestLine(vec![0xe9; 200]), 400),
            (Malformed::UnsupportedVersion(b"HTTP/2.0".to_vec()), 505),
            (Malformed::RequestLineTooLong, 414),
            (Malformed::TooManyFields, 431),
            (Malformed::Chunk("x"), 400),
        ] {
            assert_eq!(Fault::from(malformed).status, status);
        }
    }
}
