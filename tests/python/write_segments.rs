//! What a script writes is with the kernel before the call returns, each call's bytes as a segment
//! of their own. A script that asks for it has its head gathered into one segment with what
//! follows, for a millisecond at most, and in the order of the calls.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Arrival, DEADLINE};
use crate::support::raw_site::{ask, serve};

/// How often something is tried that a busy machine may spoil.
const RUNS: usize = 25;

/// Every call, in an order in which none adds anything of its own, with its bytes.
const CALLS: &[(&str, &str)] = &[
    ("status", "HTTP/1.1 200 OK\r\n"),
    ("header", "a: b\r\n"),
    ("header", "a: b\r\n"),
    ("wfile", "wfile"),
    ("end", "\r\n"),
    ("content", "content"),
    ("raw", "raw"),
    ("write", "write"),
    ("file", "file"),
    ("send", "send"),
    ("sendall", "sendall"),
    ("sendmsg", "sendmsg"),
    ("flush", ""),
    ("status", "HTTP/1.1 200 OK\r\n"),
    ("header", "a: b\r\n"),
    ("end", "\r\n"),
    ("write", "write"),
];

#[test]
fn the_bytes_of_a_call_leave_when_the_script_waits() {
    let server = serve();
    for coalesce in ["", "&coalesce"] {
        let mut client = ask(&server, &calls(CALLS, &format!("&then=wait{coalesce}")));
        for (name, bytes) in CALLS {
            let seen = client.read_exact(bytes.len());
            assert_eq!(seen, bytes.as_bytes(), "{name}{coalesce}");
            assert!(client.pending().is_empty(), "{name}{coalesce}");
            client.send(b".");
        }
        assert_eq!(client.read_until_close(), b"");
    }
}

#[test]
fn without_coalescing_each_call_is_its_own_segment() {
    let server = serve();
    let mut client = ask(&server, &calls(CALLS, "&then=count"));
    let (seen, counts) = counted(&client.read_until_close());
    assert_eq!(seen, written(CALLS));
    let mut expected = 0;
    for ((name, bytes), count) in CALLS.iter().zip(counts) {
        expected += usize::from(!bytes.is_empty());
        assert_eq!(count, expected, "by the end of {name}");
    }
}

/// What waits in front of a write goes out with it, as one segment, unless something asks for less.
#[test]
fn a_gathered_head_is_one_segment() {
    const HEAD: [(&str, &str); 3] = [CALLS[0], CALLS[1], CALLS[4]];
    let server = serve();
    for (next, bytes, counts) in [
        ("write", "write", [0, 0, 0, 1]),
        ("content", "content", [0, 0, 0, 1]),
        ("raw", "raw", [0, 0, 0, 1]),
        ("file", "file", [0, 0, 0, 1]),
        ("wfile", "wfile", [0, 0, 0, 1]),
        ("flush", "", [0, 0, 0, 1]),
        ("socket", "", [0, 0, 0, 1]),
        ("urgent", "", [0, 0, 0, 1]),
        // The script's own call is one more.
        ("sendall", "sendall", [0, 0, 0, 2]),
        ("send", "send", [0, 0, 0, 2]),
        ("sendmsg", "sendmsg", [0, 0, 0, 2]),
    ] {
        let made = [&HEAD[..], &[(next, bytes)]].concat();
        let target = calls(&made, "&coalesce&then=count");
        let runs = (0..RUNS).map(|_| {
            let (seen, counts) = counted(&ask(&server, &target).read_until_close());
            assert_eq!(seen, written(&made), "a head, then {next}");
            counts
        });
        // A script that is held up for a millisecond has its head in pieces, and rightly so.
        let runs: Vec<_> = runs.collect();
        let gathered = runs.iter().filter(|run| run[..] == counts[..]).count();
        assert!(
            gathered > RUNS / 2,
            "a head, then {next}: gathered {gathered} times, segments {runs:?}"
        );
    }
}

#[test]
fn a_gathered_head_arrives_at_once() {
    let server = serve();
    let made = [CALLS[0], CALLS[1], CALLS[2], CALLS[4], ("write", "write")];
    let target = calls(&made, "&coalesce");
    let whole = written(&made);
    let arrived_whole = |_: &usize| {
        let mut client = ask(&server, &target);
        assert_eq!(client.arrival(DEADLINE), Arrival::Bytes);
        let first = client.pending().len();
        assert_eq!(client.read_until_close(), whole.as_bytes());
        first == whole.len()
    };
    let gathered = (0..RUNS).filter(arrived_whole).count();
    assert!(gathered > RUNS / 2, "{gathered} of {RUNS}");
}

