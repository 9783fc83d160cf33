//! Streams as chunked bodies (RFC 9112 §7.1).

use super::Response;
use super::head::append_field;
use super::is_chunked;
use crate::exchange::content::{Chunk, Chunks, Content, ContentError};
use crate::exchange::request::Request;
use crate::http::request_line::Version;

impl Response {
    /// Removes the chunked coding of a stream for a client that may not know it (RFC 9112 §6.1): the content ends
    /// with the connection then.
    #[inline]
    pub(crate) fn adapt_stream(&mut self, request: &Request) {
        if self.is_chunked_stream() && request.head().version() < Version::HTTP_11 {
            self.headers.remove(b"Transfer-Encoding");
        }
    }

    /// Whether the content is a stream that is sent as chunks, so that it ends without the connection.
    #[inline]
    pub(super) fn is_chunked_stream(&self) -> bool {
        matches!(self.content, Content::Stream(_)) && is_chunked(&self.headers)
    }
}

/// A stream with the framing of a chunked body.
pub(super) struct InChunks {
    stream: Box<dyn Chunks>,
    /// Field lines that follow the last chunk.
    trailers: Vec<u8>,
    is_over: bool,
}

impl InChunks {
    pub(super) fn new(stream: Box<dyn Chunks>) -> Self {
        Self {
            stream,
            trailers: Vec::new(),
            is_over: false,
        }
    }
}

impl Chunks for InChunks {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        if self.is_over {
            return None;
        }
        loop {
            return Some(match self.stream.next_chunk() {
                // It would end the body.
                Some(Ok(Chunk::Bytes(bytes))) if bytes.is_empty() => continue,
                Some(Ok(Chunk::Bytes(bytes))) => {
                    let size = format!("{:x}\r\n", bytes.len());
                    Ok([size.as_bytes(), &bytes, b"\r\n"].concat().into())
                }
                Some(Ok(Chunk::Trailer(name, value))) => {
                    append_field(&mut self.trailers, &name, &value);
                    continue;
                }
                Some(pause_or_error) => pause_or_error,
                None => {
                    self.is_over = true;
                    Ok([b"0\r\n", &self.trailers[..], b"\r\n"].concat().into())
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A stream of these chunks.
    struct Given(std::vec::IntoIter<Chunk>);

    impl Chunks for Given {
        fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
            self.0.next().map(Ok)
        }
    }

    #[test]
    fn trailers_follow_the_last_chunk_in_order() {
        let given = vec![
            Chunk::trailer("A", "1"),
            Chunk::from("sixteen letters."),
            Chunk::from(""),
            Chunk::Pause(Duration::ZERO),
            Chunk::trailer("B", ""),
        ];
        let mut chunks = InChunks::new(Box::new(Given(given.into_iter())));
        let mut next = || chunks.next_chunk().map(Result::unwrap);
        assert_eq!(next(), Some("10\r\nsixteen letters.\r\n".into()));
        assert_eq!(next(), Some(Chunk::Pause(Duration::ZERO)));
        assert_eq!(next(), Some("0\r\nA: 1\r\nB: \r\n\r\n".into()));
        assert_eq!(next(), None);
        assert_eq!(next(), None, "it stays over");
    }
}
