//! What follows the lines of chunks: their data, the last of them, and trailers (RFC 9112 §7.1 and §8).

use crate::response_fuzz::draft::{Chunk, Chunks, Draft, FieldLine};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either, Reject, RejectOrSpace};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

use super::chunk_lines::any;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Body, name, reaction, what, rule, apply)
}

pub(super) static MUTATIONS: [Mutation; 16] = [
    mutation(
        "data-longer-than-size",
        Reject,
        "a chunk has more data than its size says",
        "RFC 9112 §7.1: CRLF follows the data",
        |draft, random| {
            any(draft, random)?.data.extend_from_slice(b"XX");
            Some(())
        },
    ),
    mutation(
        "data-shorter-than-size",
        Reject,
        "a chunk has less data than its size says",
        "RFC 9112 §7.1: CRLF follows the data",
        |draft, random| {
            let chunk = any(draft, random)?;
            chunk.size = format!("{:x}", chunk.data.len() + 2).into_bytes();
            Some(())
        },
    ),
    mutation(
        "no-line-end-behind-data",
        Reject,
        "the data of a chunk is not followed by CRLF",
        "RFC 9112 §7.1: CRLF follows the data",
        |draft, random| {
            any(draft, random)?.data_end.clear();
            Some(())
        },
    ),
    mutation(
        "other-line-end-behind-data",
        Reject,
        "the data of a chunk is followed by other bytes than CRLF",
        "RFC 9112 §7.1: CRLF follows the data",
        |draft, random| {
            let ends = ["\n", "\r", "xy", "\n\r", "  "];
            any(draft, random)?.data_end = random.pick(&ends).into();
            Some(())
        },
    ),
    mutation(
        "empty-chunk-between",
        Either,
        "a chunk without data comes before others, so it is the last, and the others follow the response",
        "RFC 9112 §7.1: a chunk without data ends the content",
        |draft, random| {
            let chunks = draft.chunks()?;
            let at = random.index(chunks.chunks.len().max(1));
            if at >= chunks.chunks.len() {
                return None;
            }
            chunks.chunks.insert(at, Chunk::of(b""));
            Some(())
        },
    )
    .never_reused(),
    mutation(
        "one-byte-chunks",
        Accept,
        "every chunk has one byte of data",
        "RFC 9112 §7.1: a chunk may have any size but 0",
        |draft, _| {
            let single = Chunks::of(&draft.content, 1);
            let chunks = draft.chunks()?;
            if *chunks == single || single.chunks.len() > 1024 {
                return None;
            }
            *chunks = single;
            Some(())
        },
    ),
    mutation(
        "no-last-chunk",
        Reject,
        "the connection ends after a chunk that is not the last",
        "RFC 9112 §8: without the last chunk the content is incomplete",
        |draft, _| {
            let chunks = draft.chunks()?;
            chunks.last.clear();
            chunks.end.clear();
            Some(())
        },
    ),
    mutation(
        "cut-last-chunk",
        Reject,
        "the connection ends within the line of the last chunk",
        "RFC 9112 §8: without the last chunk the content is incomplete",
        |draft, random| {
            let chunks = draft.chunks()?;
            chunks.last = random.pick(&["0", "0\r", "00", "0;e"]).into();
            chunks.end.clear();
            Some(())
        },
    ),
    mutation(
        "no-end-behind-last-chunk",
        Either,
        "the connection ends after the size line of the last chunk",
        "RFC 9112 §7.1, §8: the content is complete, and the trailer section is not",
        |draft, random| {
            draft.chunks()?.end = random.pick(&["", "\r"]).into();
            Some(())
        },
    ),
    mutation(
        "trailers",
        Accept,
        "there are trailers, announced or not",
        "RFC 9112 §7.1.2: a recipient may ignore them",
        |draft, random| {
            let trailers = &mut draft.chunks()?.trailers;
            trailers.push(FieldLine::new("X-Checksum", "f00d"));
            if random.one_in(2) {
                trailers.push(FieldLine::new("X-Trailer", ""));
            }
            if random.one_in(2) {
                draft.fields.push(FieldLine::new("Trailer", "X-Checksum"));
            }
            Some(())
        },
    ),
    mutation(
        "forbidden-trailers",
        Accept,
        "there are trailers with fields that are allowed in the head only",
        "RFC 9110 §6.5.1: a recipient must not merge them into the head",
        |draft, random| {
            let fields = [
                ("Content-Length", "1"),
                ("Transfer-Encoding", "gzip"),
                ("Content-Type", "text/html"),
                ("Set-Cookie", "trailer=1"),
                ("Content-Encoding", "gzip"),
                ("Connection", "close"),
            ];
            let (name, value) = random.pick(&fields);
            draft.chunks()?.trailers.push(FieldLine::new(name, value));
            Some(())
        },
    ),
    mutation(
        "malformed-trailer",
        Either,
        "a line among the trailers is not a field line",
        "RFC 9112 §7.1.2: trailers are field lines",
        |draft, random| {
            let lines: [&[u8]; 4] = [b"no colon", b": no name", b"X\0: y", b" X: blank in front"];
            let line = FieldLine::line(random.pick(&lines));
            draft.chunks()?.trailers.push(line);
            Some(())
        },
    ),
    mutation(
        "nul-in-trailer",
        RejectOrSpace,
        "there is a NUL or a bare CR in the value of a trailer",
        "RFC 9110 §5.5: a client must fail, or read a space in its place",
        |draft, random| {
            let values: [&[u8]; 3] = [b"a\0b", b"a\rb", b"\0"];
            let field = FieldLine::new("X-Trailer", random.pick(&values));
            draft.chunks()?.trailers.push(field);
            Some(())
        },
    ),
    mutation(
        "folded-trailer",
        Accept,
        "the value of a trailer continues in the next line",
        "RFC 9112 §5.2: a user agent must read spaces in the place of the fold",
        |draft, random| {
            let value = random.pick(&["a\r\n b", "\r\n\tb"]);
            draft.chunks()?.trailers.push(FieldLine::new("X-Trailer", value));
            Some(())
        },
    ),
    mutation(
        "trailers-end-in-lf",
        Either,
        "the empty line after the last chunk is LF alone",
        "RFC 9112 §2.2: a client may recognise a single LF",
        |draft, _| {
            draft.chunks()?.end = b"\n".to_vec();
            Some(())
        },
    ),
    mutation(
        "long-trailers",
        Either,
        "there are thousands of bytes of trailers",
        "RFC 9110 §5.4: a client may have a limit, beyond which it fails",
        |draft, random| {
            let length = draft.room_for(random.between(8 << 10, 24 << 10))?;
            let field = FieldLine::new("X-Trailer", vec![b't'; length]);
            draft.chunks()?.trailers.push(field);
            Some(())
        },
    ),
];
