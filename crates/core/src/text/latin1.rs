//! ISO 8859-1, the reference's "isomorphic" encoding: every byte is the character with the same code
//! point. Decoding never fails; encoding fails for characters above U+00FF.

use std::borrow::Cow;

/// Decodes bytes as text, one character for each byte. ASCII is borrowed.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// Encodes text as bytes, one byte for each character.
///
/// # Errors
/// The first character above U+00FF.
pub fn encode(text: &str) -> Result<Vec<u8>, char> {
    if text.is_ascii() {
        return Ok(text.as_bytes().to_vec());
    }
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).map_err(|_| character))
        .collect()
}

/// The longest excerpt, in bytes: enough to recognize a value, and short enough for a log line.
const EXCERPT: usize = 100;

/// Quotes the beginning of a received value for an error message.
pub fn excerpt(value: &[u8]) -> String {
    let shown = decode(&value[..value.len().min(EXCERPT)]);
    let cut = if value.len() > EXCERPT { "..." } else { "" };
    format!("{shown:?}{cut}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_the_round_trip() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(encode(&decode(&all)).unwrap(), all);
    }

    #[test]
    fn a_character_above_latin1_is_reported() {
        assert_eq!(encode("a\u{100}"), Err('\u{100}'));
    }

    #[test]
    fn long_values_are_cut_in_excerpts() {
        assert_eq!(excerpt(b"a\"\n\xe9"), r#""a\"\né""#);
        let long = [b'x'; EXCERPT + 1];
        assert_eq!(excerpt(&long), format!("\"{}\"...", "x".repeat(EXCERPT)));
    }
}
