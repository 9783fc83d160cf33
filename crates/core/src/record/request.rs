//! A recorded request: its head, its body, and what became of it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::text::quoted::Quoted;
use crate::text::timestamp::Timestamp;

use super::head::{self, RequestHead};

/// A request that a server has received. The parts of its head are those of [`RequestHead`].
///
/// `Display` shows it byte for byte, a line of quoted bytes for each line. As JSON (`serde`) it has every
/// part, with the head and the body in base64.
///
/// ```
/// # use std::io::Write;
/// # use std::net::TcpStream;
/// # use std::time::Duration;
/// # let server = wireserve::Server::start();
/// # let mut client = TcpStream::connect(server.address())?;
/// client.write_all(b"POST /cart HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"id\": 7}")?;
/// let request = server.take_request(Duration::from_secs(5))?;
/// assert_eq!(request.method(), "POST");
/// assert_eq!((request.body(), request.body_length()), (&b"{\"id\": 7}"[..], 9));
/// assert_eq!(request.text(), r#"{"id": 7}"#);
/// assert_eq!(request.json::<serde_json::Value>()?["id"], 7);
/// assert!(request.to_string().contains(r#""POST /cart HTTP/1.1\r\n""#));
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    pub(super) number: u64,
    pub(super) head: RequestHead,
    pub(super) at: SystemTime,
    /// Since the server began.
    pub(super) arrived: Duration,
    /// Shared by all copies of the request.
    pub(super) body: Arc<Vec<u8>>,
    /// `body.len() <= body_length`
    pub(super) body_length: u64,
    pub(super) body_end: Option<BodyEnd>,
    pub(super) exchange: State,
    /// The status of the response; 0 if it is not known.
    pub(super) answered: i64,
    pub(super) is_matched: bool,
    /// How long after the head the exchange was over.
    pub(super) took: Option<Duration>,
    /// The number of its exchange on the tape of its connection, if there is one.
    #[cfg_attr(not(feature = "control"), expect(dead_code))]
    pub(super) on_tape: Option<u64>,
    /// The number of the recording's change that made it what it is.
    pub(super) changed: u64,
}

/// How a body ended.
#[derive(Clone, Debug)]
pub(super) struct BodyEnd {
    /// Since the head had been read.
    pub(super) after: Duration,
    /// Why it is not the whole body.
    pub(super) error: Option<String>,
}

/// How far an exchange has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    InProgress,
    Over,
}

impl Deref for RecordedRequest {
    type Target = RequestHead;

    fn deref(&self) -> &RequestHead {
        &self.head
    }
}

impl RecordedRequest {
    /// The body, decoded: without the framing of its chunks. Of a larger body than the limit of the
    /// recording allows, its beginning.
    ///
    /// See the example of [`RecordedRequest`].
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The number of bytes of the whole body that were received.
    ///
    /// See the example of [`RecordedRequest`].
    pub fn body_length(&self) -> u64 {
        self.body_length
    }

    /// The body as text, with invalid UTF-8 replaced.
    ///
    /// See the example of [`RecordedRequest`].
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// See the example of [`RecordedRequest`].
    ///
    /// # Errors
    /// When it is not JSON, or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The first field of this name in an urlencoded form.
    ///
    /// ```
    /// # use std::io::Write;
    /// # let server = wireserve::Server::start();
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// client.write_all(b"POST /login HTTP/1.1\r\nContent-Length: 10\r\n\r\nuser=a%26b")?;
    /// let request = server.take_request(std::time::Duration::from_secs(5))?;
    /// assert_eq!(request.form("user").as_deref(), Some("a&b"));
    /// assert_eq!(request.form("password"), None);
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn form(&self, name: &str) -> Option<String> {
        head::form_value(&self.body, name)
    }

    /// Why the body is not complete: the client left, its framing is malformed, it is still arriving, or it is larger
    /// than the [limit](crate::record::RecordLimits::body) of the recording. `None` for a complete body.
    ///
    /// ```
    /// # use std::io::Write;
    /// # let server = wireserve::Server::start();
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// client.write_all(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n")?;
    /// let request = server.take_request(std::time::Duration::from_secs(5))?;
    /// let error = request.body_error().unwrap_or_default();
    /// assert!(error.starts_with("malformed chunked body"), "{error}");
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn body_error(&self) -> Option<&str> {
        match &self.body_end {
            Some(end) => end.error.as_deref(),
            None => Some("the body is still arriving"),
        }
    }

