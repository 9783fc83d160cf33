//! Field values as recipients read them: without the whitespace around them (RFC 9110 §5.5), and as
//! comma-separated lists (RFC 9110 §5.6.1). Everything that the server itself reads from a field is
//! parsed here; handlers see the value as received.
//!
//! A comma within a quoted string separates nothing (RFC 9110 §5.6.4). The line terminators of an
//! obs-fold are whitespace (RFC 9112 §5.2).

use std::ops::Range;

use super::grammar::is_blank;

/// A value without the whitespace around it.
pub fn trim(value: &[u8]) -> &[u8] {
    &value[trimmed(value)]
}

/// The members of a list, without the whitespace around them. Empty members are skipped (RFC 9110
/// §5.6.1.2).
pub fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    split(value, b',')
}

/// The same for another separator: `;` separates the parameters of a member (RFC 9110 §5.6.6).
pub fn split(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    ranges(value, separator).map(|range| &value[range])
}

/// Where such pieces are in the value.
pub(super) fn ranges(value: &[u8], separator: u8) -> impl Iterator<Item = Range<usize>> {
    let piece = |range: Range<usize>| {
        let inner = trimmed(&value[range.clone()]);
        range.start + inner.start..range.start + inner.end
    };
    pieces(value, separator)
        .map(piece)
        .filter(|range| !range.is_empty())
}

/// Whether any of these values, which together are one list, has a member, compared
/// case-insensitively.
pub fn contains<'a>(values: impl IntoIterator<Item = &'a [u8]>, wanted: &str) -> bool {
    let is_wanted = |member: &[u8]| member.eq_ignore_ascii_case(wanted.as_bytes());
    values
        .into_iter()
        .any(|value| is_wanted(value) || members(value).any(is_wanted))
}

/// The places between separators outside of quoted strings.
fn pieces(value: &[u8], separator: u8) -> impl Iterator<Item = Range<usize>> {
    let mut rest = Some(0);
    std::iter::from_fn(move || {
        let start = rest?;
        let length = piece_length(&value[start..], separator);
        let end = start + length.unwrap_or(value.len() - start);
        rest = length.map(|_| end + 1);
        Some(start..end)
    })
}

/// Bytes before the first separator outside of a quoted string, if there is one.
fn piece_length(value: &[u8], separator: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(separator, b'"', &value[at..])?;
        if value[at] == separator {
            return Some(at);
        }
        at += 1;
        loop {
            at += memchr::memchr2(b'"', b'\\', &value[at..])?;
            if value[at] == b'"' {
                at += 1;
                break;
            }
            // A backslash and the byte that it quotes.
            at = (at + 2).min(value.len());
        }
    }
}

/// Where a value is without the whitespace around it; at its end if there is nothing else.
pub(super) fn trimmed(value: &[u8]) -> Range<usize> {
    let is_space = |&byte: &u8| is_blank(byte) || matches!(byte, b'\r' | b'\n');
    let first = value.iter().position(|byte| !is_space(byte));
    let last = value.iter().rposition(|byte| !is_space(byte));
    match (first, last) {
        (Some(first), Some(last)) => first..last + 1,
        _ => value.len()..value.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Vec<&str> {
        ranges(value.as_bytes(), b',')
            .map(|range| &value[range])
            .collect()
    }

    #[test]
    fn lists() {
        for (value, expected) in [
            ("", &[][..]),
            (" \t", &[]),
            (",, ,", &[]),
            ("a", &["a"]),
            (" a\t", &["a"]),
            ("a,b", &["a", "b"]),
            (", a ,\t,b c ,", &["a", "b c"]),
            ("a,\r\n b\r\n\t", &["a", "b"]),
            (r#"a="b,c", d"#, &[r#"a="b,c""#, "d"]),
            (r#"a="\",b", c"#, &[r#"a="\",b""#, "c"]),
            (r#"a="b, c"#, &[r#"a="b, c"#]),
            (r#"a="b\"#, &[r#"a="b\"#]),
            (r#"a"",b"#, &[r#"a"""#, "b"]),
        ] {
            assert_eq!(text(value), expected, "{value:?}");
        }
    }

    #[test]
    fn options() {
        for (values, has) in [
            (&["close"][..], true),
            (&["CLOSE"], true),
            (&["x ,\tClose "], true),
            (&["a", ", ,close"], true),
            (&[], false),
            (&["closed", "x-close", "clo se"], false),
            (&[r#"x="a, close, b""#], false),
        ] {
            let values = values.iter().map(|value| value.as_bytes());
            assert_eq!(
                contains(values.clone(), "close"),
                has,
                "{:?}",
                values.collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn whitespace_is_no_part_of_a_value() {
        for (value, expected) in [
            ("a", "a"),
            (" a b\t", "a b"),
            ("\r\n a", "a"),
            ("", ""),
            (" ", ""),
            ("\u{b}a", "\u{b}a"),
        ] {
            assert_eq!(trim(value.as_bytes()), expected.as_bytes(), "{value:?}");
        }
    }
}
