//! The response that a handler fills in, and how it is sent (reference §8.1, §8.2): status line, the
//! handler's fields, then `Server`, `Date` and `Content-Length` where they are missing (`head.rs`), in one write
//! with the content if that is small (`sending.rs`).

mod builder;
mod chunked;
mod head;
mod sending;

use std::mem;
use std::time::Duration;

use crate::fault::Fault;
use crate::fault::page::Asked;
use crate::http::accept::{self, HTML, JSON};
use crate::http::headers::Headers;

pub use head::{SERVER, VERSION, append_field, append_status_line, is_close};

use chunked::InChunks;
use head::{Seen, append_length};
use sending::{Failure, ONE_WRITE};

use super::content::{Content, ContentError};
use super::fate::Fate;
use super::request::Request;
use super::turn::Turn;

/// Bytes of a head without the handler's fields, about.
const TYPICAL_HEAD: usize = 192;

/// The response of a handler.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Response, Server};
///
/// let server = Server::start();
/// server.get("/moved", |_| Response::new(302).field("Location", "/").content("elsewhere"));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /moved HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /moved gets:
/// assert!(answer.starts_with("HTTP/1.1 302 Found\r\nLocation: /\r\n"));
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Debug)]
pub struct Response {
    /// The status code; any number.
    pub status: i64,
    /// The reason phrase; `None` for the usual phrase of the status code.
    pub reason: Option<Vec<u8>>,
    /// The header fields.
    pub headers: Headers,
    /// The content.
    pub content: Content,
    /// How long to wait before the first byte. The wait ends early if the client leaves.
    pub delay: Duration,
    /// Whether `Server`, `Date` and `Content-Length` are added.
    pub required_headers: RequiredHeaders,
    /// Whether content follows the head when the method is HEAD.
    pub content_for_head: ContentForHead,
    /// The fault that the content describes in JSON; clients that prefer HTML get a page instead.
    pub fault: Option<Box<Fault>>,
}

/// Whether `Server`, `Date` and `Content-Length` are added if a handler has not set them.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{RequiredHeaders, Response, Server};
///
/// let server = Server::start();
/// server.get("/bare", |_| {
///     let mut response = Response::new(200).content("text");
///     response.required_headers = RequiredHeaders::Omit;
///     response
/// });
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /bare HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /bare gets nothing else:
/// assert_eq!(answer, "HTTP/1.1 200 OK\r\n\r\ntext");
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredHeaders {
    /// Add what is missing.
    Add,
    /// Send the handler's fields alone.
    Omit,
}

/// Whether a HEAD request gets the content that a GET request would.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{ContentForHead, Response, Server};
///
/// let server = Server::start();
/// server.on("HEAD", "/broken", |_| {
///     let mut response = Response::new(200).content("unexpected");
///     response.content_for_head = ContentForHead::Send;
///     response
/// });
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"HEAD /broken HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that sends HEAD gets:
/// assert!(answer.ends_with("\r\n\r\nunexpected"));
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentForHead {
    /// The head alone (RFC 9110 §9.3.2).
    Suppress,
    /// Head and content, which breaks the rule on purpose.
    Send,
}

impl Default for Response {
    fn default() -> Self {
        Self {
            status: 200,
            reason: None,
            headers: Headers::default(),
            content: Content::Empty,
            delay: Duration::ZERO,
            required_headers: RequiredHeaders::Add,
            content_for_head: ContentForHead::Suppress,
            fault: None,
        }
    }
}

impl From<Fault> for Response {
    fn from(fault: Fault) -> Self {
        Self {
            status: fault.status,
            headers: fault.headers(),
            content: Content::Bytes(fault.body().into_bytes()),
            fault: Some(Box::new(fault)),
            ..Self::default()
        }
    }
}

impl Response {
    /// Whether the handler has not changed it: status 200 and no content.
    #[doc(hidden)]
    pub fn is_blank(&self) -> bool {
        let is_empty = match &self.content {
            Content::Empty => true,
            Content::Bytes(bytes) => bytes.is_empty(),
            Content::File(..) | Content::Chunks(_) | Content::Stream(_) => false,
        };
        self.status == 200 && is_empty
    }

