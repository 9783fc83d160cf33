//! The head of a response as bytes: the status line, and the fields that are added where a handler has not set
//! them.

use crate::http::{list, status};
use crate::text::date;

use crate::exchange::fate::Fate;

/// The value of the `Server` field.
pub const SERVER: &str = concat!("wireserve/", env!("CARGO_PKG_VERSION"));

/// The version of status lines.
pub const VERSION: &str = "HTTP/1.1";

/// `HTTP/1.1 CODE REASON`, whatever version the client speaks.
pub fn append_status_line(out: &mut Vec<u8>, status: i64, reason: Option<&[u8]>) {
    if let (200, None) = (status, reason) {
        out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        return;
    }
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(itoa::Buffer::new().format(status).as_bytes());
    out.push(b' ');
    out.extend_from_slice(reason.unwrap_or_else(|| status::reason(status).as_bytes()));
    out.extend_from_slice(b"\r\n");
}

/// One field line; nothing is checked.
#[inline]
pub fn append_field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

pub(super) fn append_length(out: &mut Vec<u8>, length: u64) {
    let mut digits = itoa::Buffer::new();
    append_field(out, b"Content-Length", digits.format(length).as_bytes());
}

/// Whether a field is `Connection` with the option `close` among its members (RFC 9112 §9.6).
pub fn is_close(name: &[u8], value: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"connection") && list::contains([value], "close")
}

/// Which of the required fields a handler has set, and which of those that say how the response ends.
#[derive(Default)]
pub(super) struct Seen {
    server: bool,
    date: bool,
    pub(super) length: bool,
    pub(super) close: bool,
    pub(super) transfer_coding: bool,
    pub(super) range: bool,
}

impl Seen {
    #[inline]
    pub(super) fn note(&mut self, name: &[u8], value: &[u8]) {
        match name.len() {
            4 => self.date |= name.eq_ignore_ascii_case(b"date"),
            6 => self.server |= name.eq_ignore_ascii_case(b"server"),
            10 => self.close |= is_close(name, value),
            13 => self.range |= name.eq_ignore_ascii_case(b"content-range"),
            14 => self.length |= name.eq_ignore_ascii_case(b"content-length"),
            17 => self.transfer_coding |= name.eq_ignore_ascii_case(b"transfer-encoding"),
            _ => {}
        }
    }

    /// The contribution of the fields to the fate of the connection.
    #[inline]
    pub(super) fn fate(&self) -> Fate {
        match self.length && !self.close {
            true => Fate::Keep,
            false => Fate::Close,
        }
    }

    #[inline]
    pub(super) fn append_missing(&self, out: &mut Vec<u8>) {
        if !self.server {
            append_field(out, b"Server", SERVER.as_bytes());
        }
        if !self.date {
            out.extend_from_slice(b"Date: ");
            date::append_now(out);
            out.extend_from_slice(b"\r\n");
        }
    }
}
