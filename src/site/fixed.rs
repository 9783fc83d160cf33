//! Fixed responses: the same status, fields and content for every request of a route.

use crate::exchange::{Content, Exchange, Handler};
use crate::fault::Fault;
use crate::http::headers::Headers;

/// Sends one and the same response.
#[derive(Clone, Debug, Default)]
pub struct FixedHandler {
    /// The status code.
    pub status: i64,
    /// The header fields; `Server`, `Date` and `Content-Length` are added.
    pub headers: Headers,
    /// The content.
    pub content: Vec<u8>,
}

impl FixedHandler {
    /// A status and a text, sent as `text/plain`.
    pub fn text(status: i64, text: &str) -> Self {
        Self {
            status,
            headers: [("Content-Type", "text/plain")].into_iter().collect(),
            content: text.into(),
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
