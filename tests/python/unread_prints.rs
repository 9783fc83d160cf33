//! What scripts print is for the operator; where it has no reader, or lost its reader, or the disk is
//! full, their clients get their answers all the same. Once it is read again it is there again, and the
//! log says how much was dropped.
//!
//! The same for the log is in `command/unread_log_pipe.rs`.

use crate::support::process::send_signal;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::folder::folder;
use crate::support::wait::eventually;
use tempfile::TempDir;

/// Prints more than a pipe holds, in lines and at once.
const PRINTS: &str = "\
import sys

def main(request, response):
    for line in range(1000):
        print('line', line, 'x' * 100)
        print('line', line, 'x' * 100, file=sys.stderr)
    sys.stdout.write('y' * 100_000 + '\\n')
    sys.stdout.buffer.write(b'z' * 100_000 + b'\\n')
    sys.stdout.flush()
    return 'printed'
";

const WHISPERS: &str = "\
import sys

def main(request, response):
    word = request.GET[b'word'].decode('ascii')
    print(word)
    print(word, file=sys.stderr)
    return 'printed'
";

#[test]
fn output_without_a_reader_is_dropped() {
    let mut server = Server::start(Stdio::piped());
    server.answers();
    server.ends();
}

#[test]
fn output_whose_reader_is_gone_is_dropped() {
    let mut server = Server::start(Stdio::piped());
    server.stdout = None;
    server.child.stderr = None;
    server.answers();
    server.ends();
}

#[test]
fn the_disk_is_full() {
    let full = File::options().write(true).open("/dev/full");
    let mut server = Server::start(full.expect("Linux has it").into());
    server.answers();
    server.ends();
}

#[test]
fn output_that_is_read_again_arrives_again() {
    let mut server = Server::start(Stdio::piped());
    server.answers();
    let mut lines = server.stdout.take().expect("piped").lines();
    let mut next = || lines.next().expect("not its end").expect("it can be read");
    assert_eq!(next(), format!("line 0 {}", "x".repeat(100)));
    // All that the pipe held, and then what is printed from now on: a word that is read shows that all
    // that was there before it has been.
    let address = server.address;
    let deadline = Instant::now() + DEADLINE;
    thread::scope(|scope| {
        scope.spawn(|| {
            for word in 0..200 {
                assert_printed(address, &format!("/whispers.py?word=word-{word}"));
            }
        });
        while !next().starts_with("word-") {
            assert!(Instant::now() < deadline, "no word");
        }
    });
    for word in 200..205 {
        assert_printed(address, &format!("/whispers.py?word=word-{word}"));
        while next() != format!("word-{word}") {
            assert!(Instant::now() < deadline, "no word {word}");
        }
    }
    server.ends();
}

#[test]
fn the_log_reports_how_much_was_dropped() {
    let mut server = Server::start(Stdio::piped());
    server.answers();
    let mut stdout = server.stdout.take().expect("piped");
    let stderr = server.child.stderr.take().expect("piped");
    thread::spawn(move || io::copy(&mut stdout, &mut io::sink()));
    let (line, lines) = mpsc::channel();
    thread::spawn(move || {
        let all = BufReader::new(stderr).lines();
        all.map_while(Result::ok)
            .try_for_each(|text| line.send(text))
    });
    let mut told = Vec::new();
    eventually("it is told", || {
        assert_printed(server.address, "/whispers.py?word=a");
        told.extend(
            lines
                .try_iter()
                .filter(|line| line.contains("bytes that scripts printed")),
        );
        told.len() >= 2
    });
    for name in ["output", "error"] {
        let expected = format!("bytes that scripts printed: standard {name} was not read");
        assert!(
            told.iter().any(|line| line.ends_with(&expected)),
            "{told:?}"
        );
    }
    server.ends();
}

struct Server {
    child: Child,
    address: SocketAddr,
    /// After the ready line.
    stdout: Option<BufReader<ChildStdout>>,
    _folder: TempDir,
}

impl Server {
    /// With its standard output where the ready line can be read, and its standard error where this says.
    fn start(stderr: Stdio) -> Self {
        let folder = site();
        let mut child = Command::new(env!("CARGO_BIN_EXE_wireserve"))
            .arg(folder.path())
            .args(["--port", "0", "--log", "warn"])
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the server starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut ready = String::new();
        stdout.read_line(&mut ready).expect("a ready line");
        let address = ready
            .trim_end()
            .trim_start_matches("wireserve listening on http://");
        Self {
            address: address.trim_end_matches('/').parse().expect("an address"),
            child,
            stdout: Some(stdout),
            _folder: folder,
        }
    }

    fn answers(&self) {
        for _ in 0..10 {
            assert_printed(self.address, "/prints.py");
        }
    }

    fn ends(&mut self) {
        send_signal(self.child.id(), "TERM");
        let deadline = Instant::now() + DEADLINE;
        let mut status = None;
        while status.is_none() {
            assert!(Instant::now() < deadline, "it goes on");
            thread::sleep(Duration::from_millis(5));
            status = self.child.try_wait().expect("a child");
        }
        assert_eq!(status.and_then(|status| status.code()), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn site() -> TempDir {
    folder(&[("prints.py", PRINTS), ("whispers.py", WHISPERS)])
}

fn assert_printed(address: SocketAddr, target: &str) {
    let mut client = Client::connect(address);
    client.send(&request("GET", target));
    assert_eq!(client.read_response("GET").text(), "printed", "{target}");
}
