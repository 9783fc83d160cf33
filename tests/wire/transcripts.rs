//! A transcript says what went over a connection: every byte of both sides, segment by segment, in which
//! exchange, and how it ended; within its limits, and without being asked to wait for it.

use std::env;
use std::process::Command;

use crate::levers::{Answer, builder};
use crate::support::client::{Client, request};
use crate::support::wait::eventually;
use wireserve::transcript::{Dropped, SHOWN, Side, TranscriptLimits, What};
use wireserve::{Exchange, Server, Transcript, script};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// The line of that answer.
const SENT_OK: &str = r#"< 40 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok""#;

fn ok(exchange: &mut Exchange<'_>) -> Answer {
    exchange.turn().mark_written();
    let _ = exchange.turn().send(OK);
    Ok(())
}

/// Answers with the request's body.
fn echo(exchange: &mut Exchange<'_>) -> Answer {
    let body = exchange.body.read_all().unwrap_or_default();
    exchange.turn().mark_written();
    let _ = exchange.turn().send(&body);
    exchange.close_connection();
    Ok(())
}

fn server() -> Server {
    let routes = builder([("GET", "/ok", ok as _), ("POST", "/echo", echo)]);
    routes.transcripts().start().expect("a free port")
}

/// The transcript of the only connection, once that is closed.
fn whole(server: &Server) -> Transcript {
    let mut found = None;
    eventually("the connection is closed", || {
        found = server.transcripts().pop();
        let entries = found.as_ref().map(Transcript::entries);
        entries.is_some_and(|entries| entries.last().is_some_and(|e| e.what == What::Closed))
    });
    found.expect("it was found")
}

/// The lines after the first, without their times.
fn lines(transcript: &Transcript) -> Vec<String> {
    let text = transcript.to_string();
    let lines = text.lines().skip(1);
    lines.map(|line| without_time(line).to_owned()).collect()
}

fn without_time(line: &str) -> &str {
    let (time, rest) = line.split_at(13);
    let (seconds, micros) = time.trim().split_once('.').expect("seconds");
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(
        is_number(seconds) && is_number(micros) && micros.len() == 6,
        "{line}"
    );
    rest
}