    /// Puts a page in place of the JSON of a fault if the client prefers HTML (RFC 9110 §12.5.1).
    /// Content that a handler has put there stays.
    #[doc(hidden)]
    pub fn negotiate(&mut self, request: &Request) {
        let Some(fault) = &self.fault else {
            return;
        };
        let accept = request.head().values("Accept");
        let is_json =
            matches!(&self.content, Content::Bytes(bytes) if *bytes == fault.body().as_bytes());
        if !accept::prefers(accept, HTML, JSON) || !is_json {
            return;
        }
        let page = fault.page(Asked {
            // The fields are those of the response to GET (RFC 9110 §9.3.2).
            method: match request.method() {
                b"HEAD" => b"GET",
                method => method,
            },
            target: request.head().target(),
            path: request.path(),
        });
        let fields = &mut self.headers;
        fields.set("Content-Type", "text/html; charset=utf-8");
        fields.set("Content-Length", page.len().to_string());
        fields.append("Vary", "Accept");
        self.content = Content::Bytes(page.into_bytes());
    }

    /// Sends everything, after which no content is left, and returns its contribution to the fate of the connection:
    /// [`Fate::Close`] if the response has no `Content-Length` and is no chunked stream, or has the connection option
    /// `close`; [`Fate::Abort`] if the client is gone.
    ///
    /// # Errors
    /// [`BrokenOff`] if the content could not be produced to its end.
    #[doc(hidden)]
    pub fn send(&mut self, turn: &Turn, method: &[u8]) -> Result<Fate, BrokenOff> {
        turn.mark_written();
        turn.note_status(self.status);
        if !self.delay.is_zero() && turn.pause(self.delay).is_err() {
            return Ok(Fate::Abort);
        }
        let mut out = Vec::with_capacity(self.room());
        let is_chunked_stream = self.is_chunked_stream();
        let head = self.append_head(&mut out);
        let suppress = method == b"HEAD" && self.content_for_head == ContentForHead::Suppress;
        let sent = match mem::take(&mut self.content) {
            _ if suppress => turn.send(&out).map_err(Failure::from),
            Content::Empty => turn.send(&out).map_err(Failure::from),
            Content::Bytes(bytes) => sending::send_bytes(turn, out, &bytes).map_err(Failure::from),
            Content::File(file, length) => sending::send_file(turn, out, file, length),
            Content::Stream(chunks) if is_chunked_stream => {
                sending::send_chunks(turn, &out, Box::new(InChunks::new(chunks)))
            }
            Content::Chunks(chunks) | Content::Stream(chunks) => {
                sending::send_chunks(turn, &out, chunks)
            }
        };
        match sent {
            Ok(()) if is_chunked_stream && !head.close => Ok(Fate::Keep),
            Ok(()) => Ok(head.fate()),
            Err(Failure::Gone) => Ok(Fate::Abort),
            Err(Failure::Content { error, is_panic }) => Err(BrokenOff {
                error,
                is_panic,
                // A client that counts bytes or chunks misses the rest.
                fate: match head.length || is_chunked(&self.headers) {
                    true => Fate::Abort,
                    false => Fate::Reset,
                },
            }),
        }
    }

    /// Whether the response ends with its head, whatever its fields are (RFC 9112 §6.3).
    #[doc(hidden)]
    pub fn ends_with_head(&self) -> bool {
        matches!(self.status, 100..200 | 204 | 304) && matches!(self.content, Content::Empty)
    }

    /// Whether there is neither content nor a field that delimits it, so that only the end of the connection would.
    pub(crate) fn lacks_framing(&self) -> bool {
        matches!(self.content, Content::Empty)
            && !self.ends_with_head()
            && self.required_headers == RequiredHeaders::Add
            && !self.has_field(b"Content-Length")
            && !self.has_field(b"Transfer-Encoding")
    }

    fn has_field(&self, name: &[u8]) -> bool {
        let mut fields = self.headers.iter();
        fields.any(|(its_name, _)| its_name.eq_ignore_ascii_case(name))
    }

    /// Whether a field of the response has the connection option `close`.
    #[doc(hidden)]
    pub fn says_close(&self) -> bool {
        self.headers
            .iter()
            .any(|(name, value)| is_close(name, value))
    }

