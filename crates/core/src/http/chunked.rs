//! An incremental decoder for chunked bodies (RFC 9112 §7.1). It is strict, since leniency would allow
//! request smuggling: a chunk size is hexadecimal and fits in 64 bits, and every line ends with CRLF.
//! Chunk-size lines, with their extensions, and the trailer section are kept as received, so that
//! `encoded` can restore the undecoded body byte for byte.

use super::Malformed;
use super::chunk_line::SizeLines;
pub use super::chunk_line::{ChunkLine, MAX_CHUNKS_KEPT, MAX_LINE_BYTES_KEPT, trailer_fields};

/// Limit of a chunk-size line in bytes, chunk extensions included. Longer lines are refused as an attack
/// or a bug: a 64-bit size has 16 digits.
pub const MAX_SIZE_LINE: usize = 16 * 1024;

/// Limit of the trailer section in bytes, the same as for one field line of a head.
pub const MAX_TRAILERS: usize = 64 * 1024;

/// What the decoder expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DecoderState {
    Size {
        digits: usize,
    },
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// The first byte of a trailer line, or of the final CRLF.
    TrailerLine,
    Trailer,
    TrailerLf,
    LastLf,
    Done,
}

impl DecoderState {
    fn after_size_line(size: u64) -> Self {
        if size == 0 {
            Self::TrailerLine
        } else {
            Self::Data
        }
    }
}

