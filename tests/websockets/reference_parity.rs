//! The same bytes to this server and to pywebsocket3's own server give the same answer: the handshake with
//! its fields in their order, every frame, and the end of the connection.
//!
//! Each case is sent in one write, and again in pieces after the handshake. Refused handshakes are in
//! `non_upgrade_requests.rs`: the reference answers them as an HTTP/1.0 server.

use std::net::SocketAddr;
use std::thread;

use crate::support::client::Client;
use crate::support::escape;
use crate::websockets::frames::{
    BINARY, CLOSE, CONTINUATION, DEFLATE, FIN, PING, PONG, RSV1, TEXT, binary, close, deflated,
    handshake, masked, text,
};
use crate::websockets::servers::{Server, client, reference};

pub struct Case {
    pub name: &'static str,
    pub handshake: Vec<u8>,
    pub frames: Vec<Vec<u8>>,
    /// Whether the client closes its side after its frames.
    pub half_closes: bool,
}

fn case(
    name: &'static str,
    target: &str,
    fields: &[&str],
    frames: impl IntoIterator<Item = Vec<u8>>,
) -> Case {
    Case {
        name,
        handshake: handshake(target, fields),
        frames: frames.into_iter().collect(),
        half_closes: false,
    }
}

/// The same for a client that closes its side without a close frame.
fn leaving(case: Case) -> Case {
    Case {
        half_closes: true,
        ..case
    }
}

pub fn cases() -> Vec<Case> {
    let bye = || close(1000, "");
    let large = "0123456789abcdef".repeat(65536);
    let protocols = "Sec-WebSocket-Protocol: chat.a, b";
    let one_context = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover";
    let small_window = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10";
    let two_offers = "Sec-WebSocket-Extensions: x-unknown, permessage-deflate; server_max_window_bits=99, permessage-deflate";
    vec![
        case("text", "/echo", &[], [text("hello"), bye()]),
        case(
            "text in UTF-8",
            "/echo",
            &[],
            [text("天気 é\u{10ffff}"), bye()],
        ),
        case("binary", "/echo", &[], [binary(b"\0\xff\x80"), bye()]),
        case(
            "empty messages",
            "/echo",
            &[],
            [text(""), binary(b""), bye()],
        ),
        case(
            "125, 126, 65535 and 65536 bytes",
            "/echo",
            &[],
            [
                text(&large[..125]),
                text(&large[..126]),
                binary(&large.as_bytes()[..65535]),
                binary(&large.as_bytes()[..65536]),
                bye(),
            ],
        ),
        case("1 MiB", "/echo", &[], [text(&large), bye()]),
        case("a query", "/echo?a=b", &[], [text("hello"), bye()]),
        case("two slashes", "//echo", &[], [text("hello"), bye()]),
        case(
            "absolute-form",
            "ws://a.test/echo",
            &[],
            [text("hello"), bye()],
        ),
        case(
            "fragments",
            "/echo",
            &[],
            [
                masked(TEXT, b"one "),
                masked(CONTINUATION, b""),
                masked(FIN | CONTINUATION, b"two"),
                bye(),
            ],
        ),
        case(
            "a ping between fragments",
            "/echo",
            &[],
            [
                masked(TEXT, b"one "),
                masked(FIN | PING, b"now"),
                masked(FIN | CONTINUATION, b"two"),
                bye(),
            ],
        ),
        case(
            "pings and pongs",
            "/echo",
            &[],
            [
                masked(FIN | PING, b""),
                masked(FIN | PING, &[b'a'; 125]),
                masked(FIN | PONG, b"unasked"),
                bye(),
            ],
        ),
        case(
            "handlers of pings and pongs",
            "/pongs",
            &[],
            [masked(FIN | PING, b"a"), masked(FIN | PONG, b"b"), bye()],
        ),
        case(
            "what a handler sees",
            "/about?x=%20y",
            &["Origin: http://b.test", "X-Twice: 1", "x-twice: 2"],
            [bye()],
        ),
        case("no subprotocol", "/protocol", &[], [bye()]),
        case("a subprotocol", "/protocol", &[protocols], [bye()]),
        case("an unasked subprotocol", "/any-protocol", &[], [bye()]),
        case("cookies", "/cookies", &["Cookie: a=1; b=2"], [bye()]),
        case(
            "deflate",
            "/echo",
            &[DEFLATE],
            [deflated("hello hello hello"), bye()],
        ),
        case(
            "deflate, not used by the client",
            "/echo",
            &[DEFLATE],
            [text("hello"), bye()],
        ),
        case(
            "deflate for 1 MiB",
            "/echo",
            &[DEFLATE],
            [deflated(&large), bye()],
        ),
        case(
            "deflate without context",
            "/echo",
            &[one_context],
            [text("hello hello"), text("hello hello"), bye()],
        ),
        case(
            "deflate with a small window",
            "/echo",
            &[small_window],
            [text(&large[..9000]), bye()],
        ),
        case(
            "the first usable offer",
            "/echo",
            &[two_offers],
            [text("hello"), bye()],
        ),
        case(
            "deflate, refused by the handler",
            "/uncompressed",
            &[DEFLATE],
            [text("hello"), bye()],
        ),
        case(
            "compressed where it was not agreed",
            "/echo",
            &[],
            [deflated("hello"), bye()],
        ),
        case(
            "a fragmented message and empty ones",
            "/fragments",
            &[],
            [bye()],
        ),
        case("fragments, compressed", "/fragments", &[DEFLATE], [bye()]),
        case("a close frame", "/echo", &[], [close(3000, "enough")]),
        case(
            "a close frame without a code",
            "/echo",
            &[],
            [masked(FIN | CLOSE, b"")],
        ),
        case(
            "a close frame with half a code",
            "/echo",
            &[],
            [masked(FIN | CLOSE, b"a")],
        ),
        case(
            "a mirrored close",
            "/passive-close",
            &[],
            [close(4999, "why not")],
        ),
        case(
            "a mirrored close without a code",
            "/passive-close",
            &[],
            [masked(FIN | CLOSE, b"")],
        ),
        case(
            "a mirrored close with a reserved code",
            "/passive-close",
            &[],
            [close(1005, "")],
        ),
        case(
            "the handler returns",
            "/close",
            &[],
            [text("nothing"), bye()],
        ),
        case(
            "the handler closes with a code",
            "/close",
            &[],
            [text("4001 done é"), bye()],
        ),
        case(
            "the handler closes without a code",
            "/close",
            &[],
            [text("none"), bye()],
        ),
        case(
            "the handler closes with a reserved code",
            "/close",
            &[],
            [text("1006 no"), bye()],
        ),
        case("the handler goes away", "/close", &[], [text("going away")]),
        case(
            "a message instead of a close frame",
            "/close",
            &[],
            [text("nothing"), text("more")],
        ),
        case("an unmasked frame", "/echo", &[], [b"\x81\x02ab".to_vec()]),
        case(
            "a reserved bit",
            "/echo",
            &[],
            [masked(FIN | RSV1 | TEXT, b"ab"), bye()],
        ),
        case(
            "a reserved opcode",
            "/echo",
            &[],
            [masked(FIN | 3, b"ab"), bye()],
        ),
        case("a fragmented ping", "/echo", &[], [masked(PING, b"ab")]),
        case(
            "a long ping",
            "/echo",
            &[],
            [masked(FIN | PING, &[b'a'; 126])],
        ),
        case(
            "a continuation of nothing",
            "/echo",
            &[],
            [masked(FIN | CONTINUATION, b"ab")],
        ),
        case(
            "two beginnings",
            "/echo",
            &[],
            [masked(TEXT, b"a"), masked(FIN | TEXT, b"b")],
        ),
        case(
            "text that is not UTF-8",
            "/echo",
            &[],
            [masked(FIN | TEXT, b"\xc3\x28"), bye()],
        ),
        leaving(case(
            "half a frame",
            "/echo",
            &[],
            [masked(FIN | BINARY, b"abc")[..5].to_vec()],
        )),
        leaving(case("no close frame", "/echo", &[], [text("hello")])),
        case("credentials are asked for", "/unauthorized", &[], []),
        case(
            "credentials",
            "/unauthorized",
            &["Authorization: Basic YTpi"],
            [bye()],
        ),
        case(
            "a wrong accept key and an early frame",
            "/wrong-accept",
            &[],
            [],
        ),
        case("garbage before the handshake", "/garbage", &[], [bye()]),
        case(
            "raw frames: reserved bit",
            "/raw-frames?reserved-bit",
            &[],
            [],
        ),
        case(
            "raw frames: reserved opcode",
            "/raw-frames?reserved-opcode",
            &[],
            [],
        ),
        case("raw frames: masked", "/raw-frames?masked", &[], []),
        case("raw frames: not UTF-8", "/raw-frames?not-utf-8", &[], []),
        case("raw frames: cut", "/raw-frames?cut", &[], []),
        case("raw frames: long ping", "/raw-frames?long-ping", &[], []),
        case(
            "raw frames: half a code",
            "/raw-frames?one-byte-close",
            &[],
            [],
        ),
        case(
            "raw frames: long form of a length",
            "/raw-frames?long-length",
            &[],
            [],
        ),
        case(
            "raw frames: two close frames",
            "/raw-frames?close-twice",
            &[],
            [],
        ),
        case("raw frames: close 1005", "/raw-frames?close-1005", &[], []),
        case(
            "raw frames: lone continuation",
            "/raw-frames?lone-continuation",
            &[],
            [],
        ),
        case("raw bytes are read", "/raw-bytes", &[], [text("hello")]),
        case("a handler that fails", "/fails", &[], [text("a")]),
        case("aborted without an answer", "/refuses?silently", &[], []),
    ]
}

