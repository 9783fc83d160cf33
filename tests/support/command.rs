//! The command `wireserve` as a user has it: run to its end or up and running, with all that it
//! says and how it ends; a folder for it to serve, and requests to see that it does.
//!
//! Unlike a [`Process`](super::process::Process), which must say that it listens, a [`Running`] may
//! refuse to, and every line of its standard output counts.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use tempfile::TempDir;

use super::client::{Client, DEADLINE};
use super::folder::folder;
use super::response::Response;

/// The command, in an environment that says nothing about logging.
pub fn wireserve() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wireserve"));
    command.env_remove("RUST_LOG");
    command
}

/// A process whose standard output is read line by line, all of it.
pub struct Running {
    command: String,
    child: Child,
    lines: Receiver<String>,
    /// All lines that have been read.
    seen: Vec<String>,
    stderr: Receiver<String>,
}

/// All that a process said, and how it ended.
pub struct Ended {
    command: String,
    pub code: Option<i32>,
    /// With their line ends.
    pub stdout: Vec<String>,
    pub stderr: String,
}

impl Running {
    /// Starts a command.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut stderr = child.stderr.take().expect("piped");
        let (line, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut text = String::new();
            while let Ok(1..) = stdout.read_line(&mut text) {
                let _ = line.send(std::mem::take(&mut text));
            }
        });
        let (all, whole) = mpsc::channel();
        thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            let _ = all.send(String::from_utf8_lossy(&text).into_owned());
        });
        Self {
            command: format!("{command:?}"),
            child,
            lines,
            seen: Vec::new(),
            stderr: whole,
        }
    }

    /// The next line of standard output; `None` at its end.
    pub fn line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(DEADLINE) {
            Ok(line) => {
                self.seen.push(line.clone());
                Some(line)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("{}: no line and no end within {DEADLINE:?}", self.command)
            }
        }
    }

    /// The address in the next line, which is a ready line of this host; any host if it is empty.
    pub fn ready(&mut self, host: &str) -> SocketAddr {
        let line = self.line().expect("a ready line");
        let address = line
            .strip_prefix("wireserve listening on http://")
            .and_then(|rest| rest.strip_suffix("/\n"))
            .unwrap_or_else(|| panic!("{line:?} is no ready line"));
        assert!(
            host.is_empty() || address.starts_with(&format!("{host}:")),
            "{line}"
        );
        let address: SocketAddr = address.parse().expect("an address");
        assert_ne!(address.port(), 0);
        address
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        send_signal(self.child.id(), name);
    }

    /// Waits until it has ended.
    pub fn end(mut self) -> Ended {
        while self.line().is_some() {}
        let stderr = self.stderr.recv_timeout(DEADLINE).expect("the end");
        Ended {
            command: std::mem::take(&mut self.command),
            code: self.child.wait().expect("it has ended").code(),
            stdout: std::mem::take(&mut self.seen),
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// Runs the command to its end.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ended {
    run_in(&std::env::temp_dir(), arguments)
}

/// Runs the command to its end, in this folder.
pub fn run_in<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Ended {
    let mut command = wireserve();
    // Should it listen after all, then not where somebody else does.
    command.current_dir(folder).arg("--port=0").args(arguments);
    Running::start(&mut command).end()
}

/// Sends a signal to a process that this test has started.
pub fn send_signal(id: u32, name: &str) {
    let status = Command::new("/bin/kill")
        .args([format!("-{name}"), id.to_string()])
        .status()
        .expect("kill");
    assert!(status.success(), "kill -{name} {id}");
}

/// A folder with these files, and a `hello.txt`.
pub fn site(files: &[(&str, &str)]) -> TempDir {
    folder(&[files, &[("hello.txt", "hello")]].concat())
}

/// A request without a body.
pub fn request(method: &str, target: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// The response to such a request, on a connection of its own.
pub fn ask(address: SocketAddr, method: &str, target: &str) -> Response {
    let mut client = Client::connect(address);
    client.send(&request(method, target));
    client.read_response(method)
}

/// The response to a GET.
pub fn get(address: SocketAddr, target: &str) -> Response {
    ask(address, "GET", target)
}
