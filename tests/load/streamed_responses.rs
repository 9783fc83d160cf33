//! Content that is produced while it is sent goes at the client's pace and needs no memory of its
//! own: a response of many GiB takes as much as a small one, a client that does not read stops its
//! own handler only, and a client that leaves ends it.
//!
//! `WIRESERVE_STREAM_GIB` sets the size of the large responses, 1 GiB by default.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support;
use crate::support::client::{Client, DEADLINE};
use crate::support::process::Process;
use crate::support::response;
use crate::support::wait::eventually;
use crate::support::watch::{grown_since, peak_memory, settled};

const MIB: u64 = 1024 * 1024;

/// How much the server's memory may grow while a large response is sent, in KiB.
const GROWTH: u64 = 64 * 1024;

#[test]
fn a_large_response_takes_no_memory() {
    let gib = env::var("WIRESERVE_STREAM_GIB").map_or(1, |gib| gib.parse().expect("a number"));
    let server = server();
    for by in ["generator", "write", "content"] {
        let send = |mib: u64| {
            let target = format!("/stream.py?key={by}&by={by}&kib=1024&pieces={mib}");
            assert_eq!(download(&server, &target), mib * MIB, "by {by}");
            assert_eq!(progress(&server, by), (mib, "done".to_owned()));
        };
        // What is made once for any stream.
        send(8);
        let before = peak_memory(server.id());
        send(gib * 1024);
        let grown = grown_since(before, server.id());
        assert!(grown < GROWTH, "{gib} GiB by {by} took {grown} KiB");
    }
}

#[test]
fn a_client_that_does_not_read_stops_its_handler() {
    /// If no more pieces are sent for this long, the handler waits.
    const REST: Duration = Duration::from_millis(300);
    /// More pieces than the kernel keeps for a client that does not read.
    const MANY: u64 = 2048;

    for (by, end) in [("generator", "closed"), ("write", "write returned False")] {
        let server = server();
        let mut client = Client::connect(server.addr());
        client.send(get(&format!("/stream.py?key={by}&by={by}&kib=16")).as_bytes());
        client.read_until(b"\r\n\r\n");
        let sent = || progress(&server, by).0;
        eventually("it has begun", || sent() > 0);
        let first = settled("it stops", REST, sent);
        assert!(first < MANY, "by {by}: {first} pieces");

        client.read_exact((first * 16 * 1024) as usize);
        eventually("it continues", || sent() > first);
        let second = settled("it stops again", REST, sent);
        assert!(second < first + MANY, "by {by}: {second} pieces");
        assert_eq!(progress(&server, by).1, "");

        drop(client);
        eventually("it ends", || progress(&server, by).1 == end);
    }
}

fn server() -> Process {
    let doc_root = support::repository().join("tests/wire_site");
    Process::wireserve(&doc_root, ["--log", "error"])
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
}

/// The number of pieces that a stream has sent, and how it ended.
fn progress(server: &Process, key: &str) -> (u64, String) {
    let mut client = Client::connect(server.addr());
    client.send(get(&format!("/told.py?key={key}")).as_bytes());
    let text = client.read_response("GET").text();
    let (sent, end) = text.split_once(' ').expect("two words");
    (sent.parse().expect("a number"), end.to_owned())
}

/// Reads a response to the end of its connection, keeps nothing of it, and counts its content.
fn download(server: &Process, target: &str) -> u64 {
    let mut stream = TcpStream::connect(server.addr()).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    stream.write_all(get(target).as_bytes()).expect("a write");
    let mut buffer = vec![0; MIB as usize];
    let (mut head, mut count) = (Some(Vec::new()), 0);
    loop {
        let read = stream.read(&mut buffer).expect("bytes or the end");
        if read == 0 {
            return count;
        }
        count += read as u64;
        if let Some(bytes) = &mut head {
            bytes.extend_from_slice(&buffer[..read]);
            if let Some(length) = response::head_length(bytes) {
                assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\n"));
                (count, head) = ((bytes.len() - length) as u64, None);
            }
        }
    }
}
