//! The META comments at the beginning of a test: one `// META: key=value` per line, up to the first
//! other line. Keys and values are not interpreted here.

use std::io::{BufRead, Read as _};

/// The pairs of keys and values, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meta(Vec<(String, String)>);

/// Why the META comments of a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetaError {
    /// The file cannot be read.
    Unreadable,
    /// A key or a value is not UTF-8, in the line with this number, from 1.
    NotUtf8(usize),
}

impl Meta {
    /// Reads the comments, and at most [`LONGEST`] bytes after them.
    pub(super) fn read(mut file: impl BufRead) -> Result<Self, MetaError> {
        let mut pairs = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            file.by_ref()
                .take(LONGEST)
                .read_until(b'\n', &mut line)
                .map_err(|_| MetaError::Unreadable)?;
            if line.len() as u64 == LONGEST {
                return Ok(Self(pairs));
            }
            let Some((key, value)) = pair(&line) else {
                return Ok(Self(pairs));
            };
            match (str::from_utf8(key), str::from_utf8(value)) {
                (Ok(key), Ok(value)) => pairs.push((key.to_owned(), value.to_owned())),
                _ => return Err(MetaError::NotUtf8(pairs.len() + 1)),
            }
        }
    }

    /// All values of a key.
    pub(super) fn values(&self, key: &'static str) -> impl Iterator<Item = &str> {
        let pairs = self.0.iter().filter(move |(name, _)| name == key);
        pairs.map(|(_, value)| value.as_str())
    }
}

/// The most bytes of a line; a longer line is not a META comment. A file without line ends is not
/// read to its end.
const LONGEST: u64 = 64 * 1024;

/// The key and value of a line. LF and CR LF are not part of the value: `long\r` would not be the
/// value `long`.
fn pair(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = skip_blanks(line.strip_prefix(b"//")?);
    let line = skip_blanks(line.strip_prefix(b"META:")?);
    let at = memchr::memchr(b'=', line)?;
    let (key, value) = (&line[..at], &line[at + 1..]);
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    key.iter().all(is_word).then_some((key, value))
}

/// Skips the whitespace of `\s` for bytes. This includes VT, unlike `is_ascii_whitespace`.
fn skip_blanks(line: &[u8]) -> &[u8] {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    &line[line.iter().take_while(|byte| blank(byte)).count()..]
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufReader};

    use super::*;

    #[test]
    fn the_comments_at_the_top() {
        for (text, expected) in [
            ("", vec![]),
            ("test();\n// META: a=b\n", vec![]),
            ("// META: a=b\n\n// META: c=d\n", vec![("a", "b")]),
            (" // META: a=b\n", vec![]),
            ("// meta: a=b\n", vec![]),
            ("// META: a-b=c\n", vec![]),
            ("// META: a\n", vec![]),
            ("/* META: a=b */\n", vec![]),
            ("//META:a=b", vec![("a", "b")]),
            ("//\t META: \x0b a=b\n", vec![("a", "b")]),
            ("// META: =b\n", vec![("", "b")]),
            ("// META: a= b=c \n", vec![("a", " b=c ")]),
            ("// META: a=1\r\n// META: é=2\n", vec![("a", "1")]),
            (
                "// META: a=1\r\n// META: b=\n// META: a=é\n'use strict';",
                vec![("a", "1"), ("b", ""), ("a", "é")],
            ),
        ] {
            let pairs = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
            let expected = Meta(expected.into_iter().map(pairs).collect());
            assert_eq!(Meta::read(text.as_bytes()).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_read_to_its_end() {
        let mut file = b"// META: a=b\n".chain(io::repeat(b'x'));
        let meta = Meta::read(BufReader::new(&mut file)).unwrap();
        assert_eq!(meta.values("a").collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn values_of_a_key_keep_their_order() {
        let text = "// META: script=a\n// META: title=b\n// META: script=c\n";
        let meta = Meta::read(text.as_bytes()).unwrap();
        assert_eq!(meta.values("script").collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(meta.values("timeout").next(), None);
    }

    #[test]
    fn what_is_not_utf_8_is_an_error() {
        let read = Meta::read(&b"// META: a=b\n// META: a=\xff\n"[..]);
        assert_eq!(read, Err(MetaError::NotUtf8(2)));
        // The rest of the file may be anything.
        assert!(Meta::read(&b"// META: a=b\n'\xff';\n"[..]).is_ok());
    }
}
