//! Status lines: version, code, reason, and what is between them (RFC 9112 §4).

use crate::response_fuzz::draft::{Draft, Framing};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either, Reject, RejectOrSpace};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::StatusLine, name, reaction, what, rule, apply)
}

pub(super) static MUTATIONS: [Mutation; 22] = [
    mutation(
        "no-reason",
        Accept,
        "there is no reason behind the code and its space",
        "RFC 9112 §4: the reason may be empty",
        |draft, _| {
            draft.status_line.reason.clear();
            Some(())
        },
    ),
    mutation(
        "no-reason-no-space",
        Either,
        "the status line ends with its code",
        "RFC 9112 §4: the space behind the code is required; a lenient client may do without",
        |draft, _| {
            draft.status_line.reason.clear();
            draft.status_line.gap.clear();
            Some(())
        },
    ),
    mutation(
        "odd-reason",
        Accept,
        "the reason is unusual",
        "RFC 9112 §4: a client should ignore the reason",
        |draft, random| {
            let reasons: [&[u8]; 5] = [
                b"OK OK: 404 Not Found",
                b"\tOK \t ",
                b"caf\xc3\xa9 \xff",
                b"HTTP/1.1 500 Internal Server Error",
                b"Content-Length: 0",
            ];
            draft.status_line.reason = random.pick(&reasons).to_vec();
            Some(())
        },
    ),
    mutation(
        "long-reason",
        Either,
        "the reason has thousands of bytes",
        "RFC 9110 §2.3: a client may have a limit, beyond which it fails",
        |draft, random| {
            let length = draft.room_for(random.between(4 << 10, 16 << 10))?;
            draft.status_line.reason = vec![b'r'; length];
            Some(())
        },
    ),
    mutation(
        "control-in-reason",
        Either,
        "there is a control character in the reason",
        "RFC 9112 §4: the reason has HTAB, SP, visible characters and obs-text",
        |draft, random| {
            let control = random.pick(b"\0\x01\x08\x1b\x7f");
            draft.status_line.reason = [b"O", &[control][..], b"K"].concat();
            Some(())
        },
    ),
    mutation(
        "blanks-between",
        Either,
        "there is more, or other, blank than one space between version, code and reason",
        "RFC 9112 §4: a client may take any blanks for the space",
        |draft, random| {
            // Blanks after a space would belong to the reason, which may begin with blanks.
            let (space, gap): (&[u8], &[u8]) = random.pick(&[
                (b"  ", b"\t\t"),
                (b"\t", b"\t"),
                (b" \t ", b"\t "),
                (b"\x0b", b"\x0b"),
                (b"\x0c", b"\x0c"),
            ]);
            let line = &mut draft.status_line;
            match random.below(3) {
                0 => line.space = space.to_vec(),
                1 => line.gap = gap.to_vec(),
                _ => (line.space, line.gap) = (space.to_vec(), gap.to_vec()),
            }
            Some(())
        },
    ),
    mutation(
        "blank-in-front",
        Either,
        "the status line begins with a blank",
        "RFC 9112 §4: a client may ignore leading blanks",
        |draft, random| {
            draft.status_line.before.push(random.pick(b" \t"));
            Some(())
        },
    ),
    mutation(
        "empty-line-in-front",
        Either,
        "there is an empty line before the status line",
        "RFC 9112 §2.2: a server should ignore one before a request; there is no rule for clients",
        |draft, random| {
            let lines: [&[u8]; 3] = [b"\r\n", b"\n", b"\r\n\r\n"];
            draft.status_line.before = random.pick(&lines).to_vec();
            Some(())
        },
    ),
    mutation(
        "junk-in-front",
        Reject,
        "there are other bytes before the version",
        "RFC 9112 §4: a response begins with its version",
        |draft, random| {
            let junk: [&[u8]; 5] = [b"xyz", b"\0", b"\xef\xbb\xbf", b"200 OK\r\n", b"H"];
            draft.status_line.before = random.pick(&junk).to_vec();
            Some(())
        },
    ),
    mutation(
        "name-of-the-protocol",
        Reject,
        "the name of the protocol is not HTTP, in capitals",
        "RFC 9112 §2.3: the name is case-sensitive",
        |draft, random| {
            let versions: [&[u8]; 5] =
                [b"http/1.1", b"Http/1.1", b"ICY", b"HTTPS/1.1", b"RTSP/1.0"];
            draft.status_line.version = random.pick(&versions).to_vec();
            Some(())
        },
    ),
    mutation(
        "later-minor-version",
        Accept,
        "the version is a later minor one of HTTP/1",
        "RFC 9110 §6.2: a client should read it as the latest minor version that it knows",
        |draft, random| {
            let later = draft.status_line.version == b"HTTP/1.1";
            draft.status_line.version = match random.below(2) {
                _ if !later => return None,
                0 => b"HTTP/1.2".to_vec(),
                _ => b"HTTP/1.9".to_vec(),
            };
            Some(())
        },
    ),
    mutation(
        "malformed-version",
        Reject,
        "the version is not one digit, a point and one digit",
        "RFC 9112 §2.3: HTTP-version is \"HTTP/\" DIGIT \".\" DIGIT",
        |draft, random| {
            let versions: [&[u8]; 8] = [
                b"HTTP/1.10",
                b"HTTP/1",
                b"HTTP/1.",
                b"HTTP/01.1",
                b"HTTP/1,1",
                b"HTTP 1.1",
                b"HTTP/+1.1",
                b"HTTP/x.y",
            ];
            draft.status_line.version = random.pick(&versions).to_vec();
            Some(())
        },
    ),
    mutation(
        "other-major-version",
        Reject,
        "the major version is not 1",
        "RFC 9112 §2.3, RFC 9110 §2.5: this is not the syntax of HTTP/1",
        |draft, random| {
            let versions: [&[u8]; 4] = [b"HTTP/2.0", b"HTTP/0.9", b"HTTP/3.0", b"HTTP/9.9"];
            draft.status_line.version = random.pick(&versions).to_vec();
            Some(())
        },
    ),
    mutation(
        "malformed-code",
        Reject,
        "the code is not three digits",
        "RFC 9112 §4: status-code is 3DIGIT",
        |draft, random| {
            let codes: [&[u8]; 9] = [
                b"20",
                b"2",
                b"2000",
                b"00200",
                b"2OO",
                b"-200",
                b"+200",
                b"2e2",
                "\u{ff12}\u{ff10}\u{ff10}".as_bytes(),
            ];
            draft.status_line.code = random.pick(&codes).to_vec();
            Some(())
        },
    ),
    mutation(
        "code-and-reason-in-one",
        Reject,
        "there is no space between code and reason",
        "RFC 9112 §4: status-code is 3DIGIT, and a space follows",
        |draft, _| {
            if draft.status_line.reason.is_empty() {
                return None;
            }
            draft.status_line.gap.clear();
            Some(())
        },
    ),
    mutation(
        "code-beyond-599",
        Accept,
        "the code is above 599",
        "RFC 9110 §15: a client should treat it as 5xx",
        |draft, random| code(draft, random.pick(&["600", "799", "999"])),
    ),
    mutation(
        "unknown-code",
        Accept,
        "the code is not registered",
        "RFC 9110 §15: a client must treat it as x00 of its class",
        |draft, random| code(draft, random.pick(&["299", "471", "499", "520", "599"])),
    ),
    mutation(
        "status-line-ends-in-lf",
        Either,
        "the status line ends in LF alone",
        "RFC 9112 §2.2: a client may recognise a single LF",
        |draft, _| {
            if draft.status_line.end != b"\r\n" {
                return None;
            }
            draft.status_line.end = b"\n".to_vec();
            Some(())
        },
    ),
    mutation(
        "status-line-ends-in-cr",
        RejectOrSpace,
        "the status line ends in CR alone, so that the first field is on it as well",
        "RFC 9112 §2.2: a bare CR is invalid, or replaced by a space",
        |draft, _| {
            let is_usual = draft.status_line.end == b"\r\n";
            if !is_usual || draft.fields.first()?.is_framing() {
                return None;
            }
            draft.status_line.end = b"\r".to_vec();
            Some(())
        },
    ),
    mutation(
        "cr-in-reason",
        RejectOrSpace,
        "there is a bare CR in the reason, followed by what looks like a field",
        "RFC 9112 §2.2: a bare CR is invalid, or replaced by a space",
        |draft, _| {
            draft.status_line.reason = b"OK\rContent-Length: 1".to_vec();
            Some(())
        },
    ),
    mutation(
        "request-line",
        Reject,
        "there is a request line in place of the status line",
        "RFC 9112 §2.1: the start line of a response is a status line",
        |draft, _| {
            let line = &mut draft.status_line;
            line.version = b"GET".to_vec();
            line.code = b"/".to_vec();
            line.reason = b"HTTP/1.1".to_vec();
            Some(())
        },
    ),
    mutation(
        "no-status-line",
        Reject,
        "the response begins with its fields",
        "RFC 9112 §4: a response begins with its status line",
        |draft, _| {
            if draft.fields.is_empty() {
                return None;
            }
            let line = &mut draft.status_line;
            for part in [
                &mut line.version,
                &mut line.space,
                &mut line.code,
                &mut line.gap,
                &mut line.reason,
                &mut line.end,
            ] {
                part.clear();
            }
            Some(())
        },
    ),
];

/// Another code, where content is the same with it.
fn code(draft: &mut Draft, code: &str) -> Option<()> {
    if draft.framing == Framing::NoContent {
        return None;
    }
    draft.status_line.code = code.into();
    Some(())
}
