//! Percent-encoding (RFC 3986 §2.1), by the `percent-encoding` crate: decoding of query strings, forms and
//! paths as in the reference, and encoding of names in links. Invalid escapes are kept.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::latin1;

/// Decodes `%XX`; other bytes are kept.
pub fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    percent_decode(bytes).into()
}

/// Decodes a form component: replaces `+` with a space, then as [`decode`].
pub fn decode_plus(bytes: &[u8]) -> Vec<u8> {
    if !bytes.contains(&b'+') {
        return decode(bytes).into_owned();
    }
    let spaced: Vec<u8> = bytes
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    decode(&spaced).into_owned()
}

/// Decodes a path to the bytes of a file name. As in the reference, escapes become bytes, usually UTF-8,
/// while raw bytes above 0x7f are ISO 8859-1 and are converted to UTF-8. Escaped bytes that are not
/// valid UTF-8 are kept, so that every file name can be requested; the reference replaces them with
/// U+FFFD.
pub fn decode_path(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_decoded = |byte: u8| (byte == b'%') | !byte.is_ascii();
    if !bytes
        .iter()
        .fold(false, |found, &byte| found | is_decoded(byte))
    {
        return Cow::Borrowed(bytes);
    }
    let mut path = Vec::with_capacity(bytes.len());
    for run in bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii()) {
        if run[0].is_ascii() {
            path.extend(percent_decode(run));
        } else {
            path.extend_from_slice(latin1::decode(run).as_bytes());
        }
    }
    Cow::Owned(path)
}

/// Decodes the escapes of unreserved characters, which are equivalent to the characters in every URL (RFC
/// 3986 §6.2.2.2): `/a%2Epy` is `/a.py`. `None` without such escapes.
pub fn decode_unreserved(path: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut kept = 0;
    for at in memchr::memchr_iter(b'%', path) {
        let Some([high, low]) = path.get(at + 1..at + 3) else {
            break;
        };
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        if let (Some(high), Some(low)) = (digit(high), digit(low))
            && let Ok(byte) = u8::try_from(high << 4 | low)
            && (byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        {
            decoded.extend_from_slice(&path[kept..at]);
            decoded.push(byte);
            kept = at + 3;
        }
    }
    (kept > 0).then(|| {
        decoded.extend_from_slice(&path[kept..]);
        decoded
    })
}

/// Encodes the bytes that no URL has as they are: controls, spaces, and others than ASCII (RFC 3986 §2).
pub fn encode_invalid(path: &[u8]) -> Cow<'_, str> {
    percent_encode(path, INVALID).into()
}

/// Encodes a name as one segment of a URL path: everything except letters, digits and `_.-~`.
pub fn encode_segment(name: &[u8]) -> String {
    percent_encode(name, SEGMENT).to_string()
}

/// Bytes that no URL has as they are; others than ASCII are always encoded.
const INVALID: &AsciiSet = &CONTROLS.add(b' ');

/// The characters that Python's `quote` encodes, and the slash.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~');

/// Decodes a form component to text: replaces `+` with a space, then as [`decode_path`].
pub fn decode_plus_text(bytes: &[u8]) -> String {
    let spaced: Vec<_> = bytes
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    String::from_utf8_lossy(&decode_path(&spaced)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        for (input, output) in [
            ("", ""),
            ("a%20b", "a b"),
            ("%", "%"),
            ("%4", "%4"),
            ("%zz", "%zz"),
            ("%41%4", "A%4"),
            ("a+b", "a+b"),
        ] {
            assert_eq!(decode(input.as_bytes()), output.as_bytes(), "{input}");
        }
        assert_eq!(decode_plus(b"a+%2B+%ff"), b"a + \xff");
    }

    #[test]
    fn paths() {
        assert_eq!(*decode_path(b"/caf%C3%A9"), *"/café".as_bytes());
        assert_eq!(*decode_path(b"/caf\xe9"), *"/café".as_bytes());
        assert_eq!(*decode_path(b"/%ff"), *b"/\xff");
        assert_eq!(*decode_path(b"/%C3\xa9"), *b"/\xc3\xc2\xa9");
        assert_eq!(*decode_path(b"/%zz%"), *b"/%zz%");
        assert_eq!(decode_plus_text(b"a+%2B\xe9%c3%a9"), "a +éé");
        assert_eq!(decode_plus_text(b"/%C3\xa9%ff"), "/\u{fffd}\u{a9}\u{fffd}");
    }

    #[test]
    fn encoded_names_are_decoded_again() {
        assert_eq!(encode_segment(b"a-b_c.d~e"), "a-b_c.d~e");
        assert_eq!(encode_segment(b"a b/\"<#?%"), "a%20b%2F%22%3C%23%3F%25");
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode_path(encode_segment(&all).as_bytes()), all);
    }
}
