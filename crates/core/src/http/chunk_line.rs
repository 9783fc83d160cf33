//! The chunk-size lines and the trailer section of a chunked body, for handlers that inspect them. The
//! decoder (`chunked`) has validated the bytes already; parsing here is lenient and never fails.
//! Source: RFC 9112 §7.1.1 (chunk extensions), §7.1.2 (trailer section).

use std::borrow::Cow;

use super::grammar::is_blank;

/// Chunk-size lines that are kept of a body. More are only counted.
pub const MAX_CHUNKS_KEPT: usize = 16_384;

/// Bytes of chunk-size lines that are kept of a body, which limits the memory that long chunk
/// extensions can use.
pub const MAX_LINE_BYTES_KEPT: usize = 1024 * 1024;

/// The line before a chunk: its size and extensions (RFC 9112 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLine<'a> {
    /// The line as received, without CRLF.
    pub line: &'a [u8],
    /// Size of the chunk's data in bytes; 0 for the last chunk.
    pub size: u64,
    /// Offset of the line in the undecoded body, in bytes.
    pub offset: u64,
}

impl<'a> ChunkLine<'a> {
    /// Names and values of the chunk extensions (RFC 9112 §7.1.1), with quoted values unquoted.
    pub fn extensions(&self) -> impl Iterator<Item = (&'a [u8], Option<Cow<'a, [u8]>>)> + use<'a> {
        Extensions { rest: self.line }
    }
}

/// The chunk-size lines of one body, up to the limits.
#[derive(Clone, Debug, Default)]
pub(super) struct SizeLines {
    /// The first `kept` lines with CRLF, and the beginning of the next line. Contains no other LF.
    /// `bytes.len() <= MAX_LINE_BYTES_KEPT`
    bytes: Vec<u8>,
    keeping: Keeping,
    /// `kept <= MAX_CHUNKS_KEPT`
    kept: usize,
    count: u64,
}

/// What to do with the next line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Keeping {
    #[default]
    Lines,
    /// A limit is reached.
    Count,
}

impl SizeLines {
    /// Adds bytes to the current line.
    pub(super) fn keep(&mut self, part: &[u8]) {
        if self.keeping == Keeping::Lines {
            if self.bytes.len() + part.len() <= MAX_LINE_BYTES_KEPT {
                self.bytes.extend_from_slice(part);
            } else {
                let whole = memchr::memrchr(b'\n', &self.bytes).map_or(0, |at| at + 1);
                self.bytes.truncate(whole);
                self.keeping = Keeping::Count;
            }
        }
    }

    /// Ends the current line.
    pub(super) fn end_line(&mut self) {
        if self.keeping == Keeping::Lines {
            self.kept += 1;
            if self.kept == MAX_CHUNKS_KEPT {
                self.keeping = Keeping::Count;
            }
        }
        self.count += 1;
    }

    /// Number of complete lines, kept or not.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Whether all lines are kept.
    pub(super) fn are_complete(&self) -> bool {
        self.count == self.kept as u64
    }

    /// The lines that are kept.
    pub(super) fn chunks(&self) -> impl Iterator<Item = ChunkLine<'_>> {
        split(&self.bytes).take(self.kept)
    }
}

/// Splits concatenated chunk-size lines. The offset of each follows from the sizes before it.
fn split(size_lines: &[u8]) -> impl Iterator<Item = ChunkLine<'_>> {
    let mut offset = 0_u64;
    size_lines
        .split_inclusive(|&byte| byte == b'\n')
        .map(move |whole| {
            let line = whole.strip_suffix(b"\r\n").unwrap_or(whole);
            let size = size(line);
            let chunk = ChunkLine { line, size, offset };
            let length = size.saturating_add(whole.len() as u64 + "\r\n".len() as u64);
            offset = offset.saturating_add(length);
            chunk
        })
}

/// The hexadecimal number at the beginning of a line.
fn size(line: &[u8]) -> u64 {
    let digits = line.iter().map_while(|&byte| char::from(byte).to_digit(16));
    digits.fold(0, |size, digit| size << 4 | u64::from(digit))
}

/// Iterates over `;name=value` pairs.
struct Extensions<'a> {
    /// The unparsed part. Bytes before its first `;` are ignored.
    rest: &'a [u8],
}

impl<'a> Iterator for Extensions<'a> {
    type Item = (&'a [u8], Option<Cow<'a, [u8]>>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = memchr::memchr(b';', self.rest)? + 1;
            let text = &self.rest[start..];
            let name_end = memchr::memchr2(b';', b'=', text).unwrap_or(text.len());
            let name = text[..name_end].trim_ascii();
            self.rest = &text[name_end..];
            if let Some(value) = self.rest.strip_prefix(b"=") {
                return Some((name, Some(self.value(value))));
            }
            if !name.is_empty() {
                return Some((name, None));
            }
        }
    }
}

