//! The head of a received request, for tests: parts by name, as text.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::exchange::Request;
use crate::http::problems::Problem;
use crate::http::{list, query};
use crate::text::latin1;

/// The head of a request, and the connection that it came on.
///
/// Text is decoded as UTF-8 where the bytes are valid UTF-8, else as Latin-1; `raw_head` has the exact
/// bytes.
///
/// ```
/// # use std::io::Write;
/// # use std::net::TcpStream;
/// # use std::time::Duration;
/// # let server = wireserve::Server::start();
/// # let mut client = TcpStream::connect(server.address())?;
/// client.write_all(b"GET /find?q=a%20b HTTP/1.1\r\nhost: localhost\r\nAccept : */*\r\n\r\n")?;
/// let request = server.take_request(Duration::from_secs(5))?;
/// assert_eq!((&*request.method(), &*request.target()), ("GET", "/find?q=a%20b"));
/// assert_eq!(request.path(), "/find");
/// assert_eq!(request.query("q").as_deref(), Some("a b"));
/// assert_eq!(request.field("Host").as_deref(), Some("localhost"));
/// assert!(request.raw_head().ends_with(b"\r\nAccept : */*\r\n\r\n"));
/// assert_eq!((request.connection(), request.ordinal()), (1, 1));
/// assert_eq!(request.problems()[0].clause, "RFC 9112 §5.1");
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone)]
pub struct RequestHead {
    request: Arc<Request>,
}

impl RequestHead {
    pub(crate) fn new(request: Arc<Request>) -> Self {
        Self { request }
    }

    /// Whether the other one is a head of the same request, and not only equal.
    #[cfg(all(feature = "control", feature = "python"))]
    pub(super) fn is_of_same_request(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.request, &other.request)
    }

    /// The method as received.
    ///
    /// See the example of [`RequestHead`].
    pub fn method(&self) -> Cow<'_, str> {
        text(self.request.method())
    }

    /// The request target as received: `/find?q=a%20b`.
    ///
    /// See the example of [`RequestHead`].
    pub fn target(&self) -> Cow<'_, str> {
        text(self.request.head().target())
    }

    /// The path of the target, not decoded: `/find`.
    ///
    /// See the example of [`RequestHead`].
    pub fn path(&self) -> Cow<'_, str> {
        text(self.request.path())
    }

    /// The value of the first parameter of the query with this name, decoded.
    ///
    /// See the example of [`RequestHead`].
    pub fn query(&self, name: &str) -> Option<String> {
        self.queries()
            .find(|(its_name, _)| its_name == name)
            .map(|(_, value)| value)
    }

    /// All parameters of the query, decoded, in order.
    ///
    /// ```
    /// # use std::io::Write;
    /// # let server = wireserve::Server::start();
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// client.write_all(b"GET /?tag=a&tag=b+c HTTP/1.1\r\n\r\n")?;
    /// let request = server.take_request(std::time::Duration::from_secs(5))?;
    /// let tags: Vec<_> = request.queries().map(|(_, value)| value).collect();
    /// assert_eq!(tags, ["a", "b c"]);
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn queries(&self) -> impl Iterator<Item = (String, String)> {
        query::pairs(self.request.query()).map(|(name, value)| (owned(name), owned(value)))
    }

    /// The value of the first field with this name, in any case, without whitespace around it.
    ///
    /// See the example of [`RequestHead`].
    pub fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        self.field_values(name).next()
    }

    /// The values of all fields with this name, in order.
    ///
    /// ```
    /// # use std::io::Write;
    /// # let server = wireserve::Server::start();
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// client.write_all(b"GET / HTTP/1.1\r\nCookie: a=1\r\nHost: x\r\ncookie: b=2\r\n\r\n")?;
    /// let request = server.take_request(std::time::Duration::from_secs(5))?;
    /// let cookies: Vec<_> = request.field_values("Cookie").collect();
    /// assert_eq!(cookies, ["a=1", "b=2"]);
    /// // All fields, with the client's spelling:
    /// let names: Vec<_> = request.fields().map(|(name, _)| name).collect();
    /// assert_eq!(names, [&b"Cookie"[..], b"Host", b"cookie"]);
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn field_values<'h>(&'h self, name: &str) -> impl Iterator<Item = Cow<'h, str>> {
        let is_named = move |its_name: &[u8]| its_name.eq_ignore_ascii_case(name.as_bytes());
        let fields = self.request.head().fields();
        let values: Vec<_> = fields
            .filter(|(its_name, _)| is_named(its_name))
            .map(|(_, value)| text(list::trim(value)))
            .collect();
        values.into_iter()
    }

    /// Names and values of all fields as sent: in order, with the client's spelling.
    ///
    /// See the example of [`RequestHead::field_values`].
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.request.head().fields()
    }

    /// The exact bytes of the head, from the first byte to the empty line.
    ///
    /// See the example of [`RequestHead`].
    pub fn raw_head(&self) -> Vec<u8> {
        self.request.raw_head()
    }

    /// Violations of the RFCs in the head, with their clauses.
    ///
    /// See the example of [`RequestHead`].
    pub fn problems(&self) -> Vec<Problem> {
        Problem::find(&self.raw_head())
    }

    /// The number of the connection among those of the server, counted from 1.
    ///
    /// See the example of [`RequestHead`].
    pub fn connection(&self) -> u64 {
        self.request.arrival().connection
    }

    /// The number of the request among those of its connection, counted from 1.
    ///
    /// See the example of [`RequestHead`].
    pub fn ordinal(&self) -> u64 {
        self.request.arrival().ordinal
    }

    #[doc(hidden)]
    pub fn request(&self) -> &Request {
        &self.request
    }
}

impl fmt::Debug for RequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method(), self.target())
    }
}

/// UTF-8 where it is valid, else Latin-1: every byte is seen.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => latin1::decode(bytes),
    }
}

fn owned(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| latin1::decode(error.as_bytes()).into_owned())
}

/// The value of the first field of an urlencoded form with this name.
pub(crate) fn form_value(body: &[u8], name: &str) -> Option<String> {
    query::pairs(body)
        .find(|(its_name, _)| its_name == name.as_bytes())
        .map(|(_, value)| owned(value))
}
