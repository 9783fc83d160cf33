//! Every request of `catalogue/requests.json`, 56 of them and most broken, comes to its handler as it was
//! sent and gets a whole answer, however its bytes arrive: at once, one by one, or in two parts.
//!
//! In the data, text is bytes, one character a byte (ISO 8859-1); `[character, count]` in a list of
//! texts is a run. `sends` is what the client sends, `after_100` what it sends once it has read
//! `100 Continue`. `seen` is what handlers see of it: one object a request, with the body `null`
//! where it is not read (`"reads_body": false`) or cannot be; or `"no handler"`, where the server
//! answers by itself. `answered` has the status codes in their order and what becomes of the
//! connection. Where `clause` lets a server choose, the choice is the reference's: a request that
//! has any reading is read.
//!
//! A case never ends in silence: every wait has a deadline.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::support::client::Client;
use crate::support::escape;
use crate::support::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use wireserve::internals::conform::case::bytes::Bytes;
use wireserve::internals::text::latin1;
use wireserve::{BodyError, Exchange, Fault, Server};

#[test]
fn whole() {
    let mut stage = Stage::native();
    for case in cases() {
        stage.play(&case, Arrival::Whole);
    }
}

#[test]
fn byte_by_byte() {
    let mut stage = Stage::native();
    for case in cases() {
        stage.play(&case, Arrival::ByteByByte);
    }
}

#[test]
fn in_two_parts() {
    /// A request is cut at every byte if it is not longer than this.
    const SHORT: usize = 120;

    let mut stage = Stage::native();
    for case in cases() {
        let length = case.sends().len();
        for cut in (1..length).step_by(length.div_ceil(SHORT)) {
            stage.play(&case, Arrival::Parts { cut });
        }
    }
}

#[cfg(feature = "python")]
#[test]
fn as_scripts_see_them() {
    use crate::support::process::Process;

    let site = crate::support::repository().join("tests/wire_site");
    let start = |script| {
        let routes = ["--log", "off", "--route", "*", "*", script];
        Process::wireserve(&site, routes)
    };
    let (reading, ignoring) = (start("echo.py"), start("echo_head.py"));
    let mut stage = Stage::of(reading.addr(), ignoring.addr());
    for case in cases() {
        stage.play(&case, Arrival::Whole);
    }
}

#[test]
fn the_data_is_complete() {
    let ids: Vec<_> = cases().into_iter().map(|case| case.id).collect();
    let expected: Vec<_> = (1..=56).map(|number| format!("RQ-{number:02}")).collect();
    assert_eq!(ids, expected);
}

/// How the bytes of a request come to the server.
#[derive(Clone, Copy, Debug)]
enum Arrival {
    Whole,
    /// Each in a segment of its own.
    ByteByByte,
    /// Up to `cut`, and the rest once another connection has been answered.
    Parts {
        cut: usize,
    },
}

/// Servers that show what their handlers see, and a connection that must not notice anything.
struct Stage {
    reading: SocketAddr,
    ignoring: SocketAddr,
    innocent: Client,
    /// What the handlers of our own servers have seen, whether or not their answer says so.
    log: Option<Log>,
    /// Kept for as long as they are needed.
    _servers: Vec<Server>,
}

type Log = Arc<Mutex<Vec<Value>>>;

impl Stage {
    fn native() -> Self {
        let log = Log::default();
        let reading = echo(Reading::Body, &log);
        let ignoring = echo(Reading::Head, &log);
        Self {
            log: Some(log),
            ..Self::of(reading.address(), ignoring.address())
        }
        .keep([reading, ignoring])
    }

    fn of(reading: SocketAddr, ignoring: SocketAddr) -> Self {
        Self {
            reading,
            ignoring,
            innocent: Client::connect(reading),
            log: None,
            _servers: Vec::new(),
        }
    }

    fn keep(mut self, servers: impl IntoIterator<Item = Server>) -> Self {
        self._servers.extend(servers);
        self
    }

    /// Plays a case on a connection of its own and asserts everything that the data says.
    fn play(&mut self, case: &Case, arrival: Arrival) {
        let _scene = Scene { case, arrival };
        let mut client = Client::connect(if case.reads_body {
            self.reading
        } else {
            self.ignoring
        });
        self.send(&mut client, &case.sends(), arrival);

        let mut expected = case.answered.statuses.as_slice();
        if let (Some(rest), [100, after @ ..]) = (&case.after_100, expected) {
            let interim = client.read_until(b"\r\n\r\n");
            assert_eq!(interim, b"HTTP/1.1 100 Continue\r\n\r\n");
            client.send(&rest.0);
            expected = after;
        }
        let answers: Vec<_> = expected
            .iter()
            .map(|_| client.read_response("GET"))
            .collect();
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, expected);

