//! A Rust handler sees a request as it came: the exact head with what stood before it, its place on the
//! connection, the chunks and the undecoded bytes of a body of any size, what has arrived after it, and
//! in which segments. A body that breaks off in the middle of its chunks is shown as far as it goes, the
//! same however it arrives.

use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use crate::support::client::{Client, DEADLINE};
use wireserve::internals::exchange::body::UNDECODED;
use wireserve::internals::http::chunked::{Decoder, MAX_CHUNKS_KEPT};
use wireserve::message::Malformed;
use wireserve::wire_script::Reading;
use wireserve::{Arrival, BodyError, Exchange, Fault, Previous, Server};

/// What a handler has seen, by the time that it answers.
struct Seen {
    head: Vec<u8>,
    arrival: Arrival,
    /// Line, size and offset of each.
    chunks: Option<Vec<(String, u64, u64)>>,
    undecoded: Result<Vec<u8>, BodyError>,
    body: Result<Vec<u8>, BodyError>,
    failed_at: Option<u64>,
    following: Vec<u8>,
    /// Offset from the beginning of the head, and length.
    segments: Vec<(u64, usize)>,
    times: Vec<Instant>,
}

/// What the handler does before it looks.
type Before = fn(&mut Exchange<'_>);

fn nothing(_: &mut Exchange<'_>) {}

fn read_all(exchange: &mut Exchange<'_>) {
    // The result is checked later.
    let _ = exchange.body.read_all();
}

/// A server that shows what its handler sees.
fn showing(before: Before) -> (Server, Receiver<Seen>) {
    let (sender, receiver) = mpsc::channel();
    let handler = move |exchange: &mut Exchange<'_>| {
        exchange.response.content = "seen".into();
        before(exchange);
        sender
            .send(look(exchange))
            .map_err(|_| Fault::new(500, "the test has ended"))
    };
    let server = Server::builder()
        .route("*", "*", handler)
        .and_then(|builder| builder.start().map_err(|error| panic!("{error}")))
        .expect("a good pattern");
    (server, receiver)
}

fn look(exchange: &Exchange<'_>) -> Seen {
    let (request, body) = (&exchange.request, &exchange.body);
    let undecoded = body.undecoded();
    let line = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    let chunks = body.chunks(|decoder| {
        let chunks = decoder.chunks();
        chunks
            .map(|chunk| (line(chunk.line), chunk.size, chunk.offset))
            .collect()
    });
    let start = request.arrival().offset;
    let (accepted, segments) = body.segments_from(start);
    let times = segments.iter().map(|segment| segment.at);
    Seen {
        head: request.raw_head(),
        arrival: request.arrival().clone(),
        chunks,
        undecoded,
        body: body.read_all(),
        failed_at: body.chunks(Decoder::failed_at).flatten(),
        following: body.following(),
        times: [accepted].into_iter().chain(times).collect(),
        segments: segments
            .iter()
            .map(|segment| (segment.offset.saturating_sub(start), segment.length))
            .collect(),
    }
}

fn ask(server: &Server, receiver: &Receiver<Seen>, bytes: &[u8], size: usize) -> (Client, Seen) {
    let mut client = Client::connect(server.address());
    for piece in bytes.chunks(size) {
        client.send(piece);
    }
    let seen = receiver.recv_timeout(DEADLINE).expect("an exchange");
    (client, seen)
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    [head, body].concat()
}

#[test]
fn the_head_and_its_place() {
    let (server, receiver) = showing(nothing);
    let first = b"\r\n\nGET  /1 HTTP/1.1\r\nA:\tb \r\n\r\n";
    let second = b"\r\nPOST /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
    let (mut client, seen) = ask(&server, &receiver, first, first.len());
    let answer = client.read_response("GET");
    assert_eq!(seen.head, first);
    assert_eq!(seen.arrival.skipped, b"\r\n\n");
    assert_eq!((seen.arrival.ordinal, seen.arrival.offset), (1, 0));
    assert_eq!(seen.arrival.previous, None);
    assert_eq!(seen.arrival.peer.port(), Some(client.port()));
    assert_eq!(seen.arrival.local, server.address().into());
    assert_eq!((seen.chunks, seen.undecoded), (None, Ok(Vec::new())));
    assert_eq!(seen.segments, [(0, first.len())]);

    client.send(second);
    let again = receiver.recv_timeout(DEADLINE).expect("an exchange");
    assert_eq!(again.head, second[..second.len() - 3]);
    assert_eq!(again.undecoded, Ok(b"abc".to_vec()));
    assert_eq!(again.arrival.offset, first.len() as u64);
    assert_eq!(again.arrival.ordinal, 2);
    assert_eq!(again.arrival.connection, seen.arrival.connection);
    let previous = Previous {
        status: 200,
        sent: (answer.head.len() + answer.body.len()) as u64,
        drained: 0,
    };
    assert_eq!(again.arrival.previous, Some(previous));
    assert_eq!(again.segments, [(0, second.len())]);
    assert!(again.times.is_sorted());
}

/// Also a head that is larger than what the server reads at first.
#[test]
fn what_is_sent_at_once_is_one_segment() {
    let (server, receiver) = showing(nothing);
    for length in [1_000, 4_095, 4_096, 4_097, 12_000] {
        let (start, end) = ("GET / HTTP/1.1\r\nX: ", "\r\n\r\n");
        let value = "x".repeat(length - start.len() - end.len());
        let request = [start, &value, end].concat();
        let (mut client, seen) = ask(&server, &receiver, request.as_bytes(), length);
        assert_eq!(seen.segments, [(0, length)]);
        client.read_response("GET");
    }
}

#[test]
fn what_is_drained_is_counted() {
    let (sender, receiver) = mpsc::channel();
    let handler = move |exchange: &mut Exchange<'_>| {
        exchange.response.content = "seen".into();
        exchange.body.read(Some(2)).expect("two bytes");
        sender
            .send(exchange.request.arrival().previous)
            .map_err(|_| Fault::new(500, "the test has ended"))
    };
    let server = Server::builder().route("*", "*", handler);
    let server = server.expect("a good pattern").start().expect("a server");
    for (fields, body) in [
        ("Content-Length: 5", "abcde"),
        ("Transfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n"),
    ] {
        let request = format!("POST / HTTP/1.1\r\n{fields}\r\n\r\n{body}");
        let mut client = Client::connect(server.address());
        client.send(request.repeat(2).as_bytes());
        assert_eq!(receiver.recv_timeout(DEADLINE), Ok(None));
        let previous = receiver.recv_timeout(DEADLINE).expect("an exchange");
        let drained = previous.expect("a request before").drained;
        // Chunks are decoded as they arrive.
        let expected = if body.len() == 5 { 3 } else { 0 };
        assert_eq!(drained, expected, "{fields}");
        client.read_response("POST");
    }
}