impl<'a> Extensions<'a> {
    /// Parses a value at the beginning of `text`, and sets `rest` to what follows.
    fn value(&mut self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let text = text.trim_ascii_start();
        if let Some(quoted) = text.strip_prefix(b"\"") {
            let (value, length) = unquote(quoted);
            self.rest = &quoted[length..];
            return Cow::Owned(value);
        }
        let end = memchr::memchr(b';', text).unwrap_or(text.len());
        self.rest = &text[end..];
        Cow::Borrowed(text[..end].trim_ascii_end())
    }
}

/// Unquotes a quoted-string after its opening quote (RFC 9110 §5.6.4). Returns the value and the
/// number of bytes read, closing quote included.
fn unquote(quoted: &[u8]) -> (Vec<u8>, usize) {
    let mut value = Vec::new();
    let mut at = 0;
    while let Some(&byte) = quoted.get(at) {
        at += 1;
        match (byte, quoted.get(at)) {
            (b'"', _) => break,
            (b'\\', Some(&escaped)) => {
                value.push(escaped);
                at += 1;
            }
            _ => value.push(byte),
        }
    }
    (value, at)
}

/// Names and values in a trailer section, as [`super::chunked::Decoder::trailers`] returns it. As in a
/// head, values are without leading whitespace and with trailing whitespace. A line without a colon
/// is a name with an empty value.
pub fn trailer_fields(trailers: &[u8]) -> Vec<(&[u8], &[u8])> {
    let field = |line| -> (&[u8], &[u8]) {
        let Some(colon) = memchr::memchr(b':', line) else {
            return (line, b"");
        };
        let value = &line[colon + 1..];
        let blanks = value.iter().take_while(|&&byte| is_blank(byte)).count();
        (&line[..colon], &value[blanks..])
    };
    let lines = trailers.split_inclusive(|&byte| byte == b'\n').map(|line| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    });
    lines.map(field).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extensions(line: &str) -> Vec<(String, Option<String>)> {
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        let line = line.as_bytes();
        let (size, offset) = (0, 0);
        ChunkLine { line, size, offset }
            .extensions()
            .map(|(name, value)| (text(name), value.map(|value| text(&value))))
            .collect()
    }

    #[test]
    fn lines() {
        let lines: Vec<_> = split(b"2;a\r\n00fF \r\n0\r\n")
            .map(|chunk| (chunk.line, chunk.size, chunk.offset))
            .collect();
        let expected: [(&[u8], u64, u64); 3] = [(b"2;a", 2, 0), (b"00fF ", 255, 9), (b"0", 0, 273)];
        assert_eq!(lines, expected);
    }

    #[test]
    fn extensions_of_lines() {
        for (line, expected) in [
            ("2", &[][..]),
            ("2 \t", &[]),
            ("2;", &[]),
            ("2 junk; ;;", &[]),
            ("2;foo=bar", &[("foo", Some("bar"))]),
            ("2;a;b=;c", &[("a", None), ("b", Some("")), ("c", None)]),
            (
                "2 ; a = b\t; c = \"d\" ;e",
                &[("a", Some("b")), ("c", Some("d")), ("e", None)],
            ),
            (
                "2;a=\"b;c=\\\"d\\\\\"junk;e",
                &[("a", Some("b;c=\\\"d\\\\")), ("e", None)],
            ),
            ("2;a=\"b", &[("a", Some("b"))]),
            ("2;a=\"b\\", &[("a", Some("b\\\\"))]),
            ("2;a=b=c", &[("a", Some("b=c"))]),
            ("2;=b", &[("", Some("b"))]),
            ("2;\r=\n", &[("", Some(""))]),
        ] {
            let expected: Vec<_> = expected
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
                .collect();
            assert_eq!(extensions(line), expected, "{line:?}");
        }
    }

    #[test]
    fn trailers() {
        for (text, fields) in [
            ("", &[][..]),
            ("X-T: v\r\nY:\r\n", &[("X-T", "v"), ("Y", "")]),
            ("A:\t b \r\n", &[("A", "b ")]),
            ("A: b:c\r\ngarbage\r\n", &[("A", "b:c"), ("garbage", "")]),
            ("A : b\r\n c\r\n", &[("A ", "b"), (" c", "")]),
            (":\r\n", &[("", "")]),
        ] {
            let found = trailer_fields(text.as_bytes());
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                .collect();
            assert_eq!(found, fields, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_line_can_be_parsed(line in "[0-9;=\"\\\\ a\u{e9}]{0,40}") {
            prop_assert!(extensions(&line).len() <= line.len());
        }
    }
}
