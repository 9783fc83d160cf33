//! `Transfer-Encoding`: what it names, beside which other fields, and in which version (RFC 9112 §6.1,
//! §6.3 and §7).

use crate::response_fuzz::draft::{Body, Draft, FieldLine, Framing};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either};
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

pub(super) static MUTATIONS: [Mutation; 11] = [
    mutation(
        "length-beside-chunks",
        Either,
        "there are both `Content-Length` and `Transfer-Encoding: chunked`",
        "RFC 9112 §6.3: the chunks decide; a client ought to handle it as an error",
        |draft, random| {
            if draft.position("Content-Length").is_some() {
                return None;
            }
            let coding = coding(draft)?;
            let length = match random.below(4) {
                0 => draft.content.len(),
                1 => 0,
                2 => draft.content.len() + 100,
                _ => draft.join().end - draft.join().body,
            };
            let at = coding + random.index(2);
            let field = FieldLine::new("Content-Length", length.to_string());
            draft.fields.insert(at, field);
            Some(())
        },
    ),
    mutation(
        "unknown-coding",
        Either,
        "`Transfer-Encoding` has other codings than chunked, or more",
        "RFC 9112 §6.1, §6.3: chunked must be the last coding; otherwise the content ends with the connection",
        |draft, random| {
            let values = [
                "identity",
                "identity, chunked",
                "chunked, identity",
                "xchunked",
                "chunkedx",
                "foo, chunked",
                "chunked;q=1",
                "\"chunked\"",
                "chunked foo",
                "",
            ];
            set(draft, random.pick(&values))
        },
    ),
    mutation(
        "chunked-twice",
        Either,
        "`Transfer-Encoding` names chunked twice, and there is one layer of chunks",
        "RFC 9112 §6.1: a sender must not apply it more than once",
        |draft, random| match random.below(2) {
            0 => set(draft, "chunked, chunked"),
            _ => {
                coding(draft)?;
                insert(
                    draft,
                    FieldLine::new("Transfer-Encoding", "chunked"),
                    random,
                )
            }
        },
    ),
    mutation(
        "coding-in-other-case",
        Accept,
        "`Transfer-Encoding: chunked` is written in another case",
        "RFC 9112 §7, RFC 9110 §5.1: names of fields and of codings are equal whatever their case",
        |draft, random| {
            let at = coding(draft)?;
            draft.fields[at].value = random.pick(&["CHUNKED", "Chunked", "cHuNkEd"]).into();
            let names = [
                "transfer-encoding",
                "TRANSFER-ENCODING",
                "Transfer-Encoding",
            ];
            draft.fields[at].name = random.pick(&names).into();
            Some(())
        },
    ),
    mutation(
        "empty-members-beside-coding",
        Accept,
        "there are empty members in the list of `Transfer-Encoding`",
        "RFC 9110 §5.6.1.2: a recipient must ignore a reasonable number of them",
        |draft, random| {
            set(
                draft,
                random.pick(&[", chunked", "chunked,", " , ,chunked , "]),
            )
        },
    ),
    mutation(
        "folded-coding",
        Accept,
        "`Transfer-Encoding` has its value in the next line",
        "RFC 9112 §5.2: a user agent must read spaces in the place of the fold",
        |draft, random| set(draft, random.pick(&["\r\n chunked", "\r\n\tchunked"])),
    ),
    mutation(
        "blank-behind-name-of-coding",
        Either,
        "there is a blank between `Transfer-Encoding` and its colon",
        "RFC 9112 §5.1: none is allowed there; a proxy must remove it from a response",
        |draft, random| {
            let at = coding(draft)?;
            draft.fields[at].colon = [random.pick(&[&b" "[..], b"\t"]), b": "].concat();
            Some(())
        },
    ),
    mutation(
        "control-beside-coding",
        Either,
        "there is a control character before or after `chunked`",
        "RFC 9110 §5.5: a client may keep it, or fail",
        |draft, random| {
            set(
                draft,
                random.pick(&["\x0bchunked", "chunked\x0c", "\x01chunked"]),
            )
        },
    ),
    // Alone, as it changes the status line as well.
    Mutation::new(
        Place::Whole,
        "chunks-in-old-version",
        Either,
        "the response is chunked, and its version HTTP/1.0",
        "RFC 9112 §6.1: a client must treat its framing as faulty",
        |draft, _| {
            coding(draft)?;
            draft.status_line.version = b"HTTP/1.0".to_vec();
            Some(())
        },
    ),
    mutation(
        "coding-without-chunks",
        Either,
        "there is `Transfer-Encoding: chunked`, and the content is not chunked",
        "RFC 9112 §7.1: a chunk begins with its size, and the content may happen to look like one",
        |draft, _| {
            coding(draft)?;
            draft.body = Body::Plain(draft.content.clone());
            Some(())
        },
    ),
    mutation(
        "chunks-without-coding",
        Accept,
        "the content is chunked without `Transfer-Encoding`, so the sizes are content",
        "RFC 9112 §6.3: the end of the connection is the end of the content",
        |draft, _| {
            let at = coding(draft)?;
            draft.fields.remove(at);
            let joined = draft.join();
            draft.content = joined.bytes[joined.body..joined.end].to_vec();
            draft.must_end();
            Some(())
        },
    ),
];

/// The index of `Transfer-Encoding: chunked` in a chunked draft, if no mutation has changed it yet.
fn coding(draft: &Draft) -> Option<usize> {
    let at = draft.position("Transfer-Encoding")?;
    let is_usual = draft.framing == Framing::Chunked && draft.fields[at].value == b"chunked";
    (is_usual && matches!(draft.body, Body::Chunked(_))).then_some(at)
}

fn set(draft: &mut Draft, value: &str) -> Option<()> {
    let at = coding(draft)?;
    draft.fields[at].value = value.into();
    Some(())
}
