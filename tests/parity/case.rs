//! A case: what is sent on one connection, and how to tell whether the connection was kept.
//!
//! A case holds no expectation. The reference is the expectation, except for the departures.

/// The `Host` of every request that does not choose another; a port of its own makes URLs equal on
/// both servers.
pub const HOST: &str = "site.test:8000";

/// One connection's worth of requests.
pub struct Case {
    /// Unique among all cases.
    pub name: &'static str,
    /// What is sent, in turn: each after the answer to the one before, or after some silence.
    pub sends: Vec<Send>,
    /// What is done when the answers have come.
    pub ending: Ending,
}

/// Bytes that are sent at once.
pub struct Send {
    pub bytes: Vec<u8>,
    /// How many responses to wait for before going on. A wrong number costs time, not truth.
    pub answers: usize,
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// One more request is sent, to see whether it is answered.
    Probe,
    /// The sending half is closed, and everything up to the server's own end is read.
    HalfClose,
}

impl Case {
    /// Sends `bytes` after the answer to what was sent before.
    pub fn then(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.sends.push(Send {
            bytes: bytes.into(),
            answers: 1,
        });
        self
    }

    /// The bytes sent last bring so many responses.
    pub fn answers(mut self, answers: usize) -> Self {
        let send = self.sends.last_mut().expect("a case sends something");
        send.answers = answers;
        self
    }

    /// Ends by closing the sending half.
    pub fn half_close(mut self) -> Self {
        self.ending = Ending::HalfClose;
        self
    }
}

/// Exactly these bytes.
pub fn raw(name: &'static str, bytes: impl Into<Vec<u8>>) -> Case {
    Case {
        name,
        sends: Vec::new(),
        ending: Ending::Probe,
    }
    .then(bytes)
}

/// A GET of `target`.
pub fn get(name: &'static str, target: &str) -> Case {
    raw(name, request("GET", target, "", b""))
}

/// Asks for the `repr` of a Python expression on `request`, in a GET of `target` with more header
/// lines (each with its CRLF).
pub fn show(name: &'static str, expression: &str, target: &str, headers: &str) -> Case {
    raw(
        name,
        request("GET", &showing(target), &shown(expression, headers), b""),
    )
}

/// Like [`show`], in a POST with a body.
pub fn show_post(name: &'static str, expression: &str, headers: &str, body: &[u8]) -> Case {
    let headers = shown(expression, headers);
    raw(name, request("POST", "/request/show.py", &headers, body))
}

/// Runs the body of a handler's `main`, given here, on the server.
pub fn run(name: &'static str, main: &str) -> Case {
    run_as(name, "POST", "", main)
}

/// Like [`run`], by another method and with more header lines.
pub fn run_as(name: &'static str, method: &str, headers: &str, main: &str) -> Case {
    raw(name, carrying(method, headers, main))
}

/// The request of [`run_as`].
pub fn carrying(method: &str, headers: &str, main: &str) -> Vec<u8> {
    let mut source = String::from("def main(request, response):\n");
    for line in main.trim_matches('\n').lines() {
        source.push_str("    ");
        source.push_str(line);
        source.push('\n');
    }
    request(method, "/run.py", headers, source.as_bytes())
}

/// A request with `Host`, the given header lines and, for a body, its length.
pub fn request(method: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: {HOST}\r\n{headers}").into_bytes();
    if !body.is_empty() {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// An empty target means the plain path of the handler; one that starts with `?` is its query.
fn showing(target: &str) -> String {
    match target {
        "" => "/request/show.py".into(),
        query if query.starts_with('?') => format!("/request/show.py{query}"),
        target => target.into(),
    }
}

fn shown(expression: &str, headers: &str) -> String {
    format!("Show: {expression}\r\n{headers}")
}
