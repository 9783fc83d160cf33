//! The two servers side by side, and the same bytes sent to both.
//!
//! Whether a connection is kept is not told from silence but by asking: after the answers have
//! come, a last request goes out whose answer cannot be mistaken for another. It comes back, and
//! the connection was kept; or the connection ends, and it was closed. Only a server that does
//! neither has to be waited for.

use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::support::client::{Arrival, Client, DEADLINE};
use crate::support::process::Process;
use crate::support::response::{self, Extent};
use crate::support::{repository, site};

use super::case::{Case, Ending, HOST, Send};
use super::mask;

/// How long to wait for more of an answer that has no length before the probe is sent. Sending it
/// too early is no mistake, only less like a client.
const UNFRAMED_FOR: Duration = Duration::from_millis(250);

/// How long a reference that is known to hang is waited for.
const KNOWN_HANG: Duration = Duration::from_millis(500);

/// What a server did with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// All it sent, masked, without the answer to the probe.
    pub bytes: Vec<u8>,
    pub end: End,
}

/// What became of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The probe was answered.
    Kept,
    /// The server closed.
    Closed,
    /// Neither, for as long as was waited.
    Hung,
}

/// Both servers over the same doc root.
pub struct Servers {
    wireserve: Process,
    reference: Process,
    ports: [u16; 2],
}

impl Servers {
    /// The servers that are running, or new ones. They end with the last test that uses them.
    pub fn shared() -> Arc<Self> {
        static RUNNING: OnceLock<Mutex<Weak<Servers>>> = OnceLock::new();
        let mut running = RUNNING
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let servers = Arc::new(Self::start());
            *running = Arc::downgrade(&servers);
            servers
        })
    }

    fn start() -> Self {
        let python = repository().join("target/venv/bin/python");
        assert!(
            python.exists(),
            "the reference is not installed in target/venv; ./dev test does that"
        );
        let mut command = Command::new(python);
        command.arg(repository().join("tests/parity/reference.py"));
        command.arg(site());
        let reference = Process::start(command);
        let config = repository().join("tests/parity/as_reference.json");
        let config = config.to_str().expect("a path in UTF-8");
        let arguments = ["--log", "error", "--config", config];
        let wireserve = Process::wireserve(&site(), arguments);
        Self {
            ports: [wireserve.port(), reference.port()],
            wireserve,
            reference,
        }
    }

    /// What the server under test does with `case`.
    pub fn ask_wireserve(&self, case: &Case) -> Outcome {
        self.ask(case, Client::connect(self.wireserve.addr()), DEADLINE)
    }

    /// What the reference does with `case`, which may be known to make it hang.
    pub fn ask_reference(&self, case: &Case, hangs: bool) -> Outcome {
        let patience = if hangs { KNOWN_HANG } else { DEADLINE };
        self.ask(case, Client::connect(self.reference.addr()), patience)
    }

    fn ask(&self, case: &Case, mut client: Client, patience: Duration) -> Outcome {
        let mut seen = 0;
        for send in &case.sends {
            if client.ended() {
                break;
            }
            client.send(&send.bytes);
            wait_for_answers(&mut client, send, seen);
            seen = client.pending().len();
        }
        match case.ending {
            Ending::HalfClose => client.half_close(),
            Ending::Probe if client.ended() => {}
            Ending::Probe => client.send(probe().as_bytes()),
        }
        let (bytes, end) = ending(&mut client, patience);
        let [wireserve, reference] = self.ports;
        let ports = [wireserve, reference, client.port()];
        Outcome {
            bytes: mask::masked(&bytes, &ports),
            end,
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // The reference has a process of its own for the stash, which it ends when it ends well.
        self.reference.end_input();
        self.reference.wait(DEADLINE);
    }
}

/// Waits for the responses to `send`, from `start` on, by their framing; a response without a
/// length is waited for until it ends or nothing has come for a while.
fn wait_for_answers(client: &mut Client, send: &Send, start: usize) {
    let method = if send.bytes.starts_with(b"HEAD ") {
        "HEAD"
    } else {
        "GET"
    };
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline {
        let mut rest = &client.pending()[start..];
        let mut answers = 0;
        while let Extent::Whole(length) = response::extent(rest, method) {
            rest = &rest[length..];
            answers += 1;
        }
        if answers >= send.answers || client.arrival(UNFRAMED_FOR) != Arrival::Bytes {
            return;
        }
    }
}

/// Reads until the probe is answered, the server closes or patience ends.
fn ending(client: &mut Client, patience: Duration) -> (Vec<u8>, End) {
    let deadline = Instant::now() + patience;
    loop {
        let bytes = client.pending();
        if bytes.ends_with(PROBE_CONTENT) {
            let start = bytes
                .windows(PROBE_STATUS.len())
                .rposition(|at| at == PROBE_STATUS);
            let start = start.expect("the probe's content follows its status line");
            return (bytes[..start].to_vec(), End::Kept);
        }
        if client.ended() {
            return (bytes.to_vec(), End::Closed);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return (bytes.to_vec(), End::Hung);
        }
        client.arrival(left);
    }
}

/// The request that shows that a connection was kept; `tests/site/probe.py` answers it.
fn probe() -> String {
    format!("GET /probe.py HTTP/1.1\r\nHost: {HOST}\r\n\r\n")
}

const PROBE_STATUS: &[u8] = b"HTTP/1.1 299 Probe\r\n";
const PROBE_CONTENT: &[u8] = b"\r\n\r\nthe connection was kept\n";
