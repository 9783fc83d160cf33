//! The protocol without I/O: bytes in, values out. "More bytes are needed" is a value, never an error.
//! A request that cannot be served is a [`Malformed`]; `fault` maps it to a status.

pub mod accept;
pub mod address;
pub mod basic_auth;
pub mod chunk_line;
pub mod chunked;
pub mod conditional;
pub mod fields;
pub mod framing;
pub mod grammar;
pub mod head;
pub mod headers;
pub mod list;
pub mod problems;
pub mod query;
pub mod range;
pub mod raw_lines;
pub mod request_line;
pub mod scheme;
pub mod sent_status;
pub mod status;
pub mod target;
pub mod websocket;

use crate::text::latin1::excerpt;

/// A request that cannot be served, as plain facts. [`Fault`](crate::fault::Fault) adds the status.
///
/// ```
/// use wireserve::Fault;
/// use wireserve::message::{Head, Malformed};
///
/// let error = Head::parse(b"GET / HTTP/2.0\r\n\r\n".to_vec()).expect_err("not HTTP/1");
/// assert_eq!(error, Malformed::UnsupportedVersion(b"HTTP/2.0".to_vec()));
/// assert_eq!(Fault::from(error).status, 505);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The first byte cannot begin a request line: a control character, such as TLS sends.
    #[error("not an HTTP/1.1 request (TLS on a plaintext port?)")]
    NotHttp,
    /// The request line has neither three words, nor two words and the method GET.
    #[error("malformed request line {}", excerpt(.0))]
    RequestLine(Vec<u8>),
    /// The last word of the request line is not an HTTP version.
    #[error("malformed HTTP version {}", excerpt(.0))]
    Version(Vec<u8>),
    /// The major version is 2 or above.
    #[error("unsupported HTTP version {}", excerpt(.0))]
    UnsupportedVersion(Vec<u8>),
    /// The request line is longer than [`head::HeadLimits::request_line`].
    #[error("the request line is longer than `limits.request_line` allows")]
    RequestLineTooLong,
    /// A field line is longer than [`head::HeadLimits::field_line`].
    #[error("a field line is longer than `limits.field_line` allows")]
    FieldTooLong,
    /// The head is longer than [`head::HeadLimits::head`].
    #[error("the head is longer than `limits.head` allows")]
    HeadTooLong,
    /// The heads of all connections together are longer than the server allows.
    #[error("the heads of all requests in progress are together longer than `limits.heads` allows")]
    HeadsTooLong,
    /// There are more field lines than [`head::HeadLimits::field_lines`].
    #[error("more field lines than `limits.field_lines` allows")]
    TooManyFields,
    /// `Content-Length` is not a number, or is negative or too large.
    #[error("invalid Content-Length {}", excerpt(.0))]
    ContentLength(Vec<u8>),
    /// Several `Content-Length` fields with different values (RFC 9112 §6.3).
    #[error("conflicting Content-Length values")]
    ConflictingLengths,
    /// `Transfer-Encoding` whose final coding is not chunked (RFC 9112 §6.3).
    #[error("invalid Transfer-Encoding {}: the final coding is not chunked", excerpt(.0))]
    TransferEncoding(Vec<u8>),
    /// `Host` that cannot be part of a URL.
    #[error("invalid Host {}", excerpt(.0))]
    Host(Vec<u8>),
    /// A malformed chunked body (RFC 9112 §7.1), with the reason.
    #[error("malformed chunked body: {0}")]
    Chunk(&'static str),
}
