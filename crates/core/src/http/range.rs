//! The `Range` field of a request (RFC 9110 §14.2), parsed as leniently as the reference does (reference
//! §7.3). The response to an invalid one is decided elsewhere. Every range in a result holds at least one
//! byte, and none beyond the file.
//!
//! The unit is `bytes=`, in lower case. Ends are numbers as Python's `int` parses them, so ` +1_0 ` is
//! ten; a bare `-` is the whole file. One invalid range makes the field invalid.

use std::ops::Range;

use super::list;

/// Why a value is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeError {
    /// A byte above 0x7f.
    NotAscii,
    /// It does not begin with `bytes=`.
    Unit,
    /// This range is malformed, or holds no byte of the file.
    Specifier(String),
}

/// The ranges of a file of this size that a value selects, [`merged`]. Unlike in other lists, an empty
/// member is malformed, as in the reference.
///
/// # Errors
/// A malformed value, or a range that holds no byte of the file.
pub fn parse(value: &[u8], size: u64) -> Result<Vec<Range<u64>>, RangeError> {
    if !value.is_ascii() {
        return Err(RangeError::NotAscii);
    }
    let specifiers = str::from_utf8(value)
        .ok()
        .and_then(|value| value.strip_prefix("bytes="))
        .ok_or(RangeError::Unit)?;
    let ranges: Result<Vec<_>, _> = specifiers
        .split(',')
        .map(|specifier| {
            one(specifier, size).ok_or_else(|| RangeError::Specifier(specifier.to_owned()))
        })
        .collect();
    ranges.map(merged)
}

/// The ranges that a value selects by RFC 9110 §14.1 and §14.2, [`merged`]; `None` if the whole file is
/// sent, since the unit is unknown. The unit is case-insensitive, and one satisfiable range suffices.
/// Numbers are parsed as by [`parse`].
///
/// # Errors
/// A malformed value, or no range that holds a byte of the file.
pub fn select(value: &[u8], size: u64) -> Result<Option<Vec<Range<u64>>>, RangeError> {
    let unit = memchr::memchr(b'=', value).map(|end| &value[..end]);
    if !unit.is_some_and(|unit| unit.eq_ignore_ascii_case(b"bytes")) {
        return Ok(None);
    }
    let specifiers = &value[b"bytes=".len()..];
    if !specifiers.is_ascii() {
        return Err(RangeError::NotAscii);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut ranges = Vec::new();
    let mut any_suffix = false;
    for specifier in list::members(specifiers) {
        let specifier = text(specifier);
        let malformed = || RangeError::Specifier(specifier.clone());
        let (first, last) = specifier.split_once('-').ok_or_else(malformed)?;
        let (first, last) = (end(first), end(last));
        let (first, last) = first.zip(last).ok_or_else(malformed)?;
        if first.zip(last).is_some_and(|(first, last)| last < first) {
            return Err(malformed());
        }
        any_suffix |= first.is_none() && last != Some(0);
        ranges.extend(resolve(first, last, size));
    }
    match ranges.is_empty() {
        // A suffix of an empty file is the whole file, which no `Content-Range` can express.
        true if any_suffix && size == 0 => Ok(None),
        true => Err(RangeError::Specifier(text(specifiers))),
        false => Ok(Some(merged(ranges))),
    }
}

/// `a-b`, `a-`, `-n` or `-`.
fn one(specifier: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = specifier.split_once('-')?;
    resolve(end(first)?, end(last)?, size)
}

/// The bytes from the first to the last position, inclusive; without a first position, the last so many;
/// without both, all. `None` if that is no byte of the file.
pub fn resolve(first: Option<u64>, last: Option<u64>, size: u64) -> Option<Range<u64>> {
    let range = match (first, last) {
        (None, None) => 0..size,
        (None, Some(count)) => size.saturating_sub(count)..size,
        (Some(first), None) => first..size,
        (Some(first), Some(last)) => first..last.saturating_add(1).min(size),
    };
    (range.start < range.end).then_some(range)
}

/// An end of a range; the inner `None` is an empty one.
fn end(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    number(text).map(Some)
}

/// Python's `int` of a text without a minus sign. A number beyond 64 bits becomes the largest, which is
/// beyond the end of any file as well.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_matches(is_blank);
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.bytes().filter(|&byte| byte != b'_').count() > MOST_DIGITS {
        return None;
    }
    let mut number: u64 = 0;
    for group in digits.split('_') {
        if group.is_empty() {
            return None;
        }
        for byte in group.bytes() {
            let digit = char::from(byte).to_digit(10)?;
            number = number.saturating_mul(10).saturating_add(digit.into());
        }
    }
    Some(number)
}

