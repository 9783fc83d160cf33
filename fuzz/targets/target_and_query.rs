//! The parts of a target, joined, are the target; every target has a form; and the pairs of a query, encoded,
//! are parsed as the same pairs.
//!
//! Input: a method, a space, a target.

#![cfg_attr(fuzzing, no_main)]

use wireserve::internals::http::query;
use wireserve::internals::http::target::{self, TargetForm};
use wireserve::internals::text::percent;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let space = memchr::memchr(b' ', input);
    let (method, target) = match space {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (&b"GET"[..], input),
    };
    for scheme in ["http", "https"] {
        assert_split(target, scheme);
    }
    assert_formed(method, target);
    assert_collapsed(target);
    assert_paired(&target[target::split(target, "http").query]);
    if target::check_host(target).is_ok() {
        let url = [b"http://", target, b"/?#"].concat();
        let parts = target::split(&url, "http");
        assert_eq!(url[parts.path], *b"/", "a host stays out of the path");
    }
}

fn assert_split(target: &[u8], scheme: &str) {
    let parts = target::split(target, scheme);
    let (path, query) = (&target[parts.path.clone()], &target[parts.query.clone()]);
    assert!(!path.contains(&b'?') && !path.contains(&b'#') && !query.contains(&b'#'));
    let before = &target[..parts.path.start];
    assert!(before.is_empty() || path.is_empty() || path[0] == b'/');
    let has_question = target.get(parts.path.end) == Some(&b'?');
    assert_eq!(
        parts.query.start,
        (parts.path.end + usize::from(has_question)).min(parts.query.end)
    );
    let after = &target[parts.query.end..];
    assert!(after.is_empty() || after[0] == b'#');
    let question: &[u8] = if has_question { b"?" } else { b"" };
    assert_eq!([before, path, question, query, after].concat(), target);
    if !target::is_absolute(target, scheme) && target.starts_with(b"/") {
        assert!(before.is_empty());
    }
}

fn assert_formed(method: &[u8], target: &[u8]) {
    let form = target::form(method, target);
    assert_eq!(form == TargetForm::Origin, target.starts_with(b"/"));
    assert_eq!(form == TargetForm::Asterisk, target == b"*");
    if target::is_absolute(target, "http") {
        assert_eq!(form, TargetForm::Absolute);
    }
    assert!(!form.as_str().is_empty());
}

fn assert_collapsed(target: &[u8]) {
    let collapsed = target::collapse_slashes(target);
    assert!(target.ends_with(collapsed) && !collapsed.starts_with(b"//"));
    assert_eq!(collapsed.starts_with(b"/"), target.starts_with(b"/"));
    assert_eq!(target::collapse_slashes(collapsed), collapsed);
}

fn assert_paired(query: &[u8]) {
    let pairs: Vec<_> = query::pairs(query).collect();
    let pieces = query.split(|&byte| byte == b'&');
    assert_eq!(
        pairs.len(),
        pieces.filter(|piece| !piece.is_empty()).count()
    );
    let written: Vec<_> = pairs
        .iter()
        .map(|(name, value)| {
            let (name, value) = (
                percent::encode_segment(name),
                percent::encode_segment(value),
            );
            format!("{name}={value}")
        })
        .collect();
    let again: Vec<_> = query::pairs(written.join("&").as_bytes()).collect();
    assert_eq!(again, pairs);
}
