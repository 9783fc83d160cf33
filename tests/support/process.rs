//! A child process: a server that listens, or a command that runs to its end, with its output and its
//! exit code. Tests and benches share it.
//!
//! A server prints a line with its address, `... listening on SCHEME://HOST:PORT/ ...`, for each listener;
//! [`Process::start`] waits for these lines. The standard input of a process is a pipe that is closed when
//! the test ends, so a command that reads it can end with the test. Dropping a `Process` kills its child,
//! and only that child, and shows its standard error if the test has failed.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::client::DEADLINE;
use super::command::program;

/// How long a server may take until it listens. Starting Python takes most of it.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A process that a test has started.
pub struct Process {
    /// For messages.
    command: String,
    child: Child,
    /// The listeners' addresses, in the order of the ready lines that have been read.
    addresses: Vec<SocketAddr>,
    /// Standard output so far; the thread that reads the pipe appends to it.
    stdout: Arc<Mutex<Vec<String>>>,
    stderr: Arc<Mutex<Vec<u8>>>,
    /// The lines of standard output; disconnected at its end.
    lines: Mutex<Receiver<String>>,
    /// Disconnected at the end of standard error.
    stderr_end: Mutex<Receiver<()>>,
}

/// The output and the exit code of a process that has ended.
pub struct Ended {
    command: String,
    pub code: Option<i32>,
    /// Lines, with their line ends.
    pub stdout: Vec<String>,
    pub stderr: String,
}

impl Process {
    /// The server under test on a free port over `doc_root`, with more arguments.
    pub fn wireserve<A: AsRef<OsStr>>(
        doc_root: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new(program());
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command.arg(doc_root).args(["--port", "0"]).args(arguments);
        Self::start(command)
    }

    /// A server with one listener.
    pub fn start(command: Command) -> Self {
        Self::start_with_listeners(command, 1)
    }