/// C's `isspace`, which Python strips here.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t'..='\r')
}

/// The most digits that Python's `int` accepts, leading zeros included.
const MOST_DIGITS: usize = 4300;

/// The ranges in the order of their starts, with those that touch or overlap merged.
///
/// They are merged from the highest start down, each with the lowest result so far. As in the reference, a
/// range that covers several which are apart is thus merged with the lowest of them only, which shows in
/// the number of parts.
pub fn merged(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut down: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges.into_iter().rev() {
        match down.last_mut() {
            Some(lowest) if lowest.start <= range.end => {
                *lowest = range.start..lowest.end.max(range.end);
            }
            _ => down.push(range),
        }
    }
    down.reverse();
    down
}

/// The value of `Content-Range`.
pub fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end - 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn text(value: &str, size: u64) -> String {
        match parse(value.as_bytes(), size) {
            Ok(ranges) => {
                let ranges = ranges.iter().map(|range| format!("{range:?}"));
                ranges.collect::<Vec<_>>().join(" ")
            }
            Err(RangeError::Specifier(specifier)) => format!("bad {specifier:?}"),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn ranges_by_the_rfc() {
        let text = |value: &str, size| match select(value.as_bytes(), size) {
            Ok(None) => "whole".to_owned(),
            Ok(Some(ranges)) => {
                let ranges = ranges.iter().map(|range| format!("{range:?}"));
                ranges.collect::<Vec<_>>().join(" ")
            }
            Err(RangeError::Specifier(specifier)) => format!("bad {specifier:?}"),
            Err(error) => format!("{error:?}"),
        };
        for (value, size, expected) in [
            ("bytes=0-0", 10, "0..1"),
            ("Bytes=5-", 10, "5..10"),
            ("BYTES=-3", 10, "7..10"),
            ("bytes=0-0,20-", 10, "0..1"),
            ("bytes=20-,0-0 , ,\t2-3", 10, "0..1 2..4"),
            ("bytes=-0,1-1", 10, "1..2"),
            ("bytes=10-", 10, "bad \"10-\""),
            ("bytes=-0", 10, "bad \"-0\""),
            ("bytes=20-30,-0", 10, "bad \"20-30,-0\""),
            ("bytes=0-0,5-4", 10, "bad \"5-4\""),
            ("bytes=0-0,x", 10, "bad \"x\""),
            ("bytes=", 10, "bad \"\""),
            ("bytes=0-", 0, "bad \"0-\""),
            ("bytes=-5", 0, "whole"),
            ("lines=1-2", 10, "whole"),
            ("lines=x", 10, "whole"),
            ("0-1", 10, "whole"),
            ("", 10, "whole"),
            ("bytes =0-1", 10, "whole"),
            ("bytes=0-\u{b2}", 10, "NotAscii"),
        ] {
            assert_eq!(text(value, size), expected, "{value}");
        }
    }

    #[test]
    fn readings() {
        for (value, size, expected) in [
            ("bytes=0-0", 10, "0..1"),
            ("bytes=2-4", 10, "2..5"),
            ("bytes=2-", 10, "2..10"),
            ("bytes=-3", 10, "7..10"),
            ("bytes=-30", 10, "0..10"),
            ("bytes=-", 10, "0..10"),
            ("bytes=9-9", 10, "9..10"),
            ("bytes=5-99", 10, "5..10"),
            ("bytes= +1 - 1_0 ", 20, "1..11"),
            ("bytes=\t1-\u{b}2\u{c}", 20, "1..3"),
            ("bytes=007-008", 20, "7..9"),
            ("bytes=0-99999999999999999999999", 20, "0..20"),
            ("bytes=0-18446744073709551615", 20, "0..20"),
            ("bytes=-99999999999999999999999", 20, "0..20"),
            ("bytes=0-0,2-2", 10, "0..1 2..3"),
            ("bytes=4-5,0-1", 10, "0..2 4..6"),
            ("bytes=0-1,2-3", 10, "0..4"),
            ("bytes=0-5,2-3", 10, "0..6"),
            ("bytes=0-1,0-5,0-3", 10, "0..6"),
            ("bytes=-2,0-1,4-5", 10, "0..2 4..6 8..10"),
            ("bytes=2-3,6-7,0-9", 10, "0..10 6..8"),
            ("bytes=-0", 10, r#"bad "-0""#),
            ("bytes=10-", 10, r#"bad "10-""#),
            ("bytes=5-4", 10, r#"bad "5-4""#),
            ("bytes=99999999999999999999999-", 10, r#"bad "999"#),
            ("bytes=0-", 0, r#"bad "0-""#),
            ("bytes=-", 0, r#"bad "-""#),
            ("bytes=", 10, r#"bad """#),
            ("bytes=1", 10, r#"bad "1""#),
            ("bytes= -1", 10, r#"bad " -1""#),
            ("bytes=1--2", 10, r#"bad "1--2""#),
            ("bytes=0-1,", 10, r#"bad """#),
            ("bytes=0-1,x-2", 10, r#"bad "x-2""#),
            ("bytes=0x1-2", 10, r#"bad "0x1-2""#),
            ("bytes=1__0-", 20, r#"bad "1__0-""#),
            ("bytes=_1-", 10, r#"bad "_1-""#),
            ("bytes=1_-", 10, r#"bad "1_-""#),
            ("bytes=++1-", 10, r#"bad "++1-""#),
            ("bytes=+-", 10, r#"bad "+-""#),
            ("bytes=\u{1c}1-", 10, r#"bad "\u{1c}1-""#),
            ("Bytes=0-1", 10, "Unit"),
            ("bytes 0-1", 10, "Unit"),
            (" bytes=0-1", 10, "Unit"),
            ("", 10, "Unit"),
            ("bytes=0-é", 10, "NotAscii"),
        ] {
            let seen = text(value, size);
            assert!(
                seen == expected || (expected == r#"bad "999"# && seen.starts_with(expected)),
                "{value:?} of {size}: {seen}"
            );
        }
    }

    #[test]
    fn more_digits_than_python_reads_are_no_number() {
        let zeros = |count: usize| format!("bytes={}1-1", "0".repeat(count));
        assert_eq!(text(&zeros(MOST_DIGITS - 1), 10), "1..2");
        assert!(text(&zeros(MOST_DIGITS), 10).starts_with("bad"));
        let spaced = format!("bytes={}1-1", "0_".repeat(MOST_DIGITS - 1));
        assert_eq!(text(&spaced, 10), "1..2");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(value in any::<Vec<u8>>(), size in any::<u64>()) {
            let _ = parse(&value, size);
        }

        #[test]
        fn no_text_like_ranges_panics(value in "bytes=[-+_, 0-9]{0,60}", size in any::<u64>()) {
            if let Ok(ranges) = parse(value.as_bytes(), size) {
                for range in ranges {
                    prop_assert!(range.start < range.end && range.end <= size);
                }
            }
        }

        /// The ranges hold exactly the bytes that the value selects, in order.
        #[test]
        fn merging_loses_and_adds_no_byte(
            asked in proptest::collection::vec((0_u64..60, 0_u64..60), 1..8),
            size in 1_u64..70,
        ) {
            let written: Vec<_> = asked.iter().map(|(a, b)| format!("{a}-{b}")).collect();
            let satisfiable = asked.iter().all(|&(a, b)| a <= b && a < size);
            let parsed = parse(format!("bytes={}", written.join(",")).as_bytes(), size);
            prop_assert_eq!(parsed.is_ok(), satisfiable);
            let Ok(ranges) = parsed else { return Ok(()) };
            let wanted: BTreeSet<u64> = asked.iter().flat_map(|&(a, b)| a..(b + 1).min(size)).collect();
            let got: BTreeSet<u64> = ranges.iter().cloned().flatten().collect();
            prop_assert_eq!(got, wanted);
            prop_assert!(ranges.is_sorted_by(|a, b| a.start < b.start));
            prop_assert!(ranges.len() <= asked.len());
        }
    }
}
