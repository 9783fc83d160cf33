//! A pattern matches the same paths as the equivalent regular expression, with the same text in its groups,
//! and without backtracking.
//!
//! Input: a pattern, a line end, the path of a request.

#![cfg_attr(fuzzing, no_main)]

use regex::bytes::{Regex, RegexBuilder};
use wireserve::internals::site::routing::pattern::Pattern;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let line = memchr::memchr(b'\n', input).unwrap_or(input.len());
    let Ok(text) = std::str::from_utf8(&input[..line]) else {
        return;
    };
    let path = input.get(line + 1..).unwrap_or_default();
    let Ok(pattern) = Pattern::compile(text) else {
        return;
    };
    assert!(pattern.matches(b"").is_none(), "a path begins with a slash");
    let found = pattern.matches(path);
    let Some(model) = model(text) else {
        return;
    };
    let expected = model.captures(path).map(|captures| {
        let groups = captures.iter().skip(1).flatten();
        groups
            .map(|group| group.as_bytes().to_vec())
            .collect::<Vec<_>>()
    });
    let values = found.map(|groups| {
        groups
            .into_iter()
            .map(|(_, value)| value.into_vec())
            .collect()
    });
    assert_eq!(values, expected);
}

/// The regular expression equivalent to a valid pattern, unless it is too large.
fn model(pattern: &str) -> Option<Regex> {
    let mut model = String::from("^");
    if !pattern.starts_with('/') {
        model.push('/');
    }
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '{' => {
                model.push_str("([^/]+)");
                rest.find('}')? + 1
            }
            '*' => {
                // The group includes the literal text that follows.
                model.push_str("(.*");
                1
            }
            // Backslash and the character that follows are literal.
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            first => first.len_utf8(),
        };
        if !matches!(first, '{' | '*') {
            model.push_str(&regex::escape(&rest[..length]));
        }
        rest = &rest[length..];
    }
    if model.contains("(.*") {
        model.push(')');
    }
    // `*` matches any bytes, line ends included; groups match any bytes but slashes.
    let mut builder = RegexBuilder::new(&format!("(?s-u){model}\\z"));
    builder.size_limit(1 << 20).build().ok()
}
