//! A head is the same, or refused for the same reason, in whatever pieces it arrives. No byte is lost, and the
//! result is that of the lenient grammar, whether or not httparse accepts the head.
//!
//! Input: a head, and the bytes that follow it.

#![cfg_attr(fuzzing, no_main)]

use wireserve::internals::http::head::{HeadLimits, Progress, Scanner};
use wireserve::internals::http::{fields, request_line};
use wireserve::message::{Head, Malformed};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

/// Limits that small inputs reach.
const NARROW: HeadLimits = HeadLimits {
    request_line: 30,
    field_line: 20,
    field_lines: 4,
    head: 60,
};

pub(crate) fn holds(input: &[u8]) {
    for limits in [HeadLimits::default(), NARROW] {
        let whole = verdict(input, input.len().max(1), &limits);
        for size in [1, 2, 7] {
            assert_eq!(verdict(input, size, &limits), whole, "in pieces of {size}");
        }
        if let Verdict::Whole(head) = &whole {
            let end = input.len() - without_empty_lines(input).len() + head.len();
            assert_eq!(verdict(&input[..end], end, &limits), whole, "cut after it");
        }
    }
    let head = without_empty_lines(input);
    if !head.is_empty() {
        assert_read_leniently(head);
    }
}

/// The content of a buffer.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// A head that can be parsed.
    Whole(Vec<u8>),
    Refused(Malformed),
    /// More bytes are needed; and the head if the input ended here.
    Unfinished(Progress, Option<Vec<u8>>),
}

/// The verdict on input that arrives in pieces of this size. Leading empty lines are removed from the buffer
/// as they arrive, as a connection does.
fn verdict(input: &[u8], size: usize, limits: &HeadLimits) -> Verdict {
    let mut scanner = Scanner::default();
    let mut buffer = Vec::new();
    let mut progress = Progress::Partial;
    for piece in input.chunks(size) {
        buffer.extend_from_slice(piece);
        progress = match scanner.scan(&buffer, limits) {
            Err(malformed) => return Verdict::Refused(malformed),
            Ok(Progress::Whole(head)) => {
                return match Head::parse(buffer[head].to_vec()) {
                    Ok(head) => Verdict::Whole(head.bytes().to_vec()),
                    Err(malformed) => Verdict::Refused(malformed),
                };
            }
            Ok(progress) => progress,
        };
        buffer.drain(..scanner.skip_empty_lines());
    }
    let finished = scanner.finish(&buffer);
    Verdict::Unfinished(progress, finished.map(|head| buffer[head].to_vec()))
}

fn without_empty_lines(mut input: &[u8]) -> &[u8] {
    while let [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] = input {
        input = rest;
    }
    input
}

fn assert_read_leniently(bytes: &[u8]) {
    let line = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
    let expected = request_line::parse(&bytes[..line]);
    let head = match Head::parse(bytes.to_vec()) {
        Ok(head) => head,
        Err(malformed) => return assert_eq!(Err(malformed), expected),
    };
    let expected = expected.expect("a valid request line");
    assert_eq!(head.method(), &bytes[expected.method]);
    assert_eq!(head.target(), &bytes[expected.target]);
    assert_eq!(head.version(), expected.version);
    let fields: Vec<_> = fields::parse(bytes, line)
        .into_iter()
        .map(|field| (&bytes[field.name], &bytes[field.value]))
        .collect();
    assert_eq!(head.fields().collect::<Vec<_>>(), fields);

    assert_eq!(head.bytes(), bytes);
    assert_eq!([head.request_line(), head.field_section()].concat(), bytes);
    let words = request_line::words(head.request_line());
    let version = words.get(2).map_or(&[][..], |word| &bytes[word.clone()]);
    assert_eq!(head.version_bytes(), version);
    for (name, value) in &fields {
        let name = std::str::from_utf8(name).expect("a name is ASCII");
        assert!(head.values(name).any(|other| other == *value));
        assert!(head.first(name).is_some());
    }
}
