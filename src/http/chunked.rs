//! Chunked bodies (RFC 9112 §7.1), decoded from whatever pieces arrive. Strict: a size is hex digits
//! that fit 64 bits, and every line ends with CRLF, because a lenient reading here is a smuggled
//! request there. Size lines, with the extensions in them, and trailers are kept as they came, so that
//! the undecoded body can be shown: `encoded` gives it back byte for byte.

use super::Malformed;
use super::chunk_line::SizeLines;
pub use super::chunk_line::{ChunkLine, MAX_CHUNKS_KEPT, MAX_LINE_BYTES_KEPT, trailer_fields};

/// Bytes of one chunk-size line, extensions included. A chunk is announced in 20 bytes; more than
/// this is an attack or a bug, and the body is refused.
pub const MAX_SIZE_LINE: usize = 16 * 1024;

/// Bytes of the whole trailer section. As long as one header line may be.
pub const MAX_TRAILERS: usize = 64 * 1024;

/// What the decoder expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Size {
        digits: usize,
    },
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// At the start of a trailer line.
    TrailerLine,
    Trailer,
    TrailerLf,
    LastLf,
    Done,
}

impl State {
    fn behind_size_line(size: u64) -> Self {
        if size == 0 {
            Self::TrailerLine
        } else {
            Self::Data
        }
    }
}

/// Decodes one body. Bytes behind its end are never consumed.
#[derive(Clone, Debug)]
pub struct Decoder {
    state: State,
    /// Of the chunk being read: its size while that is read, then what is left of its data.
    left: u64,
    line: usize,
    trailers: Vec<u8>,
    size_lines: SizeLines,
    consumed: u64,
    failed_at: Option<u64>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            state: State::Size { digits: 0 },
            left: 0,
            line: 0,
            trailers: Vec::new(),
            size_lines: SizeLines::default(),
            consumed: 0,
            failed_at: None,
        }
    }
}

