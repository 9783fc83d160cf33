//! Values of fields: blanks, folded lines, and bytes that are not allowed in them (RFC 9110 §5.5, RFC 9112
//! §5.2). None of these changes a field that delimits the content.

use crate::response_fuzz::draft::{Draft, FieldLine};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either, RejectOrSpace};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

use super::field_lines::{insert, other};

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Fields, name, reaction, what, rule, apply)
}

pub(super) static MUTATIONS: [Mutation; 15] = [
    mutation(
        "nul-in-value",
        RejectOrSpace,
        "there is a NUL in the value of a field",
        "RFC 9110 §5.5: a client must fail, or read a space in its place",
        |draft, random| {
            let values: [&[u8]; 4] = [b"a\0b", b"\0", b"a\0", b"\0\0b"];
            insert(
                draft,
                FieldLine::new("X-Value", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "cr-in-value",
        RejectOrSpace,
        "there is a bare CR in the value of a field",
        "RFC 9110 §5.5, RFC 9112 §2.2: a client must fail, or read a space in its place",
        |draft, random| {
            let values: [&[u8]; 3] = [b"a\rb", b"\rb", b"a\r b"];
            insert(
                draft,
                FieldLine::new("X-Value", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "field-behind-cr",
        RejectOrSpace,
        "there is a bare CR in the value of a field, followed by what looks like another field",
        "RFC 9110 §5.5, RFC 9112 §2.2: a client must fail, or read a space in its place",
        |draft, random| {
            let values: [&[u8]; 3] = [
                b"a\rContent-Length: 1",
                b"a\rTransfer-Encoding: chunked",
                b"a\rSet-Cookie: injected=1",
            ];
            insert(
                draft,
                FieldLine::new("X-Value", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "value-ends-in-cr",
        RejectOrSpace,
        "a field ends in CR CR LF",
        "RFC 9112 §2.2: a bare CR is invalid, or replaced by a space",
        |draft, random| {
            other(draft, random)?.end = b"\r\r\n".to_vec();
            Some(())
        },
    ),
    mutation(
        "control-in-value",
        Either,
        "there is a control character in the value of a field",
        "RFC 9110 §5.5: a client may keep it, or fail",
        |draft, random| {
            let control = random.pick(b"\x01\x08\x0b\x0c\x1b\x1c\x1e\x1f\x7f");
            let value = [b"a", &[control][..], b"b"].concat();
            insert(draft, FieldLine::new("X-Value", value), random)
        },
    ),
    mutation(
        "bytes-in-value",
        Accept,
        "there are bytes above ASCII in the value of a field",
        "RFC 9110 §5.5: a client treats obs-text as opaque",
        |draft, random| {
            let values: [&[u8]; 5] = [
                b"caf\xe9",
                "caf\u{e9}".as_bytes(),
                b"a\x85b",
                "a\u{2028}b".as_bytes(),
                b"\xff\xfe",
            ];
            insert(
                draft,
                FieldLine::new("X-Value", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "blanks-around-value",
        Accept,
        "there are blanks on both sides of a value",
        "RFC 9112 §5.1: they are not part of it",
        |draft, random| {
            let blanks: [&[u8]; 4] = [b" \t ", b"\t", b"    ", b" \t\t\t "];
            let field = other(draft, random)?;
            field.colon = [&b":"[..], random.pick(&blanks)].concat();
            field.value.extend_from_slice(random.pick(&blanks));
            Some(())
        },
    ),
    mutation(
        "empty-value",
        Accept,
        "a field has no value",
        "RFC 9110 §5.5: a value may be empty",
        |draft, random| {
            let values = ["", " ", "\t \t"];
            insert(
                draft,
                FieldLine::new("X-Value", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "no-blank-behind-colon",
        Accept,
        "there is no blank between colons and values",
        "RFC 9112 §5: the blank there is optional",
        |draft, _| {
            let usual = draft.fields.iter_mut().filter(|field| field.colon == b": ");
            usual.for_each(|field| field.colon = b":".to_vec());
            Some(())
        },
    ),
    mutation(
        "folded",
        Accept,
        "the value of a field continues in the next line",
        "RFC 9112 §5.2: a user agent must read spaces in the place of the fold",
        |draft, random| {
            let folds: [&[u8]; 4] = [b"\r\n ", b"\r\n\t", b"\r\n  \t ", b" \r\n \r\n "];
            let value = [&b"a"[..], random.pick(&folds), b"Content-Length: 1"].concat();
            insert(draft, FieldLine::new("X-Folded", value), random)
        },
    ),
    mutation(
        "folded-to-nothing",
        Accept,
        "the value of a field continues in the next line, which has only blanks",
        "RFC 9112 §5.2: a user agent must read spaces in the place of the fold",
        |draft, random| {
            let values: [&[u8]; 3] = [b"a\r\n ", b"\r\n \t", b"\r\n \r\n b"];
            insert(
                draft,
                FieldLine::new("X-Folded", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "folded-by-lf",
        Either,
        "the value of a field continues in the next line, after LF alone",
        "RFC 9112 §2.2, §5.2: a client may recognise a single LF, and this is a fold then",
        |draft, random| {
            let values: [&[u8]; 2] = [b"a\n b", b"a\n\tContent-Length: 1"];
            insert(
                draft,
                FieldLine::new("X-Folded", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "long-value",
        Either,
        "the value of a field has thousands of bytes",
        "RFC 9110 §5.4: a client may have a limit, beyond which it fails",
        |draft, random| {
            let length = draft.room_for(random.between(8 << 10, 32 << 10))?;
            insert(draft, FieldLine::new("X-Value", vec![b'v'; length]), random)
        },
    ),
    mutation(
        "odd-cookie",
        Either,
        "`Set-Cookie` has another value than its grammar allows",
        "RFC 6265 §4.1, §5.2: user agents read many of them all the same",
        |draft, random| {
            let values: [&[u8]; 8] = [
                b"nameless",
                b"=v",
                b"a=\"x;y\"; Path=/",
                b"a=b; Expires=Thu, 99 Jan 2099 99:99:99 GMT",
                b"a=caf\xe9; Max-Age=99999999999999999999",
                b"a=b;;;;=;",
                b"__Host-a=b; Path=/x",
                b"a=\x01; HttpOnly=no",
            ];
            insert(
                draft,
                FieldLine::new("Set-Cookie", random.pick(&values)),
                random,
            )
        },
    ),
    mutation(
        "bad-date",
        Accept,
        "`Date` and `Expires` are not dates",
        "RFC 9110 §5.6.7, RFC 9111 §5.3: a recipient ignores an invalid date, or treats it as past",
        |draft, random| {
            let values = ["0", "-1", "yesterday", "Sat, 31 Feb 2026 25:61:61 GMT", ""];
            if let Some(at) = draft.position("Date") {
                draft.fields[at].value = random.pick(&values).into();
            }
            insert(
                draft,
                FieldLine::new("Expires", random.pick(&values)),
                random,
            )
        },
    ),
];
