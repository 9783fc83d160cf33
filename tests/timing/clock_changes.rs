//! The wall clock may be set back or ahead by years while the server runs: what waits, waits as long as it
//! was asked to; connections stay; the field Date tells the new time; and edits show at once.
//!
//! The clock is the real command's alone: libfaketime lies to it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::command::{get, wireserve};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::{escape, repository, response, source_folders};
use tempfile::TempDir;

/// Where the clock is set to, as libfaketime reads it, and how the field Date begins then.
const JUMPS: [(&str, &str); 5] = [
    ("@2061-07-28 12:00:30", "Thu, 28 Jul 2061 12:00:"),
    ("@1986-02-09 12:00:30", "Sun, 09 Feb 1986 12:00:"),
    ("@2026-01-01 00:00:30", "Thu, 01 Jan 2026 00:00:"),
    ("@2025-12-31 23:58:30", "Wed, 31 Dec 2025 23:58:"),
    ("@1970-01-02 00:00:30", "Fri, 02 Jan 1970 00:00:"),
];

#[test]
fn waits_last_as_long_as_requested() {
    /// Long enough for the clock to be set meanwhile.
    const WAIT: Duration = Duration::from_millis(300);
    // What there is in the end: what follows the wait, or nothing where it was a limit.
    let mut files = vec![
        ("trickled.txt?pipe=trickle(1:d0.3)", "ab", "ab"),
        (
            "pause.wire",
            "send \"a\"\npause 300ms\nsend \"b\"\nclose\n",
            "ab",
        ),
        ("hold.wire", "send \"a\"\nhold 300ms\n", "a"),
        (
            "limit.wire",
            "send \"a\"\nwait_for \"never\" within 300ms\n",
            "a",
        ),
        ("head.wire", "send \"a\"\nwait_for head within 300ms\n", "a"),
        ("body.wire", "send \"a\"\nwait_for body within 300ms\n", "a"),
    ];
    if cfg!(feature = "python") {
        files.extend([
            ("sleep.py", SLEEP, "ab"),
            ("generator.py", GENERATOR, "ab"),
            ("pause.py", PAUSE, "ab"),
            ("limit.py", LIMIT, "ab"),
        ]);
    }
    let on_disk = files.iter().map(|(target, text, _)| {
        let name = target.split('?').next().expect("at least one part");
        (name, *text)
    });
    let stage = Stage::with(&on_disk.collect::<Vec<_>>());
    for (clock, _) in JUMPS {
        let (begun, all_begun) = mpsc::channel();
        thread::scope(|scope| {
            let stage = &stage;
            for (target, _, expected) in &files {
                let begun = begun.clone();
                scope.spawn(move || {
                    let began = Instant::now();
                    let mut client = stage.ask(target);
                    let mut seen = client.read_until(b"a");
                    begun.send(()).expect("the clock is to be set");
                    seen.extend(client.read_until_close());
                    let took = began.elapsed();
                    let shown = escape::lines(&seen, "  ");
                    assert!(took >= WAIT, "{target} across {clock}: {took:?}\n{shown}");
                    let content = &seen[response::head_length(&seen).unwrap_or(0)..];
                    assert_eq!(content, expected.as_bytes(), "{target} across {clock}");
                });
            }
            for _ in &files {
                all_begun.recv_timeout(DEADLINE).expect("all begin");
            }
            stage.set(clock);
        });
    }
}

const SLEEP: &str = "\
import time

def main(request, response):
    response.close_connection = True
    response.writer.write('a')
    time.sleep(0.3)
    response.writer.write('b')
";

const GENERATOR: &str = "\
import time

def main(request, response):
    def pieces():
        yield 'a'
        time.sleep(0.3)
        yield 'b'
    return pieces()
";

const PAUSE: &str = "\
def main(request, response):
    response.close_connection = True
    response.writer.write('a')
    response.writer.pause(0.3)
    response.writer.write('b')
";

const LIMIT: &str = "\
def main(request, response):
    response.close_connection = True
    response.writer.write('a')
    if not response.writer.wait_for('never', 0.3): response.writer.write('b')
";

#[test]
fn connections_stay_and_the_date_is_the_new_one() {
    let stage = Stage::with(&[("plain.txt", "plain")]);
    let mut idle = Client::connect(stage.server.addr());
    let mut within_head = Client::connect(stage.server.addr());
    assert!(idle.is_kept_open());
    within_head.send(b"GET /plain.txt HTTP/1.1\r\n");
    for (clock, date) in JUMPS {
        stage.set(clock);
        within_head.send(b"X: y\r\n");
        idle.send(&request("GET", "/plain.txt"));
        for answer in [
            idle.read_response("GET"),
            get(stage.server.addr(), "/plain.txt"),
        ] {
            let seen = answer.header("date").unwrap_or_default();
            let seen = String::from_utf8_lossy(seen);
            assert!(seen.starts_with(date), "{seen} at {clock}");
            assert_eq!(answer.text(), "plain");
        }
    }
    within_head.send(b"\r\n");
    assert_eq!(within_head.read_response("GET").text(), "plain");
}

