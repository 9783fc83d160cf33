//! A file of any size is sent in constant memory: whole, a range of it, several of them, as it is; and a
//! range comes at once, wherever in the file it is.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response;
use crate::support::watch::{grown_since, peak_memory, processor_time};

/// Bytes of the large file, most of them a hole.
const SIZE: u64 = 1 << 30;

/// Bytes of the file that is sent to its end.
const SENT: u64 = SIZE / 4;

/// Memory, in KiB, that sending may need. Keeping a thirtieth of `SENT` would need more.
const ROOM: u64 = 8 * 1024;

/// Requests on as many connections; what each costs in threads and buffers counts once.
const REQUESTS: &[(&str, &str, u64)] = &[
    ("/large.bin", "", SENT),
    ("/large.bin", "bytes=1-", SENT - 1),
    ("/large.bin", "bytes=0-100000000,125000000-", SENT),
    ("/large.asis", "", SENT),
];

fn site(size: u64) -> TempDir {
    let folder = folder(&[("small.txt", "ham")]);
    for name in ["large.bin", "large.asis"] {
        let file = File::create(folder.path().join(name)).expect("a file");
        file.set_len(size).expect("room");
        for at in [0, size / 2, size - 5] {
            file.write_all_at(b"hello", at).expect("room");
        }
    }
    folder
}

#[test]
fn sending_it_needs_no_memory() {
    let folder = site(SENT);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    client.send(b"GET /small.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    client.read_until_close();
    let before = peak_memory(server.id());
    for (target, range, least) in REQUESTS {
        let mut stream = TcpStream::connect(server.addr()).expect("it listens");
        let range = match *range {
            "" => String::new(),
            range => format!("Range: {range}\r\n"),
        };
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: a\r\n{range}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut buffer = vec![0; 1 << 20];
        let mut received = 0;
        loop {
            match stream.read(&mut buffer).expect("no error") {
                0 => break,
                count => received += count as u64,
            }
        }
        // Two ranges leave out a tenth.
        assert!(received >= least / 10 * 9, "{target} {range}: {received}");
        let grown = grown_since(before, server.id());
        assert!(grown < ROOM, "{target} {range}: {grown} KiB more");
    }
}

#[test]
fn a_range_comes_at_once() {
    /// Processor time. Reading the whole file takes several times as much.
    const AT_MOST: Duration = Duration::from_millis(100);

    let folder = site(SIZE);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    let before = processor_time(server.id());
    for (range, content_range, text) in [
        (
            "bytes=-5",
            "bytes 1073741819-1073741823/1073741824",
            "hello",
        ),
        (
            "bytes=536870912-536870916",
            "bytes 536870912-536870916/1073741824",
            "hello",
        ),
        ("bytes=0-4", "bytes 0-4/1073741824", "hello"),
    ] {
        let request = format!("GET /large.bin HTTP/1.1\r\nHost: a\r\nRange: {range}\r\n\r\n");
        client.send(request.as_bytes());
        let response = client.read_response("GET");
        assert_eq!(response.status, 206);
        assert_eq!(
            response.header("content-range"),
            Some(content_range.as_bytes())
        );
        assert_eq!(response.text(), text);
    }
    let request = "HEAD /large.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9,20-\r\n\r\n";
    client.send(request.as_bytes());
    let head = client.read_response("HEAD");
    let length = head.header("content-length").expect("a length");
    assert!(length.len() == "1073741824".len(), "{length:?}");
    assert!(client.is_kept_open());
    let used = processor_time(server.id()) - before;
    assert!(used < AT_MOST, "{used:?}");
}

/// A header line of ranges that overlap can ask for the file a thousand times over; it gets what it
/// asks for until it leaves, at no cost to others.
#[test]
fn many_ranges_cost_no_memory() {
    let folder = site(SIZE);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    client.send(b"GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    client.read_response("GET");
    let before = peak_memory(server.id());
    let ranges: Vec<_> = (1..2000)
        .map(|n| format!("{}-{},{}-", 10 * n, 10 * n, 10 * n - 1))
        .collect();
    let request = format!(
        "GET /large.bin HTTP/1.1\r\nHost: a\r\nRange: bytes={}\r\n\r\n",
        ranges.join(",")
    );
    client.send(request.as_bytes());
    let head = client.read_until(b"\r\n\r\n");
    assert!(
        head.starts_with(b"HTTP/1.1 206 "),
        "{}",
        head.escape_ascii()
    );
    assert_eq!(response::head_length(&head), Some(head.len()));
    client.read_exact(20 << 20);
    let grown = grown_since(before, server.id());
    assert!(grown < ROOM, "{grown} KiB more");
}
