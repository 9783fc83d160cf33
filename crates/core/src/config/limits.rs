//! The limits beyond which requests and connections are refused.

use std::io;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};

use crate::exchange::RequestLimits;
use crate::http::head;
use crate::wire::budget::{Budgets, MAX_HEADS, MAX_MEMORY};

/// The limits beyond which requests and connections are refused. None may be 0.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Limits, Server};
///
/// let limits = Limits { field_lines: 10, ..Limits::default() };
/// let server = Server::builder().limits(limits).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(10)).as_bytes())?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that sends ten fields and the empty line gets:
/// assert!(answer.starts_with("HTTP/1.1 431 "));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request line, its line terminator included; a longer one is answered with 414.
    #[serde(deserialize_with = "positive")]
    pub request_line: usize,
    /// Bytes of a field line, its line terminator included; a longer one is answered with 431.
    #[serde(deserialize_with = "positive")]
    pub field_line: usize,
    /// Field lines, the empty line at the end included; more are answered with 431.
    #[serde(deserialize_with = "positive")]
    pub field_lines: usize,
    /// Bytes of a whole head, from the request line to the empty line; a larger one is answered with
    /// 431.
    #[serde(deserialize_with = "positive")]
    pub head: usize,
    /// Bytes of the heads of all requests in progress together, counted from 16 KiB of each; beyond it,
    /// the head that grows is answered with 431.
    #[serde(deserialize_with = "positive")]
    pub heads: usize,
    /// Bytes that all requests in progress have in memory together, counted from 64 KiB of each: the largest
    /// piece of its body that a handler has read at once, the parts of a form, and content that pipes
    /// or listings make. Beyond it, a request that is not alone is answered with 503.
    #[serde(deserialize_with = "positive")]
    pub memory: usize,
    /// Open connections. At the limit, the connection that has been idle longest is closed to make
    /// room; if all are busy, the new connection is answered with 503.
    #[serde(deserialize_with = "positive")]
    pub connections: usize,
    /// Bytes of a request body, decoded; a larger one is answered with 413.
    #[serde(deserialize_with = "positive")]
    pub body: u64,
    /// Bytes of a form's text: of an urlencoded form, or of the parts of a multipart body that are not
    /// files; more are answered with 413.
    #[serde(deserialize_with = "positive")]
    pub form: usize,
    /// Fields of a form, parts of a multipart body, parameters of a query, or cookies; more are
    /// answered with 400.
    #[serde(deserialize_with = "positive")]
    pub parameters: usize,
    /// Pipes of a response; more are answered with 400.
    #[serde(deserialize_with = "positive")]
    pub pipes: usize,
    /// Bytes of all values in the stash, and of all items in its queues; beyond it, putting one is an
    /// exception in the handler. Each counts 128 bytes in addition to its own and those of its path. A
    /// store that [`Builder::stash`](crate::server::Builder::stash) has set has its own limit.
    #[serde(deserialize_with = "positive")]
    pub stash: usize,
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
            head: head.head,
            heads: MAX_HEADS,
            memory: MAX_MEMORY,
            connections: MAX_CONNECTIONS,
            body: request.body,
            form: request.form,
            parameters: request.parameters,
            pipes: request.pipes,
            stash: request.stash,
        }
    }
}

impl Limits {
    /// Refuses limits of 0, with which no request could be answered.
    pub(crate) fn check(&self) -> io::Result<()> {
        let Some(key) = self.zero() else {
            return Ok(());
        };
        let message = format!("expected a limit of at least 1, found `{key}` of 0");
        Err(io::Error::new(io::ErrorKind::InvalidInput, message))
    }

    /// The key of a limit that is 0.
    fn zero(&self) -> Option<&'static str> {
        let Self {
            request_line,
            field_line,
            field_lines,
            head,
            heads,
            memory,
            connections,
            body,
            form,
            parameters,
            pipes,
            stash,
        } = *self;
        [
            (request_line == 0, "request_line"),
            (field_line == 0, "field_line"),
            (field_lines == 0, "field_lines"),
            (head == 0, "head"),
            (heads == 0, "heads"),
            (memory == 0, "memory"),
            (connections == 0, "connections"),
            (body == 0, "body"),
            (form == 0, "form"),
            (parameters == 0, "parameters"),
            (pipes == 0, "pipes"),
            (stash == 0, "stash"),
        ]
        .iter()
        .find_map(|&(is_zero, key)| is_zero.then_some(key))
    }

    /// The limits of a request's head.
    #[doc(hidden)]
    pub fn head(&self) -> head::HeadLimits {
        head::HeadLimits {
            request_line: self.request_line,
            field_line: self.field_line,
            field_lines: self.field_lines,
            head: self.head,
        }
    }

    /// What all requests in progress may take together.
    pub(crate) fn budgets(&self) -> Budgets {
        Budgets::new(self.heads, self.memory)
    }

    /// The limits of what a request may make a handler do.
    #[doc(hidden)]
    pub fn request(&self) -> RequestLimits {
        RequestLimits {
            body: self.body,
            form: self.form,
            parameters: self.parameters,
            pipes: self.pipes,
            stash: self.stash,
        }
    }
}

/// A limit of 0 would refuse everything.
fn positive<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default + PartialEq,
    D: Deserializer<'de>,
{
    let limit = T::deserialize(deserializer)?;
    if limit == T::default() {
        let found = Unexpected::Unsigned(0);
        return Err(D::Error::invalid_value(found, &"at least 1"));
    }
    Ok(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_zero() {
        assert_eq!(Limits::default().zero(), None);
        for key in [
            "request_line",
            "field_line",
            "field_lines",
            "heads",
            "memory",
            "connections",
            "body",
            "form",
            "parameters",
            "pipes",
            "stash",
        ] {
            let json = format!("{{\"{key}\": 0}}");
            let error = serde_json::from_str::<Limits>(&json).unwrap_err();
            let error = error.to_string();
            assert!(error.contains("`0`, expected at least 1"), "{error}");
        }
        let limits = Limits {
            field_lines: 0,
            ..Limits::default()
        };
        assert_eq!(limits.zero(), Some("field_lines"));
    }
}