#[test]
fn a_request_and_its_answer() {
    let server = server();
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/ok"));
    client.read_response("GET");
    // What the client has is there, without waiting.
    let transcript = server.transcripts().pop().expect("one connection");
    let text = transcript.to_string();
    let (first, _) = text.split_once('\n').expect("a first line");
    let (opened, at) = first.split_once(", opened ").expect("a moment");
    let (port, address) = (client.port(), server.address());
    let expected = format!("connection 1, client 127.0.0.1:{port}, server {address}");
    assert_eq!((opened, at.len()), (expected.as_str(), 27), "{first}");
    let asked = r#"1  > 37 "GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n""#;
    let answered = format!("1  {SENT_OK}");
    assert_eq!(lines(&transcript), [asked, &answered]);
    assert_eq!(transcript.connection(), 1);
    assert_eq!(transcript.bytes(Side::Client), request("GET", "/ok"));
    assert_eq!(transcript.bytes(Side::Server), OK);
    let times: Vec<_> = transcript
        .entries()
        .iter()
        .map(|entry| entry.time)
        .collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn two_requests_in_one_segment() {
    let server = server();
    let mut client = Client::connect(server.address());
    client.send(b"GET /ok HTTP/1.1\r\n\r\nGET /ok HTTP/1.1\r\n\r\n");
    client.read_exact(2 * OK.len());
    client.send(b"GET /ok HTTP/1.1\r\n\r\n");
    client.read_exact(OK.len());
    let transcript = server.transcripts().pop().expect("one connection");
    let expected = [
        r#"1  > 40 "GET /ok HTTP/1.1\r\n\r\nGET /ok HTTP/1.1\r\n\r\n""#.to_owned(),
        format!("1  {SENT_OK}"),
        format!("2  {SENT_OK}"),
        r#"3  > 20 "GET /ok HTTP/1.1\r\n\r\n""#.to_owned(),
        format!("3  {SENT_OK}"),
    ];
    assert_eq!(lines(&transcript), expected);
}

#[test]
fn a_request_byte_by_byte() {
    let server = server();
    let mut client = Client::connect(server.address());
    let bytes = b"GET /ok HTTP/1.1\r\n\r\n";
    for count in 1..=bytes.len() {
        client.send(&bytes[count - 1..count]);
        eventually("it has been read", || {
            let transcript = server.transcripts().pop();
            transcript.is_some_and(|one| one.bytes(Side::Client).len() == count)
        });
    }
    client.read_response("GET");
    let seen = lines(&server.transcripts()[0]);
    assert_eq!(seen.len(), bytes.len() + 1, "{seen:?}");
    for (line, byte) in seen.iter().zip(bytes) {
        assert_eq!(*line, format!("1  > 1 \"{}\"", byte.escape_ascii()));
    }
}

#[test]
fn how_it_ends() {
    type End = fn(Client);
    let whole_request = b"GET /ok HTTP/1.1\r\n\r\n";
    let closing = b"GET /ok HTTP/1.1\r\nConnection: close\r\n\r\n";
    let half_close: End = |mut client| {
        client.half_close();
        client.read_until_close();
    };
    for (sent, end, expected) in [
        (
            &whole_request[..],
            half_close,
            &["1  -- client fin", "1  -- server fin", "1  -- closed"][..],
        ),
        (
            closing,
            |mut client| {
                client.read_until_close();
            },
            &["1  -- server fin", "1  -- client fin", "1  -- closed"],
        ),
        (
            whole_request,
            Client::reset,
            &["1  -- client reset", "1  -- closed"],
        ),
        (
            closing,
            |mut client| {
                client.read_until_close();
                client.send(b"behind");
            },
            &[
                "1  -- server fin",
                "1  > 6 \"behind\"",
                "1  -- client fin",
                "1  -- closed",
            ],
        ),
    ] {
        let server = server();
        let mut client = Client::connect(server.address());
        client.send(sent);
        client.read_response("GET");
        end(client);
        let seen = lines(&whole(&server));
        assert_eq!(seen[2..], *expected);
    }
    // A script that waits does not read the reset, and yet it is shown.
    for waiting in ["pause 10s", "hold 10s", "wait_for \"never\" within 10s"] {
        let server = Server::builder()
            .transcripts()
            .start()
            .expect("a free port");
        let steps = format!("send \"a\"\n{waiting}\nsend \"b\"\nclose\n");
        server.get("/ok", move |_| script(&steps));
        let mut client = Client::connect(server.address());
        client.send(whole_request);
        assert_eq!(client.read_exact(1), b"a");
        client.reset();
        let seen = lines(&whole(&server));
        let events = seen
            .iter()
            .filter(|line| line.contains("-- ") && !line.contains("note"));
        let events: Vec<_> = events.collect();
        assert_eq!(events, ["1  -- client reset", "1  -- closed"], "{waiting}");
    }
    let server = server();
    Client::connect(server.address()).half_close();
    let expected = ["0  -- client fin", "0  -- server fin", "0  -- closed"];
    assert_eq!(lines(&whole(&server)), expected);
}

#[test]
fn all_bytes_of_both_sides() {
    let server = server();
    // Less than what is shown of one segment.
    let every: Vec<u8> = (0..=255).cycle().take(40_000).collect();
    let head = format!(
        "POST /echo HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
        every.len()
    );
    let mut client = Client::connect(server.address());
    client.send(head.as_bytes());
    every.chunks(7_000).for_each(|piece| client.send(piece));
    assert!(client.read_until_close() == every);
    drop(client);
    let transcript = whole(&server);
    assert!(transcript.bytes(Side::Client) == [head.as_bytes(), &every].concat());
    assert!(transcript.bytes(Side::Server) == every);
}

#[test]
fn a_long_segment_is_shown_in_part() {
    const LENGTH: usize = 3 * SHOWN;
    let routes = builder([("GET", "/", |exchange| {
        exchange.turn().mark_written();
        let _ = exchange.turn().send(&vec![b'x'; LENGTH]);
        Ok(())
    })]);
    let server = routes.transcripts().start().expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/"));
    client.read_exact(LENGTH);
    let transcript = server.transcripts().pop().expect("one connection");
    let (mut all, mut cut) = (0, 0);
    for (entry, line) in transcript.entries().iter().zip(lines(&transcript)) {
        if let What::Bytes {
            from: Side::Server,
            bytes,
            length,
        } = &entry.what
        {
            all += length;
            let more = length - bytes.len() as u64;
            assert!(bytes.len() <= SHOWN);
            assert_eq!(line.ends_with(&format!(" and {more} more bytes")), more > 0);
            cut += more;
        }
    }
    assert_eq!(all, LENGTH as u64);
    assert!(cut > 0, "the kernel takes more than that at once");
}

#[test]
fn memory_has_bounds() {
    let limits = TranscriptLimits {
        kept_connections: 2,
        kept_bytes: 600,
        ..TranscriptLimits::default()
    };
    let routes = builder([("GET", "/ok", ok as _)]).transcripts();
    let server = routes.transcript_limits(limits).start().expect("a port");
    for _ in 0..3 {
        let mut client = Client::connect(server.address());
        for _ in 0..4 {
            client.send(&request("GET", "/ok"));
            client.read_response("GET");
        }
    }
    let transcripts = server.transcripts();
    let connections: Vec<_> = transcripts.iter().map(Transcript::connection).collect();
    assert_eq!(connections, [2, 3]);
    for transcript in transcripts {
        let dropped = transcript.dropped();
        assert!(dropped.entries >= 5, "{dropped:?}");
        let text = transcript.to_string();
        let second = text.lines().nth(1).expect("a second line");
        let Dropped { entries, bytes } = dropped;
        let expected = format!("-- dropped {entries} earlier entries with {bytes} bytes");
        assert!(second.ends_with(&expected), "{text}");
    }
}

#[test]
fn a_note_is_a_line() {
    let routes = builder([("GET", "/", |exchange| {
        if let Some(tape) = exchange.turn().wire().tape() {
            tape.note("step 1: asked 0.100, took 0.101");
        }
        ok(exchange)
    })]);
    let server = routes.transcripts().start().expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/"));
    client.read_response("GET");
    let seen = lines(&server.transcripts()[0]);
    assert_eq!(seen[1], "1  -- note: step 1: asked 0.100, took 0.101");
}

#[test]
fn without_the_option_there_are_no_transcripts() {
    let server = builder([("GET", "/ok", ok as _)]).start().expect("a port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/ok"));
    client.read_response("GET");
    assert_eq!(server.transcripts(), []);
}

/// Says to a copy of this test that it is to fail or pass with a guard.
const GUARDED: &str = "WIRESERVE_TEST_GUARDED";

#[test]
fn the_guarded_one() {
    let Ok(how) = env::var(GUARDED) else {
        return;
    };
    let server = server();
    let _shown = server.transcript_on_panic();
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/ok"));
    client.read_response("GET");
    if how == "expect" {
        // Unmet when the server is dropped, after the guard.
        server.get("/never", |_| 200).expect(1);
        return;
    }
    assert_eq!(how, "pass");
}

#[test]
fn a_failing_test_shows_them_and_a_passing_one_does_not() {
    for (how, shows) in [("fail", true), ("expect", true), ("pass", false)] {
        let test = env::current_exe().expect("this test");
        let output = Command::new(test)
            .args([
                "--exact",
                "wire::transcripts::the_guarded_one",
                "--nocapture",
            ])
            .env(GUARDED, how)
            .output()
            .expect("it runs");
        assert_eq!(output.status.success(), !shows);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let line = format!("  1  {SENT_OK}\n");
        assert_eq!(stderr.contains(&line), shows, "{how}: {stderr}");
        assert_eq!(stderr.contains("the last 1 of 1 transcripts"), shows);
    }
}
