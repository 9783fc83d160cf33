//! Scripts read request bodies as handlers do, however they are framed: `raw_input` is a file, from
//! the wire as far as they ask; a large body is whole; and what they leave unread never becomes the
//! next request, and never costs the client its answer.

use crate::support;
use crate::support::bodies::{Framing, PARTS, assert_upload_is_answered, line_byte};
use crate::support::client::Client;
use crate::support::process::Process;

fn server() -> Process {
    let doc_root = support::repository().join("tests/wire_site");
    Process::wireserve(&doc_root, ["--log", "off"])
}

#[test]
fn raw_input_is_a_file() {
    let server = server();
    let mut client = Client::connect(server.addr());
    for (body, expressions, shown) in [
        ("", "raw.read(); raw.tell(); raw.length", "b'' 0 0"),
        (
            "abc",
            "raw.read(2); raw.tell(); raw.read(); raw.read()",
            "b'ab' 2 b'c' b''",
        ),
        (
            "abc",
            "raw.read(0); raw.read(-1); raw.length",
            "b'' b'abc' 3",
        ),
        ("abc", "raw.length; raw.tell(); raw.read(9)", "3 0 b'abc'"),
        (
            "abc",
            "raw.seek(2); raw.read(); raw.seek(0); raw.read()",
            "None b'c' None b'abc'",
        ),
        (
            "abc",
            "raw.seek(3); raw.read(); raw.seek(4); raw.tell()",
            "None b'' ValueError 3",
        ),
        ("abc", "raw.seek(-1); raw.tell()", "ValueError 0"),
        (
            "a\nb\n\nc",
            "raw.readline(); raw.tell(); raw.readline()",
            "b'a\\n' 2 b'b\\n'",
        ),
        (
            "a\nb\n\nc",
            "raw.readlines()",
            "[b'a\\n',b'b\\n',b'\\n',b'c']",
        ),
        (
            "a\nb",
            "raw.readline(1); raw.readline(1); raw.readline(9)",
            "b'a' b'\\n' b'b'",
        ),
        ("a\nb", "list(raw); raw.readline()", "[b'a\\n',b'b'] b''"),
        (
            "a\nb",
            "next(raw); raw.next(); raw.next()",
            "b'a\\n' b'b' StopIteration",
        ),
        (
            "abc",
            "raw.read(1); request.body; raw.tell(); raw.read()",
            "b'a' b'abc' 1 b'bc'",
        ),
        (
            "abc",
            "raw.__enter__() is raw; raw.__exit__(None,None,None); raw.close(); raw.read()",
            "True False None b'abc'",
        ),
    ] {
        for framing in [Framing::Length, Framing::Chunks] {
            let path = format!("/raw_input.py HTTP/1.1\r\nDo: {expressions}\r\nA: ");
            client.send(&framing.request(&path, body.as_bytes()));
            let answer = client.read_response("POST").text();
            let answer = answer.replace(", ", ",").replace('\n', " ");
            assert_eq!(answer, shown, "{body:?} {expressions}");
        }
    }
}

#[test]
fn parts_are_read_as_they_come() {
    let server = server();
    for (framing, parts) in PARTS {
        let mut client = Client::connect(server.addr());
        client.send(format!("POST /lazy.py HTTP/1.1\r\n{framing}\r\n\r\n").as_bytes());
        client.read_until(b"\r\n\r\n");
        for (part, seen) in parts.iter().zip(["hel", "lo", "you"]) {
            client.send(part.as_bytes());
            assert_eq!(client.read_exact(seen.len()), seen.as_bytes(), "{framing}");
        }
        assert_eq!(client.read_until_close(), b"");
    }
}

#[test]
fn a_large_body_is_whole() {
    let body: Vec<u8> = (0..3_000_000).map(line_byte).collect();
    let server = server();
    let mut client = Client::connect(server.addr());
    for framing in [Framing::Length, Framing::Chunks] {
        client.send(&framing.request("/echo.py", &body));
        let shown: serde_json::Value =
            serde_json::from_slice(&client.read_response("POST").body).expect("JSON");
        assert!(shown["body"].as_str().map(str::as_bytes) == Some(&body));
    }
}

