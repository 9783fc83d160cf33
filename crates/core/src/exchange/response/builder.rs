//! Building a [`Response`] in one expression.

use std::time::Duration;

use super::Response;
use crate::exchange::content::{Chunk, Chunks, Content, ContentError};

impl Response {
    /// A response with a status and nothing else. The status may be any number.
    ///
    /// ```
    /// # use std::io::Write;
    /// use std::time::Duration;
    ///
    /// use wireserve::{Response, Server};
    ///
    /// let server = Server::start();
    /// server.get("/odd", |_| {
    ///     Response::new(299).reason("Odd").field("X", "1").content("text").delay(Duration::from_millis(5))
    /// });
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /odd HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /odd gets:
    /// assert!(answer.starts_with("HTTP/1.1 299 Odd\r\nX: 1\r\n"));
    /// assert!(answer.ends_with("\r\n\r\ntext"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn new(status: i64) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// The same response with this status.
    ///
    /// ```
    /// assert_eq!(wireserve::json(&[1]).status(201).status, 201);
    /// ```
    #[must_use]
    pub fn status(mut self, status: i64) -> Self {
        self.status = status;
        self
    }

    /// The same response with this reason phrase.
    ///
    /// See the example of [`Response::new`].
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Vec<u8>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same response with another field. The value is sent as it is.
    ///
    /// See the example of [`Response::new`].
    #[must_use]
    pub fn field(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The same response with this content. Without one, the answer of a route has `Content-Length: 0`; other
    /// responses have no length, and the connection is closed after them, unless their status permits no content.
    ///
    /// See the example of [`Response::new`].
    #[must_use]
    pub fn content(mut self, content: impl Into<Content>) -> Self {
        self.content = content.into();
        self
    }

    /// The same response with content that is made while it is sent, as chunks of a chunked body. The connection is
    /// kept after it. For an HTTP/1.0 client, which knows no chunks (RFC 9112 §6.1), the content ends with the
    /// connection. If the response has `Content-Length` already, the pieces are sent as they are.
    ///
    /// ```
    /// # use std::io::Write;
    /// use std::time::Duration;
    ///
    /// use wireserve::{Chunk, Response, Server};
    ///
    /// let server = Server::start();
    /// server.get("/stream", |_| {
    ///     Response::new(200).stream(["one", "two"].into_iter().flat_map(|text| {
    ///         [Chunk::from(text), Chunk::Pause(Duration::from_millis(5))]
    ///     }))
    /// });
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /stream HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// assert!(answer.ends_with("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")); // what a client gets
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[must_use]
    pub fn stream<I>(self, chunks: I) -> Self
    where
        I: IntoIterator<Item = Chunk>,
        I::IntoIter: Send + 'static,
    {
        self.streamed(Box::new(Iterated(chunks.into_iter())))
    }

    /// As [`Response::stream`], for content that may fail.
    #[doc(hidden)]
    #[must_use]
    pub fn streamed(self, chunks: Box<dyn Chunks>) -> Self {
        if self.has_field(b"Content-Length") {
            return self.content(Content::Chunks(chunks));
        }
        let is_chunked = self.has_field(b"Transfer-Encoding");
        let framed = match is_chunked {
            true => self,
            false => self.field("Transfer-Encoding", "chunked"),
        };
        framed.content(Content::Stream(chunks))
    }

    /// The same response, with this wait before its first byte.
    ///
    /// See the example of [`Response::new`].
    #[must_use]
    pub fn delay(mut self, time: Duration) -> Self {
        self.delay = time;
        self
    }
}

/// The chunks of an iterator.
struct Iterated<I>(I);

impl<I: Iterator<Item = Chunk> + Send> Chunks for Iterated<I> {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        self.0.next().map(Ok)
    }
}