#[test]
fn the_same_bytes_as_the_reference() {
    let ours = Server::start(&["--log=off"]);
    let reference = reference();
    let mut wrong = String::new();
    for case in cases() {
        for way in [at_once, in_pieces] {
            let [ours, theirs] = [ours.ws, reference.addr()].map(|address| way(address, &case));
            if ours != theirs {
                let difference = escape::difference("ours", &ours, "theirs", &theirs);
                wrong += &format!("{}:\n{difference}\n", case.name);
            }
            assert!(!theirs.is_empty() || case.name == "aborted without an answer");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What a client receives that sends everything at once.
fn at_once(address: SocketAddr, case: &Case) -> Vec<u8> {
    let frames = case.frames.concat();
    // A server that answers while it reads needs a client that reads while it sends.
    if frames.len() > 100_000 {
        return in_pieces(address, case);
    }
    let bytes = [case.handshake.as_slice(), &frames].concat();
    rest(client(address, &bytes), case)
}

/// What a client receives that waits for the handshake, and then cuts its frames anywhere.
pub fn in_pieces(address: SocketAddr, case: &Case) -> Vec<u8> {
    let mut client = client(address, &case.handshake);
    if !case.frames.is_empty() {
        let head = client.read_until(b"\r\n\r\n");
        let frames = case.frames.concat();
        let (first, second) = frames.split_at(frames.len() / 3);
        client.send(first);
        thread::yield_now();
        client.send(second);
        return [head, rest(client, case)].concat();
    }
    rest(client, case)
}

fn rest(mut client: Client, case: &Case) -> Vec<u8> {
    if case.half_closes {
        client.half_close();
    }
    client.read_until_close()
}