impl Decoder {
    /// Consumes from the front of `input`, appends data to `out`, and says how many bytes it took:
    /// all of them, unless the body ended before.
    ///
    /// # Errors
    /// [`Malformed::Chunk`]; the decoder is of no use after it.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<usize, Malformed> {
        let mut at = 0;
        let result = self.advance(input, &mut at, out);
        self.consumed += at as u64;
        if result.is_err() {
            self.failed_at = Some(self.consumed);
        }
        result.map(|()| at)
    }

    /// Whether the last chunk and the trailers have been read.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The trailer section's lines as they came, without the empty one that ends it.
    pub fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    /// The size lines that are kept, the last chunk's included: all, or the first
    /// [`MAX_CHUNKS_KEPT`] and not more than [`MAX_LINE_BYTES_KEPT`].
    pub fn chunks(&self) -> impl Iterator<Item = ChunkLine<'_>> {
        self.size_lines.chunks()
    }

    /// How many size lines there have been, kept or not.
    pub fn chunk_count(&self) -> u64 {
        self.size_lines.count()
    }

    /// Bytes of the undecoded body that have been read, up to the wrong one if one was.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Where in the undecoded body the byte is that no chunked body has there.
    pub fn failed_at(&self) -> Option<u64> {
        self.failed_at
    }

    /// The undecoded bytes of a whole body whose decoded ones are `data`. `None` while there is more to
    /// come, when size lines were not kept, and for other data.
    pub fn encoded(&self, data: &[u8]) -> Option<Vec<u8>> {
        if !self.is_done() || !self.size_lines.are_complete() {
            return None;
        }
        let mut encoded = Vec::with_capacity(usize::try_from(self.consumed).ok()?);
        let mut rest = data;
        for chunk in self.chunks() {
            encoded.extend_from_slice(chunk.line);
            encoded.extend_from_slice(b"\r\n");
            if chunk.size > 0 {
                let (of_chunk, behind) =
                    rest.split_at_checked(usize::try_from(chunk.size).ok()?)?;
                encoded.extend_from_slice(of_chunk);
                encoded.extend_from_slice(b"\r\n");
                rest = behind;
            }
        }
        encoded.extend_from_slice(&self.trailers);
        encoded.extend_from_slice(b"\r\n");
        rest.is_empty().then_some(encoded)
    }

    /// Moves `at` to the end of what it took, or to the byte that is wrong.
    fn advance(
        &mut self,
        input: &[u8],
        at: &mut usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        while *at < input.len() {
            match self.state {
                State::Done => break,
                State::Data => {
                    let left = usize::try_from(self.left).unwrap_or(usize::MAX);
                    let take = left.min(input.len() - *at);
                    out.extend_from_slice(&input[*at..*at + take]);
                    *at += take;
                    self.left -= take as u64;
                    if self.left > 0 {
                        break;
                    }
                    self.state = State::DataCr;
                }
                State::Size { .. } | State::Extension | State::SizeLf => {
                    self.size_line(input, at)?;
                }
                State::DataCr if input[*at..].starts_with(b"\r\n") => {
                    self.state = State::Size { digits: 0 };
                    self.line = 0;
                    *at += 2;
                }
                _ => {
                    self.state = self.step(input[*at])?;
                    *at += 1;
                }
            }
        }
        Ok(())
    }

    /// Reads a size line, or what there is of it.
    fn size_line(&mut self, input: &[u8], at: &mut usize) -> Result<(), Malformed> {
        let start = *at;
        if self.state == (State::Size { digits: 0 })
            && let Some((size, length)) = plain_size_line(&input[start..])
        {
            *at += length;
            self.left = size;
            self.state = State::behind_size_line(size);
            self.size_lines.keep(&input[start..*at]);
            self.size_lines.end_line();
            return Ok(());
        }
        while *at < input.len() {
            if self.state == State::Extension {
                self.skip_extension(input, at);
            }
            let Some(&byte) = input.get(*at) else {
                break;
            };
            let is_last = self.state == State::SizeLf;
            self.state = self.step(byte)?;
            *at += 1;
            if is_last {
                self.size_lines.keep(&input[start..*at]);
                self.size_lines.end_line();
                return Ok(());
            }
        }
        self.size_lines.keep(&input[start..]);
        Ok(())
    }

    /// Goes to the byte that ends an extension, or that makes the line too long.
    fn skip_extension(&mut self, input: &[u8], at: &mut usize) {
        let rest = &input[*at..];
        let length = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let length = length.min(MAX_SIZE_LINE - self.line);
        self.line += length;
        *at += length;
    }

    fn step(&mut self, byte: u8) -> Result<State, Malformed> {
        self.line += 1;
        if self.line > MAX_SIZE_LINE && matches!(self.state, State::Size { .. } | State::Extension)
        {
            return Err(Malformed::Chunk("a chunk-size line is too long"));
        }
        match self.state {
            State::Size { digits } => self.size(digits, byte),
            State::Extension => match byte {
                b'\r' => Ok(State::SizeLf),
                b'\n' => Err(Malformed::Chunk("a bare LF in a chunk extension")),
                _ => Ok(State::Extension),
            },
            State::SizeLf => {
                expect(byte, b'\n', "no LF behind a chunk size")?;
                self.line = 0;
                Ok(State::behind_size_line(self.left))
            }
            State::DataCr => {
                expect(byte, b'\r', "no CRLF behind a chunk's data").map(|()| State::DataLf)
            }
            State::DataLf => {
                expect(byte, b'\n', "no CRLF behind a chunk's data")?;
                self.line = 0;
                Ok(State::Size { digits: 0 })
            }
            State::TrailerLine if byte == b'\r' => Ok(State::LastLf),
            State::TrailerLine | State::Trailer => self.trailer(byte),
            State::TrailerLf => {
                expect(byte, b'\n', "a bare CR in a trailer")?;
                self.trailers.extend_from_slice(b"\r\n");
                Ok(State::TrailerLine)
            }
            State::LastLf => expect(byte, b'\n', "no CRLF at the end").map(|()| State::Done),
            State::Data | State::Done => unreachable!("handled by decode"),
        }
    }

    fn size(&mut self, digits: usize, byte: u8) -> Result<State, Malformed> {
        match byte {
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => {
                let value = u64::from(char::from(byte).to_digit(16).unwrap_or(0));
                let left = self
                    .left
                    .checked_mul(16)
                    .and_then(|left| left.checked_add(value));
                self.left = left.ok_or(Malformed::Chunk("a chunk size beyond 64 bits"))?;
                Ok(State::Size { digits: digits + 1 })
            }
            _ if digits == 0 => Err(Malformed::Chunk("a chunk size without digits")),
            // Blanks before an extension or the line end are read as "bad whitespace" (§7.1.1).
            b';' | b' ' | b'\t' => Ok(State::Extension),
            b'\r' => Ok(State::SizeLf),
            _ => Err(Malformed::Chunk(
                "a chunk size that is no hexadecimal number",
            )),
        }
    }

    fn trailer(&mut self, byte: u8) -> Result<State, Malformed> {
        if self.trailers.len() >= MAX_TRAILERS {
            return Err(Malformed::Chunk("the trailers are too long"));
        }
        match byte {
            b'\r' => Ok(State::TrailerLf),
            b'\n' => Err(Malformed::Chunk("a bare LF in a trailer")),
            _ => {
                self.trailers.push(byte);
                Ok(State::Trailer)
            }
        }
    }
}

