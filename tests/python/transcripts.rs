//! A script's bytes are in the transcript however it sends them: pieces of content one by one, and what
//! its own socket sends, receives and ends past the server.

use crate::support::process::Process;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use crate::support::client::Client;
use crate::support::command::{site, wireserve};
use crate::support::transcript::{files, lines, whole};
use crate::support::wait::eventually;
use crate::support::{raw_site, repository};
use tempfile::TempDir;

fn serve(doc_root: &str, folder: &Path) -> (Process, SocketAddr) {
    let mut command = wireserve();
    let doc_root = repository().join(doc_root);
    command
        .arg(doc_root)
        .args(["--port", "0", "--transcript"])
        .arg(folder);
    let mut running = Process::spawn(&mut command);
    let address = running.ready("");
    (running, address)
}

#[test]
fn chunks_of_a_generator() {
    let site = site(&[(
        "chunks.py",
        "def main(request, response):\n    def content():\n        yield b'1\\r\\na\\r\\n'\n        \
         yield b'2\\r\\nbc\\r\\n'\n        yield b'0\\r\\n\\r\\n'\n    \
         headers = [('Server', 's'), ('Date', 'd'), ('Transfer-Encoding', 'chunked')]\n    \
         return headers, content()\n",
    )]);
    let folder = TempDir::new().expect("a folder");
    let (_running, address) = serve(site.path().to_str().expect("plain"), folder.path());
    let mut client = Client::connect(address);
    client.send(b"GET /chunks.py HTTP/1.1\r\nConnection: close\r\n\r\n");
    client.read_until_close();
    drop(client);
    let text = whole(folder.path());
    let expected = [
        r#"1  > 46 "GET /chunks.py HTTP/1.1\r\nConnection: close\r\n\r\n""#,
        r#"1  < 67 "HTTP/1.1 200 OK\r\nServer: s\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n""#,
        r#"1  < 6 "1\r\na\r\n""#,
        r#"1  < 7 "2\r\nbc\r\n""#,
        r#"1  < 5 "0\r\n\r\n""#,
        "1  -- server fin",
        "1  -- client fin",
        "1  -- closed",
    ];
    assert_eq!(lines(&text), expected, "{text}");
}

