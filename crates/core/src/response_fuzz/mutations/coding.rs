//! Content codings, and content that is not coded as `Content-Encoding` says (RFC 9110 §8.4). The gzip of
//! it is stored, not compressed: no compressor promises the same bytes in its next version.

use flate2::Crc;

use crate::response_fuzz::draft::{Body, Chunks, Draft, FieldLine};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

use super::field_lines::insert;
use super::length::length;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Body, name, reaction, what, rule, apply)
}

/// What all of the broken ones have in common.
const BROKEN: &str =
    "RFC 9110 §8.4, RFC 1952: a client that decodes must not give out a part for the whole";

pub(super) static MUTATIONS: [Mutation; 9] = [
    mutation(
        "gzip",
        Accept,
        "the content is coded with gzip, by one of its names",
        "RFC 9110 §8.4.1, §8.4.1.3: names of codings are equal whatever their case; x-gzip is gzip",
        |draft, random| {
            let coded = gzip(&draft.content);
            let name = random.pick(&["gzip", "GZIP", "x-gzip", "Gzip"]);
            code(draft, name, coded, random)
        },
    ),
    mutation(
        "gzip-members",
        Accept,
        "the content is gzip of two members",
        "RFC 1952 §2.2: members follow each other; their contents are one",
        |draft, random| {
            let (first, second) = draft.content.split_at(draft.content.len() / 2);
            let coded = [gzip(first), gzip(second)].concat();
            code(draft, "gzip", coded, random)
        },
    ),
    mutation(
        "gzip-cut",
        Either,
        "the content is gzip whose end is missing",
        BROKEN,
        |draft, random| {
            let mut coded = gzip(&draft.content);
            coded.truncate(coded.len() - 1 - random.index(coded.len() - 1));
            code(draft, "gzip", coded, random)
        },
    ),
    mutation(
        "gzip-checksum",
        Either,
        "the content is gzip whose checksum or length is wrong",
        BROKEN,
        |draft, random| {
            let mut coded = gzip(&draft.content);
            let at = coded.len() - 1 - random.index(8);
            coded[at] ^= 0x55;
            code(draft, "gzip", coded, random)
        },
    ),
    mutation(
        "not-gzip",
        Either,
        "`Content-Encoding` is gzip, and the content is plain",
        BROKEN,
        |draft, random| {
            let plain = draft.content.clone();
            code(draft, "gzip", plain, random)
        },
    ),
    mutation(
        "gzip-of-nothing",
        Either,
        "`Content-Encoding` is gzip, and there is no content",
        "RFC 9110 §8.4: empty content is not valid gzip; many clients accept it as empty",
        |draft, random| code(draft, "gzip", Vec::new(), random),
    ),
    mutation(
        "gzip-and-more",
        Either,
        "other bytes follow the gzip members in the content",
        "RFC 1952 §2.2: only members may follow; many clients ignore the rest",
        |draft, random| {
            let junk: [&[u8]; 3] = [b"junk", b"\0\0\0\0", b"\x1f\x8b"];
            let coded = [&gzip(&draft.content)[..], random.pick(&junk)].concat();
            code(draft, "gzip", coded, random)
        },
    ),
    mutation(
        "unknown-content-coding",
        Either,
        "`Content-Encoding` has an unknown coding",
        "RFC 9110 §8.4: a client fails, or gives out the content as it is",
        |draft, random| {
            let plain = draft.content.clone();
            let name = random.pick(&["foo", "gzip2", "gzip;q=1", "\u{e9}", ",", "gz ip"]);
            code(draft, name, plain, random)
        },
    ),
    mutation(
        "identity-coding",
        Either,
        "`Content-Encoding` is identity, which is not a coding",
        "RFC 9110 §12.5.3: the name is reserved; most clients give out the content as it is",
        |draft, random| {
            let plain = draft.content.clone();
            code(draft, "identity", plain, random)
        },
    ),
];

/// Replaces the content of a draft with a length, and adds `Content-Encoding`.
fn code(draft: &mut Draft, name: &str, content: Vec<u8>, random: &mut Random) -> Option<()> {
    if draft.content.is_empty() || draft.position("Content-Encoding").is_some() {
        return None;
    }
    match &mut draft.body {
        Body::Chunked(chunks) => *chunks = Chunks::of(&content, 1 + random.index(4096)),
        Body::Plain(_) => {
            length(draft)?;
            let at = draft.position("Content-Length")?;
            draft.fields[at].value = content.len().to_string().into_bytes();
            draft.body = Body::Plain(content.clone());
        }
    }
    draft.content = content;
    insert(draft, FieldLine::new("Content-Encoding", name), random)
}

/// A member of gzip (RFC 1952) with stored blocks (RFC 1951 §3.2.4).
fn gzip(content: &[u8]) -> Vec<u8> {
    // No name, no time, no system.
    let mut member = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    let mut blocks = content.chunks(usize::from(u16::MAX)).peekable();
    if blocks.peek().is_none() {
        member.extend_from_slice(b"\x01\0\0\xff\xff");
    }
    while let Some(block) = blocks.next() {
        member.push(u8::from(blocks.peek().is_none()));
        // A block is not longer than that.
        let length = block.len() as u16;
        member.extend_from_slice(&length.to_le_bytes());
        member.extend_from_slice(&(!length).to_le_bytes());
        member.extend_from_slice(block);
    }
    let mut sum = Crc::new();
    sum.update(content);
    member.extend_from_slice(&sum.sum().to_le_bytes());
    member.extend_from_slice(&sum.amount().to_le_bytes());
    member
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn stored_gzip_is_gzip() {
        for content in [&b""[..], b"a", &[7; 70_000]] {
            let mut decoded = Vec::new();
            let coded = gzip(content);
            GzDecoder::new(&coded[..])
                .read_to_end(&mut decoded)
                .unwrap();
            assert_eq!(decoded, content);
        }
    }
}
