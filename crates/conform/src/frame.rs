//! The page that a browser needs to ask for a case: a script may read a response only if it comes from the
//! script's own origin, and a case has an origin of its own, since it has a port of its own. So the server of each
//! case serves this page besides, which the page of the suite opens in a frame. Its connection is closed after
//! it, so that the case begins on a new one, and it is not among the evidence.

use wireserve_core::exchange::{Content, Exchange, Handler};
use wireserve_core::fault::Fault;
use wireserve_core::transcript::{Side, Transcript};

/// The target of the page.
pub(super) const FRAME: &str = "/frame";

const HTML: &str = include_str!("client/browser/frame.html");

/// Answers with the page.
pub(super) struct FrameHandler;

impl Handler for FrameHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let response = &mut exchange.response;
        response
            .headers
            .append("Content-Type", "text/html; charset=utf-8");
        response.headers.append("Connection", "close");
        response.content = Content::Bytes(HTML.as_bytes().to_vec());
        Ok(())
    }
}

/// Whether a connection was opened only for the page.
pub(super) fn is_for_frame(transcript: &Transcript) -> bool {
    let mut entries = transcript.entries().iter();
    let first = entries.find(|entry| entry.from() == Some(Side::Client));
    first.is_some_and(|first| first.bytes().starts_with(b"GET /frame "))
}
