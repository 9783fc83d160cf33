//! One server's process: started, found to listen, asked what it takes, and stopped with all that it
//! has started itself. Dropping a [`Server`] leaves no process behind.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::Complaint;
use super::placement::Placement;
use super::processes::{Census, Key, Memory, TICKS};

/// A server that listens, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// What it reads its configuration from.
    _folder: Option<TempDir>,
}

/// How to start a server. SIGTERM ends it with its own processes.
pub(crate) struct Recipe {
    pub(crate) command: Command,
    pub(crate) ready: Ready,
    pub(crate) folder: Option<TempDir>,
}

/// How it is known that a server listens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ready {
    /// Its first line on standard output ends with `listening on http://HOST:PORT/`.
    SaysWhere,
    /// One can connect.
    At(SocketAddr),
}

/// What all processes of a server have taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) memory: Memory,
    /// Seconds on processors.
    pub(crate) time: f64,
}

/// A free port, for those who cannot be told to pick one.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Server {
    /// Waits until it listens.
    pub(crate) fn start(recipe: Recipe, placement: Placement) -> Result<Self, Complaint> {
        let mut command = placement.put(&recipe.command)?;
        let fail = |error| format!("cannot start {command:?}: {error}");
        let mut said = tempfile::tempfile().map_err(fail)?;
        let stderr = said.try_clone().map_err(fail)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|error| format!("cannot start {command:?}: {error}"))?;
        let stdout = child.stdout.take();
        // Whoever never listens is stopped too.
        let mut server = Self {
            child,
            address: ([0, 0, 0, 0], 0).into(),
            _folder: recipe.folder,
        };
        let address = match recipe.ready {
            Ready::SaysWhere => stdout.and_then(address_said),
            Ready::At(address) => server.connects(address).then_some(address),
        };
        server.address =
            address.ok_or_else(|| format!("{command:?} does not listen\n{}", end_of(&mut said)))?;
        Ok(server)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn usage(&self) -> Usage {
        let census = Census::take();
        let tree = census.tree(self.child.id());
        let memory: Vec<Memory> = tree.iter().map(|one| one.memory()).collect();
        Usage {
            memory: Memory {
                now: memory.iter().map(|one| one.now).sum(),
                peak: memory.iter().map(|one| one.peak).sum(),
            },
            time: tree.iter().map(|one| one.ticks).sum::<u64>() as f64 / TICKS,
        }
    }

    /// Asks once for a target and looks at the answer, so that all do the same, and everybody has
    /// compiled what there is to compile.
    pub(crate) fn check(&self, target: &str, content: &[u8]) -> Result<(), Complaint> {
        let answer = self
            .ask(target)
            .map_err(|error| format!("no answer: {error}"))?;
        let expected = [b"\r\n\r\n", content].concat();
        if answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(&expected) {
            Ok(())
        } else {
            let shown = &answer[..answer.len().min(SHOWN)];
            Err(format!("a wrong answer: {}", shown.escape_ascii()))
        }
    }

    /// A whole answer, on a connection of its own.
    fn ask(&self, target: &str) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    }

    fn connects(&mut self, address: SocketAddr) -> bool {
        let deadline = Instant::now() + READY_WITHIN;
        while TcpStream::connect(address).is_err() {
            let ended = !matches!(self.child.try_wait(), Ok(None));
            if ended || Instant::now() > deadline {
                return false;
            }
            thread::sleep(LOOK_EVERY);
        }
        true
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let own: Vec<Key> = Census::take()
            .tree(self.child.id())
            .iter()
            .map(|one| one.key)
            .collect();
        // Once it has been waited for, its identifier may be somebody else's.
        if matches!(self.child.try_wait(), Ok(None)) {
            signal(self.child.id(), Signal::TERM);
        }
        for key in still_there_after(&own, STOP_WITHIN, &mut self.child) {
            eprintln!("compare: process {} had to be killed", key.pid);
            signal(key.pid, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

const READY_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How long a server may take to stop by itself.
const STOP_WITHIN: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Bytes of something wrong that are shown.
const SHOWN: usize = 2000;

fn still_there_after(own: &[Key], within: Duration, child: &mut Child) -> Vec<Key> {
    let deadline = Instant::now() + within;
    loop {
        // Otherwise it would stay a zombie until the end.
        let _ = child.try_wait();
        let census = Census::take();
        let mut left = own.to_vec();
        left.retain(|&key| census.has_alive(key));
        if left.is_empty() || Instant::now() > deadline {
            return left;
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended meanwhile; then there is nobody to tell.
        let _ = kill_process(pid, signal);
    }
}

/// The address in `... listening on http://HOST:PORT/`, if that comes in time.
fn address_said(stdout: ChildStdout) -> Option<SocketAddr> {
    let (said, heard) = mpsc::channel();
    // It ends with the server, if nothing is said.
    thread::spawn(move || {
        let mut line = String::new();
        if BufReader::new(stdout).read_line(&mut line).is_ok() {
            let _ = said.send(line);
        }
    });
    let line = heard.recv_timeout(READY_WITHIN).ok()?;
    let (_, url) = line.trim_end().rsplit_once(" listening on http://")?;
    url.trim_end_matches('/').parse().ok()
}

/// The last that a server said on standard error.
fn end_of(said: &mut File) -> String {
    let mut text = Vec::new();
    let _ = said.rewind();
    let _ = said.read_to_end(&mut text);
    let text = &text[text.len().saturating_sub(SHOWN)..];
    String::from_utf8_lossy(text).trim().to_owned()
}
