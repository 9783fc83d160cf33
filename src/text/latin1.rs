//! ISO 8859-1, the reference's "isomorphic" coding: every byte is the character of the same number.
//! Decoding never fails; encoding fails for characters above U+00FF and says which.

use std::borrow::Cow;

/// The bytes as text, one character a byte. ASCII is borrowed.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// The text as bytes, one byte a character.
///
/// # Errors
/// The first character that has no byte.
pub fn encode(text: &str) -> Result<Vec<u8>, char> {
    if text.is_ascii() {
        return Ok(text.as_bytes().to_vec());
    }
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).map_err(|_| character))
        .collect()
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
    fn a_character_without_a_byte_is_named() {
        assert_eq!(encode("a\u{100}"), Err('\u{100}'));
    }
}
