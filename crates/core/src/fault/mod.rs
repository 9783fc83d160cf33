//! A [`Fault`] is a failure that the client sees: a status and a message. Only this module maps
//! malformed requests to statuses, and only it turns faults into bytes: the reference's JSON object
//! (reference §8.4), and a [page] for people. Failures that only the operator sees are errors, not
//! faults.

pub mod page;

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::http::Malformed;
use crate::http::basic_auth::BadCredentials;
use crate::http::headers::Headers;
use crate::http::problems::Problem;
use crate::http::problems::lines::HTTP2_PREFACE;
use crate::http::problems::request_line::MAJOR_VERSION;
use crate::text::json;

/// A failure that is answered with a status and a message in JSON.
///
/// ```
/// use wireserve::Fault;
///
/// let fault = Fault::new(503, "try again later");
/// assert_eq!(fault.body(), r#"{"error": {"code": 503, "message": "try again later"}}"#);
/// assert_eq!(fault.headers().first(b"Content-Type"), Some(&b"application/json"[..]));
/// assert!(fault.is_server_error());
/// assert_eq!(fault.to_string(), "503 try again later");
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("{status} {message}")]
pub struct Fault {
    /// The status code of the response. Not limited to valid status codes, as in the reference.
    pub status: i64,
    /// The message in the JSON object; may be empty.
    pub message: String,
    /// Details that only the page shows.
    background: Background,
}

/// What is known about a fault beyond its message.
#[derive(Clone, Debug, Default)]
enum Background {
    #[default]
    Unknown,
    /// No route takes the request.
    NoRoute,
    /// This file does not exist, or may not be served. Relative to the doc root.
    NoFile(PathBuf),
    /// A script failed.
    Script(Box<Failed>),
    /// The client has left, and gets nothing.
    ClientGone,
}

/// Where a script failed.
#[derive(Clone, Debug, Default)]
struct Failed {
    /// Its path, as in tracebacks.
    script: PathBuf,
    /// The line that Python could not compile.
    line: Option<Line>,
    /// The traceback, if the message has none.
    traceback: Option<String>,
}

/// A line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The script's path.
    pub file: String,
    /// Counted from 1.
    pub number: u32,
    /// Its text.
    pub source: String,
}

impl Fault {
    /// A fault with a message.
    ///
    /// See the example of [`Fault`].
    pub fn new(status: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            background: Background::Unknown,
        }
    }

    /// No route matches the URL: 404 without a message.
    ///
    /// See the example of [`Fault::not_found`].
    pub fn no_route() -> Self {
        Self {
            background: Background::NoRoute,
            ..Self::new(404, "")
        }
    }

    /// The same, with a message that says what was looked for.
    pub(crate) fn no_route_because(message: String) -> Self {
        Self {
            message,
            ..Self::no_route()
        }
    }

    /// Whether no route matches the URL.
    pub(crate) fn is_no_route(&self) -> bool {
        matches!(self.background, Background::NoRoute)
    }

    /// A route matches, but the file does not exist: 404 with the reference's message.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use wireserve::Fault;
    ///
    /// assert_eq!(Fault::not_found().to_string(), "404 404");
    /// assert_eq!(Fault::no_file(Path::new("a.txt")).to_string(), "404 404");
    /// assert_eq!(Fault::no_route().to_string(), "404 ");
    /// ```
    pub fn not_found() -> Self {
        Self::new(404, "404")
    }

    /// The same for a file of this name, relative to the doc root.
    ///
    /// See the example of [`Fault::not_found`].
    pub fn no_file(name: &Path) -> Self {
        Self {
            background: Background::NoFile(name.to_owned()),
            ..Self::not_found()
        }
    }

    /// The client has left: there is nothing to answer and nothing to log.
    pub(crate) fn client_gone() -> Self {
        Self {
            background: Background::ClientGone,
            ..Self::new(400, "the client is gone")
        }
    }

    pub(crate) fn is_client_gone(&self) -> bool {
        matches!(self.background, Background::ClientGone)
    }

    /// The same fault, caused by this script.
    #[doc(hidden)]
    #[must_use]
    pub fn of_script(mut self, script: &Path) -> Self {
        self.failed().script = script.to_owned();
        self
    }

    /// The same fault, caused by a line that Python could not compile.
    #[doc(hidden)]
    #[must_use]
    pub fn at_line(mut self, line: Line) -> Self {
        self.failed().line = Some(line);
        self
    }

    /// The same fault, with the traceback that its message leaves out.
    #[doc(hidden)]
    #[must_use]
    pub fn with_traceback(mut self, traceback: String) -> Self {
        self.failed().traceback = Some(traceback);
        self
    }

    fn failed(&mut self) -> &mut Failed {
        if !matches!(self.background, Background::Script(_)) {
            self.background = Background::Script(Box::default());
        }
        match &mut self.background {
            Background::Script(failed) => failed,
            _ => unreachable!("it was just set"),
        }
    }

    /// Out of file descriptors or memory: 503, since the resource may well exist. `None` for any other
    /// error.
    ///
    /// ```
    /// use std::io;
    ///
    /// use wireserve::Fault;
    ///
    /// let too_many_files = io::Error::from_raw_os_error(24); // EMFILE
    /// assert_eq!(Fault::of_shortage(&too_many_files).map(|fault| fault.status), Some(503));
    /// assert!(Fault::of_shortage(&io::Error::other("another")).is_none());
    /// ```
    pub fn of_shortage(error: &io::Error) -> Option<Self> {
        let is_shortage = matches!(
            error.raw_os_error(),
            Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM)
        );
        is_shortage.then(|| Self::new(503, error.to_string()))
    }

    /// Whether the server or its handler is at fault, not the client. Such faults are logged.
    ///
    /// See the example of [`Fault`].
    pub fn is_server_error(&self) -> bool {
        (500..600).contains(&self.status)
    }

    /// The header fields of the response. They replace all fields that a handler has set, as in the
    /// reference.
    ///
    /// See the example of [`Fault`].
    pub fn headers(&self) -> Headers {
        [
            ("Content-Type", "application/json".to_owned()),
            ("Content-Length", self.body().len().to_string()),
        ]
        .into_iter()
        .collect()
    }

    /// The content of the response, a JSON object in ASCII.
    ///
    /// See the example of [`Fault`].
    pub fn body(&self) -> String {
        format!(
            r#"{{"error": {{"code": {}, "message": {}}}}}"#,
            self.status,
            json::ascii_string(&self.message)
        )
    }
}

