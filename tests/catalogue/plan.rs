//! The exchange with a client that a case of the data describes: scenes that begin with bytes of the client, the
//! bytes and pauses of the server in each, and the end of the connection.

use std::time::Duration;

use super::{Awaited, Case, Deed, Step, filled};

/// The fields of a WebSocket handshake, with the key of RFC 6455 §1.3.
const WEBSOCKET: &str = "Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n";

/// The value of `Sec-WebSocket-Accept` for that key, from the same section.
pub const WEBSOCKET_ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The body of a request that has none in the data.
const BODY: &[u8] = b"body";

/// Content up to this size is sent with the head. The server need not read a larger one, so that a client
/// that sends it might wait without end.
const SENT_AT_ONCE: usize = 64 * 1024;

/// A case as its client must see it.
pub struct Plan {
    pub scenes: Vec<Scene>,
    pub ending: Ending,
}

/// Bytes of the client, and the reaction of the server.
pub struct Scene {
    /// What the client sends; empty if the server begins.
    pub cue: Vec<u8>,
    pub stretches: Vec<Stretch>,
}

/// A pause, and the bytes after it.
#[derive(Default)]
pub struct Stretch {
    pub pause: Duration,
    /// All pauses of the scene so far, including this one.
    pub after: Duration,
    pub bytes: Vec<u8>,
}

/// The end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The next request is answered.
    Open,
    Close,
    HalfClose,
    Reset,
    Hold,
}

impl Plan {
    /// The plan of a case at this path, with the values of its placeholders.
    pub fn of(case: &Case, path: &str, values: &[(&[u8], &[u8])]) -> Self {
        let first = match case.is_unasked() {
            true => Vec::new(),
            false => request(case, path),
        };
        let mut plan = Self {
            scenes: vec![Scene::cued(first)],
            ending: Ending::Open,
        };
        for step in &case.steps {
            let scene = plan.scenes.last_mut().expect("a first one");
            match step {
                Step::Send(bytes) => scene.send(filled(&bytes.0, values)),
                Step::PauseMs(time) => scene.pause(Duration::from_millis(*time)),
                Step::Wait(Awaited::Body) => plan.scenes.push(Scene::cued(body(case).to_vec())),
                Step::Do(Deed::Next) => plan.scenes.push(Scene::cued(next_request(case))),
                Step::Do(Deed::Close | Deed::CloseWithoutNotify) => plan.ending = Ending::Close,
                Step::Do(Deed::HalfClose) => plan.ending = Ending::HalfClose,
                Step::Do(Deed::Reset) => plan.ending = Ending::Reset,
                // After FIN there is nothing more to see.
                Step::Do(Deed::Hold) if plan.ending == Ending::HalfClose => {}
                Step::Do(Deed::Hold) => plan.ending = Ending::Hold,
            }
        }
        let is_kept = plan.ending == Ending::Open && case.request.content.is_some();
        let waits = case.steps.iter().any(Step::waits);
        if !waits && (is_kept || body(case).len() <= SENT_AT_ONCE) && !expects(case) {
            let content = case.request.content.as_ref();
            let content = content.map(|bytes| &bytes.0[..]).unwrap_or_default();
            plan.scenes[0].cue.extend_from_slice(content);
        }
        plan
    }
}

/// The content of the request.
fn body(case: &Case) -> &[u8] {
    let content = case.request.content.as_ref();
    content.map_or(BODY, |bytes| &bytes.0)
}

/// Whether the client waits for `100 Continue`.
fn expects(case: &Case) -> bool {
    case.scenario_has("Expect: 100-continue")
}

impl Scene {
    fn cued(cue: Vec<u8>) -> Self {
        Self {
            cue,
            stretches: vec![Stretch::default()],
        }
    }

    /// All its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = self.stretches.iter().map(|stretch| &stretch.bytes[..]);
        bytes.collect::<Vec<_>>().concat()
    }

    /// All its pauses.
    pub fn length(&self) -> Duration {
        self.last().after
    }

    fn last(&self) -> &Stretch {
        self.stretches.last().expect("a first one")
    }

    fn send(&mut self, bytes: Vec<u8>) {
        let last = self.stretches.last_mut().expect("a first one");
        last.bytes.extend(bytes);
    }

    fn pause(&mut self, pause: Duration) {
        self.stretches.push(Stretch {
            pause,
            after: self.length() + pause,
            bytes: Vec::new(),
        });
    }
}

/// The first request.
fn request(case: &Case, path: &str) -> Vec<u8> {
    if case.method == "CONNECT" {
        return connect("");
    }
    let fields = if case.scenario_has("WebSocket") {
        WEBSOCKET.to_owned()
    } else if case.request.content.is_some() || case.steps.iter().any(Step::waits) {
        let expect = if expects(case) {
            "Expect: 100-continue\r\n"
        } else {
            ""
        };
        format!("{expect}Content-Length: {}\r\n", body(case).len())
    } else {
        String::new()
    };
    let method = &case.method;
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").into_bytes()
}

/// The next request on the same connection.
fn next_request(case: &Case) -> Vec<u8> {
    match (case.method.as_str(), &case.then.content) {
        ("CONNECT", _) => connect("Proxy-Authorization: Basic aGFtOmVnZ3M=\r\n"),
        (_, Some(content)) => {
            let method = case.then.method.as_deref().unwrap_or("POST");
            let length = content.0.len();
            let head = format!(
                "{method} /after HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
            );
            [head.as_bytes(), &content.0].concat()
        }
        _ => super::witness::AFTER.to_vec(),
    }
}

fn connect(fields: &str) -> Vec<u8> {
    let authority = "tunnel.test:443";
    format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{fields}\r\n").into_bytes()
}
