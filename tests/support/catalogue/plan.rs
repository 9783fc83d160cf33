//! What a client does to have a case played to it, and what is to come of that by the data: scenes that
//! begin with what the client sends, bytes and pauses in them, and an end.

use std::time::Duration;

use super::{Awaited, Case, Deed, Step, filled};

/// What a client asks a WebSocket with, the key of RFC 6455 §1.3.
const WEBSOCKET: &str = "Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n";

/// What has to be answered to that key, says the same clause.
pub const WEBSOCKET_ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// What is sent where a case is about a body.
const BODY: &[u8] = b"body";

/// A case as its client should see it.
pub struct Plan {
    pub scenes: Vec<Scene>,
    pub ending: Ending,
}

/// What the client sends, and what comes of that.
pub struct Scene {
    /// Nothing where the server begins.
    pub cue: Vec<u8>,
    pub stretches: Vec<Stretch>,
}

/// A pause, and the bytes after it.
#[derive(Default)]
pub struct Stretch {
    pub pause: Duration,
    /// All pauses of the scene so far, this one among them.
    pub after: Duration,
    pub bytes: Vec<u8>,
}

/// What becomes of the connection.
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
    /// What is to be seen of a case at this path, with the values of its placeholders.
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
                Step::Wait(Awaited::Body) => plan.scenes.push(Scene::cued(BODY.to_vec())),
                Step::Do(Deed::Next) => plan.scenes.push(Scene::cued(next_request(case))),
                Step::Do(Deed::Close) => plan.ending = Ending::Close,
                Step::Do(Deed::HalfClose) => plan.ending = Ending::HalfClose,
                Step::Do(Deed::Reset) => plan.ending = Ending::Reset,
                Step::Do(Deed::Hold) => plan.ending = Ending::Hold,
                Step::Scenario(words) => panic!("{} is told in words: {words}", case.id),
            }
        }
        plan
    }
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

/// What the client asks at first.
fn request(case: &Case, path: &str) -> Vec<u8> {
    if case.method == "CONNECT" {
        return connect("");
    }
    let fields = if case.scenario_has("WebSocket") {
        WEBSOCKET.to_owned()
    } else if case.scenario_has("Expect: 100-continue") {
        let length = BODY.len();
        format!("Expect: 100-continue\r\nContent-Length: {length}\r\n")
    } else {
        String::new()
    };
    let method = &case.method;
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").into_bytes()
}

/// What it asks on the same connection, where the case is about that.
fn next_request(case: &Case) -> Vec<u8> {
    match case.method.as_str() {
        "CONNECT" => connect("Proxy-Authorization: Basic aGFtOmVnZ3M=\r\n"),
        _ => super::witness::AFTER.to_vec(),
    }
}

fn connect(fields: &str) -> Vec<u8> {
    let authority = "tunnel.test:443";
    format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{fields}\r\n").into_bytes()
}
