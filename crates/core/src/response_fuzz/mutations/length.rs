//! `Content-Length` (RFC 9110 §8.6, RFC 9112 §6.3), and content where a status allows none.

use crate::response_fuzz::draft::{Body, Draft, FieldLine, Framing};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either, Reject};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

use super::field_lines::insert;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Body, name, reaction, what, rule, apply)
}

pub(super) static MUTATIONS: [Mutation; 14] = [
    mutation(
        "malformed-length",
        Reject,
        "the value of `Content-Length` is not a number",
        "RFC 9112 §6.3: a user agent must close the connection and discard the response",
        |draft, random| {
            let length = length(draft)?;
            let value = match random.below(11) {
                0 => format!("-{length}"),
                1 => format!("+{length}"),
                2 => format!("0x{length:x}"),
                3 => format!("{length}e0"),
                4 => format!("{length}.0"),
                5 => format!("{length} {length}"),
                6 => String::new(),
                7 => format!("{length}abc"),
                8 => format!("0_{length}"),
                9 => format!("\"{length}\""),
                _ => "\u{661}\u{662}".to_owned(),
            };
            set(draft, value)
        },
    ),
    mutation(
        "length-beyond-64-bits",
        Reject,
        "`Content-Length` does not fit into 64 bits, and would be right if it wrapped",
        "RFC 9110 §8.6: a client must prevent errors by overflow; RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let length = u128::from(length(draft)?);
            let wrap: u128 = random.pick(&[1 << 64, 3 << 64]);
            set(draft, (wrap + length).to_string())
        },
    ),
    mutation(
        "length-beyond-32-bits",
        Reject,
        "`Content-Length` is larger than 32 bits or a signed number hold, and then the connection ends",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let length = length(draft)?;
            let wrap: u64 = random.pick(&[1 << 32, 1 << 31, 1 << 53, 1 << 63]);
            set(draft, (wrap + length).to_string())
        },
    ),
    mutation(
        "zeros-before-length",
        Accept,
        "`Content-Length` begins with zeros",
        "RFC 9110 §8.6: 1*DIGIT",
        |draft, random| {
            let length = length(draft)?;
            let zeros = random.index(30) + 1;
            set(draft, format!("{}{length}", "0".repeat(zeros)))
        },
    ),
    mutation(
        "same-length-twice",
        Either,
        "there are two `Content-Length` fields with the same value",
        "RFC 9110 §8.6: a client fails, or uses the value once",
        |draft, random| {
            let length = length(draft)?;
            insert(
                draft,
                FieldLine::new("Content-Length", length.to_string()),
                random,
            )
        },
    ),
    mutation(
        "length-as-list",
        Either,
        "`Content-Length` is a list of one value several times",
        "RFC 9110 §8.6: a client fails, or uses the value once",
        |draft, random| {
            let length = length(draft)?;
            let value = match random.below(4) {
                0 => format!("{length}, {length}"),
                1 => format!("{length},{length},{length}"),
                2 => format!("{length}, 0{length}"),
                _ => format!("{length},"),
            };
            set(draft, value)
        },
    ),
    mutation(
        "different-lengths",
        Reject,
        "there are two values of `Content-Length`, and they differ",
        "RFC 9112 §6.3: a user agent must close the connection and discard the response",
        |draft, random| {
            let length = length(draft)?;
            let other = match random.below(3) {
                0 => 0,
                1 => length + 1,
                _ => length / 2,
            };
            let other = if other == length { length + 2 } else { other };
            match random.below(3) {
                0 => set(draft, format!("{length}, {other}")),
                1 => set(draft, format!("{other}, {length}")),
                _ => insert(
                    draft,
                    FieldLine::new("Content-Length", other.to_string()),
                    random,
                ),
            }
        },
    ),
    mutation(
        "length-too-small",
        Accept,
        "`Content-Length` is smaller than the content, so that the rest follows the response",
        "RFC 9112 §6.3: the bytes that follow must not be used as another response",
        |draft, random| {
            let length = length(draft)?;
            let smaller = random.below(length.max(1));
            if length == 0 {
                return None;
            }
            // Below a length, so it fits.
            draft.content.truncate(smaller as usize);
            set(draft, smaller.to_string())
        },
    )
    .never_reused(),
    mutation(
        "length-too-large",
        Reject,
        "`Content-Length` is larger than the content that is sent before the connection ends",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let larger = length(draft)? + random.pick(&[1, 2, 10, 1000]);
            set(draft, larger.to_string())
        },
    ),
    mutation(
        "folded-length",
        Accept,
        "`Content-Length` has its value in the next line",
        "RFC 9112 §5.2: a user agent must read spaces in the place of the fold",
        |draft, random| {
            let length = length(draft)?;
            set(draft, format!("\r\n{}{length}", random.pick(&[' ', '\t'])))
        },
    ),
    mutation(
        "length-in-other-case",
        Accept,
        "the name `Content-Length` is written in another case",
        "RFC 9110 §5.1: names are equal whatever their case",
        |draft, random| {
            length(draft)?;
            let at = draft.position("Content-Length")?;
            let names = ["content-length", "CONTENT-LENGTH", "cOnTeNt-LeNgTh"];
            draft.fields[at].name = random.pick(&names).into();
            Some(())
        },
    ),
    mutation(
        "no-length",
        Accept,
        "only the end of the connection delimits the content",
        "RFC 9112 §6.3: the content ends with the connection",
        |draft, _| {
            length(draft)?;
            let at = draft.position("Content-Length")?;
            draft.fields.remove(at);
            draft.must_end();
            Some(())
        },
    ),
    // Alone, as it changes the status line as well.
    Mutation::new(
        Place::Whole,
        "content-with-204",
        Accept,
        "there is content after a 204 response, which has none",
        "RFC 9112 §6.3: the response ends with its head; the bytes that follow are not another response",
        |draft, _| without_content(draft, "204", "No Content"),
    )
    .never_reused(),
    // Alone, as it changes the status line as well.
    Mutation::new(
        Place::Whole,
        "content-with-304",
        Accept,
        "there is content after a 304 response, which has none",
        "RFC 9112 §6.3: the response ends with its head; the bytes that follow are not another response",
        |draft, _| without_content(draft, "304", "Not Modified"),
    )
    .never_reused(),
];

/// The length of a draft with a `Content-Length` that no mutation has changed yet.
pub(super) fn length(draft: &Draft) -> Option<u64> {
    let at = draft.position("Content-Length")?;
    let length = match &draft.body {
        Body::Plain(content) if draft.framing == Framing::Length => content.len(),
        _ => return None,
    };
    let said = draft.fields[at].value == length.to_string().as_bytes();
    said.then_some(length as u64)
}

pub(super) fn set(draft: &mut Draft, value: String) -> Option<()> {
    let at = draft.position("Content-Length")?;
    draft.fields[at].value = value.into_bytes();
    Some(())
}

fn without_content(draft: &mut Draft, code: &str, reason: &str) -> Option<()> {
    let has_some = matches!(draft.framing, Framing::Length | Framing::Chunked);
    if !has_some || draft.content.is_empty() {
        return None;
    }
    draft.status_line.code = code.into();
    draft.status_line.reason = reason.into();
    draft.content.clear();
    Some(())
}
