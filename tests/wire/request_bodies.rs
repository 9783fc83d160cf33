//! Request bodies come whole, however they are framed and however their bytes arrive; they are read
//! from the wire when a handler asks and as far as it asks, can be read again, and are kept on disk
//! when they are large. What a handler leaves unread never becomes the next request, and never
//! costs the client its answer.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc;

use crate::support::bodies::{Framing, PARTS, assert_upload_is_answered, line_byte};
use crate::support::client::{Client, DEADLINE};
use crate::support::escape;
use wireserve::internals::exchange::body::MEMORY;
use wireserve::{BodyError, Builder, Exchange, Fault, RouteError, Server};

/// Bytes after a head of `POST /echo`, and the body that they are.
const FRAMED: &[(&str, &str)] = &[
    ("\r\n", ""),
    ("Content-Length: 0\r\n\r\n", ""),
    ("Content-Length: 5\r\n\r\nhello", "hello"),
    (
        "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "hello",
    ),
    ("Content-Length: 7\r\n\r\nGET / \r\n", "GET / \r"),
    ("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""),
    (
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "hello",
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n003\r\nllo\r\n000\r\n\r\n",
        "hello",
    ),
    (
        "Transfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n",
        "0123456789abcdefghij",
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n",
        "hello",
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n5 ; a\r\nhello\r\n0\r\n\r\n",
        "hello",
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n",
        "hello",
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n3\r\n\r\n0\r\n2\r\n\r\n\r\n0\r\n\r\n",
        "\r\n0\r\n",
    ),
];

#[test]
fn every_framing_is_read() {
    let server = server();
    let mut client = Client::connect(server.address());
    for &(framed, body) in FRAMED {
        let request = format!("POST /echo HTTP/1.1\r\n{framed}");
        client.send(request.as_bytes());
        assert_eq!(client.read_response("POST").text(), body, "{framed:?}");
        for byte in request.as_bytes().chunks(1) {
            client.send(byte);
        }
        assert_eq!(client.read_response("POST").text(), body, "{framed:?}");
    }
}

#[test]
fn pipelined_bodies_are_kept_apart() {
    let server = server();
    for path in ["/echo", "/ignore"] {
        let requests: Vec<_> = FRAMED
            .iter()
            .map(|(framed, _)| format!("POST {path} HTTP/1.1\r\n{framed}"))
            .collect();
        let requests = requests.concat();
        for piece in [1, 7, requests.len()] {
            let mut client = Client::connect(server.address());
            for bytes in requests.as_bytes().chunks(piece) {
                client.send(bytes);
            }
            for (framed, body) in FRAMED {
                let expected = if path == "/echo" { body } else { "ignored" };
                let answer = client.read_response("POST");
                assert_eq!(answer.text(), *expected, "{path} {framed:?}, by {piece}");
            }
            assert!(client.is_kept_open());
            assert_eq!(client.pending(), b"");
        }
    }
}

#[test]
fn available_content_is_read_before_the_rest_is_sent() {
    let (seen, sees) = mpsc::channel();
    let read = move |exchange: &mut Exchange<'_>| {
        let body = &exchange.body;
        let read = |count| body.read(Some(count)).expect("so many bytes");
        seen.send(read(3)).expect("the test waits");
        seen.send(read(2)).expect("the test waits");
        exchange.response.content = body.read(None).expect("the rest").into();
        Ok(())
    };
    let server = serving(Server::builder().route("POST", "/", read));
    let mut client = Client::connect(server.address());
    for (framing, parts) in PARTS {
        client.send(format!("POST / HTTP/1.1\r\n{framing}\r\n\r\n").as_bytes());
        client.send(parts[0].as_bytes());
        assert_eq!(sees.recv_timeout(DEADLINE).as_deref(), Ok(&b"hel"[..]));
        client.send(parts[1].as_bytes());
        assert_eq!(sees.recv_timeout(DEADLINE).as_deref(), Ok(&b"lo"[..]));
        client.send(parts[2].as_bytes());
        assert_eq!(client.read_response("POST").text(), "you", "{framing}");
    }
}

#[test]
fn a_large_body_is_kept_on_disk() {
    // Sizes that no other file of this process has.
    for (size, on_disk) in [(MEMORY, false), (MEMORY + 1, true), (3 * MEMORY + 17, true)] {
        let body: Vec<u8> = (0..size).map(line_byte).collect();
        let sent = body.clone();
        let check = move |exchange: &mut Exchange<'_>| {
            let body = &exchange.body;
            assert_eq!(body.length(), Ok(size as u64));
            assert_eq!(body.read_all().as_ref(), Ok(&sent));
            assert_eq!(body.position(), 0);
            for at in [0, 1, 4095, 4096, MEMORY - 1, size - 10, size] {
                body.seek(at as u64).expect("a position in the body");
                let end = size.min(at + 5000);
                assert_eq!(body.read(Some(5000)).as_deref(), Ok(&sent[at..end]));
                body.seek(at as u64).expect("a position in the body");
                let line = sent[at..].split_inclusive(|&byte| byte == b'\n').next();
                assert_eq!(
                    body.read_line(None).as_deref(),
                    Ok(line.unwrap_or_default())
                );
            }
            assert_eq!(has_unnamed_file_of(size), on_disk, "{size} bytes");
            exchange.response.content = "checked".into();
            Ok(())
        };
        let server = serving(Server::builder().route("POST", "/", check));
        let mut client = Client::connect(server.address());
        for framing in [Framing::Length, Framing::Chunks] {
            client.send(&framing.request("/", &body));
            assert_eq!(client.read_response("POST").text(), "checked");
        }
    }
}

