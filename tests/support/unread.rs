//! A server whose output the test does not read, or reads when it wants to. [`super::process::Process`]
//! always reads the output of its child.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::client::DEADLINE;
use super::process::{ready_address, send_signal};

/// A server of which only the ready line has been read. Dropping it kills its process.
pub struct Unread {
    child: Child,
    address: SocketAddr,
    /// After the ready line.
    pub stdout: Option<BufReader<ChildStdout>>,
    pub stderr: Option<ChildStderr>,
}

impl Unread {
    /// Starts a server with one listener, and waits until it listens.
    pub fn start(command: &mut Command, stderr: Stdio) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the server starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut ready = String::new();
        stdout.read_line(&mut ready).expect("a ready line");
        Self {
            address: ready_address(&ready).expect("a ready line"),
            stdout: Some(stdout),
            stderr: child.stderr.take(),
            child,
        }
    }

    /// The address of its listener.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Sends SIGTERM; the process must then end in time, with exit code 0.
    pub fn assert_terminates(&mut self) {
        send_signal(self.child.id(), "TERM");
        let deadline = Instant::now() + DEADLINE;
        let mut status = None;
        while status.is_none() {
            assert!(Instant::now() < deadline, "it still runs after SIGTERM");
            thread::sleep(Duration::from_millis(5));
            status = self.child.try_wait().expect("a child");
        }
        assert_eq!(status.and_then(|status| status.code()), Some(0));
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
