//! Files and the content of scripts trickle as the URL requests: each piece arrives when its pauses are over
//! and not much later; a client that leaves during a pause ends it; pauses hold up no other script; and the
//! size of a file takes no memory.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::client::{Arrival, Client, DEADLINE};
use crate::support::folder::folder;
use crate::support::lateness::Baseline;
use crate::support::process::Process;
use crate::support::response;
use crate::support::wait::eventually;
use crate::support::watch::{grown_since, peak_memory};
use wireserve::Server;

/// The content of every file and script.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// A script with that content.
const SCRIPT: &str = "def main(request, response):\n    return 'abcdefghijklmnopqrstuvwxyz'\n";

/// What has that content, script included if there are scripts.
const TARGETS: &[&str] = if cfg!(feature = "python") {
    &["/letters.txt", "/letters.py"]
} else {
    &["/letters.txt"]
};

fn start(root: &Path) -> Server {
    #[cfg(feature = "python")]
    let site = wireserve::python::site(root).expect("an interpreter");
    #[cfg(not(feature = "python"))]
    let site = wireserve::Site::new(root);
    let server = Server::builder().site(site);
    server.start().expect("a free port")
}

#[test]
fn pieces_arrive_when_their_pauses_are_over() {
    /// Each case is run until it is in time, so often at most: a busy machine is late by itself.
    const RUNS: usize = 20;
    /// How late a piece may be, besides the lateness of the machine.
    const LATE: Duration = Duration::from_millis(10);

    let files = [
        ("letters.txt", LETTERS),
        ("letters.py", SCRIPT),
        ("a.sub.txt", LETTERS),
    ];
    let root = folder(&files);
    let server = start(root.path());
    let ms = Duration::from_millis;
    let cases = [
        (
            "trickle(5:d0.05:10:d.1)",
            &[
                ("abcde", ms(0)),
                ("fghijklmno", ms(50)),
                ("pqrstuvwxyz", ms(150)),
            ][..],
        ),
        (
            "trickle(d0.05:10:r2)",
            &[
                ("", ms(0)),
                ("abcdefghij", ms(50)),
                ("klmnopqrst", ms(100)),
                ("uvwxyz", ms(150)),
            ],
        ),
        (
            "slice(10)|trickle(10:d0.1)",
            &[("klmnopqrst", ms(0)), ("uvwxyz", ms(100))],
        ),
        // A pipe that needs the whole content waits for it, before the head.
        ("trickle(5:d0.1)|slice(20)", &[("uvwxyz", ms(100))]),
    ];
    let targets = TARGETS.iter().chain(&["/a.sub.txt"]);
    for (path, (pipes, pieces)) in
        targets.flat_map(|path| cases.iter().map(move |case| (path, case)))
    {
        let target = &format!("{path}?pipe={pipes}");
        let in_time = (0..RUNS).any(|_| {
            let baseline = Baseline::start();
            let found = arrivals(&server, target);
            let machine = baseline.stop().worst();
            let texts: Vec<_> = found.iter().map(|(text, _)| text.as_str()).collect();
            let expected: Vec<_> = pieces.iter().map(|(text, _)| *text).collect();
            // Two pieces that arrive at once are read as one, and are late.
            assert_eq!(texts.concat(), expected.concat(), "{target}");
            let late =
                |((text, at), (expected, pause)): (&(String, Duration), &(&str, Duration))| {
                    assert!(
                        at >= pause,
                        "{target}: {text:?} arrives after {at:?}, too early"
                    );
                    text != expected || *at > *pause + LATE + machine
                };
            texts.len() == expected.len() && !found.iter().zip(*pieces).any(late)
        });
        assert!(in_time, "{target}: late {RUNS} times");
    }
}

/// What follows the head, as it arrives, and when, since the request was sent. A head that arrives
/// alone is an empty piece.
fn arrivals(server: &Server, target: &str) -> Vec<(String, Duration)> {
    let mut client = Client::connect(server.address());
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let sent = Instant::now();
    client.send(request.as_bytes());
    let mut pieces: Vec<(String, Duration)> = Vec::new();
    let mut read = 0;
    while client.arrival(DEADLINE) == Arrival::Bytes {
        let bytes = client.pending();
        let Some(head) = response::head_length(bytes) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes[read.max(head)..]).into_owned();
        // The first piece is a separate write, which usually follows the head at once.
        match pieces.last_mut() {
            Some((last, at)) if last.is_empty() && sent.elapsed() - *at < HEAD_ALONE => {
                *last = text;
            }
            _ => pieces.push((text, sent.elapsed())),
        }
        read = bytes.len();
    }
    pieces
}

