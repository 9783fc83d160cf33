//! Bad input never gets silence, and never harms another connection: whatever a client sends, it
//! gets whole answers and then the end of the connection, and a client that leaves at any byte
//! leaves no connection. An innocent connection is served between any two of the bad ones.
//!
//! What comes with a head that has a reading is a handler's business: `/read` reads the body,
//! `/ignore` does not. What has none is answered at once, without waiting for more of it.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE};
use crate::support::process::Process;
use crate::support::response::{self, Extent, Response};
use crate::support::wait::eventually;
use crate::support::watch::{grown_since, peak_memory};
use crate::support::{escape, site};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use socket2::SockRef;
use wireserve::{BodyError, Exchange, Fault, Server};

#[test]
fn bad_requests_are_answered() {
    let server = server();
    answers_all(server.address(), bad_requests());
}

#[test]
fn a_bad_request_line_is_answered_at_once() {
    let server = server();
    answers_all(server.address(), bad_request_lines());
}

#[cfg(feature = "python")]
#[test]
fn bad_requests_to_scripts_are_answered() {
    let routes = [
        ["--route", "*", "/read", "echo.py"],
        ["--route", "*", "/ignore", "echo_head.py"],
    ];
    let arguments = routes.as_flattened().iter().chain(&["--log", "off"]);
    let doc_root = crate::support::repository().join("tests/wire_site");
    let server = Process::wireserve(&doc_root, arguments);
    answers_all(server.addr(), bad_requests());
}

