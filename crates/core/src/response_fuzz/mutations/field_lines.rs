//! Field lines: names, colons, line ends, and lines that are not field lines (RFC 9112 §2.2 and §5). None of
//! these changes a field that delimits the content.

use crate::response_fuzz::draft::{Draft, FieldLine};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Fields, name, reaction, what, rule, apply)
}

pub(super) static MUTATIONS: [Mutation; 18] = [
    mutation(
        "blank-before-colon",
        Either,
        "there is a blank between a field's name and its colon",
        "RFC 9112 §5.1: none is allowed there; a proxy must remove it from a response",
        |draft, random| {
            let colons: [&[u8]; 3] = [b" : ", b"\t: ", b"  :"];
            other(draft, random)?.colon = random.pick(&colons).to_vec();
            Some(())
        },
    ),
    mutation(
        "no-colon",
        Either,
        "a line between the fields has no colon",
        "RFC 9112 §5: a field line has one",
        |draft, random| {
            let lines = ["X-No-Colon", "two words", "Content-Length"];
            insert(draft, FieldLine::line(random.pick(&lines)), random)
        },
    ),
    mutation(
        "no-name",
        Either,
        "a field has no name",
        "RFC 9110 §5.1: a name is a token, which has at least one character",
        |draft, random| insert(draft, FieldLine::new("", "value"), random),
    ),
    mutation(
        "bad-name",
        Either,
        "the name of a field has a character that a token must not have",
        "RFC 9110 §5.1: a name is a token",
        |draft, random| {
            let names: [&[u8]; 7] = [
                b"X Y", b"X(Y)", b"X\xe9", b"X\0Y", b"\"X\"", b"X\x7fY", b"X/Y",
            ];
            insert(draft, FieldLine::new(random.pick(&names), "value"), random)
        },
    ),
    mutation(
        "odd-name",
        Accept,
        "the name of a field is an unusual token",
        "RFC 9110 §5.1, §5.6.2: any token is a name",
        |draft, random| {
            let names = ["__proto__", "constructor", "!#$%&'*+-.^_`|~", "0", "x-A-a"];
            insert(draft, FieldLine::new(random.pick(&names), "value"), random)
        },
    ),
    mutation(
        "look-alike",
        Accept,
        "the name of a field resembles `Content-Length` or `Transfer-Encoding`",
        "RFC 9110 §5.1: two names are the same only if they differ in case alone",
        |draft, random| {
            let fields = [
                ("Content_Length", "1"),
                ("Transfer_Encoding", "chunked"),
                ("X-Content-Length", "1"),
                ("Content-Lengths", "0"),
                ("TE", "chunked"),
            ];
            let (name, value) = random.pick(&fields);
            insert(draft, FieldLine::new(name, value), random)
        },
    ),
    mutation(
        "long-name",
        Either,
        "the name of a field has thousands of bytes",
        "RFC 9110 §5.4: a client may have a limit, beyond which it fails",
        |draft, random| {
            let length = draft.room_for(random.between(4 << 10, 16 << 10))?;
            insert(draft, FieldLine::new(vec![b'n'; length], "value"), random)
        },
    ),
    mutation(
        "many-fields",
        Either,
        "there are more than a hundred fields",
        "RFC 9110 §5.4: a client may have a limit, beyond which it fails",
        |draft, random| {
            let count = random.between(101, 300);
            draft.room_for(count * "X-300: v\r\n".len() as u64)?;
            let fields = (1..=count).map(|number| FieldLine::new(format!("X-{number}"), "v"));
            draft.fields.extend(fields);
            Some(())
        },
    ),
    mutation(
        "status-line-again",
        Either,
        "the status line is repeated among the fields",
        "RFC 9112 §5: a field line has a colon",
        |draft, random| insert(draft, FieldLine::line("HTTP/1.1 200 OK"), random),
    ),
    mutation(
        "blank-before-first-field",
        Either,
        "a line that begins with a blank stands between status line and fields",
        "RFC 9112 §2.2: a client must fail, or skip that line",
        |draft, random| {
            let lines = [" X-Skipped: 1", "\tX-Skipped: 1", " ", " Content-Length: 1"];
            draft.fields.insert(0, FieldLine::line(random.pick(&lines)));
            Some(())
        },
    ),
    mutation(
        "field-ends-in-lf",
        Either,
        "a field ends in LF alone",
        "RFC 9112 §2.2: a client may recognise a single LF",
        |draft, random| {
            other(draft, random)?.end = b"\n".to_vec();
            Some(())
        },
    ),
    mutation(
        "all-lf",
        Either,
        "every line of the head ends in LF alone",
        "RFC 9112 §2.2: a client may recognise a single LF",
        |draft, _| {
            if draft.status_line.end != b"\r\n" {
                return None;
            }
            draft.status_line.end = b"\n".to_vec();
            for field in &mut draft.fields {
                field.end = b"\n".to_vec();
            }
            draft.head_end = b"\n".to_vec();
            Some(())
        },
    ),
    mutation(
        "empty-line-ends-in-lf",
        Either,
        "the empty line after the fields is LF alone",
        "RFC 9112 §2.2: a client may recognise a single LF",
        |draft, _| {
            draft.head_end = b"\n".to_vec();
            Some(())
        },
    ),
    mutation(
        "cr-for-empty-line",
        Either,
        "the empty line after the fields is not CRLF",
        "RFC 9112 §2.1: an empty line ends the head, and a line ends in CRLF",
        |draft, random| {
            let ends: [&[u8]; 3] = [b"\r", b"\r\r", b"\r\r\n"];
            draft.head_end = random.pick(&ends).to_vec();
            Some(())
        },
    ),
    mutation(
        "odd-connection-options",
        Accept,
        "`Connection` has unknown options",
        "RFC 9110 §7.6.1: a recipient ignores options that it does not know",
        |draft, random| {
            let values = ["foo, bar", ", ,", "Keep-Alive, X-Hop", "closed"];
            if draft.position("Connection").is_some() {
                return None;
            }
            insert(
                draft,
                FieldLine::new("Connection", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "offers-upgrade",
        Accept,
        "the server offers other protocols",
        "RFC 9110 §7.8: `Upgrade` outside 101 and 426 is only an offer",
        |draft, random| {
            if draft.position("Connection").is_some() {
                return None;
            }
            draft.fields.push(FieldLine::new("Connection", "Upgrade"));
            insert(draft, FieldLine::new("Upgrade", "h2c, websocket"), random)
        },
    ),
    mutation(
        "two-content-types",
        Either,
        "there are two fields `Content-Type` with different values",
        "RFC 9110 §5.3, §8.3: the field has one value; clients differ in which they take",
        |draft, random| {
            draft.position("Content-Type")?;
            insert(
                draft,
                FieldLine::new("Content-Type", "text/html;charset=utf-8"),
                random,
            )
        },
    ),
    mutation(
        "repeated-list",
        Accept,
        "a field that is a list comes in several lines, in different cases",
        "RFC 9110 §5.3: they are one list, in their order",
        |draft, random| {
            insert(draft, FieldLine::new("allow", "GET"), random)?;
            insert(draft, FieldLine::new("ALLOW", ",HEAD,, POST,"), random)
        },
    ),
];

/// A field other than those that delimit the content and `Connection`.
pub(super) fn other<'d>(draft: &'d mut Draft, random: &mut Random) -> Option<&'d mut FieldLine> {
    let others = || 0..draft.fields.len();
    let is_other =
        |&at: &usize| !draft.fields[at].is_framing() && !draft.fields[at].is("Connection");
    let others: Vec<_> = others().filter(is_other).collect();
    let at = match others.len() {
        0 => return None,
        count => others[random.index(count)],
    };
    draft.fields.get_mut(at)
}

/// Inserts a line anywhere after the first one, whose place may matter to another mutation.
pub(super) fn insert(draft: &mut Draft, field: FieldLine, random: &mut Random) -> Option<()> {
    let at = match draft.fields.len() {
        0 => 0,
        count => random.index(count) + 1,
    };
    draft.fields.insert(at, field);
    Some(())
}
