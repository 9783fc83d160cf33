//! A script has the wire: through `response.writer` it puts any bytes on it, in pieces that the
//! client gets apart, and nothing is added to them. What is neither bytes nor text is refused.

use crate::support::escape;
use crate::support::raw_site::{ask, assert_next_response, serve};
use serde_json::Value;

#[test]
fn any_bytes_in_any_pieces() {
    let every: Vec<u8> = (0..=255).collect();
    let cases: &[(&str, &[&[u8]])] = &[
        ("a malformed status line", &[b"HTTP/1.1 2OO OK\r\n\r\n"]),
        ("no status line", &[b"Content-Length: 0\r\n\r\n"]),
        ("only a version", &[b"HTTP/1.1\r\n\r\n"]),
        ("another protocol", &[b"ICY 200 OK\r\n\r\n"]),
        (
            "a header line in two",
            &[b"HTTP/1.1 200 OK\r\nX-Fo", b"o: bar\r\n\r\n"],
        ),
        (
            "a line end in two",
            &[b"HTTP/1.1 200 OK\r", b"\nA: b\r\n\r", b"\n"],
        ),
        (
            "byte by byte",
            &[b"H", b"T", b"T", b"P", b"/", b"1", b".", b"1", b" ", b"2"],
        ),
        ("every byte", &[&every]),
        ("LF alone", &[b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"]),
        ("CR alone", &[b"HTTP/1.1 200 OK\rContent-Length: 2\r\rok"]),
        ("NUL", &[b"HTTP/1.1 200 O\0K\r\nA\0: \0\r\n\r\n\0", b"\0"]),
        (
            "not Latin, not ASCII",
            &["HTTP/1.1 200 \u{20ac}\r\n\u{fc}: \u{1f600}\r\n\r\n".as_bytes()],
        ),
        ("no end of the head", &[b"HTTP/1.1 200 OK\r\nA: b\r\n"]),
        (
            "lengths that conflict",
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 5\r\n\r\nabc"],
        ),
        (
            "a length and chunks",
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"],
        ),
        (
            "chunks that are none",
            &[
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"2\r\nok",
                b"\r\nXX\r\n\r\n",
            ],
        ),
        (
            "less than promised",
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"short"],
        ),
        (
            "more than promised",
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", b"longer"],
        ),
        (
            "a name folded",
            &[b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\td\r\n : e\r\n\r\n"],
        ),
    ];
    let server = serve();
    for (name, pieces) in cases {
        for close in ["", "&close"] {
            let name = format!("{name}{close}");
            let query: Vec<_> = pieces.iter().map(|piece| hexadecimal(piece)).collect();
            let mut client = ask(&server, &format!("/pieces.py?{}{close}", query.join("&")));
            for (index, piece) in pieces.iter().enumerate() {
                if index > 0 {
                    client.send(b".");
                }
                // Exactly this one: the script waits with the next.
                let seen = client.read_exact(piece.len());
                let shown = escape::difference("written", piece, "seen", &seen);
                assert!(seen == *piece, "{name}:\n{shown}");
                assert!(
                    client.pending().is_empty(),
                    "{name}: {:?}",
                    client.pending()
                );
            }
            if close.is_empty() {
                // Raw writes close nothing.
                assert_next_response(&mut client, &name);
            } else {
                assert_eq!(client.read_until_close(), b"", "{name}");
            }
        }
    }
}

#[test]
fn the_scripts_of_wpt() {
    let server = serve();
    for (target, expected) in [
        ("/empty.py", &b""[..]),
        (
            "/status_line.py?input=%E2%82%AC%00%FF%0D",
            b"HTTP/1.1 \xe2\x82\xac\0\xff\r\nheader-parsing: is sad\n",
        ),
        (
            "/status_line.py?input=",
            b"HTTP/1.1 \nheader-parsing: is sad\n",
        ),
    ] {
        let seen = ask(&server, target).read_until_close();
        assert_eq!(seen, expected, "{target}");
    }
}

#[test]
fn what_is_neither_bytes_nor_text_is_refused() {
    let server = serve();
    let seen = ask(&server, "/wrong_types.py").read_until_close();
    let start = seen.iter().position(|&byte| byte == 0).expect("a mark");
    let found: Value = serde_json::from_slice(&seen[start + 1..]).expect("JSON");
    for what in ["write", "encode", "header name", "raw content"] {
        let outcomes = found[what].as_array().expect("a list");
        assert!(!outcomes.is_empty(), "{what}");
        assert!(
            outcomes.iter().all(|one| one == "ValueError"),
            "{what}: {outcomes:?}"
        );
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("piece={digits}")
}