/// Decodes one body. Bytes after its end are never consumed.
///
/// ```
/// use wireserve::internals::http::chunked::Decoder;
///
/// let (mut decoder, mut body) = (Decoder::default(), Vec::new());
/// let consumed = decoder.decode(b"2;a=b\r\nok\r\n0\r\n\r\nGET /", &mut body)?;
/// assert!(decoder.is_done());
/// assert_eq!((consumed, &body[..]), (16, &b"ok"[..]));
/// # Ok::<(), wireserve::message::Malformed>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    state: DecoderState,
    /// The size of the current chunk as parsed so far, then the bytes left of its data.
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
            state: DecoderState::Size { digits: 0 },
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
    /// Consumes bytes from the beginning of `input` and appends the decoded data to `out`. Returns the
    /// number of bytes consumed, which is less than `input.len()` only at the end of the body.
    ///
    /// # Errors
    /// [`Malformed::Chunk`], after which the decoder must not be used again.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<usize, Malformed> {
        let mut at = 0;
        let result = self.advance(input, &mut at, out);
        self.consumed += at as u64;
        if result.is_err() {
            self.failed_at = Some(self.consumed);
        }
        result.map(|()| at)
    }

    /// Whether the body is complete, trailer section included.
    pub fn is_done(&self) -> bool {
        self.state == DecoderState::Done
    }

    /// The lines of the trailer section as received, without the empty line that ends it.
    pub fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    /// The first chunk-size lines, up to [`MAX_CHUNKS_KEPT`] lines and [`MAX_LINE_BYTES_KEPT`] bytes.
    /// The line of the last chunk counts as well.
    pub fn chunks(&self) -> impl Iterator<Item = ChunkLine<'_>> {
        self.size_lines.chunks()
    }

    /// Number of chunk-size lines read so far, kept or not.
    pub fn chunk_count(&self) -> u64 {
        self.size_lines.count()
    }

    /// Bytes of the undecoded body that have been consumed, up to the first invalid byte.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Offset of the first invalid byte in the undecoded body, if decoding failed.
    pub fn failed_at(&self) -> Option<u64> {
        self.failed_at
    }

    /// The undecoded body, restored from its decoded `data`. `None` if the body is incomplete, if
    /// chunk-size lines were not kept, or if the length of `data` does not match.
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
                let (of_chunk, after) = rest.split_at_checked(usize::try_from(chunk.size).ok()?)?;
                encoded.extend_from_slice(of_chunk);
                encoded.extend_from_slice(b"\r\n");
                rest = after;
            }
        }
        encoded.extend_from_slice(&self.trailers);
        encoded.extend_from_slice(b"\r\n");
        rest.is_empty().then_some(encoded)
    }

    /// Advances `at` to the end of the consumed bytes, or to the first invalid byte.
    fn advance(
        &mut self,
        input: &[u8],
        at: &mut usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        while *at < input.len() {
            match self.state {
                DecoderState::Done => break,
                DecoderState::Data => {
                    let left = usize::try_from(self.left).unwrap_or(usize::MAX);
                    let take = left.min(input.len() - *at);
                    out.extend_from_slice(&input[*at..*at + take]);
                    *at += take;
                    self.left -= take as u64;
                    if self.left > 0 {
                        break;
                    }
                    self.state = DecoderState::DataCr;
                }
                DecoderState::Size { .. } | DecoderState::Extension | DecoderState::SizeLf => {
                    self.size_line(input, at)?;
                }
                DecoderState::DataCr if input[*at..].starts_with(b"\r\n") => {
                    self.state = DecoderState::Size { digits: 0 };
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

    /// Parses a chunk-size line, or the part of it that has arrived.
    fn size_line(&mut self, input: &[u8], at: &mut usize) -> Result<(), Malformed> {
        let start = *at;
        if self.state == (DecoderState::Size { digits: 0 })
            && let Some((size, length)) = plain_size_line(&input[start..])
        {
            *at += length;
            self.left = size;
            self.state = DecoderState::after_size_line(size);
            self.size_lines.keep(&input[start..*at]);
            self.size_lines.end_line();
            return Ok(());
        }
        while *at < input.len() {
            if self.state == DecoderState::Extension {
                self.skip_extension(input, at);
            }
            let Some(&byte) = input.get(*at) else {
                break;
            };
            let is_last = self.state == DecoderState::SizeLf;
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

    /// Advances to the byte that ends the chunk extensions, or that exceeds the limit.
    fn skip_extension(&mut self, input: &[u8], at: &mut usize) {
        let rest = &input[*at..];
        let length = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let length = length.min(MAX_SIZE_LINE - self.line);
        self.line += length;
        *at += length;
    }

    fn step(&mut self, byte: u8) -> Result<DecoderState, Malformed> {
        self.line += 1;
        if self.line > MAX_SIZE_LINE
            && matches!(
                self.state,
                DecoderState::Size { .. } | DecoderState::Extension
            )
        {
            return Err(Malformed::Chunk("a chunk-size line longer than 16 KiB"));
        }
        match self.state {
            DecoderState::Size { digits } => self.size(digits, byte),
            DecoderState::Extension => match byte {
                b'\r' => Ok(DecoderState::SizeLf),
                b'\n' => Err(Malformed::Chunk("a bare LF in a chunk extension")),
                _ => Ok(DecoderState::Extension),
            },
            DecoderState::SizeLf => {
                expect(byte, b'\n', "expected LF after CR in a chunk-size line")?;
                self.line = 0;
                Ok(DecoderState::after_size_line(self.left))
            }
            DecoderState::DataCr => {
                expect(byte, b'\r', "expected CRLF after chunk data").map(|()| DecoderState::DataLf)
            }
            DecoderState::DataLf => {
                expect(byte, b'\n', "expected CRLF after chunk data")?;
                self.line = 0;
                Ok(DecoderState::Size { digits: 0 })
            }
            DecoderState::TrailerLine if byte == b'\r' => Ok(DecoderState::LastLf),
            DecoderState::TrailerLine | DecoderState::Trailer => self.trailer(byte),
            DecoderState::TrailerLf => {
                expect(byte, b'\n', "a bare CR in the trailer section")?;
                self.trailers.extend_from_slice(b"\r\n");
                Ok(DecoderState::TrailerLine)
            }
            DecoderState::LastLf => expect(byte, b'\n', "expected CRLF after the trailer section")
                .map(|()| DecoderState::Done),
            DecoderState::Data | DecoderState::Done => unreachable!("handled by `advance`"),
        }
    }

    fn size(&mut self, digits: usize, byte: u8) -> Result<DecoderState, Malformed> {
        match byte {
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => {
                let value = u64::from(char::from(byte).to_digit(16).unwrap_or(0));
                let left = self
                    .left
                    .checked_mul(16)
                    .and_then(|left| left.checked_add(value));
                self.left = left.ok_or(Malformed::Chunk(
                    "a chunk size that does not fit in 64 bits",
                ))?;
                Ok(DecoderState::Size { digits: digits + 1 })
            }
            _ if digits == 0 => Err(Malformed::Chunk("expected a chunk size in hexadecimal")),
            // Spaces and tabs after the size are bad whitespace (BWS, RFC 9112 §7.1.1).
            b';' | b' ' | b'\t' => Ok(DecoderState::Extension),
            b'\r' => Ok(DecoderState::SizeLf),
            _ => Err(Malformed::Chunk("an invalid character after a chunk size")),
        }
    }

    fn trailer(&mut self, byte: u8) -> Result<DecoderState, Malformed> {
        if self.trailers.len() >= MAX_TRAILERS {
            return Err(Malformed::Chunk("a trailer section longer than 64 KiB"));
        }
        match byte {
            b'\r' => Ok(DecoderState::TrailerLf),
            b'\n' => Err(Malformed::Chunk("a bare LF in the trailer section")),
            _ => {
                self.trailers.push(byte);
                Ok(DecoderState::Trailer)
            }
        }
    }
}

/// Fast path for a complete chunk-size line of at most 16 digits without extensions. Returns the chunk
/// size and the length of the line, or `None` if the line must be parsed byte by byte.
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

    /// Decodes the input whole, byte by byte, and followed by another request.
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
            let followed = [&input[..*taken], b"GET / HTTP/1.1"].concat();
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
    fn malformed_bodies() {
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
    fn errors_state_the_limits() {
        let size_line = [b"1;", &[b'x'; MAX_SIZE_LINE][..]].concat();
        let trailers = [b"0\r\n", &[b'x'; MAX_TRAILERS + 1][..]].concat();
        for (body, limit) in [(size_line, MAX_SIZE_LINE), (trailers, MAX_TRAILERS)] {
            let error = decode(&body).unwrap_err().to_string();
            assert!(
                error.ends_with(&format!("longer than {} KiB", limit / 1024)),
                "{error}"
            );
        }
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
    fn an_incomplete_size_line_is_not_a_chunk() {
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
    fn data_of_another_length_is_not_encoded() {
        let mut decoder = Decoder::default();
        decoder
            .decode(b"2\r\nab\r\n0\r\n\r\n", &mut Vec::new())
            .unwrap();
        for data in ["", "a", "abc"] {
            assert_eq!(decoder.encoded(data.as_bytes()), None);
        }
    }

    /// Valid bodies of all kinds.
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
        fn the_undecoded_body_is_restored(body in body(), size in 1..50_usize) {
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
        fn pieces_do_not_change_the_result(
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
    fn a_truncated_body_is_not_done() {
        let whole = b"2\r\nab\r\n0\r\nA: b\r\n\r\n";
        for end in 0..whole.len() {
            assert!(!decode(&whole[..end]).unwrap().2, "{end}");
        }
    }
}
