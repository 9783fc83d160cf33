//! Requests of the model client, and how it sends them: it watches for a response while it sends (RFC 9112 §9.5),
//! and waits for `100 Continue` where it has announced that (RFC 9110 §10.1.1).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::message::Failure;
use super::stream::{Sent, Stream};
use super::{Deviation, Next};

/// How long it waits for `100 Continue`.
const CONTINUES_AFTER: Duration = Duration::from_millis(200);

/// A request in parts, which are sent one after the other.
pub struct Request {
    head: Vec<u8>,
    body: Vec<u8>,
    waits: bool,
}

impl Request {
    pub fn of(next: &Next, address: SocketAddr, deviation: Deviation) -> Self {
        let (ask, target) = (&next.request, &next.target);
        let mut head = format!(
            "{} {target} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: gzip, deflate\r\n",
            ask.method
        );
        let drops = deviation == Deviation::DropsFields;
        for (name, value) in ask.fields.iter().filter(|_| !drops) {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some((name, password)) = ask.credentials.as_ref().filter(|_| next.authorized) {
            let pair = BASE64_STANDARD.encode(format!("{name}:{password}"));
            head += &format!("Authorization: Basic {pair}\r\n");
        }
        let content = ask.content.as_deref().unwrap_or_default();
        let content = match deviation {
            Deviation::LosesContent => b"",
            _ => content,
        };
        let declares = deviation != Deviation::NeverDeclaresNothing;
        let mut body = content.to_vec();
        if !ask.trailers.is_empty() {
            head += "Transfer-Encoding: chunked\r\n";
            body = chunked(content, &ask.trailers);
        } else if ask.content.is_some() && (!content.is_empty() || declares) {
            head += &format!("Content-Length: {}\r\n", content.len());
        }
        head += "\r\n";
        let waits = ask.fields.iter().any(|(name, _)| name == "Expect") && !drops;
        Self {
            head: head.into_bytes(),
            body,
            waits,
        }
    }

    /// Sends it until a response comes; returns whether all of it was sent.
    pub fn send(
        &self,
        stream: &mut Stream,
        deviation: Deviation,
        deadline: &impl Fn() -> Instant,
    ) -> Result<bool, Failure> {
        if deviation == Deviation::SendsWithoutReading {
            return stream.send_all(&[&self.head[..], &self.body].concat(), deadline);
        }
        if self.waits {
            stream.send(&self.head, deadline)?;
            let until = Instant::now() + CONTINUES_AFTER;
            if stream.has_come_before(|| deadline().min(until))? && !stream.begins_with_continue() {
                return Ok(false);
            }
            // What has come is read after the content has been sent.
            return stream.send_all(&self.body, deadline);
        }
        let all = [&self.head[..], &self.body].concat();
        Ok(stream.send(&all, deadline)? == Sent::All)
    }
}

/// Content in one chunk, and a trailer section.
fn chunked(content: &[u8], trailers: &[(String, String)]) -> Vec<u8> {
    let mut body = Vec::new();
    if !content.is_empty() {
        body.extend(format!("{:x}\r\n", content.len()).bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\n");
    for (name, value) in trailers {
        body.extend(format!("{name}: {value}\r\n").bytes());
    }
    body.extend_from_slice(b"\r\n");
    body
}