    /// The number of the request among all that the server has recorded, counted from 1.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::time::{Duration, SystemTime};
    /// let server = wireserve::Server::start();
    /// server.get("/", |_| "found");
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\nGET /a HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # std::io::read_to_string(client)?;
    /// // After requests of one client for `/` and `/a`:
    /// let [first, second] = &server.requests()[..] else { panic!("expected two requests") };
    /// assert_eq!((first.number(), second.number()), (1, 2));
    /// assert_eq!((first.is_matched(), second.is_matched()), (true, false));
    /// assert_eq!((first.status(), second.status()), (Some(200), Some(404)));
    /// assert!(first.at() <= SystemTime::now());
    /// assert!(first.since_start() <= second.since_start());
    /// assert!(first.body_took() <= first.took());
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When the head had been read.
    ///
    /// See the example of [`RecordedRequest::number`].
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// When the head had been read, since the server started, by a clock that never goes back.
    ///
    /// See the example of [`RecordedRequest::number`].
    pub fn since_start(&self) -> Duration {
        self.arrived
    }

    /// How long after the head the last byte of the body was read.
    ///
    /// See the example of [`RecordedRequest::number`].
    pub fn body_took(&self) -> Option<Duration> {
        self.body_end.as_ref().map(|end| end.after)
    }

    /// How long after the head the exchange was over: the response was sent, and the body received. `None` until then,
    /// so perhaps still when the client has its response.
    ///
    /// See the example of [`RecordedRequest::number`].
    pub fn took(&self) -> Option<Duration> {
        self.took
    }

    /// The status of the response. `None` before it is sent, and for an answer that was not written by the
    /// server: a wire script has no status.
    ///
    /// See the example of [`RecordedRequest::number`].
    pub fn status(&self) -> Option<i64> {
        (self.answered != 0).then_some(self.answered)
    }

    /// Whether a route or a queued answer took the request. Otherwise the site answered, with 404 if it
    /// has nothing at this path.
    ///
    /// See the example of [`RecordedRequest::number`].
    pub fn is_matched(&self) -> bool {
        self.is_matched
    }

    /// Whether no more of the body will come.
    pub(crate) fn is_settled(&self) -> bool {
        self.body_end.is_some() || matches!(self.exchange, State::Over)
    }

    /// The number of the recording's change that made it what it is.
    #[cfg(feature = "control")]
    pub(crate) fn changed(&self) -> u64 {
        self.changed
    }

    /// The number of its exchange in the transcript of its connection, if there is one.
    #[cfg(feature = "control")]
    pub(crate) fn on_tape(&self) -> Option<u64> {
        self.on_tape
    }

    pub(crate) fn head(&self) -> &RequestHead {
        &self.head
    }

    /// Bytes of memory, about.
    pub(super) fn size(&self) -> usize {
        OVERHEAD + self.head.request().head().bytes().len() + self.body.len()
    }
}

/// What a recorded request takes besides its bytes, about.
const OVERHEAD: usize = 512;

impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.raw_head();
        let lines = head.split_inclusive(|&byte| byte == b'\n');
        for line in lines.chain([self.body()]).filter(|line| !line.is_empty()) {
            writeln!(f, "{}", Quoted(line))?;
        }
        match self.body_error() {
            Some(error) => writeln!(f, "({error})"),
            None => Ok(()),
        }
    }
}

impl Serialize for RecordedRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields: Vec<_> = self
            .fields()
            .map(|(name, value)| (head::text(name), head::text(value)))
            .collect();
        let problems: Vec<_> = self.problems().iter().map(ShownProblem::from).collect();
        let mut object = serializer.serialize_struct("RecordedRequest", 17)?;
        object.serialize_field("number", &self.number)?;
        object.serialize_field("connection", &self.connection())?;
        object.serialize_field("ordinal", &self.ordinal())?;
        object.serialize_field("at", &Timestamp(self.at).to_string())?;
        object.serialize_field("since_start", &self.arrived.as_secs_f64())?;
        object.serialize_field("method", &self.method())?;
        object.serialize_field("target", &self.target())?;
        object.serialize_field("path", &self.path())?;
        object.serialize_field("fields", &fields)?;
        object.serialize_field("raw_head", &STANDARD.encode(self.raw_head()))?;
        object.serialize_field("problems", &problems)?;
        object.serialize_field("body", &STANDARD.encode(self.body()))?;
        object.serialize_field("body_length", &self.body_length)?;
        object.serialize_field("body_error", &self.body_error())?;
        object.serialize_field("status", &self.status())?;
        object.serialize_field("matched", &self.is_matched)?;
        let took = self.took.map(|took| took.as_secs_f64());
        object.serialize_field("took", &took)?;
        object.end()
    }
}

#[derive(Serialize)]
struct ShownProblem {
    offset: usize,
    what: &'static str,
    clause: &'static str,
}

impl From<&crate::http::problems::Problem> for ShownProblem {
    fn from(problem: &crate::http::problems::Problem) -> Self {
        Self {
            offset: problem.offset,
            what: problem.what.as_str(),
            clause: problem.clause,
        }
    }
}
