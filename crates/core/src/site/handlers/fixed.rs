//! Fixed responses: the same status, fields and content, or the same fault, for every request
//! (reference §8.4).

use crate::exchange::{Content, Exchange, Handler};
use crate::fault::Fault;
use crate::http::headers::Headers;

/// Sends the same response to every request.
///
/// ```
/// # use std::io::Write;
/// use wireserve::Server;
/// use wireserve::handlers::{ErrorHandler, FixedHandler};
///
/// let mut icon = FixedHandler::of_type("image/png", b"\x89PNG");
/// icon.headers.append("Cache-Control", "no-store");
/// let server = Server::builder()
///     .route("GET", "/icon", icon)?
///     .route("GET", "/teapot", FixedHandler::text(418, "short and stout"))?
///     .route("GET", "/gone", ErrorHandler(410))?
///     .start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /teapot HTTP/1.1\r\n\r\nGET /gone HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /teapot, then for /gone, gets:
/// assert!(answer.contains("\r\n\r\nshort and stoutHTTP/1.1 410 Gone\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FixedHandler {
    /// The status code.
    pub status: i64,
    /// The header fields, besides `Server`, `Date` and `Content-Length`.
    pub headers: Headers,
    /// The content.
    pub content: Vec<u8>,
}

impl FixedHandler {
    /// A response with a status and a text of type `text/plain`.
    ///
    /// See the example of [`FixedHandler`].
    pub fn text(status: i64, text: &str) -> Self {
        Self {
            status,
            ..Self::of_type("text/plain", text)
        }
    }

    /// A response with status 200 and content of a media type. More fields may be appended to
    /// `headers`.
    ///
    /// See the example of [`FixedHandler`].
    pub fn of_type(media_type: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: [("Content-Type", media_type)].into_iter().collect(),
            content: content.into(),
        }
    }
}

impl Handler for FixedHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let response = &mut exchange.response;
        response.status = self.status;
        response.headers = self.headers.clone();
        response.content = Content::Bytes(self.content.clone());
        Ok(())
    }
}

/// Answers with a status and the server's JSON for an error without a message.
///
/// See the example of [`FixedHandler`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorHandler(pub i64);

impl Handler for ErrorHandler {
    fn handle(&self, _: &mut Exchange<'_>) -> Result<(), Fault> {
        Err(Fault::new(self.0, ""))
    }
}
