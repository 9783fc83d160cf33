//! Size lines of chunks: sizes and extensions (RFC 9112 §7.1).

use crate::response_fuzz::draft::{Chunk, Draft};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either, Reject};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Body, name, reaction, what, rule, apply)
}

pub(super) static MUTATIONS: [Mutation; 13] = [
    mutation(
        "size-in-capitals",
        Accept,
        "the sizes of the chunks are in capitals",
        "RFC 9112 §7.1: 1*HEXDIG",
        |draft, _| {
            let chunks = &mut draft.chunks()?.chunks;
            let has_letter = |chunk: &Chunk| chunk.size.iter().any(u8::is_ascii_lowercase);
            if !chunks.iter().any(has_letter) {
                return None;
            }
            chunks
                .iter_mut()
                .for_each(|chunk| chunk.size.make_ascii_uppercase());
            Some(())
        },
    ),
    mutation(
        "zeros-before-size",
        Accept,
        "the size of a chunk begins with zeros",
        "RFC 9112 §7.1: 1*HEXDIG",
        |draft, random| {
            let zeros = random.pick(&[1, 4, 8, 16, 17, 100]);
            let chunk = any(draft, random)?;
            chunk.size = [vec![b'0'; zeros], chunk.size.clone()].concat();
            Some(())
        },
    ),
    mutation(
        "zeros-for-last-chunk",
        Accept,
        "the last chunk has several zeros for its size",
        "RFC 9112 §7.1: last-chunk is 1*\"0\"",
        |draft, random| {
            let zeros = random.index(30) + 2;
            draft.chunks()?.last = [vec![b'0'; zeros], b"\r\n".to_vec()].concat();
            Some(())
        },
    ),
    mutation(
        "extension",
        Accept,
        "a chunk has an unknown extension",
        "RFC 9112 §7.1.1: a recipient must ignore it",
        |draft, random| {
            let extensions = [
                ";ext",
                ";ext=value",
                ";a=1;b=\"2;\\\"3\"",
                " ; ext = \"0\"",
                "\t;\text",
                ";a;b;c=d",
            ];
            let extension = random.pick(&extensions);
            match random.one_in(3) {
                true => draft.chunks()?.last = format!("0{extension}\r\n").into_bytes(),
                false => any(draft, random)?.extension = extension.into(),
            }
            Some(())
        },
    ),
    mutation(
        "long-extension",
        Either,
        "a chunk has an extension of thousands of bytes",
        "RFC 9112 §7.1.1: a recipient ought to have a limit, beyond which it fails",
        |draft, random| {
            let length = draft.room_for(random.between(4 << 10, 24 << 10))?;
            any(draft, random)?.extension = [b";e=".to_vec(), vec![b'e'; length]].concat();
            Some(())
        },
    ),
    mutation(
        "malformed-extension",
        Either,
        "the size of a chunk is followed by a malformed extension",
        "RFC 9112 §7.1.1: an extension is a name, and may have a token or a quoted string as its value",
        |draft, random| {
            let extensions = [";", ";=", ";a=", ";a=\"b", ";a b", ";\u{e9}", ";a=b=c"];
            any(draft, random)?.extension = random.pick(&extensions).into();
            Some(())
        },
    ),
    mutation(
        "blank-behind-size",
        Either,
        "there is a blank after the size of a chunk",
        "RFC 9112 §7.1: nothing but an extension may follow it; many servers have sent blanks",
        |draft, random| {
            any(draft, random)?.extension = random.pick(&[" ", "\t", "    "]).into();
            Some(())
        },
    ),
    mutation(
        "blank-before-size",
        Reject,
        "there is a blank before the size of a chunk",
        "RFC 9112 §7.1: chunk-size is 1*HEXDIG",
        |draft, random| {
            let blank = random.pick(&[&b" "[..], b"\t", b"\r\n"]);
            let chunk = any(draft, random)?;
            chunk.size = [blank, &chunk.size].concat();
            Some(())
        },
    ),
    mutation(
        "malformed-size",
        Reject,
        "the size of a chunk is not a number",
        "RFC 9112 §7.1: chunk-size is 1*HEXDIG",
        |draft, random| {
            let chunk = any(draft, random)?;
            let size = chunk.data.len();
            let text = match random.below(9) {
                0 => format!("0x{size:x}"),
                1 => format!("+{size:x}"),
                2 => format!("-{size:x}"),
                3 => format!("0_{size:x}"),
                4 => format!("{size:x}g"),
                5 => format!("{size:x}.0"),
                6 => String::new(),
                7 => format!("\"{size:x}\""),
                _ => "\u{ff11}".to_owned(),
            };
            chunk.size = text.into_bytes();
            Some(())
        },
    ),
    mutation(
        "size-beyond-64-bits",
        Reject,
        "the size of a chunk does not fit into 64 bits, and would be right if it wrapped",
        "RFC 9112 §7.1: a recipient must prevent errors by overflow",
        |draft, random| {
            let chunk = any(draft, random)?;
            let digit = random.pick(&["1", "f"]);
            chunk.size = format!("{digit}{:016x}", chunk.data.len()).into_bytes();
            Some(())
        },
    ),
    mutation(
        "huge-size",
        Reject,
        "the size of a chunk is far larger than the data that is sent before the connection ends",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let sizes = [
                "ffffffffffffffff",
                "7fffffffffffffff",
                "80000000",
                "ffffffff",
            ];
            any(draft, random)?.size = random.pick(&sizes).into();
            Some(())
        },
    ),
    mutation(
        "size-line-ends-in-lf",
        Reject,
        "the line of a chunk's size ends in LF alone",
        "RFC 9112 §7.1: it ends in CRLF; §2.2 lets recipients read LF in the head only",
        |draft, random| {
            let (extension, end) =
                random.pick(&[("", "\n"), (";e", "\n"), (";", "\n"), ("", "\r")]);
            let chunk = any(draft, random)?;
            chunk.extension = extension.into();
            chunk.line_end = end.into();
            Some(())
        },
    ),
    mutation(
        "line-break-in-extension",
        Reject,
        "there is a CR or LF in the extension of a chunk, followed by what looks like a chunk",
        "RFC 9112 §7.1.1: an extension must not have CR or LF",
        |draft, random| {
            let extensions = [";e\n1", ";e\r1", ";\n0", ";e=\"\n\""];
            any(draft, random)?.extension = random.pick(&extensions).into();
            Some(())
        },
    ),
];

/// Any of the chunks with data.
pub(super) fn any<'d>(draft: &'d mut Draft, random: &mut Random) -> Option<&'d mut Chunk> {
    let chunks = &mut draft.chunks()?.chunks;
    let at = match chunks.len() {
        0 => return None,
        count => random.index(count),
    };
    chunks.get_mut(at)
}