#[test]
fn what_a_script_s_socket_sends() {
    for way in [
        "send",
        "sendall",
        "sendmsg",
        "sendto",
        "sendfile",
        "sendfile_from_memory",
        "makefile",
        "dup",
    ] {
        let folder = TempDir::new().expect("a folder");
        let (_running, address) = serve("tests/raw_site", folder.path());
        let target = format!("/own_socket.py?do={way}");
        let mut client = Client::connect(address);
        client.send(&raw_site::get(&target));
        assert_eq!(client.read_exact(4), b"sent", "{way}");
        client.half_close();
        client.read_until_close();
        let text = whole(folder.path());
        let sent: Vec<_> = lines(&text)
            .into_iter()
            .filter(|line| line.contains("  < "))
            .collect();
        assert_eq!(sent, [r#"1  < 4 "sent""#], "{way}:\n{text}");
    }
}

#[test]
fn what_a_script_s_socket_receives() {
    let folder = TempDir::new().expect("a folder");
    let (_running, address) = serve("tests/raw_site", folder.path());
    let mut client = Client::connect(address);
    client.send(&[&raw_site::get("/own_socket.py?do=receive")[..], b"ab"].concat());
    assert_eq!(client.read_exact(2), b"go");
    client.send(b"\0\xff");
    assert_eq!(client.read_exact(8), b"got ab\0\xff");
    client.half_close();
    client.read_until_close();
    let text = whole(folder.path());
    let seen = lines(&text);
    assert!(seen[0].ends_with(r#"\r\n\r\nab""#), "{text}");
    let expected = [
        r#"1  < 2 "go""#,
        r#"1  > 2 "\0\xff""#,
        r#"1  < 8 "got ab\0\xff""#,
        "1  -- client fin",
        "1  -- server fin",
        "1  -- closed",
    ];
    assert_eq!(seen[1..], expected, "{text}");
}

#[test]
fn how_a_script_s_socket_ends() {
    let key = "00000000-0000-0000-0002-00000000000a";
    for (target, expected) in [
        (
            "/own_socket.py?do=reset&bytes=".to_owned(),
            &["1  -- server reset", "1  -- closed"][..],
        ),
        (
            format!("/own_socket.py?do=half_close&key={key}"),
            &[
                r#"1  < 3 "all""#,
                "1  -- server fin",
                r#"1  > 5 "heard""#,
                "1  -- client fin",
                "1  -- closed",
            ],
        ),
    ] {
        let folder = TempDir::new().expect("a folder");
        let (_running, address) = serve("tests/raw_site", folder.path());
        let mut client = Client::connect(address);
        client.send(&raw_site::get(&target));
        client.read_until_close();
        client.send(b"heard");
        client.half_close();
        let text = whole(folder.path());
        assert_eq!(lines(&text)[1..], *expected, "{target}:\n{text}");
    }
}

#[test]
fn a_script_s_socket_hears_of_a_reset() {
    let folder = TempDir::new().expect("a folder");
    let (_running, address) = serve("tests/raw_site", folder.path());
    let mut client = Client::connect(address);
    client.send(&raw_site::get("/own_socket.py?do=hear_reset"));
    assert_eq!(client.read_exact(2), b"go");
    client.reset();
    let text = whole(folder.path());
    let expected = [
        r#"1  < 2 "go""#,
        "1  -- client reset",
        "1  -- note: sendall failed within 9 bytes: [Errno 32] Broken pipe",
        "1  -- closed",
    ];
    assert_eq!(lines(&text)[1..], expected, "{text}");
}

#[test]
fn a_script_shuts_its_socket_down() {
    for (how, expected) in [
        // Nothing of it goes over the wire.
        (libc::SHUT_RD, None),
        (libc::SHUT_WR, Some("1  -- server fin")),
        (libc::SHUT_RDWR, Some("1  -- server cut")),
    ] {
        let folder = TempDir::new().expect("a folder");
        let (_running, address) = serve("tests/raw_site", folder.path());
        let mut client = Client::connect(address);
        client.send(&raw_site::get(&format!("/own_socket.py?do=stop&how={how}")));
        client.read_until_close();
        client.half_close();
        let text = whole(folder.path());
        let second = lines(&text)[1];
        match expected {
            Some(expected) => assert_eq!(second, expected, "{text}"),
            None => assert!(second.contains("HTTP/1.1 200 OK"), "{text}"),
        }
    }
}

/// More than the kernel takes at once, for a client that reads late: all of it is sent, and recorded.
#[test]
fn gathered_bytes_report_their_result_when_they_are_sent() {
    let folder = TempDir::new().expect("a folder");
    let (_running, address) = serve("tests/raw_site", folder.path());
    let mut client = Client::connect(address);
    client.send(b"POST /own_socket.py?do=time_out_first HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(client.read_exact(7), b"nothing");
    client.send(b"ab");
    eventually("the kernel has taken what it can", || {
        let [file] = &files(folder.path())[..] else {
            return false;
        };
        sent(&fs::read_to_string(file).expect("it is there")) > 100_000
    });
    let content = client.read_until_close();
    assert_eq!(content.len(), 8_000_000 + "|True".len());
    client.half_close();
    let text = whole(folder.path());
    assert_eq!(sent(&text), "nothing".len() + content.len(), "{text}");
}

/// The bytes that a transcript has of the server's.
fn sent(transcript: &str) -> usize {
    let length = |line: &str| {
        let (_, sent) = line.split_once("  < ")?;
        sent.split(' ').next()?.parse::<usize>().ok()
    };
    lines(transcript).into_iter().filter_map(length).sum()
}
