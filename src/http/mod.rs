//! The protocol: bytes in, values out. No socket, file or clock is touched here, and "more bytes are
//! needed" is a value, never an error. What a peer got wrong is a [`Malformed`]; which status that
//! means is for `fault.rs` to say.

pub mod basic_auth;
pub mod chunk_line;
pub mod chunked;
pub mod fields;
pub mod framing;
pub mod grammar;
pub mod head;
pub mod headers;
pub mod problems;
pub mod query;
pub mod range;
pub mod raw_lines;
pub mod request_line;
pub mod scheme;
pub mod status;
pub mod target;

/// What is wrong with what the peer sent, as plain facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The first bytes cannot be a request line: a control character, or TLS on a plain port.
    NotHttp,
    /// The request line has not two or three words, or two words and another method than GET.
    RequestLine(Vec<u8>),
    /// The last word of the request line is no HTTP version.
    Version(Vec<u8>),
    /// A version of HTTP/2 or above.
    UnsupportedVersion(Vec<u8>),
    /// The request line is longer than the limit.
    RequestLineTooLong,
    /// A header line is longer than the limit.
    FieldTooLong,
    /// There are more header lines than the limit.
    TooManyFields,
    /// `Content-Length` is no number, negative, or too large to count.
    ContentLength(Vec<u8>),
    /// Several `Content-Length` fields that do not agree (RFC 9112 §6.3).
    ConflictingLengths,
    /// `Transfer-Encoding` whose last coding is not chunked (RFC 9112 §6.3).
    TransferEncoding(Vec<u8>),
    /// `Host` that cannot be part of a URL.
    Host(Vec<u8>),
    /// A chunked body that is not one (RFC 9112 §7.1); the text says where.
    Chunk(&'static str),
}