#[test]
fn chunks_of_any_number_and_size() {
    let next = b"GET /next HTTP/1.1\r\n\r\n";
    let data: Vec<u8> = (0..3 * UNDECODED).map(|at| (at % 251) as u8).collect();
    let large: Vec<u8> = data
        .chunks(10_007)
        .enumerate()
        .flat_map(|(number, data)| {
            let line = format!("{:X};number={number}\r\n", data.len());
            [line.as_bytes(), data, b"\r\n"].concat()
        })
        .chain(*b"000;last\r\nX-T: v\r\nempty:\r\n\r\n")
        .collect();
    for before in [nothing, read_all] {
        let (server, receiver) = showing(before);
        for (body, data) in [(&b"0\r\n\r\n"[..], &[][..]), (&large, &data)] {
            let request = [chunked(body), next.to_vec()].concat();
            for size in [request.len(), 4_099] {
                let (mut client, seen) = ask(&server, &receiver, &request, size);
                assert!(seen.undecoded == Ok(body.to_vec()), "not what was sent");
                assert!(seen.body == Ok(data.to_vec()), "not the data");
                let chunks = seen.chunks.expect("chunks");
                assert_eq!(chunks.len(), 1 + data.len().div_ceil(10_007));
                for (line, _, offset) in chunks {
                    let at = usize::try_from(offset).unwrap();
                    assert!(body[at..].starts_with(line.as_bytes()), "{line}");
                }
                assert!(next.starts_with(&seen.following), "{:?}", seen.following);
                let end = seen.segments.iter().fold(0, |end, (offset, length)| {
                    assert_eq!(*offset, end);
                    end + *length as u64
                });
                let sent = request.len() - next.len()..=request.len();
                assert!(sent.contains(&usize::try_from(end).unwrap()), "{end}");
                client.read_response("POST");
                let next = receiver.recv_timeout(DEADLINE).expect("the next one");
                assert_eq!(next.arrival.offset, sent.start().to_owned() as u64);
            }
        }
    }
}

