//! Percent-decoding in the two forms the reference has, of query strings and forms and of paths, and
//! the encoding of names in links. Bad escapes stay as they are. The coding itself is the
//! `percent-encoding` crate's.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::latin1;

/// `%XX` to bytes; anything that is no escape stays.
pub fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    percent_decode(bytes).into()
}

/// A form component: `+` is a space, then [`decode`].
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

/// A path as the bytes of a file's name. As in the reference escapes are the bytes that they say, UTF-8
/// as a rule, while raw bytes above 0x7f are ISO 8859-1 and become UTF-8. Escaped bytes that are no UTF-8
/// stay as they are, so that every name can be written; the reference makes U+FFFD of them.
pub fn decode_path(bytes: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(bytes.len());
    for run in bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii()) {
        if run[0].is_ascii() {
            path.extend(percent_decode(run));
        } else {
            path.extend_from_slice(latin1::decode(run).as_bytes());
        }
    }
    path
}

/// A name as one segment of a URL's path: everything but letters, digits and `_.-~` is escaped.
pub fn encode_segment(name: &[u8]) -> String {
    percent_encode(name, SEGMENT).to_string()
}

/// What Python's `quote` escapes, and the slash.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~');

/// A form component as text: `+` is a space, then [`decode_path`].
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
        assert_eq!(decode_path(b"/caf%C3%A9"), "/café".as_bytes());
        assert_eq!(decode_path(b"/caf\xe9"), "/café".as_bytes());
        assert_eq!(decode_path(b"/%ff"), b"/\xff");
        assert_eq!(decode_path(b"/%C3\xa9"), b"/\xc3\xc2\xa9");
        assert_eq!(decode_path(b"/%zz%"), b"/%zz%");
        assert_eq!(decode_plus_text(b"a+%2B\xe9%c3%a9"), "a +éé");
        assert_eq!(decode_plus_text(b"/%C3\xa9%ff"), "/\u{fffd}\u{a9}\u{fffd}");
    }

    #[test]
    fn a_name_comes_back_from_its_segment() {
        assert_eq!(encode_segment(b"a-b_c.d~e"), "a-b_c.d~e");
        assert_eq!(encode_segment(b"a b/\"<#?%"), "a%20b%2F%22%3C%23%3F%25");
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode_path(encode_segment(&all).as_bytes()), all);
    }
}
