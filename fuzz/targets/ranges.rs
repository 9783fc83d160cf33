//! The ranges for a `Range` value cover exactly the bytes that its specifiers request one by one. They are
//! in order and within the file.
//!
//! Input: the size of the file, a line end, the value of `Range`.

#![cfg_attr(fuzzing, no_main)]

use std::ops::Range;

use wireserve::internals::http::range::{self, RangeError};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let line = memchr::memchr(b'\n', input).unwrap_or(input.len());
    let size = std::str::from_utf8(&input[..line]);
    let size: u64 = size.ok().and_then(|size| size.parse().ok()).unwrap_or(10);
    let value = input.get(line + 1..).unwrap_or_default();

    let specifiers: Vec<_> = match value.strip_prefix(b"bytes=") {
        Some(specifiers) if value.is_ascii() => specifiers.split(|&byte| byte == b',').collect(),
        Some(_) => return assert_eq!(range::parse(value, size), Err(RangeError::NotAscii)),
        None => return assert!(range::parse(value, size).is_err()),
    };
    let single = |specifier: &&[u8]| range::parse(&[b"bytes=", *specifier].concat(), size);
    let asked: Result<Vec<_>, _> = specifiers.iter().map(single).collect();
    let ranges = match (range::parse(value, size), asked) {
        (Ok(ranges), Ok(asked)) => {
            let asked: Vec<_> = asked.concat();
            assert_eq!(asked.len(), specifiers.len());
            assert!(ranges.len() <= asked.len());
            assert_eq!(united(ranges.clone()), united(asked));
            ranges
        }
        (Err(error), Err(of_one)) => return assert_eq!(error, of_one),
        (whole, of_each) => panic!("{whole:?} of all, {of_each:?} of each"),
    };
    assert!(ranges.is_sorted_by_key(|range| range.start));
    for range in ranges {
        assert!(
            range.start < range.end && range.end <= size,
            "{range:?} of {size}"
        );
    }
}

/// The fewest ranges that cover these bytes.
fn united(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut united: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match united.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => united.push(range),
        }
    }
    united
}