/// Content that arrives this soon after a head came with it.
const HEAD_ALONE: Duration = Duration::from_millis(20);

#[test]
fn a_client_that_leaves_frees_its_connection() {
    /// Far less than the pauses, on a busy machine.
    const SOON: Duration = Duration::from_secs(2);

    let root = folder(&[("letters.txt", LETTERS), ("letters.py", SCRIPT)]);
    let server = start(root.path());
    let cases = [
        ("trickle(5:d1000)", "abcde"),
        ("trickle(5:dinf)", "abcde"),
        ("trickle(5:d1000:r2)", "abcde"),
        // After the first piece it only waits, over and over.
        ("trickle(5:d0:0:d1000:r2)", "abcde"),
        // Waits before the head.
        ("trickle(5:d1000)|slice(3)", ""),
        ("trickle(d1000:r2)|sub", ""),
    ];
    for (path, (pipes, content)) in TARGETS
        .iter()
        .flat_map(|path| cases.map(|case| (path, case)))
    {
        let mut client = Client::connect(server.address());
        let target = format!("{path}?pipe={pipes}");
        client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        match content {
            "" => assert_eq!(client.arrival(Duration::from_millis(50)), Arrival::Nothing),
            content => {
                client.read_until(b"\r\n\r\n");
                client.read_until(content.as_bytes());
                // The pause has begun, and nothing else comes.
                assert_eq!(client.arrival(Duration::from_millis(50)), Arrival::Nothing);
            }
        }
        eventually("it is there", || server.connections() == 1);
        let left = Instant::now();
        client.reset();
        eventually("it is gone", || server.connections() == 0);
        assert!(
            left.elapsed() < SOON,
            "{target}: after {:?}",
            left.elapsed()
        );
    }
}

#[cfg(feature = "python")]
#[test]
fn pauses_hold_up_no_other_script() {
    /// Far less than the pauses.
    const SOON: Duration = Duration::from_secs(5);

    let root = folder(&[("letters.py", SCRIPT)]);
    let server = start(root.path());
    let get = |target: &str| {
        let mut client = Client::connect(server.address());
        client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        client
    };
    let mut waiting = Vec::new();
    for _ in 0..10 {
        let mut client = get("/letters.py?pipe=trickle(5:d1000)");
        client.read_until(b"abcde");
        waiting.push(client);
        // Waits before the head.
        waiting.push(get("/letters.py?pipe=trickle(d1000)|slice(3)"));
    }
    let sent = Instant::now();
    for _ in 0..20 {
        assert_eq!(get("/letters.py").read_response("GET").text(), LETTERS);
    }
    assert!(sent.elapsed() < SOON, "after {:?}", sent.elapsed());
}

#[test]
fn a_large_file_trickles_in_little_memory() {
    const SIZE: u64 = 50_000_000;
    /// In KiB: a tenth of the file.
    const GROWTH: u64 = 5_000;

    let root = folder(&[("small", "ham")]);
    let large = File::create(root.path().join("large")).expect("a file");
    large.set_len(SIZE).expect("a file with a hole");
    let server = Process::wireserve(root.path(), ["--log", "error"]);
    for steps in ["1000000:d0.0:r2", "60000000", "d0"] {
        // What is made once.
        assert_eq!(
            download(&server, &format!("/small?pipe=trickle({steps})")),
            3
        );
        let before = peak_memory(server.id());
        assert_eq!(
            download(&server, &format!("/large?pipe=trickle({steps})")),
            SIZE
        );
        let grown = grown_since(before, server.id());
        assert!(grown < GROWTH, "{steps} took {grown} KiB");
    }
}

/// Reads a response to the end of its connection, keeps nothing of it, and counts its content.
fn download(server: &Process, target: &str) -> u64 {
    let mut stream = TcpStream::connect(server.addr()).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a write");
    let mut buffer = vec![0; 1024 * 1024];
    let mut start = Vec::new();
    let head = loop {
        let read = stream.read(&mut buffer).expect("bytes");
        assert!(read > 0, "the connection ends within the head");
        start.extend_from_slice(&buffer[..read]);
        if let Some(length) = response::head_length(&start) {
            break length;
        }
    };
    let mut count = (start.len() - head) as u64;
    loop {
        match stream.read(&mut buffer).expect("bytes or the end") {
            0 => return count,
            read => count += read as u64,
        }
    }
}