        let seen = case.seen.values();
        if let Some(log) = &self.log {
            assert_eq!(std::mem::take(&mut *log.lock().unwrap()), seen);
        }
        match &case.seen {
            Seen::Requests(_) => assert_shown(&answers, &seen),
            Seen::NoHandler(text) => {
                assert_eq!(text, "no handler");
                for answer in &answers {
                    assert_own_answer(answer, case.answered.connection);
                }
            }
        }
        match case.answered.connection {
            Connection::Closed => {
                let more = client.read_until_close();
                assert!(more.is_empty(), "{}", escape::lines(&more, "more: "));
            }
            Connection::Kept => self.assert_kept(&mut client, case),
        }
    }

    fn send(&mut self, client: &mut Client, bytes: &[u8], arrival: Arrival) {
        match arrival {
            Arrival::Whole => client.send(bytes),
            Arrival::ByteByByte => bytes.chunks(1).for_each(|byte| client.send(byte)),
            Arrival::Parts { cut } => {
                client.send(&bytes[..cut]);
                self.innocent
                    .send(b"GET /innocent HTTP/1.1\r\nHost: a\r\n\r\n");
                assert_eq!(self.innocent.read_response("GET").status, 200);
                client.send(&bytes[cut..]);
            }
        }
    }

    /// The next request is read from its first byte on.
    fn assert_kept(&self, client: &mut Client, case: &Case) {
        client.send(b"GET /next HTTP/1.1\r\n\r\n");
        let answer = client.read_response("GET");
        let body = if case.reads_body {
            json!("")
        } else {
            Value::Null
        };
        let next = json!({
            "method": "GET",
            "target": "/next",
            "version": "HTTP/1.1",
            "headers": [],
            "body": body,
        });
        assert_shown(&[answer], std::slice::from_ref(&next));
        if let Some(log) = &self.log {
            assert_eq!(log.lock().unwrap().drain(..).collect::<Vec<_>>(), [next]);
        }
    }
}

/// Each answer of a handler says what it has seen; its refusal of a body says nothing.
fn assert_shown(answers: &[Response], seen: &[Value]) {
    assert_eq!(answers.len(), seen.len());
    for (answer, seen) in answers.iter().zip(seen) {
        if answer.status == 200 {
            let shown: Value = serde_json::from_slice(&answer.body).expect("JSON");
            assert_eq!(shown, *seen);
        } else {
            assert_fault(answer);
        }
    }
}

/// The server's own answers are faults, and they say when it closes.
fn assert_own_answer(answer: &Response, connection: Connection) {
    assert_fault(answer);
    let close = (connection == Connection::Closed).then_some(&b"close"[..]);
    assert_eq!(answer.header("Connection"), close);
}

/// `{"error": {"code": ..., "message": ...}}`, with its length.
fn assert_fault(answer: &Response) {
    assert_eq!(
        answer.header("Content-Type"),
        Some(&b"application/json"[..])
    );
    let length = answer.body.len().to_string();
    assert_eq!(answer.header("Content-Length"), Some(length.as_bytes()));
    let fault: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(fault["error"]["code"], answer.status);
    assert!(fault["error"]["message"].is_string());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Body,
    Head,
}

/// A server whose only handler answers every request with what it sees of it.
fn echo(reading: Reading, log: &Log) -> Server {
    let log = Arc::clone(log);
    let show = move |exchange: &mut Exchange<'_>| {
        let body = match reading {
            Reading::Body => Some(exchange.body.read_all()),
            Reading::Head => None,
        };
        let seen = seen_by(exchange, body.as_ref().and_then(|body| body.as_ref().ok()));
        if exchange.request.path() != b"/innocent" {
            log.lock().unwrap().push(seen.clone());
        }
        if let Some(Err(error)) = body {
            return Err(match error {
                BodyError::Malformed(malformed) => malformed.into(),
                error => Fault::new(500, error.to_string()),
            });
        }
        exchange.response.content = seen.to_string().into_bytes().into();
        Ok(())
    };
    let builder = Server::builder().route("*", "*", show).expect("a pattern");
    builder.start().expect("a free port")
}

fn seen_by(exchange: &Exchange<'_>, body: Option<&Vec<u8>>) -> Value {
    let head = exchange.request.head();
    let version = head.version();
    let headers: Vec<_> = head
        .fields()
        .map(|(name, value)| [latin1::decode(name), latin1::decode(value)])
        .collect();
    json!({
        "method": latin1::decode(head.method()),
        "target": latin1::decode(head.target()),
        "version": format!("HTTP/{}.{}", version.major, version.minor),
        "headers": headers,
        "body": body.map(|body| latin1::decode(body)),
    })
}

/// Names the case in which an assertion failed.
struct Scene<'a> {
    case: &'a Case,
    arrival: Arrival,
}

impl Drop for Scene<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Case {
                id, title, clause, ..
            } = self.case;
            eprintln!("in {id}, {title} ({clause}), {:?}", self.arrival);
            let sends = self.case.sends();
            eprintln!(
                "{}",
                escape::lines(&sends[..sends.len().min(1000)], "  sent: ")
            );
        }
    }
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../catalogue/requests.json")).expect("cases")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    title: String,
    clause: String,
    sends: Vec<Bytes>,
    after_100: Option<Bytes>,
    #[serde(default = "yes")]
    reads_body: bool,
    seen: Seen,
    answered: Answered,
}

fn yes() -> bool {
    true
}

impl Case {
    fn sends(&self) -> Vec<u8> {
        let pieces: Vec<_> = self.sends.iter().map(|piece| piece.0.as_slice()).collect();
        pieces.concat()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seen {
    /// The text `no handler`.
    NoHandler(String),
    Requests(Vec<SeenRequest>),
}

impl Seen {
    fn values(&self) -> Vec<Value> {
        match self {
            Self::NoHandler(_) => Vec::new(),
            Self::Requests(requests) => requests.iter().map(SeenRequest::value).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenRequest {
    method: String,
    target: Bytes,
    version: String,
    headers: Vec<[String; 2]>,
    body: Option<String>,
}

impl SeenRequest {
    /// As a handler shows it.
    fn value(&self) -> Value {
        json!({
            "method": self.method,
            "target": latin1::decode(&self.target.0),
            "version": self.version,
            "headers": self.headers,
            "body": self.body,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    statuses: Vec<u16>,
    connection: Connection,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Connection {
    Kept,
    Closed,
}
