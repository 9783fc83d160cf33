//! The length of a body follows from its fields, whatever their order. Ambiguous fields are refused, and a head
//! without problems always has sound framing.
//!
//! Input: a head.

#![cfg_attr(fuzzing, no_main)]

use wireserve::Request;
use wireserve::internals::http::framing::{self, Trust};
use wireserve::internals::http::problems;
use wireserve::message::{Framing, Head, Malformed, Version};

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
            let sound = lengths.is_empty() && head.version() >= Version::HTTP_11;
            assert_eq!(*trust == Trust::Sound, sound);
        }
        Ok((Framing::Length(length), trust)) => {
            assert_eq!((*trust, encodings.len()), (Trust::Sound, 0));
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

    if problems::find(bytes).is_empty() && !lengths.iter().any(|text| is_beyond_files(text)) {
        assert!(matches!(decided, Ok((_, Trust::Sound))), "{decided:?}");
    }

    let address = ([127, 0, 0, 1], 80).into();
    let request = Request::new(head.clone(), (address, address));
    let extent = decided.as_ref().map_or(Framing::Length(0), |it| it.0);
    assert_eq!(request.framing(), extent);
    match request.malformed() {
        Some(Malformed::Host(_)) => {}
        malformed => assert_eq!(malformed, decided.as_ref().err()),
    }
}

/// Whether `chunked` is the last member that is not empty.
fn ends_in_chunked(encodings: &[&[u8]]) -> bool {
    let text = String::from_utf8_lossy(&encodings.join(&b","[..])).to_ascii_lowercase();
    let members = text.split(',');
    let mut members = members.map(|it| it.trim_matches(|it: char| it.is_ascii_whitespace()));
    members.rfind(|it| !it.is_empty()) == Some("chunked")
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