    /// A server with several listeners.
    pub fn start_with_listeners(mut command: Command, listeners: usize) -> Self {
        Self::try_start(&mut command, listeners).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A server with so many listeners, or why it does not listen.
    pub fn try_start(command: &mut Command, listeners: usize) -> Result<Self, String> {
        let mut process = Self::try_spawn(command)?;
        let deadline = Instant::now() + READY_WITHIN;
        while process.addresses.len() < listeners {
            match process.try_line(deadline)? {
                Some(line) => process.addresses.extend(ready_address(&line)),
                None => return Err(process.failure("ended before it listened")),
            }
        }
        Ok(process)
    }

    /// Starts any command without waiting for anything.
    pub fn spawn(command: &mut Command) -> Self {
        Self::try_spawn(command).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts any command, or returns why it cannot be started.
    pub fn try_spawn(command: &mut Command) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {command:?}: {error}"))?;
        let (line, lines) = mpsc::channel();
        let stdout = Arc::<Mutex<Vec<String>>>::default();
        let printed = Arc::clone(&stdout);
        let mut pipe = BufReader::new(child.stdout.take().expect("piped"));
        thread::spawn(move || {
            let mut bytes = Vec::new();
            while let Ok(1..) = pipe.read_until(b'\n', &mut bytes) {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                printed.lock().unwrap().push(text.clone());
                let _ = line.send(text);
                bytes.clear();
            }
        });
        let (end, stderr_end) = mpsc::channel();
        let stderr = Arc::<Mutex<Vec<u8>>>::default();
        let logged = Arc::clone(&stderr);
        let mut pipe = child.stderr.take().expect("piped");
        thread::spawn(move || {
            let _end: mpsc::Sender<()> = end;
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                logged.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Ok(Self {
            command: format!("{command:?}"),
            child,
            addresses: Vec::new(),
            stdout,
            stderr,
            lines: Mutex::new(lines),
            stderr_end: Mutex::new(stderr_end),
        })
    }

    /// The next line of standard output; `None` at its end.
    pub fn line(&mut self) -> Option<String> {
        self.try_line(Instant::now() + DEADLINE)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_line(&mut self, deadline: Instant) -> Result<Option<String>, String> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.receiver().recv_timeout(left) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(self.failure("no line and no end in time")),
        }
    }

    /// An error message with the command and what it has logged.
    pub fn failure(&self, what: &str) -> String {
        let (command, stderr) = (&self.command, self.stderr());
        format!("{command}: {what}; standard error:\n{stderr}")
    }

    fn receiver(&mut self) -> &mut Receiver<String> {
        self.lines.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address in the next line, which must be a ready line of this host; of any host if `host` is empty.
    pub fn ready(&mut self, host: &str) -> SocketAddr {
        self.ready_with_note(host).0
    }

    /// The same, with the text after the URL.
    pub fn ready_with_note(&mut self, host: &str) -> (SocketAddr, String) {
        let line = self.line().expect("a ready line");
        let url = line.strip_prefix("wireserve listening on ");
        let rest = url.and_then(|url| url.split_once("://"));
        let parts = rest
            .map(|(_, rest)| rest)
            .and_then(|rest| rest.trim_end().split_once('/'));
        let (address, note) =
            parts.unwrap_or_else(|| panic!("expected a ready line, found {line:?}"));
        assert!(
            host.is_empty()
                || host.ends_with('.') && address.starts_with(host)
                || address.starts_with(&format!("{host}:")),
            "{line}"
        );
        let address: SocketAddr = address.parse().expect("an address");
        assert_ne!(address.port(), 0);
        self.addresses.push(address);
        (address, note.trim_start().to_owned())
    }

    /// The address of its first listener.
    pub fn addr(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// The addresses of all its listeners, in the order of its ready lines.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The port of its first listener.
    pub fn port(&self) -> u16 {
        self.addr().port()
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended. A child that has ended is no zombie afterwards.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        send_signal(self.id(), name);
    }

    /// What it has written to standard error so far.
    pub fn stderr(&self) -> String {
        let bytes = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What it has written to standard output so far, without the ready lines.
    pub fn stdout(&self) -> String {
        let lines = self.stdout.lock().unwrap();
        let others = lines.iter().filter(|line| ready_address(line).is_none());
        others.map(String::as_str).collect()
    }

    /// Closes its standard input, which a command may treat as the request to end.
    pub fn end_input(&mut self) {
        self.child.stdin = None;
    }

    /// Waits for it to end by itself, which the end of its standard output shows; `None` if it does
    /// not end in time.
    pub fn wait(&mut self, within: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + within;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.receiver().recv_timeout(left) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().ok(),
            }
        }
    }

    /// Waits until it has ended by itself; each line must arrive in time.
    pub fn end(mut self) -> Ended {
        while self.line().is_some() {}
        let stderr_end = self.stderr_end.get_mut().expect("no panic within");
        let end = stderr_end.recv_timeout(DEADLINE);
        assert_eq!(end, Err(RecvTimeoutError::Disconnected), "standard error");
        Ended {
            code: self.child.wait().expect("it has ended").code(),
            stdout: std::mem::take(&mut *self.stdout.lock().unwrap()),
            stderr: self.stderr(),
            command: std::mem::take(&mut self.command),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
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

impl Ended {
    /// One line on standard error that names all of these, nothing on standard output, code 2.
    pub fn is_refusal(&self, named: &[&str]) {
        let command = &self.command;
        let lines: Vec<_> = self.stderr.lines().collect();
        let [line] = lines[..] else {
            panic!("{command}: {} lines:\n{}", lines.len(), self.stderr)
        };
        assert!(line.starts_with("wireserve: "), "{command}: {line}");
        for name in named {
            assert!(line.contains(name), "{command}: {name} in {line}");
        }
        assert_eq!(self.stdout.concat(), "", "{command}");
        assert_eq!(self.code, Some(2), "{command}");
    }
}

/// Sends a signal to a process that this test has started.
pub fn send_signal(id: u32, name: &str) {
    let status = Command::new("/bin/kill")
        .args([format!("-{name}"), id.to_string()])
        .status()
        .expect("kill");
    assert!(status.success(), "kill -{name} {id}");
}

/// What a process does, as in proc(5): `T` if it is stopped, `Z` if it waits for its parent.
pub fn state(id: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit(") ").next()?.chars().next()
}

/// The address in a ready line, `... listening on SCHEME://HOST:PORT/ ...`.
pub fn ready_address(line: &str) -> Option<SocketAddr> {
    let (_, url) = line.split_once(" listening on ")?;
    url.split_once("://")?.1.split_once('/')?.0.parse().ok()
}