#[test]
fn a_kept_request_does_not_read_the_next_one() {
    let server = server();
    for framing in [Framing::Length, Framing::Chunks] {
        let mut client = Client::connect(server.addr());
        client.send(&framing.request("/keep_request.py?do=keep", b"first"));
        assert_eq!(client.read_response("POST").text(), "kept");
        client.send(&framing.request("/keep_request.py?do=read", b"second"));
        let shown = client.read_response("POST").text();
        // The first body has been dropped, since it was not read in time.
        assert!(
            ["b'' b'second'", "EOFError b'second'"].contains(&shown.as_str()),
            "{shown}"
        );
        assert!(client.is_kept_open());
    }
}

#[test]
fn an_upload_that_no_script_reads_does_not_cost_the_answer() {
    assert_upload_is_answered(server().addr(), "/nothing.py", b"GMT\r\n\r\n");
}

/// Bytes of a body that breaks off are where a script looks for them.
#[test]
fn what_came_of_a_body_that_breaks_off() {
    let server = server();
    let big = "x".repeat(100_000);
    let lines = [
        ("raw.read()", "partial(raw.read)", "b'half of it'"),
        (
            "reads",
            "[raw.read(4), partial(raw.read, 20), partial(raw.read)]",
            "[b'half', b' of it', b' of it']",
        ),
        (
            "body",
            "[raw.read(4), partial(lambda: request.body)]",
            "[b'half', b'half of it']",
        ),
        ("length", "raw.tell()", "0"),
        ("line", "partial(raw.readline)", "b'half of it'"),
        ("lines", "partial(raw.readlines)", "b'half of it'"),
        ("iteration", "partial(lambda: list(raw))", "b'half of it'"),
    ];
    for (framing, sent) in [
        ("Content-Length: 20", "half of it"),
        ("Transfer-Encoding: chunked", "5;x=y\r\nhalf \r\n9\r\nof it"),
    ] {
        for (case, expression, shown) in lines {
            assert_eq!(
                broken_off(&server, framing, sent, expression),
                shown,
                "{framing}, {case}"
            );
        }
        let raw = format!("b{:?}", sent).replace('"', "'");
        assert_eq!(broken_off(&server, framing, sent, "request.raw_body"), raw);
        assert_eq!(
            broken_off(
                &server,
                framing,
                sent,
                "[request.raw_body, partial(raw.read)]"
            ),
            format!("[{raw}, b'half of it']")
        );
    }
    let sent = "5;x=y\r\nhalf \r\n9\r\nof it";
    let chunked = "Transfer-Encoding: chunked";
    let shown = broken_off(
        &server,
        chunked,
        sent,
        "[(c.line, c.size) for c in request.chunks]",
    );
    assert_eq!(shown, "[(b'5;x=y', 5), (b'9', 9)]");
    assert_eq!(broken_off(&server, chunked, sent, "request.trailers"), "[]");
    assert_eq!(
        broken_off(
            &server,
            chunked,
            "3\r\na\nb\r\n3\r\nc",
            "partial(raw.readlines)"
        )
        .replace("\\n", "|"),
        "b'a|bc'"
    );
    let shown = broken_off(
        &server,
        "Content-Length: 200000",
        &big,
        "len(partial(raw.read))",
    );
    assert_eq!(shown, "100000");
    let shown = broken_off(
        &server,
        "Content-Length: 200000",
        &big,
        "len(request.raw_body)",
    );
    assert_eq!(shown, "100000");
}

/// What a script shows of a body that ends before its framing says.
fn broken_off(server: &Process, framing: &str, sent: &str, expression: &str) -> String {
    let mut client = Client::connect(server.addr());
    client.send(
        format!(
            "POST /broken_off.py HTTP/1.1\r\nHost: a\r\n{framing}\r\nDo: {expression}\r\n\r\n{sent}"
        )
        .as_bytes(),
    );
    client.half_close();
    client.read_response("POST").text()
}
