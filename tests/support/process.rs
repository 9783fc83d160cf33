//! A server in a process of its own, for as long as a test needs it.
//!
//! The command must print one line that names its address, `... listening on http://HOST:PORT/`,
//! once it listens; until then [`Process::start`] waits. Its standard error is kept, to be shown
//! when a test fails. Its standard input is a pipe that ends with the process that holds it, so a
//! command that reads it can end with the test run. Dropping a `Process` kills its child, and only
//! that child, and waits for it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to say that it listens. Python's own start is most of it.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A server that listens.
pub struct Process {
    child: Child,
    addresses: Vec<SocketAddr>,
    /// What it has written to standard error; the thread that reads the pipe appends.
    stderr: Arc<Mutex<Vec<u8>>>,
    /// What it has written to standard output after the ready lines.
    stdout: Arc<Mutex<Vec<u8>>>,
    /// The addresses in its ready lines; disconnected at the end of its standard output.
    ready: Mutex<mpsc::Receiver<SocketAddr>>,
}

impl Process {
    /// The server under test on a free port over `doc_root`, with more arguments.
    pub fn wireserve<A: AsRef<OsStr>>(
        doc_root: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wireserve"));
        command.arg(doc_root).args(["--port", "0"]).args(arguments);
        Self::start(command)
    }

    /// Any command that prints one ready line.
    pub fn start(command: Command) -> Self {
        Self::start_with_listeners(command, 1)
    }

    /// Any command that prints as many ready lines as it has listeners.
    pub fn start_with_listeners(mut command: Command, listeners: usize) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let stderr = Arc::default();
        let stdout = Arc::default();
        collect(child.stderr.take().expect("piped"), Arc::clone(&stderr));
        let ready = ready_lines(child.stdout.take().expect("piped"), Arc::clone(&stdout));
        let mut process = Self {
            child,
            addresses: Vec::new(),
            stderr,
            stdout,
            ready: Mutex::new(ready),
        };
        let deadline = Instant::now() + READY_WITHIN;
        while process.addresses.len() < listeners {
            let left = deadline.saturating_duration_since(Instant::now());
            let ready = process.ready.get_mut().expect("nobody else has it yet");
            match ready.recv_timeout(left) {
                Ok(address) => process.addresses.push(address),
                Err(error) => panic!(
                    "{command:?} did not say that it listens ({error}); standard error:\n{}",
                    process.stderr()
                ),
            }
        }
        process
    }

    /// Where its first listener is.
    pub fn addr(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// Where all its listeners are, in the order of its ready lines.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The port of its first listener.
    pub fn port(&self) -> u16 {
        self.addr().port()
    }

    /// The process's id, for a test that sends it a signal.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written to standard error so far.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr.lock().unwrap()).into_owned()
    }

    /// What it has written to standard output so far, after the ready lines.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout.lock().unwrap()).into_owned()
    }

    /// Ends its standard input, which a command may take as the sign to end.
    pub fn end_input(&mut self) {
        self.child.stdin = None;
    }

    /// Waits for it to end by itself, which the end of its standard output shows; `None` when it
    /// has not by then.
    pub fn wait(&mut self, within: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + within;
        let ready = self.ready.get_mut().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match ready.recv_timeout(left) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().ok(),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill, and it is reaped below.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!(
                "standard error of process {}:\n{}",
                self.id(),
                self.stderr()
            );
        }
    }
}

/// Reads a pipe to its end on a thread of its own.
fn collect(mut pipe: impl Read + Send + 'static, into: Arc<Mutex<Vec<u8>>>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            into.lock().unwrap().extend_from_slice(&buffer[..count]);
        }
    });
}

/// Sends the address in each ready line of `pipe`, and keeps the other lines.
fn ready_lines(
    pipe: impl Read + Send + 'static,
    rest: Arc<Mutex<Vec<u8>>>,
) -> mpsc::Receiver<SocketAddr> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(pipe);
        let mut line = Vec::new();
        while let Ok(1..) = lines.read_until(b'\n', &mut line) {
            match ready_address(&line) {
                Some(address) => drop(sender.send(address)),
                None => rest.lock().unwrap().extend_from_slice(&line),
            }
            line.clear();
        }
    });
    receiver
}

/// The address in `... listening on http://HOST:PORT/`.
fn ready_address(line: &[u8]) -> Option<SocketAddr> {
    let line = str::from_utf8(line).ok()?;
    let (_, url) = line.trim_end().rsplit_once(" listening on http://")?;
    url.trim_end_matches('/').parse().ok()
}
