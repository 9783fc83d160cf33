//! Scripts print for the operator. If the output is not read, if its reader is gone, or if the disk is full,
//! clients still get their responses. When the output is read again, new prints arrive, and the log reports
//! how much was dropped.
//!
//! `command/unread_log_pipe.rs` tests the same for the log.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use crate::support::client::{Client, DEADLINE};
use crate::support::command::wireserve;
use crate::support::folder::folder;
use crate::support::unread::Unread;
use crate::support::wait::eventually;
use tempfile::TempDir;

/// Prints more than a pipe holds, in lines and in one write.
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
    let (mut server, _folder) = start(Stdio::piped());
    assert_many_prints(&server);
    server.assert_terminates();
}

#[test]
fn output_whose_reader_is_gone_is_dropped() {
    let (mut server, _folder) = start(Stdio::piped());
    server.stdout = None;
    server.stderr = None;
    assert_many_prints(&server);
    server.assert_terminates();
}

#[test]
fn output_on_a_full_disk_is_dropped() {
    let full = File::options().write(true).open("/dev/full");
    let (mut server, _folder) = start(full.expect("Linux has it").into());
    assert_many_prints(&server);
    server.assert_terminates();
}

#[test]
fn output_that_is_read_again_arrives_again() {
    let (mut server, _folder) = start(Stdio::piped());
    assert_many_prints(&server);
    let mut lines = server.stdout.take().expect("piped").lines();
    let mut next = || lines.next().expect("not its end").expect("it can be read");
    assert_eq!(next(), format!("line 0 {}", "x".repeat(100)));
    // First comes what the pipe held, then what is printed from now on. When a word has been read, so has
    // everything before it.
    let address = server.addr();
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
    server.assert_terminates();
}

#[test]
fn the_log_reports_how_much_was_dropped() {
    let (mut server, _folder) = start(Stdio::piped());
    assert_many_prints(&server);
    let mut stdout = server.stdout.take().expect("piped");
    let stderr = server.stderr.take().expect("piped");
    thread::spawn(move || io::copy(&mut stdout, &mut io::sink()));
    let (line, lines) = mpsc::channel();
    thread::spawn(move || {
        let all = BufReader::new(stderr).lines();
        all.map_while(Result::ok)
            .try_for_each(|text| line.send(text))
    });
    let mut reports = Vec::new();
    eventually("the log reports both", || {
        assert_printed(server.addr(), "/whispers.py?word=a");
        reports.extend(
            lines
                .try_iter()
                .filter(|line| line.contains("bytes that scripts printed")),
        );
        reports.len() >= 2
    });
    for name in ["output", "error"] {
        let expected = format!("bytes that scripts printed: standard {name} was not read");
        assert!(
            reports
                .iter()
                .any(|line: &String| line.ends_with(&expected)),
            "{reports:?}"
        );
    }
    server.assert_terminates();
}

/// A server whose standard error goes there, and its doc root.
fn start(stderr: Stdio) -> (Unread, TempDir) {
    let folder = folder(&[("prints.py", PRINTS), ("whispers.py", WHISPERS)]);
    let mut command = wireserve();
    command
        .arg(folder.path())
        .args(["--port", "0", "--log", "warn"]);
    (Unread::start(&mut command, stderr), folder)
}

fn assert_many_prints(server: &Unread) {
    for _ in 0..10 {
        assert_printed(server.addr(), "/prints.py");
    }
}

fn assert_printed(address: SocketAddr, target: &str) {
    let mut client = Client::connect(address);
    assert_eq!(client.ask("GET", target).text(), "printed", "{target}");
}
