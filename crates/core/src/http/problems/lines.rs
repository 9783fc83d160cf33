//! Problems of lines and their ends, and of what is no HTTP request at all.
//!
//! ```
//! use wireserve::message::Problem;
//! use wireserve::message::problem_kinds::lines::*;
//!
//! let found = |head: &[u8]| Problem::find(head)[0].what;
//! assert_eq!(found(b"\x16\x03\x01\r\n"), NOT_HTTP);
//! assert_eq!(found(b"PRI * HTTP/2.0\r\n\r\n"), HTTP2_PREFACE);
//! assert_eq!(found(b"\r\nGET / HTTP/1.0\r\n\r\n"), LEADING_EMPTY_LINE);
//! assert_eq!(found(b"GET / HTTP/1.0\n\r\n"), BARE_LF);
//! assert_eq!(found(b"GET / HTTP/1.0\r\nA: b\rc\r\n\r\n"), BARE_CR);
//! assert_eq!(found(b"GET / HTTP/1.0\r\nA: b\r\n"), NO_END);
//! ```

use super::kind::{Facts, kinds};
use super::{ProblemKind, Severity};

kinds! {
    /// The first byte is a control character: TLS on a plaintext port, or binary data.
    pub const NOT_HTTP = Violation, "RFC 9112 §2.2", "not an HTTP request";
    /// `PRI * HTTP/2.0`, the beginning of an HTTP/2 connection.
    pub const HTTP2_PREFACE = Violation, "RFC 9113 §3.4", "the HTTP/2 connection preface";
    /// Servers should ignore at least one.
    pub const LEADING_EMPTY_LINE = Tolerated, "RFC 9112 §2.2", "an empty line before the request line";
    /// Recipients may accept a single LF as a line terminator.
    pub const BARE_LF = Tolerated, "RFC 9112 §2.2", "a line that ends with a bare LF";
    /// Recipients must reject it or replace it with a space.
    pub const BARE_CR = Violation, "RFC 9112 §2.2", "a bare CR", framing;
    /// The input ended before the head did.
    pub const NO_END = Violation, "RFC 9112 §2.1", "no empty line after the header section";
}
