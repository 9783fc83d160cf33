//! What the server saw of the client: the requests of each connection, from the transcripts of a case.

use std::time::Duration;

use wireserve_core::http::chunked::{Decoder, trailer_fields};
use wireserve_core::http::head::Head;
use wireserve_core::http::list;
use wireserve_core::transcript::{Side, Transcript, What};

/// What the server saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub connections: Vec<Connection>,
}

/// One connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    pub requests: Vec<Request>,
    /// When the client sent FIN or RST, after the connection was accepted.
    pub client_left: Option<Duration>,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub fields: Vec<(String, String)>,
    /// `None` unless all of it has arrived, and was kept.
    pub content: Option<Vec<u8>>,
    /// The fields of the trailer section of chunked content.
    pub trailers: Vec<(String, String)>,
}

/// The head of a request, for a transcript that has dropped its bytes.
#[derive(Clone, Debug)]
pub struct ReceivedHead {
    /// The number of the connection, and of the exchange on it.
    pub connection: u64,
    pub exchange: u64,
    pub head: Head,
}

impl Seen {
    /// What these transcripts show. A request whose beginning they have dropped is known by its head alone.
    pub fn of(transcripts: &[Transcript], heads: &[ReceivedHead]) -> Self {
        let connections = transcripts
            .iter()
            .map(|transcript| Connection::of(transcript, heads));
        Self {
            connections: connections.collect(),
        }
    }

    /// All requests, connection by connection.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.connections
            .iter()
            .flat_map(|connection| &connection.requests)
    }

    /// Whether a request followed the first request on one of the connections that asked for `target`.
    pub fn reused_after(&self, target: &str) -> bool {
        self.connections.iter().any(|connection| {
            let first = connection
                .requests
                .iter()
                .position(|one| one.target == target);
            first.is_some_and(|first| connection.requests.len() > first + 1)
        })
    }

    /// Whether a request for the target offered a content coding.
    pub fn offered(&self, target: &str, coding: &str) -> bool {
        let requests = self.requests().filter(|request| request.target == target);
        requests
            .flat_map(|request| request.values("accept-encoding"))
            .any(|value| {
                let codings = value
                    .split(',')
                    .map(|one| one.split(';').next().unwrap_or_default());
                codings
                    .map(str::trim)
                    .any(|one| one == "*" || one.eq_ignore_ascii_case(coding))
            })
    }
}

impl Request {
    fn of(head: &Head, body: Option<Vec<u8>>) -> Self {
        let (content, trailers) = body.map_or_else(Default::default, |body| content(head, body));
        Self {
            method: text(head.method()),
            target: text(head.target()),
            fields: pairs(head.fields()),
            content,
            trailers,
        }
    }

    /// The values of a field.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let found = self
            .fields
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }
}

impl Connection {
    fn of(transcript: &Transcript, heads: &[ReceivedHead]) -> Self {
        let mut requests = Vec::new();
        let entries = transcript.entries();
        let last = entries
            .iter()
            .map(|entry| entry.exchange)
            .max()
            .unwrap_or_default();
        for exchange in 1..=last {
            let sent = entries.iter().filter(|entry| entry.exchange == exchange);
            let sent = sent.filter(|entry| entry.from() == Some(Side::Client));
            let bytes: Vec<u8> = sent.flat_map(|entry| entry.bytes()).copied().collect();
            let own = |known: &&ReceivedHead| {
                (known.connection, known.exchange) == (transcript.connection(), exchange)
            };
            let is_cut = transcript.dropped().entries > 0;
            let known = heads.iter().filter(|_| is_cut).find(own);
            requests.extend(match known {
                Some(known) => Some(Request::of(&known.head, None)),
                None => request(bytes),
            });
        }
        let left = entries.iter().find(|entry| {
            matches!(
                entry.what,
                What::Fin(Side::Client) | What::Reset(Side::Client)
            )
        });
        Self {
            requests,
            client_left: left.map(|entry| entry.time),
        }
    }
}

/// The request that these bytes begin with, if its head is whole.
fn request(mut bytes: Vec<u8>) -> Option<Request> {
    let blank = bytes
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .count();
    bytes.drain(..blank);
    let end = memchr::memmem::find(&bytes, b"\r\n\r\n")?;
    let body = bytes.split_off(end + 4);
    let head = Head::parse(bytes).ok()?;
    Some(Request::of(&head, Some(body)))
}

/// The content, if it is whole, and the trailer fields.
fn content(head: &Head, mut body: Vec<u8>) -> (Option<Vec<u8>>, Vec<(String, String)>) {
    if head.values("Transfer-Encoding").next().is_some() {
        let (mut decoder, mut content) = (Decoder::default(), Vec::new());
        let decoded = decoder.decode(&body, &mut content);
        let is_whole = decoded.is_ok() && decoder.is_done();
        let trailers = pairs(trailer_fields(decoder.trailers()).into_iter());
        return (is_whole.then_some(content), trailers);
    }
    let length = head.values("Content-Length").next();
    let length = length.and_then(|value| text(list::trim(value)).parse().ok());
    let length = length.unwrap_or(0);
    let is_whole = body.len() >= length;
    body.truncate(length);
    (is_whole.then_some(body), Vec::new())
}

fn pairs<'b>(fields: impl Iterator<Item = (&'b [u8], &'b [u8])>) -> Vec<(String, String)> {
    fields
        .map(|(name, value)| (text(name), text(list::trim(value))))
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(connections: &[&[&str]]) -> Seen {
        let connection = |requests: &&[&str]| Connection {
            requests: requests
                .iter()
                .filter_map(|head| request(format!("{head}\r\n\r\n").into_bytes()))
                .collect(),
            client_left: None,
        };
        Seen {
            connections: connections.iter().map(connection).collect(),
        }
    }

    #[test]
    fn requests_of_connections() {
        let reused = seen(&[&["GET /c HTTP/1.1", "GET /after HTTP/1.1"]]);
        assert!(reused.reused_after("/c"));
        let other = seen(&[&["GET /c HTTP/1.1"], &["GET /after HTTP/1.1"]]);
        assert!(!other.reused_after("/c"));
        assert_eq!(other.requests().count(), 2);
        assert!(request(b"GET / HTTP/1.1\r\n".to_vec()).is_none());
    }

    #[test]
    fn content_that_is_whole() {
        let plain = b"PUT /c HTTP/1.1\r\nContent-Length: 2\r\n\r\nok".to_vec();
        let coded =
            "PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: v\r\n\r\n";
        let part = plain[..plain.len() - 1].to_vec();
        let read = request(coded.as_bytes().to_vec()).unwrap();
        assert_eq!(read.content.as_deref(), Some(&b"ok"[..]));
        assert_eq!(read.trailers, [("X-T".to_owned(), "v".to_owned())]);
        assert_eq!(request(plain).unwrap().content, Some(b"ok".to_vec()));
        assert_eq!(request(part).unwrap().content, None);
        let none = request(b"GET /c HTTP/1.1\r\n\r\n".to_vec()).unwrap();
        assert_eq!(none.content, Some(Vec::new()));
    }

    #[test]
    fn codings_that_a_request_offers() {
        for (value, offers) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("*", true),
            ("identity", false),
            ("xgzip", false),
        ] {
            let head = format!("GET /c HTTP/1.1\r\nAccept-Encoding: {value}");
            let seen = seen(&[&[&head]]);
            assert_eq!(seen.offered("/c", "gzip"), offers, "{value}");
            assert!(!seen.offered("/d", "gzip"));
        }
    }
}