#[test]
fn an_unread_body_is_not_the_next_request() {
    let body = b"GET /never HTTP/1.1\r\n\r\n".repeat(150_000);
    let server = server();
    for framing in [Framing::Length, Framing::Chunks] {
        for path in ["/ignore", "/read-3", "/not-there"] {
            let mut client = Client::connect(server.address());
            let request = framing.request(path, &body);
            // The answer does not wait for the body either.
            let (first, rest) = request.split_at(request.len() / 2);
            client.send(first);
            let answer = client.read_response("POST");
            assert_eq!(answer.status, if path == "/not-there" { 404 } else { 200 });
            client.send(rest);
            client.send(b"POST /echo HTTP/1.1\r\nContent-Length: 4\r\n\r\nnext");
            assert_eq!(client.read_response("POST").text(), "next", "{path}");
            assert!(client.is_kept_open());
        }
    }
}

#[test]
fn the_client_is_told_to_continue_before_it_sends_the_body() {
    let server = server();
    let length = "Content-Length: 2\r\n";
    for (expect, framing, body, told) in [
        ("100-continue", length, "ab", true),
        ("100-Continue", length, "ab", true),
        (
            "100-continue",
            "Transfer-Encoding: chunked\r\n",
            "2\r\nab\r\n0\r\n\r\n",
            true,
        ),
        ("100-continue, x", length, "ab", true),
        ("100-continue \t", length, "ab", true),
        ("200-ok", length, "ab", false),
    ] {
        for (path, shown) in [
            ("/echo", Some("ab")),
            ("/ignore", Some("ignored")),
            ("/not-there", None),
        ] {
            let mut client = Client::connect(server.address());
            let head = format!("POST {path} HTTP/1.1\r\nExpect: {expect}\r\n{framing}\r\n");
            client.send(head.as_bytes());
            if told {
                let interim = client.read_until(b"\r\n\r\n");
                assert_eq!(interim, b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            client.send(body.as_bytes());
            let answer = client.read_response("POST");
            assert!(answer.interim.is_empty(), "{expect} {path}");
            match shown {
                Some(shown) => assert_eq!(answer.text(), shown, "{expect} {path}"),
                None => assert_eq!(answer.status, 404),
            }
            assert!(client.is_kept_open());
        }
    }
    // HTTP/1.0 knows no interim responses.
    let mut client = Client::connect(server.address());
    client.send(b"POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab");
    let bytes = client.read_until_close();
    let text = escape::lines(&bytes, "");
    assert!(
        bytes.starts_with(b"HTTP/1.1 200 OK\r\n") && bytes.ends_with(b"\r\n\r\nab"),
        "{text}"
    );
}

#[test]
fn an_unread_upload_does_not_cost_the_answer() {
    let server = server();
    assert_upload_is_answered(server.address(), "/close", b"\r\n\r\nclosed");
}

/// Whether this process has a file of this size open that no folder has.
fn has_unnamed_file_of(size: usize) -> bool {
    fs::read_dir("/proc/self/fd")
        .expect("Linux")
        .filter_map(|entry| fs::metadata(entry.ok()?.path()).ok())
        .any(|file| file.is_file() && file.nlink() == 0 && file.len() == size as u64)
}

/// `/echo` answers with the body, `/ignore` and `/read-3` do not read it or not all of it, `/close`
/// ends the connection instead of reading it.
fn server() -> Server {
    let echo = |exchange: &mut Exchange<'_>| {
        let body = exchange.body.read_all();
        exchange.response.content = body.map_err(unreadable)?.into();
        Ok(())
    };
    let ignore = |exchange: &mut Exchange<'_>| {
        exchange.response.content = "ignored".into();
        Ok(())
    };
    let read_3 = |exchange: &mut Exchange<'_>| {
        let part = exchange.body.read(Some(3));
        exchange.response.content = part.map_err(unreadable)?.into();
        Ok(())
    };
    let close = |exchange: &mut Exchange<'_>| {
        exchange.response.content = "closed".into();
        exchange.close_connection();
        Ok(())
    };
    serving(
        Server::builder()
            .route("POST", "/echo", echo)
            .and_then(|builder| builder.route("POST", "/ignore", ignore))
            .and_then(|builder| builder.route("POST", "/read-3", read_3))
            .and_then(|builder| builder.route("POST", "/close", close)),
    )
}

fn serving(builder: Result<Builder, RouteError>) -> Server {
    builder.expect("patterns").start().expect("a free port")
}

fn unreadable(error: BodyError) -> Fault {
    Fault::new(500, error.to_string())
}