#[test]
fn edits_show_at_once() {
    let mut files = vec![("a.txt", "0")];
    if cfg!(feature = "python") {
        files.push(("a.py", "def main(request, response): return '0'\n"));
    }
    let stage = Stage::with(&files);
    let mut client = Client::connect(stage.server.addr());
    // Of one length, within one file, and often within the resolution of its stamp.
    for (clock, _) in JUMPS {
        stage.set(clock);
        for edit in 0..100 {
            let text = (edit % 10).to_string();
            for (name, source) in &files {
                let path = stage.folder.path().join(name);
                fs::write(path, source.replace('0', &text)).expect("room");
                for _ in 0..1 + edit % 2 {
                    client.send(&request("GET", &format!("/{name}")));
                    assert_eq!(
                        client.read_response("GET").text(),
                        text,
                        "{name} at {clock}"
                    );
                }
            }
        }
    }
}

/// Deadlines are points in the monotonic time: only these files read the wall clock, for dates and to
/// compare it with the times of files and of certificates.
#[test]
fn the_wall_clock_is_read_only_for_dates() {
    let mut readers = Vec::new();
    for folder in source_folders() {
        collect(&folder, &mut readers);
    }
    readers.sort_unstable();
    assert_eq!(
        readers,
        [
            "crates/core/src/record/mod.rs",
            "crates/core/src/site/files/file.rs",
            "crates/core/src/site/files/validators.rs",
            "crates/core/src/site/handlers/revocation.rs",
            "crates/core/src/text/date.rs",
            "crates/core/src/tls/certificates/renewed.rs",
            "crates/core/src/transcript/folder.rs",
            "crates/core/src/transcript/tape.rs",
            "src/bench/run.rs",
            "src/cli/certificates.rs",
            "src/cli/conform.rs",
            "src/cli/obtained_certificate.rs",
            "src/extension/certificates.rs",
            "src/extension/mocking/server.rs",
        ]
    );
}

fn collect(folder: &Path, readers: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, readers);
        } else if fs::read_to_string(&path).is_ok_and(|text| reads_wall_clock(&text)) {
            let name = path.strip_prefix(repository()).expect("below it");
            readers.push(name.to_string_lossy().into_owned());
        }
    }
}

/// Whether the code does, without the examples in its documentation.
fn reads_wall_clock(text: &str) -> bool {
    let mut code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.any(|line| line.contains("SystemTime::now"))
}

/// A server with a wall clock of its own.
struct Stage {
    server: Process,
    /// What the clock shows, for libfaketime.
    clock: TempDir,
    folder: TempDir,
}

impl Stage {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = folder(files);
        let clock = tempfile::tempdir().expect("a folder");
        set(&clock, "+0");
        // The command knows where its library is; by itself it would set the clock for good.
        let asked = Command::new("faketime")
            .args(["-m", "-f", "+0", "printenv", "LD_PRELOAD"])
            .output();
        let asked = asked.expect("faketime is installed; ./dev does it");
        let library = String::from_utf8(asked.stdout).expect("a path");
        let mut command = wireserve();
        command
            .env("LD_PRELOAD", library.trim())
            .env("FAKETIME_TIMESTAMP_FILE", clock.path().join("clock"))
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            // Files keep their stamps.
            .env("NO_FAKE_STAT", "1")
            .env("TZ", "UTC");
        command
            .arg(folder.path())
            .args(["--port", "0", "--log", "error"]);
        Self {
            server: Process::start(command),
            clock,
            folder,
        }
    }

    fn set(&self, clock: &str) {
        set(&self.clock, clock);
    }

    fn ask(&self, target: &str) -> Client {
        let mut client = Client::connect(self.server.addr());
        let head = "Connection: close\r\nContent-Length: 1";
        client.send(format!("GET /{target} HTTP/1.1\r\n{head}\r\n\r\n").as_bytes());
        client
    }
}

/// Replaces the file at once: half of it would be another time.
fn set(clock: &TempDir, time: &str) {
    let next = clock.path().join("next");
    fs::write(&next, format!("{time}\n")).expect("room");
    fs::rename(&next, clock.path().join("clock")).expect("one file system");
}
