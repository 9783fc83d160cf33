//! The whole response: nothing is sent, the head is cut, or something else is sent.

use std::time::Duration;

use crate::response_fuzz::delivery::{ConnectionEnd, Cut};
use crate::response_fuzz::draft::{Body, Draft};
use crate::response_fuzz::mutation::Reaction::Reject;
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

use super::connection_end::READING;
use super::pieces::some_time;

const fn mutation(
    name: &'static str,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Whole, name, Reject, what, rule, apply)
}

/// The rule of all that are cut.
const INCOMPLETE: &str = "RFC 9112 §8: the response is incomplete";

pub(super) static MUTATIONS: [Mutation; 7] = [
    mutation(
        "nothing",
        "the connection ends without a byte",
        INCOMPLETE,
        |draft, random| {
            let ending = any(random);
            cut(draft, Cut::Nothing, ending)
        },
    ),
    mutation(
        "only-interim",
        "an interim response comes without a final one",
        INCOMPLETE,
        |draft, random| {
            let responses = [
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
            ];
            draft.interim = random.pick(&responses).into();
            let ending = any(random);
            cut(draft, Cut::BeforeStatusLine, ending)
        },
    ),
    mutation(
        "cut-in-status-line",
        "the connection ends within the status line",
        INCOMPLETE,
        |draft, random| {
            let at = Cut::InStatusLine(random.next());
            let ending = any(random);
            cut(draft, at, ending)
        },
    ),
    mutation(
        "cut-in-fields",
        "the connection ends within the fields, or before the empty line after them",
        INCOMPLETE,
        |draft, random| {
            let at = Cut::InFields(random.next());
            let ending = any(random);
            cut(draft, at, ending)
        },
    ),
    mutation(
        "content-alone",
        "the content comes without a head, as in HTTP/0.9",
        "RFC 9112 §4: a response begins with its status line",
        |draft, random| {
            let texts: [&[u8]; 4] = [b"<html>ok</html>\n", b"ok", b"\n", b"HTT"];
            bare(draft, random.pick(&texts))
        },
    ),
    mutation(
        "other-protocol",
        "a server of another protocol answers",
        "RFC 9112 §4: a response begins with its status line",
        |draft, random| {
            let greetings: [&[u8]; 6] = [
                b"SSH-2.0-OpenSSH_9.2\r\n",
                b"\x15\x03\x01\x00\x02\x02\x28",
                b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64",
                b"220 mail.test ESMTP\r\n",
                b"+OK ready\r\n",
                b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
            ];
            bare(draft, random.pick(&greetings))
        },
    ),
    mutation(
        "request",
        "the server sends a request",
        "RFC 9112 §2.1: the start line of a response is a status line",
        |draft, _| bare(draft, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ),
];

/// Any end of a connection.
fn any(random: &mut Random) -> ConnectionEnd {
    match random.below(4) {
        0 => ConnectionEnd::Close,
        1 => ConnectionEnd::HoldThenClose(some_time(random)),
        2 => ConnectionEnd::Reset(READING),
        _ => ConnectionEnd::Reset(Duration::ZERO),
    }
}

fn cut(draft: &mut Draft, cut: Cut, ending: ConnectionEnd) -> Option<()> {
    draft.delivery.cut = Some(cut);
    draft.delivery.end = ending;
    Some(())
}

/// These bytes instead of a response.
fn bare(draft: &mut Draft, bytes: &[u8]) -> Option<()> {
    let line = &mut draft.status_line;
    for part in [
        &mut line.before,
        &mut line.version,
        &mut line.space,
        &mut line.code,
        &mut line.gap,
        &mut line.reason,
        &mut line.end,
        &mut draft.head_end,
    ] {
        part.clear();
    }
    draft.fields.clear();
    draft.body = Body::Plain(bytes.to_vec());
    draft.delivery.end = ConnectionEnd::Close;
    Some(())
}
