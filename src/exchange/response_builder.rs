//! Building a [`Response`] in one expression.

use std::time::Duration;

use super::content::{Chunk, Chunks, Content, ContentError};
use super::response::Response;

impl Response {
    /// A response with a status and nothing else. The status may be any number.
    ///
    /// ```
    /// use wireserve::{Response, Server};
    ///
    /// let server = Server::start();
    /// server.get("/old", |_| Response::new(301).field("Location", "/new"));
    /// server.get("/odd", |_| Response::new(299).reason("Odd").content("text"));
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
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Vec<u8>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same response with another field. The value is sent as it is.
    #[must_use]
    pub fn field(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The same response with this content. Without one, the response has no `Content-Length`, and the
    /// connection is closed after it, unless its status permits no content.
    #[must_use]
    pub fn content(mut self, content: impl Into<Content>) -> Self {
        self.content = content.into();
        self
    }

    /// The same response with content that is made while it is sent, as chunks of a chunked body; the
    /// connection is closed after it.
    ///
    /// ```
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
    /// ```
    #[must_use]
    pub fn stream<I>(self, chunks: I) -> Self
    where
        I: IntoIterator<Item = Chunk>,
        I::IntoIter: Send + 'static,
    {
        let chunks = InChunks {
            chunks: chunks.into_iter(),
            is_over: false,
        };
        self.field("Transfer-Encoding", "chunked")
            .field("Connection", "close")
            .content(Content::Chunks(Box::new(chunks)))
    }

    /// The same response, with this wait before its first byte.
    #[must_use]
    pub fn delay(mut self, time: Duration) -> Self {
        self.delay = time;
        self
    }
}

/// Chunks with the framing of a chunked body.
struct InChunks<I> {
    chunks: I,
    is_over: bool,
}

impl<I: Iterator<Item = Chunk> + Send> Chunks for InChunks<I> {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        loop {
            return match self.chunks.next() {
                // It would end the body.
                Some(Chunk::Bytes(bytes)) if bytes.is_empty() => continue,
                Some(Chunk::Bytes(bytes)) => {
                    let size = format!("{:x}\r\n", bytes.len());
                    Some(Ok([size.as_bytes(), &bytes, b"\r\n"].concat().into()))
                }
                Some(pause) => Some(Ok(pause)),
                None if self.is_over => None,
                None => {
                    self.is_over = true;
                    Some(Ok(b"0\r\n\r\n".to_vec().into()))
                }
            };
        }
    }
}