#[test]
fn requests_at_the_limits_are_read() {
    let server = server();
    // Of 65,536 bytes with its line end.
    let line = |begin: &str, end: &str| {
        let filling = "a".repeat(65_536 - begin.len() - end.len());
        format!("{begin}{filling}{end}")
    };
    let request_line = line("GET /read?", " HTTP/1.1\r\n");
    let field = line("X: ", "\r\n");
    for (head, status) in [
        (format!("{request_line}\r\n"), 200),
        (request_line.replace('?', "?a") + "\r\n", 414),
        (format!("GET /read HTTP/1.1\r\n{field}\r\n"), 200),
        (format!("GET /read HTTP/1.1\r\nX{field}\r\n"), 431),
        // The empty line counts as a field.
        (
            format!("GET /read HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(511)),
            200,
        ),
        (
            format!("GET /read HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(512)),
            431,
        ),
    ] {
        let mut client = Client::connect(server.address());
        client.send(head.as_bytes());
        let answer = client.read_response("GET");
        assert_eq!(answer.status, status, "{} bytes", head.len());
        if status == 200 {
            assert!(client.is_kept_open());
        } else {
            assert_eq!(client.read_until_close(), b"");
        }
    }
}

#[test]
fn clients_that_disconnect_leave_no_connections() {
    let requests: &[&[u8]] = &[
        b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        b"POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        b"POST /read HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
        b"POST /read HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    ];
    let server = server();
    let mut innocent = Innocent::on(server.address());
    for request in requests {
        for sent in 0..=request.len() {
            for leaving in [Leaving::Fin, Leaving::Reset] {
                let mut client = TcpStream::connect(server.address()).expect("a connection");
                client.write_all(&request[..sent]).expect("a write");
                if leaving == Leaving::Reset {
                    let linger = SockRef::from(&client).set_linger(Some(Duration::ZERO));
                    linger.expect("a socket option");
                }
                drop(client);
                innocent.is_served();
            }
        }
    }
    eventually("only the innocent is connected", || {
        server.connections() == 1
    });
}

#[test]
fn garbage_is_answered() {
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    // The same cases in every run.
    let chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let server = server();
    let mut runner = TestRunner::new_with_rng(config, chance);
    let result = runner.run(&(garbage(), 0.0..1.0), |(bytes, cut)| {
        let mut innocent = Innocent::on(server.address());
        let mut client = Client::connect(server.address());
        let (first, second) = bytes.split_at((bytes.len() as f64 * cut) as usize);
        client.send(first);
        innocent.is_served();
        client.send(second);
        client.half_close();
        let answers = whole_answers(&client.read_until_close());
        let is_empty = bytes.iter().all(|byte| b"\r\n".contains(byte));
        assert!(is_empty || !answers.is_empty(), "no answer");
        innocent.is_served();
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, (bytes, cut))) => {
            panic!("{reason}, cut at {cut}:\n{}", escape::lines(&bytes, "  "))
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

#[test]
fn a_flood_of_empty_lines_takes_no_memory() {
    const FLOOD: usize = 16 * 1024 * 1024;
    const ALLOWED_KIB: u64 = 8 * 1024;

    let server = Process::wireserve(&site(), ["--log", "off"]);
    let mut innocent = Innocent::on(server.addr());
    innocent.is_served();
    let before = peak_memory(server.id());
    let mut client = Client::connect(server.addr());
    let lines = b"\r\n".repeat(32 * 1024);
    for _ in 0..FLOOD / lines.len() {
        client.send(&lines);
    }
    client.send(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    // Answered or refused.
    assert!(!whole_answers(&client.read_until_close()).is_empty());
    innocent.is_served();
    let grown = grown_since(before, server.id());
    assert!(grown < ALLOWED_KIB, "{FLOOD} bytes took {grown} KiB");
}

/// A bad request and what must come of it.
struct Bad {
    what: &'static str,
    sends: Vec<u8>,
    client: Then,
    /// The answers, after which the connection ends.
    statuses: &'static [u16],
}

/// What the client does when it has sent its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It sends no more and waits.
    Waits,
    /// It says that it sends no more, and waits.
    Ends,
}
use Then::{Ends, Waits};

fn bad(
    what: &'static str,
    sends: impl Into<Vec<u8>>,
    client: Then,
    statuses: &'static [u16],
) -> Bad {
    Bad {
        what,
        sends: sends.into(),
        client,
        statuses,
    }
}

/// The client waits for what a line has already decided: nothing after it could make it a request.
fn bad_request_lines() -> Vec<Bad> {
    vec![
        bad("one word", "GET\r\n", Waits, &[400]),
        bad("a greeting", "SSH-2.0-x\r\n", Waits, &[400]),
        bad("another protocol", "EHLO a\r\n", Waits, &[400]),
        bad("no version", "POST /read\r\n", Waits, &[400]),
        bad("four words", "GET /a b HTTP/1.1\r\n", Waits, &[400]),
        bad("an odd version", "GET /read HTTP/1\r\n", Waits, &[400]),
        bad("a new version", "PRI * HTTP/2.0\r\n", Waits, &[505]),
    ]
}

fn bad_requests() -> Vec<Bad> {
    let mut all = vec![
        bad("nothing", "", Ends, &[]),
        bad("an empty line", "\r\n", Ends, &[]),
        bad("empty lines of both kinds", "\n\r\n\n", Ends, &[]),
        bad("one word, no line end", "GET", Ends, &[400]),
        bad("no version", "GET /read HTTP\r\n\r\n", Waits, &[400]),
        bad("half a version", "GET /read HT", Ends, &[400]),
        bad("HTTP/0.9", "GET /read\r\n", Waits, &[200]),
        bad("HTTP/0.9, no line end", "GET /read", Ends, &[200]),
        bad("NULs", "\0\0\0\0", Waits, &[400]),
        bad("TLS", "\x16\x03\x01\x02\0\x01\0\x01\u{fc}", Waits, &[400]),
        bad("high bytes", *b"\xff\xfe\x80 \xe9\r\n\r\n", Waits, &[400]),
        bad(
            "a NUL in the target",
            "GET /\0 HTTP/1.0\r\n\r\n",
            Waits,
            &[404],
        ),
        bad(
            "a NUL in the method",
            "G\0T /read HTTP/1.0\r\n\r\n",
            Waits,
            &[200],
        ),
        bad(
            "a NUL in a name",
            "GET /read HTTP/1.0\r\n\0: b\r\n\r\n",
            Waits,
            &[200],
        ),
        bad(
            "half a head",
            "GET /read HTTP/1.1\r\nHost: a\r\nX",
            Ends,
            &[200],
        ),
        bad(
            "no empty line",
            "GET /read HTTP/1.1\r\nHost: a\r\n",
            Ends,
            &[200],
        ),
        bad(
            "a request and a half",
            "GET /read HTTP/1.1\r\n\r\nGET",
            Ends,
            &[200, 400],
        ),
        bad(
            "no chunks",
            "POST /read HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            Waits,
            &[400],
        ),
        bad(
            "conflicting lengths",
            "POST /read HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
            Waits,
            &[400],
        ),
    ];
    let long = vec![b'a'; 70_000];
    let name = b"GET /read HTTP/1.1\r\nX: ".as_slice();
    all.extend([
        bad("a long line", long.clone(), Waits, &[414]),
        bad(
            "a long request line",
            [b"GET /", &long[..]].concat(),
            Waits,
            &[414],
        ),
        bad("a long field", [name, &long[..]].concat(), Waits, &[431]),
        bad(
            "many fields",
            [name, &b"v\r\nX: ".repeat(512)].concat(),
            Waits,
            &[431],
        ),
    ]);
    for value in [
        "",
        "x",
        "-1",
        "1.5",
        "0x1",
        "1,1",
        "1 1",
        "9999999999999999999",
    ] {
        let head = format!("POST /ignore HTTP/1.1\r\nContent-Length: {value}\r\n\r\n");
        all.push(bad("a bad length", head, Waits, &[400]));
    }
    for value in ["a b", "a/b", "a\\b", "a#b", "[::1", "a]", "?", "a\0"] {
        let head = format!("GET /read HTTP/1.1\r\nHost: {value}\r\n\r\n");
        all.push(bad("a bad host", head, Waits, &[400]));
    }
    let sized = |line: &str| line.as_bytes().to_vec();
    let chunks = [
        sized("x\r\n"),
        sized("\r\n"),
        sized("-1\r\n"),
        sized("0x1\r\n"),
        sized("2\nab\r\n"),
        sized("2;x\nab\r\n"),
        sized("2\r\nabc\r\n"),
        sized("2\r\nab\n"),
        sized("10000000000000000\r\n"),
        sized("1\r\na\r\n0\r\nA: b\rc\r\n\r\n"),
        [b"1;", &long[..20_000]].concat(),
        [b"0\r\nX: ", &long[..]].concat(),
    ];
    for chunk in chunks {
        for (path, statuses) in [("/read", &[400]), ("/ignore", &[200])] {
            let head = format!("POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            let sends = [head.as_bytes(), &chunk].concat();
            all.push(bad("a bad chunk", sends, Waits, statuses));
        }
    }
    for body in [
        "Content-Length: 5\r\n\r\nab",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    ] {
        for (path, statuses) in [("/read", &[500]), ("/ignore", &[200])] {
            let sends = format!("POST {path} HTTP/1.1\r\n{body}");
            all.push(bad("half a body", sends, Ends, statuses));
        }
    }
    all
}

fn answers_all(address: SocketAddr, requests: Vec<Bad>) {
    let mut innocent = Innocent::on(address);
    for bad in requests {
        let mut client = Client::connect(address);
        let began = Instant::now();
        client.send(&bad.sends);
        innocent.is_served();
        if bad.client == Ends {
            client.half_close();
        }
        while !client.ended() && began.elapsed() < DEADLINE {
            client.arrival(DEADLINE.saturating_sub(began.elapsed()));
        }
        let shown = escape::lines(&bad.sends[..bad.sends.len().min(200)], "  ");
        let scene = format!("{}, the client {:?}:\n{shown}", bad.what, bad.client);
        assert!(client.ended(), "silence upon {scene}");
        let answers = whole_answers(client.pending());
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, bad.statuses, "upon {scene}");
        innocent.is_served();
    }
    Innocent::on(address).is_served();
}

/// All of what a server has sent on a connection, which must be whole answers.
fn whole_answers(mut bytes: &[u8]) -> Vec<Response> {
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        let Extent::Whole(length) = response::extent(bytes, "GET") else {
            panic!("not a whole answer:\n{}", escape::lines(bytes, "  "));
        };
        let answer = Response::parse(&bytes[..length], "GET");
        let known = [200, 400, 404, 414, 431, 500, 505];
        assert!(known.contains(&answer.status), "{}", answer.status);
        answers.push(answer);
        bytes = &bytes[length..];
    }
    answers
}

/// A connection that does nothing wrong.
struct Innocent(Client);

impl Innocent {
    fn on(address: SocketAddr) -> Self {
        Self(Client::connect(address))
    }

    fn is_served(&mut self) {
        assert!(self.0.is_kept_open(), "an innocent connection was closed");
        assert_eq!(self.0.pending(), b"");
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Fin,
    Reset,
}

fn server() -> Server {
    let read = |exchange: &mut Exchange<'_>| {
        let body = exchange.body.read_all().map_err(|error| match error {
            BodyError::Malformed(malformed) => malformed.into(),
            error => Fault::new(500, error.to_string()),
        })?;
        exchange.response.content = body.into();
        Ok(())
    };
    let ignore = |exchange: &mut Exchange<'_>| {
        exchange.response.content = "ignored".into();
        Ok(())
    };
    let builder = Server::builder().route("*", "/read", read);
    let builder = builder.and_then(|builder| builder.route("*", "/ignore", ignore));
    builder.expect("patterns").start().expect("a free port")
}

/// Bytes that are no request, those that almost are one, and those that were one.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: &[&str] = &[
        "GET",
        "POST",
        "OPTIONS",
        " ",
        " ",
        "/read",
        "/ignore",
        "*",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/9",
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        ":",
        "Host",
        "a",
        "Content-Length: 3",
        "Transfer-Encoding: chunked",
        "Expect: 100-continue",
        "Connection: close",
        "Connection: keep-alive",
        "0\r\n\r\n",
        "3\r\nabc\r\n",
        "\0",
        "\t",
        "\u{e9}",
        "{}",
        "#",
        "?",
        "%",
    ];
    const REQUEST: &[u8] =
        b"POST /read?a=b HTTP/1.1\r\nHost: a:80\r\nTransfer-Encoding: chunked\r\n\r\n\
        3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\nPOST /ignore HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc\
        GET /read HTTP/1.1\r\nConnection: close\r\n\r\n";
    let bytes = prop::collection::vec(any::<u8>(), 0..600);
    let words = prop::collection::vec(prop::sample::select(WORDS), 0..40)
        .prop_map(|words| words.concat().into_bytes());
    let harmed = prop::collection::vec((0..REQUEST.len(), any::<u8>(), 0..3_u8), 1..6);
    let harmed = harmed.prop_map(|harms| {
        let mut request = REQUEST.to_vec();
        for (at, byte, harm) in harms {
            let at = at.min(request.len() - 1);
            match harm {
                0 => request[at] = byte,
                1 => request.insert(at, byte),
                _ => drop(request.remove(at)),
            }
        }
        request
    });
    prop_oneof![bytes, words, harmed]
}
