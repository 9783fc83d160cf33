//! Percent-decoding in the two forms the reference has: to bytes (query strings, forms) and to text
//! by UTF-8 (paths). Bad escapes stay as they are. Decoding itself is the `percent-encoding` crate.

use std::borrow::Cow;

use percent_encoding::percent_decode;

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

/// A path as the reference reads it: escapes are UTF-8 (errors become U+FFFD), while raw bytes above
/// 0x7f are ISO 8859-1. A run of ASCII, escapes included, is decoded as one piece, so that a
/// character's bytes never join across a raw byte.
pub fn decode_path(bytes: &[u8]) -> String {
    let mut path = String::with_capacity(bytes.len());
    for run in bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii()) {
        if run[0].is_ascii() {
            path.push_str(&String::from_utf8_lossy(&decode(run)));
        } else {
            path.extend(run.iter().map(|&byte| char::from(byte)));
        }
    }
    path
}

/// A form component as text: `+` is a space, then [`decode_path`].
pub fn decode_plus_text(bytes: &[u8]) -> String {
    let spaced: Vec<_> = bytes
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    decode_path(&spaced)
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
        assert_eq!(decode_path(b"/caf%C3%A9"), "/café");
        assert_eq!(decode_path(b"/caf\xe9"), "/café");
        assert_eq!(decode_path(b"/%ff"), "/\u{fffd}");
        assert_eq!(decode_path(b"/%C3\xa9"), "/\u{fffd}\u{a9}");
        assert_eq!(decode_plus_text(b"a+%2B\xe9%c3%a9"), "a +éé");
    }
}
