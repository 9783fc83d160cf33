//! What a chunked body says besides its data, to be looked at: the line in front of each chunk, and
//! the trailers. The decoder (`chunked`) has judged the bytes before; here they are read leniently,
//! and nothing fails. Source: RFC 9112 §7.1.1 (extensions), §7.1.2 (trailers).

use std::borrow::Cow;

use super::grammar::is_blank;

/// Size lines that are kept of a body; those beyond are counted only. More than anyone looks at.
pub const MAX_CHUNKS_KEPT: usize = 16_384;

/// Bytes of size lines that are kept, whatever their number, so that long extensions do not fill the
/// memory of a server that has no use for them.
pub const MAX_LINE_BYTES_KEPT: usize = 1024 * 1024;

/// The line in front of a chunk (RFC 9112 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLine<'a> {
    /// The line as it came, without its CRLF.
    pub line: &'a [u8],
    /// Bytes of the chunk's data; 0 for the last chunk.
    pub size: u64,
    /// Where the line begins in the undecoded body.
    pub offset: u64,
}

impl<'a> ChunkLine<'a> {
    /// Names and values of the extensions (RFC 9112 §7.1.1); a value in quotes is unquoted.
    pub fn extensions(&self) -> impl Iterator<Item = (&'a [u8], Option<Cow<'a, [u8]>>)> + use<'a> {
        Extensions { rest: self.line }
    }
}

/// The size lines of one body, as far as they are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct SizeLines {
    /// The first `kept` lines with their CRLF, and what there is of the next one. No other LF is in
    /// them. `bytes.len() <= MAX_LINE_BYTES_KEPT`
    bytes: Vec<u8>,
    keeping: Keeping,
    /// `kept <= MAX_CHUNKS_KEPT`
    kept: usize,
    count: u64,
}

/// What becomes of the next line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Keeping {
    #[default]
    Lines,
    /// There are as many as are kept.
    Count,
}

impl SizeLines {
    /// Takes the next bytes of the line being read.
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

    /// The line being read has come to its end.
    pub(super) fn end_line(&mut self) {
        if self.keeping == Keeping::Lines {
            self.kept += 1;
            if self.kept == MAX_CHUNKS_KEPT {
                self.keeping = Keeping::Count;
            }
        }
        self.count += 1;
    }

    /// How many lines have come to their end.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Whether all of them are kept.
    pub(super) fn are_complete(&self) -> bool {
        self.count == self.kept as u64
    }

    /// Those that are kept.
    pub(super) fn chunks(&self) -> impl Iterator<Item = ChunkLine<'_>> {
        split(&self.bytes).take(self.kept)
    }
}

/// The lines of a body, from all its size lines with their CRLF. Where each stands follows from the
/// sizes of the chunks before it.
fn split(size_lines: &[u8]) -> impl Iterator<Item = ChunkLine<'_>> {
    let mut offset = 0_u64;
    size_lines
        .split_inclusive(|&byte| byte == b'\n')
        .map(move |whole| {
            let line = whole.strip_suffix(b"\r\n").unwrap_or(whole);
            let size = size(line);
            let chunk = ChunkLine { line, size, offset };
            let behind = size.saturating_add(whole.len() as u64 + "\r\n".len() as u64);
            offset = offset.saturating_add(behind);
            chunk
        })
}

/// The hexadecimal number at the front of a line.
fn size(line: &[u8]) -> u64 {
    let digits = line.iter().map_while(|&byte| char::from(byte).to_digit(16));
    digits.fold(0, |size, digit| size << 4 | u64::from(digit))
}

/// Reads one `;name=value` after the other.
struct Extensions<'a> {
    /// What is not read yet: up to the next `;` it is of no meaning.
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
            if let Some(behind) = self.rest.strip_prefix(b"=") {
                return Some((name, Some(self.value(behind))));
            }
            if !name.is_empty() {
                return Some((name, None));
            }
        }
    }
}

impl<'a> Extensions<'a> {
    /// Reads a value from the front of `text`, and leaves what is behind it.
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

/// What is between quotes (RFC 9110 §5.6.4), and how many bytes that and the closing quote are.
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

/// Names and values of trailers, given as [`super::chunked::Decoder::trailers`] has them. As in a head, a
/// value has no leading blanks and keeps trailing ones. A line without a colon is a name.
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
        fn any_line_is_read(line in "[0-9;=\"\\\\ a\u{e9}]{0,40}") {
            prop_assert!(extensions(&line).len() <= line.len());
        }
    }
}