    /// Appends status line and fields, and returns which of the fields in [`Seen`] are among them.
    fn append_head(&self, out: &mut Vec<u8>) -> Seen {
        append_status_line(out, self.status, self.reason.as_deref());
        let mut seen = Seen::default();
        self.headers
            .iter()
            .for_each(|(name, value)| seen.note(name, value));
        self.headers.append_to(out);
        if self.required_headers == RequiredHeaders::Add {
            seen.append_missing(out);
            if let (false, Some(length)) = (seen.length, self.length_to_add(&seen)) {
                append_length(out, length);
                seen.length = true;
            }
        }
        out.extend_from_slice(b"\r\n");
        seen
    }

    /// Bytes of the first write, about.
    fn room(&self) -> usize {
        let content = match self.length() {
            Some(length) if length <= ONE_WRITE => length as usize,
            _ => 0,
        };
        TYPICAL_HEAD + self.headers.typical_length() + content
    }

    /// The length that is sent if the handler sets none. A transfer coding, which its author has put there,
    /// delimits a file instead (RFC 9112 §6.2); bytes and single ranges get both, as in the reference.
    fn length_to_add(&self, seen: &Seen) -> Option<u64> {
        match &self.content {
            Content::File(..) if seen.transfer_coding && !seen.range => None,
            Content::Chunks(_) | Content::Stream(_) if seen.transfer_coding => None,
            _ => self.length(),
        }
    }

    fn length(&self) -> Option<u64> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::File(_, length) => Some(*length),
            Content::Chunks(chunks) | Content::Stream(chunks) => chunks.length(),
            Content::Empty => None,
        }
    }
}

/// Whether the last transfer coding is `chunked` (RFC 9112 §6.3). The chunks are the handler's own.
fn is_chunked(headers: &Headers) -> bool {
    let codings = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"transfer-encoding"));
    codings.last().is_some_and(|(_, value)| {
        let last = value.rsplit(|&byte| byte == b',').next().unwrap_or(value);
        last.trim_ascii().eq_ignore_ascii_case(b"chunked")
    })
}

/// A response whose content could not be sent to its end.
#[derive(Debug)]
pub struct BrokenOff {
    /// The reason.
    pub error: ContentError,
    /// Whether it is a panic.
    pub is_panic: bool,
    /// How the connection must end so that the client can tell.
    pub fate: Fate,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(response: &Response) -> (String, Fate) {
        let mut out = Vec::new();
        let fate = response.append_head(&mut out).fate();
        (String::from_utf8(out).unwrap(), fate)
    }

    #[test]
    fn required_fields_fill_the_gaps_in_order() {
        let mut response = Response::default();
        response.headers.append("date", "today");
        response.content = "four".into();
        let expected = format!(
            "HTTP/1.1 200 OK\r\ndate: today\r\nServer: {SERVER}\r\nContent-Length: 4\r\n\r\n"
        );
        assert_eq!(head(&response), (expected, Fate::Keep));
    }

    #[test]
    fn a_length_that_a_handler_set_wins() {
        let mut response = Response::default();
        response.headers.append("CONTENT-length", "9");
        response.required_headers = RequiredHeaders::Omit;
        response.status = 308;
        let expected = "HTTP/1.1 308 \r\nCONTENT-length: 9\r\n\r\n".to_owned();
        assert_eq!(head(&response), (expected, Fate::Keep));
    }

    #[test]
    fn without_a_length_only_closing_delimits() {
        let response = Response {
            reason: Some(b"".to_vec()),
            required_headers: RequiredHeaders::Omit,
            content: "x".into(),
            ..Response::default()
        };
        let expected = "HTTP/1.1 200 \r\n\r\n".to_owned();
        assert_eq!(head(&response), (expected, Fate::Close));
    }

    #[test]
    fn a_response_that_says_close_closes() {
        for (values, fate) in [
            (&["close"][..], Fate::Close),
            (&["Foo , CLOSE\t"], Fate::Close),
            (&["foo", "close"], Fate::Close),
            (&["keep-alive"], Fate::Keep),
            (&["closed"], Fate::Keep),
        ] {
            let mut response = Response {
                content: "x".into(),
                ..Response::default()
            };
            for &value in values {
                response.headers.append("connection", value);
            }
            assert_eq!(head(&response).1, fate, "{values:?}");
            assert_eq!(response.says_close(), fate == Fate::Close, "{values:?}");
        }
    }
}
