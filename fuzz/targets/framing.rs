//! The length of a body follows from its fields, whatever their order. Ambiguous fields are refused, a head
//! without problems always has sound framing, and a problem of framing always ends the connection.
//!
//! Input: a head.

#![cfg_attr(fuzzing, no_main)]

use wireserve::Request;
use wireserve::internals::http::framing::{self, Trust};
use wireserve::internals::http::problems;
use wireserve::message::{Framing, Head, Malformed, Problem, Version};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|head: &[u8]| holds(head));

pub(crate) fn holds(bytes: &[u8]) {
    let Ok(head) = Head::parse(bytes.to_vec()) else {
        return;
    };
    let lengths: Vec<_> = head.values("Content-Length").collect();
    let encodings: Vec<_> = head.values("Transfer-Encoding").collect();
    let decide = |lengths: &[&[u8]]| {
        let (lengths, encodings) = (lengths.iter().copied(), encodings.iter().copied());
        framing::decide(lengths, encodings, head.version())
    };
    let decided = decide(&lengths);
    let reversed: Vec<_> = lengths.iter().rev().copied().collect();
    assert_eq!(decide(&reversed).ok(), decided.as_ref().ok().copied());

    match &decided {
        Ok((Framing::Chunked, trust)) => {
            assert!(ends_in_chunked(&encodings));
            let is_once = codings(&encodings)
                .iter()
                .filter(|it| **it == "chunked")
                .count()
                == 1;
            let sound = lengths.is_empty() && head.version() >= Version::HTTP_11 && is_once;
            assert_eq!(*trust == Trust::Sound, sound);
        }
        Ok((Framing::Length(length), trust)) => {
            let is_plain = |text: &&[u8]| text.trim_ascii().iter().all(u8::is_ascii_digit);
            assert!(encodings.is_empty());
            assert!(*trust == Trust::Doubtful || lengths.iter().all(is_plain));
            assert_eq!(lengths.is_empty(), lengths.is_empty() && *length == 0);
            assert!(
                lengths
                    .iter()
                    .all(|text| digits(text) == length.to_string())
            );
        }
        Err(Malformed::ContentLength(text)) => assert!(lengths.contains(&&text[..])),
        Err(Malformed::ConflictingLengths) => {
            assert!(
                lengths
                    .windows(2)
                    .any(|pair| digits(pair[0]) != digits(pair[1]))
            );
        }
        Err(Malformed::TransferEncoding(text)) => {
            assert!(encodings.contains(&&text[..]) && !ends_in_chunked(&encodings));
        }
        Err(other) => panic!("{other:?}"),
    }

    if Problem::find(bytes).is_empty() && !lengths.iter().any(|text| is_beyond_files(text)) {
        assert!(matches!(decided, Ok((_, Trust::Sound))), "{decided:?}");
    }

    let address = ([127, 0, 0, 1], 80).into();
    let request = Request::new(head.clone(), (address, address));
    let extent = decided.as_ref().map_or(Framing::Length(0), |it| it.0);
    assert_eq!(request.framing(), extent);
    if problems::is_misframed(bytes) {
        assert!(request.fate().ends_connection());
    }
    match request.malformed() {
        Some(Malformed::Host(_)) => {}
        malformed => assert_eq!(malformed, decided.as_ref().err()),
    }
}

/// Whether `chunked` is the last member that is not empty.
fn ends_in_chunked(encodings: &[&[u8]]) -> bool {
    codings(encodings)
        .last()
        .is_some_and(|last| last == "chunked")
}

/// The members that are not empty, in lower case. A comma in a quoted string separates nothing.
fn codings(encodings: &[&[u8]]) -> Vec<String> {
    let mut members = Vec::new();
    for encoding in encodings {
        let (mut member, mut bytes) = (String::new(), encoding.iter());
        let mut is_quoted = false;
        while let Some(&byte) = bytes.next() {
            match byte {
                b',' if !is_quoted => members.push(std::mem::take(&mut member)),
                b'\\' if is_quoted => {
                    member.push('\\');
                    member.extend(bytes.next().map(|&byte| char::from(byte)));
                }
                _ => {
                    is_quoted ^= byte == b'"';
                    member.push(char::from(byte));
                }
            }
        }
        members.push(member);
    }
    let is_space = |it: char| matches!(it, ' ' | '\t' | '\r' | '\n');
    let trimmed = members.iter().map(|it| it.trim_matches(is_space));
    let members = trimmed.filter(|it| !it.is_empty());
    members.map(str::to_ascii_lowercase).collect()
}

/// The number in a text, without the characters that Python's `int` ignores around and between digits.
fn digits(text: &[u8]) -> String {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let digits: String = digits.map(|&byte| char::from(byte)).collect();
    let number = digits.trim_start_matches('0');
    if number.is_empty() { "0" } else { number }.to_owned()
}

/// Whether a length is larger than any file offset.
fn is_beyond_files(text: &[u8]) -> bool {
    digits(text).parse::<i64>().is_err()
}
