//! The two servers side by side, and the same bytes sent to both.
//!
//! Whether a connection is kept is not told from silence but by asking: after the answers have
//! come, a last request goes out whose answer cannot be mistaken for another. It comes back, and
//! the connection was kept; or the connection ends, and it was closed. Only a server that does
//! neither has to be waited for.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use tempfile::TempDir;

use crate::support::client::{Arrival, Client, DEADLINE};
use crate::support::command::program;
use crate::support::process::Process;
use crate::support::response::{self, Extent};
use crate::support::tls::{Certificate, TlsClient};
use crate::support::{repository, site, virtual_environment};

use super::case::{Case, Ending, HOST, Send};
use super::mask;
use super::peer::Peer;

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
    secured: Option<Secured>,
}

/// What both servers share when they serve HTTPS.
struct Secured {
    client: ClientConfig,
    /// The folder of the certificate.
    _folder: TempDir,
}

/// What is spoken with the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Tcp,
    Tls,
}

impl Servers {
    /// The servers that are running, or new ones. They end with the last test that uses them.
    pub fn shared(over: Over) -> Arc<Self> {
        static RUNNING: [OnceLock<Mutex<Weak<Servers>>>; 2] = [OnceLock::new(), OnceLock::new()];
        let mut running = RUNNING[over as usize]
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let servers = Arc::new(match over {
                Over::Tcp => Self::start(),
                Over::Tls => Self::start_with_tls(),
            });
            *running = Arc::downgrade(&servers);
            servers
        })
    }

    fn start() -> Self {
        Self {
            wireserve: Process::wireserve(&site(), CONFIG),
            reference: reference(&[]),
            secured: None,
        }
    }

    fn start_with_tls() -> Self {
        let certificate = Certificate::default();
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file");
            path.to_str().expect("a path in UTF-8").to_owned()
        };
        let chain = file("host.pem", &certificate.chain);
        let key = file("host.key", &certificate.key);
        let mut command = Command::new(program());
        command.arg(site()).args(CONFIG);
        command.args(["--port", "0", "--tls-port", "0"]);
        command.args(["--cert", &chain, "--key", &key]);
        let wireserve = Process::start_with_listeners(command, 2);
        let http_port = wireserve.port().to_string();
        Self {
            reference: reference(&[&chain, &key, &http_port]),
            wireserve,
            secured: Some(Secured {
                client: certificate.client(),
                _folder: folder,
            }),
        }
    }

    fn connect(&self, address: SocketAddr) -> Peer {
        match &self.secured {
            None => Peer::Plain(Client::connect(address)),
            Some(Secured { client, .. }) => {
                Peer::Tls(Box::new(TlsClient::connect(address, client.clone())))
            }
        }
    }

    /// The listener of the server under test that cases are sent to: its last one.
    fn address(&self) -> SocketAddr {
        *self.wireserve.addresses().last().expect("a listener")
    }

    /// What the server under test does with `case`.
    pub fn ask_wireserve(&self, case: &Case) -> Outcome {
        self.ask(case, self.connect(self.address()), DEADLINE)
    }

    /// What the reference does with `case`, which may be known to make it hang.
    pub fn ask_reference(&self, case: &Case, hangs: bool) -> Outcome {
        let patience = if hangs { KNOWN_HANG } else { DEADLINE };
        self.ask(case, self.connect(self.reference.addr()), patience)
    }

    fn ask(&self, case: &Case, mut client: Peer, patience: Duration) -> Outcome {
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
        let ports = [self.address().port(), self.reference.port(), client.port()];
        Outcome {
            bytes: mask::masked(&bytes, &ports),
            end,
        }
    }
}

/// Settings of the server under test.
const CONFIG: [&str; 4] = [
    "--log",
    "error",
    "--config",
    concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/parity/as_reference.json"
    ),
];

/// The reference over the doc root; with these arguments, over TLS.
fn reference(arguments: &[&str]) -> Process {
    let python = virtual_environment().join("bin/python");
    assert!(
        python.exists(),
        "the reference is not installed in target/venv; ./dev test does that"
    );
    let mut command = Command::new(python);
    command.arg(repository().join("tests/parity/reference.py"));
    command.arg(site()).args(arguments);
    Process::start(command)
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
fn wait_for_answers(client: &mut Peer, send: &Send, start: usize) {
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
fn ending(client: &mut Peer, patience: Duration) -> (Vec<u8>, End) {
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
