//! The limits beyond which requests and connections are refused.

use serde::Deserialize;

use crate::exchange::RequestLimits;
use crate::http::head;

/// The limits beyond which requests and connections are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request line, its line terminator included; a longer one is answered with 414.
    pub request_line: usize,
    /// Bytes of a field line, its line terminator included; a longer one is answered with 431.
    pub field_line: usize,
    /// Field lines, the empty line at the end included; more are answered with 431.
    pub field_lines: usize,
    /// Open connections. At the limit, the connection that has been idle longest is closed to make
    /// room; if all are busy, the new connection is answered with 503.
    pub connections: usize,
    /// Bytes of a request body, decoded; a larger one is answered with 413.
    pub body: u64,
    /// Bytes of a form's text: of an urlencoded form, or of the parts of a multipart body that are not
    /// files; more are answered with 413.
    pub form: usize,
    /// Fields of a form, parts of a multipart body, parameters of a query, or cookies; more are
    /// answered with 400.
    pub parameters: usize,
    /// Pipes of a response; more are answered with 400.
    pub pipes: usize,
}

/// Below the descriptors that most systems allow a process.
const MAX_CONNECTIONS: usize = 8192;

impl Default for Limits {
    fn default() -> Self {
        let head = head::HeadLimits::default();
        let request = RequestLimits::default();
        Self {
            request_line: head.request_line,
            field_line: head.field_line,
            field_lines: head.field_lines,
            connections: MAX_CONNECTIONS,
            body: request.body,
            form: request.form,
            parameters: request.parameters,
            pipes: request.pipes,
        }
    }
}

impl Limits {
    /// The limits of a request's head.
    pub fn head(&self) -> head::HeadLimits {
        head::HeadLimits {
            request_line: self.request_line,
            field_line: self.field_line,
            field_lines: self.field_lines,
        }
    }

    /// The limits of what a request may make a handler do.
    pub fn request(&self) -> RequestLimits {
        RequestLimits {
            body: self.body,
            form: self.form,
            parameters: self.parameters,
            pipes: self.pipes,
        }
    }
}
