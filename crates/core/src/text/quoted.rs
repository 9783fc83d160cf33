//! Bytes as text in double quotes, always on one line: the notation of `.wire` files and transcripts.
//! Printable ASCII is literal; everything else is an escape sequence: `\r`, `\n`, `\t`, `\0`, `\\`, `\"`,
//! and `\xHH` for other bytes. The parser also accepts literal non-ASCII bytes, so that files may contain
//! UTF-8.

use std::fmt::{self, Write as _};

/// Displays bytes in quotes.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for &byte in self.0 {
            match byte {
                b'\r' => f.write_str("\\r")?,
                b'\n' => f.write_str("\\n")?,
                b'\t' => f.write_str("\\t")?,
                0 => f.write_str("\\0")?,
                b'\\' => f.write_str("\\\\")?,
                b'"' => f.write_str("\\\"")?,
                b' '..=b'~' => f.write_char(char::from(byte))?,
                byte => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_char('"')
    }
}

/// Why a text cannot be parsed as quoted bytes, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {at}")]
pub struct NotQuoted {
    /// Offset in bytes from the opening quote.
    pub at: usize,
    /// What was found or expected there.
    pub reason: &'static str,
}

const ESCAPE: &str = r#"expected one of the escapes `\r` `\n` `\t` `\0` `\\` `\"` `\xHH`"#;

const TWO_DIGITS: &str = r"expected two hexadecimal digits after `\x`";

/// Parses quoted bytes at the beginning of `text`. Also returns the length of the quoted text, quotes
/// included.
///
/// # Errors
/// [`NotQuoted`] for a missing quote, an unknown escape sequence, or an unescaped control character.
pub fn read(text: &[u8]) -> Result<(Vec<u8>, usize), NotQuoted> {
    let fail = |at, reason| Err(NotQuoted { at, reason });
    if text.first() != Some(&b'"') {
        return fail(0, "expected an opening quote");
    }
    let mut bytes = Vec::new();
    let mut at = 1;
    loop {
        let (byte, length) = match &text[at..] {
            [] => return fail(at, "expected a closing quote, found the end of the text"),
            [b'"', ..] => return Ok((bytes, at + 1)),
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [b'\\', b'0', ..] => (0, 2),
            [b'\\', same @ (b'\\' | b'"'), ..] => (*same, 2),
            [b'\\', b'x', high, low, ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 4),
                _ => return fail(at, TWO_DIGITS),
            },
            [b'\\', b'x', ..] => return fail(at, TWO_DIGITS),
            [b'\\', ..] => return fail(at, ESCAPE),
            [b'\n' | b'\r', ..] => {
                return fail(at, "expected a closing quote, found the end of the line");
            }
            [byte, ..] if byte.is_ascii_control() => {
                return fail(at, "expected an escape, found a control character");
            }
            [byte, ..] => (*byte, 1),
        };
        bytes.push(byte);
        at += length;
    }
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_has_one_spelling() {
        let shown = Quoted(b"a \"\\\r\n\t\0\x01\x7f\xe9").to_string();
        assert_eq!(shown, r#""a \"\\\r\n\t\0\x01\x7f\xe9""#);
    }

    #[test]
    fn bytes_after_the_closing_quote_are_not_consumed() {
        assert_eq!(
            read(b"\"a\\x0a\xc3\xa9\" rest"),
            Ok((b"a\n\xc3\xa9".to_vec(), 9))
        );
    }

    #[test]
    fn errors_have_an_offset() {
        for (text, at) in [
            (&b""[..], 0),
            (b"a\"", 0),
            (b"\"ab", 3),
            (b"\"a\n\"", 2),
            (b"\"a\tb\"", 2),
            (b"\"\\q\"", 1),
            (b"\"a\\x1\"", 2),
            (b"\"a\\xg0\"", 2),
            (b"\"\\", 1),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.at, at, "{:?}: {}", text.escape_ascii(), error.reason);
        }
    }

    proptest! {
        #[test]
        fn displayed_bytes_are_parsed_again(bytes: Vec<u8>) {
            let shown = Quoted(&bytes).to_string();
            prop_assert_eq!(read(shown.as_bytes()), Ok((bytes, shown.len())));
        }

        #[test]
        fn any_text_is_read_or_refused(text: Vec<u8>) {
            if let Ok((_, length)) = read(&text) {
                prop_assert!(length <= text.len());
            }
        }
    }
}
