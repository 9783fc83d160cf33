//! From where on requests and connections are refused.

use serde::Deserialize;

use crate::http::head;

/// From where on requests and connections are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request line with its line end; beyond it, 414.
    pub request_line: usize,
    /// Bytes of a header line with its line end; beyond it, 431.
    pub field_line: usize,
    /// Header lines, the empty one at the end included; beyond it, 431.
    pub field_lines: usize,
    /// Open connections; at the cap the longest idle one is closed to make room, and when none is
    /// idle a new one gets 503. As many as a process may have descriptors for on most systems.
    pub connections: usize,
}

/// Connections at a time, see [`Limits::connections`].
const MAX_CONNECTIONS: usize = 8192;

impl Default for Limits {
    fn default() -> Self {
        let head = head::HeadLimits::default();
        Self {
            request_line: head.request_line,
            field_line: head.field_line,
            field_lines: head.field_lines,
            connections: MAX_CONNECTIONS,
        }
    }
}

impl Limits {
    /// Those of a request's head.
    pub fn head(&self) -> head::HeadLimits {
        head::HeadLimits {
            request_line: self.request_line,
            field_line: self.field_line,
            field_lines: self.field_lines,
        }
    }
}