/// The size in a size line that is whole, of at most 16 digits and without extensions, as nearly all
/// are, and the line's length; `None` is for the decoder to judge, byte by byte.
fn plain_size_line(input: &[u8]) -> Option<(u64, usize)> {
    let mut size = 0;
    for (at, &byte) in input.iter().take(17).enumerate() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'\r' if at > 0 && input.get(at + 1) == Some(&b'\n') => return Some((size, at + 2)),
            _ => return None,
        };
        size = size << 4 | u64::from(digit);
    }
    None
}

fn expect(byte: u8, wanted: u8, what: &'static str) -> Result<(), Malformed> {
    if byte == wanted {
        Ok(())
    } else {
        Err(Malformed::Chunk(what))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whole, byte by byte, and with the next request behind it.
    fn decode(input: &[u8]) -> Result<(Vec<u8>, Vec<u8>, bool), Malformed> {
        let feed = |pieces: &[&[u8]]| {
            let mut decoder = Decoder::default();
            let mut out = Vec::new();
            let mut taken = 0;
            for piece in pieces {
                taken += decoder.decode(piece, &mut out)?;
            }
            assert_eq!(decoder.consumed(), taken as u64);
            if decoder.is_done() {
                assert_eq!(decoder.encoded(&out).unwrap(), pieces.concat()[..taken]);
            }
            Ok((out, decoder.trailers().to_vec(), decoder.is_done(), taken))
        };
        let whole = feed(&[input]);
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(whole, feed(&bytes));
        if let Ok((_, _, true, taken)) = &whole {
            assert_eq!(*taken, input.len());
            let followed = [input, b"GET / HTTP/1.1"].concat();
            assert_eq!(whole, feed(&[&followed]));
        }
        whole.map(|(out, trailers, done, _)| (out, trailers, done))
    }

    #[test]
    fn bodies() {
        for (input, data, trailers) in [
            ("0\r\n\r\n", "", ""),
            ("2\r\nab\r\n0\r\n\r\n", "ab", ""),
            (
                "2\r\nab\r\n00a\r\n0123456789\r\n000\r\n\r\n",
                "ab0123456789",
                "",
            ),
            ("A;x=\"y\"\r\n0123456789\r\n0 ;z\r\n\r\n", "0123456789", ""),
            (
                "1\r\n\r\r\n0\r\nX-T: v\r\nY:\r\n\r\n",
                "\r",
                "X-T: v\r\nY:\r\n",
            ),
        ] {
            let expected = (data.as_bytes().to_vec(), trailers.as_bytes().to_vec(), true);
            assert_eq!(decode(input.as_bytes()), Ok(expected), "{input:?}");
        }
    }

    #[test]
    fn what_is_no_body() {
        for (input, at) in [
            ("\r\n", 0),
            ("x\r\n", 0),
            ("0x2\r\nab", 1),
            ("-1\r\n", 0),
            ("2\nab", 1),
            ("2;a\nab", 3),
            ("2;a\rb", 4),
            ("2\r\nabc\r\n", 5),
            ("2\r\nab\n", 5),
            ("2\r\nab\r0", 6),
            ("2\r\nab0\r\n", 5),
            ("0\r\n\n", 3),
            ("0\r\nX\n", 4),
            ("10000000000000002\r\n", 16),
            ("2\r\nab\r\n;x\r\n", 7),
            ("0\r\nA\rB", 5),
        ] {
            assert!(decode(input.as_bytes()).is_err(), "{input:?}");
            assert_eq!(failed_at(input.as_bytes()), Some(at), "{input:?}");
        }
        let long = [b"1;".as_slice(), &[b'x'; MAX_SIZE_LINE]].concat();
        assert!(decode(&long).is_err());
        assert_eq!(failed_at(&long), Some(MAX_SIZE_LINE as u64));
        let trailers = [b"0\r\n".as_slice(), &[b'x'; MAX_TRAILERS + 1]].concat();
        assert!(decode(&trailers).is_err());
    }

    /// Whole, and byte by byte.
    fn failed_at(input: &[u8]) -> Option<u64> {
        let feed = |size| {
            let mut decoder = Decoder::default();
            let mut pieces = input.chunks(size);
            let failed = pieces.any(|piece| decoder.decode(piece, &mut Vec::new()).is_err());
            assert_eq!(failed, decoder.failed_at().is_some());
            decoder.failed_at()
        };
        assert_eq!(feed(input.len()), feed(1));
        feed(1)
    }

    #[test]
    fn size_lines_are_kept() {
        for size in [1, 2, 100] {
            let mut decoder = Decoder::default();
            let body = b"2;foo=bar\r\nab\r\n0A \r\n0123456789\r\n0;last\r\nX: y\r\n\r\n";
            for piece in body.chunks(size) {
                decoder.decode(piece, &mut Vec::new()).unwrap();
            }
            let chunks: Vec<_> = decoder.chunks().collect();
            let chunk = |line, size, offset| ChunkLine { line, size, offset };
            let expected = [
                chunk(b"2;foo=bar", 2, 0),
                chunk(b"0A ", 10, 15),
                chunk(b"0;last", 0, 32),
            ];
            assert_eq!(chunks, expected);
            let (name, value) = chunks[0].extensions().next().unwrap();
            assert_eq!((name, value.as_deref()), (&b"foo"[..], Some(&b"bar"[..])));
        }
    }

    #[test]
    fn a_size_line_that_is_not_whole_is_no_chunk() {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        decoder.decode(b"1\r\na\r\n2;x\r", &mut out).unwrap();
        assert_eq!(decoder.chunks().count(), 1);
        decoder.decode(b"\nbc", &mut out).unwrap();
        assert_eq!(decoder.chunks().count(), 2);
        assert_eq!(decoder.encoded(&out), None);
    }

    #[test]
    fn not_all_size_lines_are_kept() {
        let long = format!("1;{}\r\nx\r\n", "e".repeat(10_000));
        for (chunk, count, kept) in [
            ("1\r\nx\r\n", MAX_CHUNKS_KEPT - 1, MAX_CHUNKS_KEPT),
            ("1\r\nx\r\n", MAX_CHUNKS_KEPT, MAX_CHUNKS_KEPT),
            (&long, 200, MAX_LINE_BYTES_KEPT / 10_004),
        ] {
            let body = chunk.repeat(count) + "0\r\n\r\n";
            for size in [7, 1_000, body.len()] {
                let mut decoder = Decoder::default();
                let mut out = Vec::new();
                for piece in body.as_bytes().chunks(size) {
                    decoder.decode(piece, &mut out).unwrap();
                }
                let all = count + 1;
                assert!(decoder.is_done());
                assert_eq!(decoder.chunk_count(), all as u64);
                assert_eq!(decoder.chunks().count(), kept);
                let encoded = (kept == all).then(|| body.clone().into_bytes());
                assert!(decoder.encoded(&out) == encoded);
            }
        }
    }

    #[test]
    fn other_data_is_not_encoded() {
        let mut decoder = Decoder::default();
        decoder
            .decode(b"2\r\nab\r\n0\r\n\r\n", &mut Vec::new())
            .unwrap();
        for data in ["", "a", "abc"] {
            assert_eq!(decoder.encoded(data.as_bytes()), None);
        }
    }

    /// Bodies with every freedom that a sender has.
    fn body() -> impl Strategy<Value = Vec<u8>> {
        let extension = "([ \t]{0,2};[a-z]{0,3}(=[a-z]{0,3}|=\"[a-z;\u{e9}]{0,20}\")?[ \t]?){0,2}";
        let chunk = (
            0..4_usize,
            proptest::collection::vec(any::<u8>(), 1..40),
            any::<bool>(),
            extension,
        );
        let chunk = chunk.prop_map(|(zeros, data, is_upper, extension)| {
            let size = if is_upper {
                format!("{:X}", data.len())
            } else {
                format!("{:x}", data.len())
            };
            let line = format!("{}{size}{extension}\r\n", "0".repeat(zeros * 6));
            [line.as_bytes(), &data, b"\r\n"].concat()
        });
        let chunks = proptest::collection::vec(chunk, 0..8);
        (chunks, 1..20_usize, extension, "([!-~ ]{1,9}\r\n){0,3}").prop_map(
            |(chunks, zeros, extension, trailers)| {
                let last = format!("{}{extension}\r\n{trailers}\r\n", "0".repeat(zeros));
                [chunks.concat(), last.into_bytes()].concat()
            },
        )
    }

    proptest! {
        #[test]
        fn a_body_can_be_encoded_as_it_came(body in body(), size in 1..50_usize) {
            let mut decoder = Decoder::default();
            let mut out = Vec::new();
            for piece in body.chunks(size) {
                decoder.decode(piece, &mut out).unwrap();
            }
            prop_assert_eq!(decoder.consumed(), body.len() as u64);
            for chunk in decoder.chunks() {
                prop_assert!(body[usize::try_from(chunk.offset).unwrap()..].starts_with(chunk.line));
            }
            prop_assert_eq!(decoder.encoded(&out), Some(body));
        }

        #[test]
        fn pieces_do_not_change_what_a_body_is(
            body in proptest::collection::vec(
                proptest::sample::select(b"0012aF;=\"\r\n\r\n \xe9".to_vec()), 0..30,
            ),
        ) {
            let _ = decode(&body);
            if !body.is_empty() {
                failed_at(&body);
            }
        }
    }

    #[test]
    fn a_cut_body_is_not_done() {
        let whole = b"2\r\nab\r\n0\r\nA: b\r\n\r\n";
        for end in 0..whole.len() {
            assert!(!decode(&whole[..end]).unwrap().2, "{end}");
        }
    }
}
