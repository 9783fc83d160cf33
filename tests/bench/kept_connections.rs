//! A connection is used as long as the request and the response let it persist. A request that a server did not begin
//! to answer, because it had closed the connection after an earlier response, is sent again and is no failure.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::{bench, number, read, results};
use crate::support::folder::folder;

/// What a server does about a request.
#[derive(Clone, Copy, Debug)]
enum Act {
    Answer,
    Close,
    /// It closes the connection before it has read all of the request, which resets it.
    Reset,
    CloseAfter(Duration),
}

/// A server that acts by the number of the connection and of the request on it, both from 0. It ends with the tests.
fn server(act: impl Fn(usize, usize) -> Act + Copy + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for (connection, stream) in listener.incoming().flatten().enumerate() {
            thread::spawn(move || serve(&stream, |request| act(connection, request)));
        }
    });
    address
}

fn serve(mut stream: &TcpStream, act: impl Fn(usize) -> Act) {
    for request in 0.. {
        let act = act(request);
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            if !matches!(stream.read(&mut byte), Ok(1)) || matches!(act, Act::Reset) {
                return;
            }
            head.push(byte[0]);
        }
        match act {
            Act::Answer => {}
            Act::Close | Act::Reset => return,
            Act::CloseAfter(time) => return thread::sleep(time),
        }
        if stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .is_err()
        {
            return;
        }
    }
}

#[test]
fn a_request_on_a_closed_connection_is_sent_again() {
    for end in [Act::Close, Act::Reset] {
        let root = folder(&[]);
        let address = server(move |_, request| match request {
            0 => Act::Answer,
            _ => end,
        });
        let found = results(root.path(), &[&format!("http://{address}/")], 0);
        let requests = number(&found, "/requests");
        assert!(requests >= 4.0, "{end:?}: {found:#}");
        let opened = number(&found, "/connections_opened");
        assert_eq!(opened, requests, "{end:?}");
    }
}

#[test]
fn it_is_sent_again_once() {
    let root = folder(&[]);
    // Each other connection is closed before its first response.
    let address = server(|connection, request| match (connection % 2, request) {
        (0, 0) => Act::Answer,
        _ => Act::Close,
    });
    let found = results(root.path(), &[&format!("http://{address}/")], 1);
    let errors = found["paths"][0]["errors"].as_object().expect("errors");
    let [(named, count)] = Vec::from_iter(errors)[..] else {
        panic!("{errors:?}");
    };
    assert_eq!(named, "the server closed the connection without a response");
    let count = count.as_f64().expect("a number");
    let opened = number(&found, "/connections_opened");
    assert_eq!(opened, number(&found, "/requests") + count);
}

#[test]
fn the_latency_begins_with_the_repeated_request() {
    let late = Duration::from_secs(2);
    let root = folder(&[]);
    let address = server(move |_, request| match request {
        0 => Act::Answer,
        _ => Act::CloseAfter(late),
    });
    let url = format!("http://{address}/");
    let arguments = ["-c", "1", "-d", "0.1", "--rounds", "1", "--json", "a.json"];
    let ended = bench(root.path(), &[&arguments[..], &[&url]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let found = read(&root.path().join("a.json"));
    let longest = number(&found, "/latency_us/max");
    assert!(longest < late.as_micros() as f64, "{longest}");
}

/// The server would keep each connection.
#[test]
fn a_request_can_ask_for_the_end_of_its_connection() {
    let address = server(|_, _| Act::Answer);
    let url = format!("http://{address}/");
    for (request, is_kept) in [
        ("GET / HTTP/1.1\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false),
        ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
    ] {
        let root = folder(&[("request.txt", request)]);
        let found = results(root.path(), &["--request", "request.txt", &url], 0);
        let opened = number(&found, "/connections_opened");
        let expected = match is_kept {
            // Two connections in each of two rounds.
            true => 4.0,
            false => number(&found, "/requests"),
        };
        assert_eq!(opened, expected, "{request:?}");
    }
}

#[test]
fn handlers_may_close_connections_without_a_word() {
    let root = folder(&[
        (
            "closing.py",
            "def main(request, response):\n    \
                 response.close_connection = True\n    \
                 return 'last'\n",
        ),
        ("plain.txt", "plain"),
        ("whole.asis", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
        (
            "close.txt",
            "GET /plain.txt HTTP/1.1\r\nConnection: close\r\n\r\n",
        ),
        ("old.txt", "GET /plain.txt HTTP/1.0\r\n\r\n"),
    ]);
    for arguments in [
        &["closing.py"][..],
        &["whole.asis"],
        &["--request", "close.txt"],
        &["--request", "old.txt"],
    ] {
        let found = results(root.path(), arguments, 0);
        let opened = number(&found, "/connections_opened");
        assert_eq!(opened, number(&found, "/requests"), "{arguments:?}");
    }
}