/// Whichever way bytes go, they go in the order of the calls.
#[test]
fn the_order_of_calls_is_the_order_on_the_wire() {
    let server = serve();
    let one_of_each = [
        "wfile", "send", "sendall", "sendmsg", "write", "file", "raw",
    ];
    for name in one_of_each {
        let next = *CALLS
            .iter()
            .find(|call| call.0 == name)
            .expect("one of the calls");
        let made = [CALLS[0], CALLS[1], next, CALLS[1], next, next, CALLS[4]];
        for coalesce in ["", "&coalesce"] {
            let seen = ask(&server, &calls(&made, coalesce)).read_until_close();
            assert_eq!(
                String::from_utf8_lossy(&seen),
                written(&made),
                "{name}{coalesce}"
            );
        }
    }
}

/// A process that ends takes what it holds with it, and leaves what the kernel has.
#[test]
fn the_kernel_has_the_bytes_before_the_call_returns() {
    let head = [("status", "HTTP/1.1 200 OK\r\n"), ("header", "a: b\r\n")];
    let cases = [
        ("", &head[..1], None),
        ("", &head[..], None),
        ("", &head[..], Some(("end", "\r\n"))),
        ("&coalesce", &head[..], Some(("flush", ""))),
        ("&coalesce", &head[..], Some(("urgent", ""))),
        ("&coalesce", &head[..], Some(("socket", ""))),
        ("&coalesce", &head[..], Some(("write", "write"))),
        ("&coalesce", &[], Some(("write", "write"))),
        ("&coalesce", &[], Some(("raw", "raw"))),
        ("&coalesce", &[], Some(("file", "file"))),
        ("&coalesce", &[], Some(("wfile", "wfile"))),
        ("&coalesce", &[], Some(("sendall", "sendall"))),
    ];
    thread::scope(|scope| {
        for (coalesce, before, last) in cases {
            scope.spawn(move || {
                let made: Vec<_> = before.iter().copied().chain(last).collect();
                let server = serve();
                let mut client = ask(&server, &calls(&made, &format!("&then=exit{coalesce}")));
                let seen = client.read_until_close();
                assert_eq!(
                    String::from_utf8_lossy(&seen),
                    written(&made),
                    "{made:?}{coalesce}"
                );
            });
        }
    });
}

#[test]
fn a_gathered_line_waits_for_about_a_millisecond() {
    /// How long the fastest of them may be under way, there and back.
    const AT_BEST: Duration = Duration::from_millis(3);
    let server = serve();
    let made = vec![("header", "a: b\r\n"); RUNS];
    let mut client = ask(&server, &calls(&made, "&coalesce&then=wait"));
    client.read_until(b"\r\n");
    let mut waits = Vec::new();
    for index in 0..made.len() {
        let sent = Instant::now();
        if index > 0 {
            client.send(b".");
        }
        client.read_until(b"a: b\r\n");
        waits.push(sent.elapsed());
    }
    waits.sort();
    // A busy machine holds up some of them, not all.
    assert!(waits[0] <= AT_BEST, "{waits:?}");
}

/// The URL of `calls.py` for these.
fn calls(calls: &[(&str, &str)], rest: &str) -> String {
    let query: Vec<_> = calls
        .iter()
        .map(|(name, _)| format!("call={name}"))
        .collect();
    format!("/calls.py?{}{rest}", query.join("&"))
}

/// What these calls put on the wire.
fn written(calls: &[(&str, &str)]) -> String {
    calls.iter().map(|(_, bytes)| *bytes).collect()
}

/// What `calls.py` has written, and how many segments there were by the end of each call.
fn counted(seen: &[u8]) -> (String, Vec<usize>) {
    let text = String::from_utf8_lossy(seen);
    let (bytes, counts) = text.split_once('|').expect("counts after the bytes");
    let counts = counts.split_whitespace().map(|count| count.parse());
    (
        bytes.to_owned(),
        counts.collect::<Result<_, _>>().expect("numbers"),
    )
}
