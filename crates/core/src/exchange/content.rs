//! The content of a response: nothing, bytes, a file, or chunks that are generated while they are
//! sent.

use std::fmt;
use std::fs::File;
use std::time::Duration;

/// The content of a response.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Content, Response, Server};
///
/// let server = Server::start();
/// server.get("/text", |_| Response::new(200).content("text"));
/// server.get("/nothing", |_| Response::new(200).content(Content::Empty));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /text HTTP/1.1\r\n\r\nGET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for both on one connection gets two lengths:
/// let lengths = answer.lines().filter_map(|line| line.strip_prefix("Content-Length: "));
/// assert_eq!(lengths.collect::<Vec<_>>(), ["4", "0"]);
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Default)]
#[non_exhaustive]
pub enum Content {
    /// No content and no `Content-Length`: the response ends with the connection. The answer of a route is given
    /// `Content-Length: 0`.
    #[default]
    Empty,
    /// Bytes, with their length.
    Bytes(Vec<u8>),
    /// A file from its current position, with the value of `Content-Length`, which is not sent beside a
    /// `Transfer-Encoding`.
    File(File, u64),
    /// Pieces that are generated while they are sent, without a framing.
    Chunks(Box<dyn Chunks>),
    /// The same, as the chunks of a chunked body if the response has `Transfer-Encoding: chunked`, which
    /// [`Response::stream`](super::Response::stream) adds.
    Stream(Box<dyn Chunks>),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::File(_, length) => write!(f, "File({length})"),
            Self::Chunks(_) => f.write_str("Chunks"),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Bytes(text.into_bytes())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Content {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

/// Content that is generated while it is sent, with one write for each piece.
///
/// ```
/// # use std::io::{Read, Write};
/// # use wireserve::{Chunk, Chunks, Content, ContentError, Response, Server};
/// struct Broken(bool); // breaks off after its first piece
///
/// impl Chunks for Broken {
///     fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
///         let is_first = !std::mem::replace(&mut self.0, true);
///         let broken = || ContentError("on purpose".to_owned());
///         Some(is_first.then(|| Chunk::from("a piece")).ok_or_else(broken))
///     }
/// }
///
/// let server = Server::start();
/// server.get("/", |_| Response::new(200).content(Content::Chunks(Box::new(Broken(false)))));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
/// # let end = client.read_to_end(&mut Vec::new());
/// assert!(end.is_err()); // what a client sees: the connection is reset
/// # Ok::<(), wireserve::Error>(())
/// ```
pub trait Chunks: Send {
    /// The next chunk; `None` after the last. Not called again once the client is gone.
    ///
    /// See the example of [`Chunks`].
    ///
    /// # Errors
    /// The reason, which is logged. The connection ends.
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>>;

    /// Bytes of all chunks together, if known in advance. It becomes the `Content-Length`, unless the response
    /// has a `Transfer-Encoding`.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use wireserve::{Chunk, Chunks, Content, ContentError, Response, Server};
    /// struct Repeated(u8); // so many times one byte
    ///
    /// impl Chunks for Repeated {
    ///     fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
    ///         self.0 = self.0.checked_sub(1)?;
    ///         Some(Ok(Chunk::from("x")))
    ///     }
    ///
    ///     fn length(&self) -> Option<u64> {
    ///         Some(u64::from(self.0))
    ///     }
    /// }
    /// # let server = Server::start();
    /// # server.get("/", |_| Response::new(200).content(Content::Chunks(Box::new(Repeated(3)))));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// # assert!(answer.contains("\r\nContent-Length: 3\r\n") && answer.ends_with("\r\n\r\nxxx"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    fn length(&self) -> Option<u64> {
        None
    }
}

/// A piece of content that is generated while it is sent.
///
/// ```
/// # use std::io::Write;
/// use std::time::Duration;
///
/// use wireserve::{Chunk, Response, Server};
///
/// let server = Server::start();
/// let pieces = || [Chunk::from("at once"), Chunk::Pause(Duration::from_millis(5)), Chunk::from("later")];
/// server.get("/", move |_| Response::new(200).stream(pieces()));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for `/` gets two chunks:
/// assert!(answer.ends_with("\r\n\r\n7\r\nat once\r\n5\r\nlater\r\n0\r\n\r\n"));
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Chunk {
    /// Bytes, sent in one write.
    Bytes(Vec<u8>),
    /// A pause of this length, which ends early if the client leaves.
    Pause(Duration),
    /// The name and the value of a trailer field (RFC 9110 §6.5), sent after the last chunk. Only a chunked body has
    /// room for it, so that other content, and a stream for an HTTP/1.0 client, is sent without it.
    Trailer(Vec<u8>, Vec<u8>),
}

impl Chunk {
    /// A trailer field. Nothing is checked, and no `Trailer` field announces it by itself.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::{Chunk, Response, Server};
    ///
    /// let server = Server::start();
    /// server.get("/", |_| {
    ///     let chunks = [Chunk::from("text"), Chunk::trailer("Digest-Of", "text")];
    ///     Response::new(200).field("Trailer", "Digest-Of").stream(chunks)
    /// });
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// assert!(answer.ends_with("4\r\ntext\r\n0\r\nDigest-Of: text\r\n\r\n")); // what a client gets
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn trailer(name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        Self::Trailer(name.as_ref().to_vec(), value.as_ref().to_vec())
    }
}

impl From<Vec<u8>> for Chunk {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Chunk {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Chunk {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<&str> for Chunk {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<String> for Chunk {
    fn from(text: String) -> Self {
        Self::Bytes(text.into_bytes())
    }
}

impl<I> Chunks for I
where
    I: Iterator<Item = Vec<u8>> + Send,
{
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        self.next().map(|bytes| Ok(bytes.into()))
    }
}

/// Why content could not be produced. Only the operator sees it.
///
/// ```
/// use wireserve::ContentError;
///
/// assert_eq!(ContentError("no more bytes".to_owned()).to_string(), "no more bytes");
/// ```
#[derive(Debug)]
pub struct ContentError(pub String);

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ContentError {}
