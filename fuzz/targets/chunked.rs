//! A chunked body is decoded to the same data, or fails at the same byte, in whatever pieces it arrives. No
//! byte after its end is consumed, and `encoded` returns the bytes that arrived.
//!
//! Input: a chunked body, and the bytes that follow it.

#![cfg_attr(fuzzing, no_main)]

use wireserve::internals::http::chunked::{ChunkLine, Decoder, MAX_TRAILERS, trailer_fields};
use wireserve::message::Malformed;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

/// Inputs up to this length are cut at each of their bytes, longer ones at about as many.
const CUT_EVERYWHERE: usize = 64;

pub(crate) fn holds(input: &[u8]) {
    let whole = Body::read([input]);
    for size in [1, 2, 3, 17] {
        assert_eq!(Body::read(input.chunks(size)), whole, "in pieces of {size}");
    }
    for at in (0..input.len()).step_by(1 + input.len() / CUT_EVERYWHERE) {
        let (before, after) = input.split_at(at);
        assert_eq!(Body::read([before, after]), whole, "cut at {at}");
    }
    whole.assert_sound(input);
}

#[derive(Debug, PartialEq, Eq)]
struct Body {
    data: Vec<u8>,
    error: Option<Malformed>,
    failed_at: Option<u64>,
    is_done: bool,
    consumed: usize,
    chunk_count: u64,
    /// Line, size and offset of each chunk.
    chunks: Vec<(Vec<u8>, u64, usize)>,
    trailers: Vec<u8>,
    encoded: Option<Vec<u8>>,
}

impl Body {
    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut decoder = Decoder::default();
        let mut data = Vec::new();
        let mut error = None;
        for piece in pieces {
            match decoder.decode(piece, &mut data) {
                Ok(taken) => assert!(taken == piece.len() || decoder.is_done()),
                Err(malformed) => {
                    error = Some(malformed);
                    break;
                }
            }
        }
        decoder.chunks().for_each(assert_extensions_are_of);
        let offset = |offset| usize::try_from(offset).expect("within the input");
        Self {
            error,
            failed_at: decoder.failed_at(),
            is_done: decoder.is_done(),
            consumed: offset(decoder.consumed()),
            chunk_count: decoder.chunk_count(),
            chunks: decoder
                .chunks()
                .map(|chunk| (chunk.line.to_vec(), chunk.size, offset(chunk.offset)))
                .collect(),
            trailers: decoder.trailers().to_vec(),
            encoded: decoder.encoded(&data),
            data,
        }
    }

    fn assert_sound(&self, input: &[u8]) {
        assert_eq!(self.error.is_some(), self.failed_at.is_some());
        assert!(self.failed_at.is_none_or(|at| at == self.consumed as u64));
        assert!(self.consumed <= input.len());
        assert!(self.trailers.len() <= MAX_TRAILERS + "\r\n".len());
        assert_eq!(self.chunks.len() as u64, self.chunk_count);
        for (line, size, offset) in &self.chunks {
            assert!(input[*offset..].starts_with(line), "{offset}");
            assert!(!line.contains(&b'\n'));
            let whole = [line, &b"\r\n"[..]].concat();
            if let Ok(httparse::Status::Complete((_, theirs))) = httparse::parse_chunk_size(&whole)
            {
                assert_eq!(theirs, *size, "{}", line.escape_ascii());
            }
        }
        let lines = self.trailers.split_inclusive(|&byte| byte == b'\n');
        assert_eq!(trailer_fields(&self.trailers).len(), lines.count());
        if self.is_done {
            let body = &input[..self.consumed];
            assert_eq!(self.encoded.as_deref(), Some(body));
            assert_eq!(Self::read([body]), *self, "without the bytes that follow");
            let sizes: u64 = self.chunks.iter().map(|(_, size, _)| size).sum();
            assert_eq!(sizes, self.data.len() as u64);
            assert_eq!(self.chunks.last().map(|(_, size, _)| *size), Some(0));
        } else {
            assert_eq!(self.encoded, None);
        }
    }
}

fn assert_extensions_are_of(chunk: ChunkLine<'_>) {
    let is_of_line = |part: &[u8]| memchr::memmem::find(chunk.line, part).is_some();
    for (name, value) in chunk.extensions() {
        assert!(is_of_line(name));
        // A quoted value has lost its backslashes.
        assert!(value.is_none_or(|value| is_of_line(&value) || chunk.line.contains(&b'\\')));
    }
}