#[test]
fn more_chunks_than_are_remembered() {
    let (server, receiver) = showing(nothing);
    let body = "1\r\nx\r\n".repeat(MAX_CHUNKS_KEPT) + "0\r\n\r\n";
    let (_client, seen) = ask(&server, &receiver, &chunked(body.as_bytes()), body.len());
    assert_eq!(seen.undecoded, Err(BodyError::NotKept));
    assert_eq!(seen.body.map(|data| data.len()), Ok(MAX_CHUNKS_KEPT));
    assert_eq!(
        seen.chunks.map(|chunks| chunks.len()),
        Some(MAX_CHUNKS_KEPT)
    );
}

#[test]
fn broken_chunks_are_shown_as_far_as_they_go() {
    for (body, shown, count) in [
        ("x\r\n", "x", 0),
        ("2\r\nab\r\nzz\r\nrest", "2\r\nab\r\nz", 1),
        ("2\r\nab0\r\n\r\n", "2\r\nab0", 1),
        ("1\r\na\r\n0\r\nA\nB", "1\r\na\r\n0\r\nA\n", 2),
    ] {
        let request = chunked(body.as_bytes());
        for before in [nothing, read_all] {
            let (server, receiver) = showing(before);
            for size in [request.len(), 1] {
                let (_client, seen) = ask(&server, &receiver, &request, size);
                assert_eq!(seen.undecoded, Ok(shown.as_bytes().to_vec()), "{body:?}");
                assert_eq!(seen.failed_at, Some(shown.len() as u64 - 1), "{body:?}");
                let broken = matches!(seen.body, Err(BodyError::Malformed(Malformed::Chunk(_))));
                assert!(broken, "{body:?}");
                assert_eq!(seen.chunks.expect("chunks").len(), count, "{body:?}");
                let after = &body.as_bytes()[shown.len()..];
                match size {
                    1 => assert!(after.starts_with(&seen.following), "{body:?}"),
                    _ => assert_eq!(seen.following, after, "{body:?}"),
                }
            }
        }
    }
    // Of a long one only the beginning is kept.
    let body = [b"20000\r\n", &[b'x'; 0x20000][..], b"no"].concat();
    let (server, receiver) = showing(nothing);
    let (_client, seen) = ask(&server, &receiver, &chunked(&body), body.len());
    assert!(seen.undecoded == Ok(body[..UNDECODED].to_vec()));
    assert_eq!(seen.failed_at, Some(body.len() as u64 - 2));
}

/// Whether they have come with the broken ones or before them.
#[test]
fn good_bytes_before_broken_ones_can_be_read() {
    let (sender, receiver) = mpsc::channel();
    let handler = move |exchange: &mut Exchange<'_>| {
        let body = &exchange.body;
        let read = (body.read(Some(2)), body.read(Some(1)), body.read(Some(1)));
        sender
            .send(read)
            .map_err(|_| Fault::new(500, "the test has ended"))
    };
    let server = Server::builder().route("*", "*", handler);
    let server = server.expect("a good pattern").start().expect("a server");
    let request = chunked(b"3\r\nabc\r\nbroken\r\n");
    for size in [1, request.len()] {
        let mut client = Client::connect(server.address());
        for piece in request.chunks(size) {
            client.send(piece);
        }
        let (first, second, third) = receiver.recv_timeout(DEADLINE).expect("an exchange");
        assert_eq!((first, second), (Ok(b"ab".to_vec()), Ok(b"c".to_vec())));
        assert!(matches!(third, Err(BodyError::Malformed(_))), "{third:?}");
    }
}

/// What was taken raw is shown as part of the body, and nothing after its end is.
#[test]
fn bytes_that_were_taken_raw() {
    let next = b"GET /next HTTP/1.1\r\n\r\n";
    let take = |exchange: &mut Exchange<'_>| {
        let read = exchange
            .body
            .read_raw(&Reading::Until(b"GET ".to_vec()), None);
        assert!(read.is_ok_and(|read| read.ends_with(b"GET ")));
    };
    let (server, receiver) = showing(take);
    let body = b"2\r\nab\r\n0\r\n\r\n";
    let request = [chunked(body), next.to_vec()].concat();
    let (_client, seen) = ask(&server, &receiver, &request, request.len());
    assert_eq!(seen.undecoded, Ok(body.to_vec()));
    assert_eq!(seen.body, Ok(Vec::new()));
    assert_eq!(seen.following, next[4..]);

    let broken = b"2\r\nab\r\nz\r\nGET ";
    let (_client, seen) = ask(&server, &receiver, &chunked(broken), usize::MAX);
    assert_eq!(seen.undecoded, Ok(b"2\r\nab\r\nz".to_vec()));
    assert_eq!(seen.following, b"");
}