/// Faults are equal if clients get the same JSON.
impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        (self.status, &self.message) == (other.status, &other.message)
    }
}

impl Eq for Fault {}

impl From<Error> for Fault {
    /// The handler failed: 500, with all causes in the message.
    fn from(error: Error) -> Self {
        Self::new(500, format!("the handler failed: {error:?}"))
    }
}

impl From<BadCredentials> for Fault {
    /// As in the reference, only an unsupported scheme is the client's error (reference §8.8.4).
    fn from(bad: BadCredentials) -> Self {
        let status = match bad {
            BadCredentials::Scheme(_) => 400,
            _ => 500,
        };
        Self::new(status, bad.to_string())
    }
}

impl From<&Problem> for Fault {
    /// The response of a strict server (RFC 9112 §2.2, §3; RFC 9110 §15.6.6 for 505).
    fn from(problem: &Problem) -> Self {
        let status = match problem.what {
            MAJOR_VERSION | HTTP2_PREFACE => 505,
            _ => 400,
        };
        let (what, offset, clause) = (problem.what.as_str(), problem.offset, problem.clause);
        Self::new(status, format!("{what}, at byte {offset} ({clause})"))
    }
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        match status_and_clause(&malformed) {
            (status, Some(clause)) => Self::new(status, format!("{malformed} ({clause})")),
            (status, None) => Self::new(status, malformed.to_string()),
        }
    }
}

/// The status of a malformed request, and the clause that it violates. Our own limits have no clause;
/// their messages name the key of the configuration.
fn status_and_clause(malformed: &Malformed) -> (i64, Option<&'static str>) {
    let (status, clause) = match malformed {
        Malformed::RequestLineTooLong => return (414, None),
        Malformed::FieldTooLong
        | Malformed::TooManyFields
        | Malformed::HeadTooLong
        | Malformed::HeadsTooLong => return (431, None),
        Malformed::NotHttp => (400, "RFC 9112 §2.2"),
        Malformed::RequestLine(_) => (400, "RFC 9112 §3"),
        Malformed::Version(_) => (400, "RFC 9112 §2.3"),
        Malformed::UnsupportedVersion(_) => (505, "RFC 9110 §15.6.6"),
        Malformed::ContentLength(_) => (400, "RFC 9110 §8.6"),
        Malformed::ConflictingLengths | Malformed::TransferEncoding(_) => (400, "RFC 9112 §6.3"),
        Malformed::Host(_) => (400, "RFC 9112 §3.2"),
        Malformed::Chunk(_) => (400, "RFC 9112 §7.1"),
    };
    (status, Some(clause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_as_in_the_reference() {
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
