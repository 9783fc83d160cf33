//! Problems of the fields that concern the body: `Content-Length`, `Transfer-Encoding` and `Expect`.
//! Strict where `http::framing` is lenient. Source: RFC 9112 §6, RFC 9110 §8.6, §10.1.1.
//!
//! ```
//! use wireserve::message::Problem;
//! use wireserve::message::problem_kinds::body_length::*;
//!
//! for (fields, kind) in [
//!     ("Content-Length: +1", LENGTH_VALUE), ("Content-Length: 1, 1", SECOND_LENGTH),
//!     ("Content-Length: 1, 2", OTHER_LENGTH), ("Content-Length: 18446744073709551616", LARGE_LENGTH),
//!     ("Transfer-Encoding: gzip", LAST_CODING), ("Transfer-Encoding: chunked, chunked", SECOND_CHUNKED),
//!     ("Transfer-Encoding: gzip, chunked", OTHER_CODING), ("Expect: a", EXPECTATION),
//!     ("Transfer-Encoding: chunked\r\nContent-Length: 1", CODING_AND_LENGTH),
//! ] { /* the head of a POST request */
//! #     let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n");
//! #     assert_eq!(Problem::find(head.as_bytes())[0].what, kind);
//! }
//! assert_eq!(Problem::find(b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")[0].what, OLD_CODING);
//! ```

use std::ops::Range;

use super::field_lines::UnfoldedField;
use super::kind::{Facts, kinds};
use super::request_line::Words;
use super::{Problem, ProblemKind, Severity};
use crate::http::request_line::Version;

kinds! {
    /// Something other than digits.
    pub const LENGTH_VALUE = Violation, "RFC 9110 §8.6", "a Content-Length that is not a number", framing;
    /// In a list or in several field lines; recipients may merge the values.
    pub const SECOND_LENGTH = Tolerated, "RFC 9110 §8.6", "a repeated Content-Length with the same value";
    /// Servers must respond with 400.
    pub const OTHER_LENGTH = Violation, "RFC 9112 §6.3", "conflicting Content-Length values", framing;
    /// Valid, but overflows in many parsers.
    pub const LARGE_LENGTH = Tolerated, "RFC 9110 §8.6", "a Content-Length that does not fit in 64 bits", framing;
    /// Servers must respond with 400, because the body's length is unknown.
    pub const LAST_CODING = Violation, "RFC 9112 §6.3", "a final transfer coding that is not chunked", framing;
    /// Senders must not apply it more than once.
    pub const SECOND_CHUNKED = Violation, "RFC 9112 §6.1", "chunked applied more than once", framing;
    /// Valid; servers that do not support it should respond with 501.
    pub const OTHER_CODING = Tolerated, "RFC 9112 §6.1", "a transfer coding other than chunked";
    /// Servers may reject it or ignore Content-Length, and must close the connection.
    pub const CODING_AND_LENGTH = Tolerated, "RFC 9112 §6.1", "both Transfer-Encoding and Content-Length", framing;
    /// Servers must treat the framing as faulty and close the connection after the request.
    pub const OLD_CODING = Tolerated, "RFC 9112 §6.1", "Transfer-Encoding in a request older than HTTP/1.1", framing;
    /// Servers may respond with 417.
    pub const EXPECTATION = Tolerated, "RFC 9110 §10.1.1", "an expectation other than 100-continue";
}

pub(super) fn find(
    head: &[u8],
    request: &Words,
    fields: &[UnfoldedField],
    problems: &mut Vec<Problem>,
) {
    let named = |name| fields.iter().filter(move |field| field.is(name));
    find_in_lengths(head, named("Content-Length"), problems);
    find_in_codings(head, named("Transfer-Encoding"), problems);
    if let Some(encoding) = named("Transfer-Encoding").next() {
        if let Some(length) = named("Content-Length").next() {
            problems.push(CODING_AND_LENGTH.at(encoding.start.max(length.start)));
        }
        if request
            .version
            .is_some_and(|version| version < Version::HTTP_11)
        {
            problems.push(OLD_CODING.at(encoding.start));
        }
    }
    for expectation in named("Expect").flat_map(|field| field.members(head)) {
        if !head[expectation.clone()].eq_ignore_ascii_case(b"100-continue") {
            problems.push(EXPECTATION.at(expectation.start));
        }
    }
}

fn find_in_lengths<'a>(
    head: &'a [u8],
    fields: impl Iterator<Item = &'a UnfoldedField<'a>>,
    problems: &mut Vec<Problem>,
) {
    let mut first: Option<&[u8]> = None;
    for field in fields {
        let members: Vec<_> = field.members(head).collect();
        let no_digit = |text: &[u8]| text.iter().position(|byte| !byte.is_ascii_digit());
        let stray = match members.as_slice() {
            [] => Some(0),
            // A number with empty list members around it.
            [number] if no_digit(&head[number.clone()]).is_none() => {
                memchr::memchr(b',', &head[field.value.clone()])
            }
            _ => None,
        };
        problems.extend(stray.map(|at| LENGTH_VALUE.at(field.value.start + at)));
        for member in members {
            let text = &head[member.clone()];
            if let Some(at) = no_digit(text) {
                problems.push(LENGTH_VALUE.at(member.start + at));
                continue;
            }
            let zeros = text.iter().take_while(|&&byte| byte == b'0').count();
            let number = &text[zeros..];
            if is_large(number) {
                problems.push(LARGE_LENGTH.at(member.start));
            }
            match first {
                None => first = Some(number),
                Some(other) if other == number => {
                    problems.push(SECOND_LENGTH.at(member.start));
                }
                Some(_) => problems.push(OTHER_LENGTH.at(member.start)),
            }
        }
    }
}

/// Whether a number without leading zeros exceeds 64 bits.
fn is_large(digits: &[u8]) -> bool {
    let largest = u64::MAX.to_string();
    (digits.len(), digits) > (largest.len(), largest.as_bytes())
}

fn find_in_codings<'a>(
    head: &'a [u8],
    fields: impl Iterator<Item = &'a UnfoldedField<'a>>,
    problems: &mut Vec<Problem>,
) {
    let mut codings: Vec<Range<usize>> = Vec::new();
    let mut empty = None;
    for field in fields {
        empty.get_or_insert(field.value.start);
        codings.extend(field.members(head));
    }
    let is_chunked = |coding: &Range<usize>| head[coding.clone()].eq_ignore_ascii_case(b"chunked");
    let Some((last, before)) = codings.split_last() else {
        problems.extend(empty.map(|at| LAST_CODING.at(at)));
        return;
    };
    if !is_chunked(last) {
        problems.push(LAST_CODING.at(last.start));
    }
    for coding in before.iter().filter(|coding| !is_chunked(coding)) {
        problems.push(OTHER_CODING.at(coding.start));
    }
    for coding in codings.iter().filter(|coding| is_chunked(coding)).skip(1) {
        problems.push(SECOND_CHUNKED.at(coding.start));
    }
}

#[cfg(test)]
mod tests {
    use crate::http::problems::Problem;

    #[test]
    fn fields() {
        let long = "Content-Length: 18446744073709551616\r\n";
        for (fields, problems) in [
            ("Content-Length: 0\r\n", &[][..]),
            ("Content-Length: 18446744073709551615\r\n", &[]),
            ("Content-Length: 00000000000000000000000001\r\n", &[]),
            (long, &["16 a Content-Length that does not fit in 64 bits"]),
            (
                "Content-Length:\r\n",
                &["15 a Content-Length that is not a number"],
            ),
            (
                "Content-Length: +2\r\n",
                &["16 a Content-Length that is not a number"],
            ),
            (
                "Content-Length: 2,\r\n",
                &["17 a Content-Length that is not a number"],
            ),
            (
                "Content-Length: ,, 6\r\n",
                &["16 a Content-Length that is not a number"],
            ),
            (
                "Content-Length: 2x,\r\n",
                &["17 a Content-Length that is not a number"],
            ),
            (
                "Content-Length: 2x, 2\r\n",
                &["17 a Content-Length that is not a number"],
            ),
            (
                "Content-Length: 1_0\r\n",
                &["17 a Content-Length that is not a number"],
            ),
            (
                "Content-Length: 2\r\n 3\r\n",
                &[
                    "17 a Content-Length that is not a number",
                    "19 a folded field line (obs-fold)",
                ],
            ),
            (
                "Content-Length: 2, 02\r\nContent-length: 2\r\n",
                &[
                    "19 a repeated Content-Length with the same value",
                    "39 a repeated Content-Length with the same value",
                ],
            ),
            (
                "Content-Length: 2,,3\r\nContent-length: 2\r\n",
                &[
                    "19 conflicting Content-Length values",
                    "38 a repeated Content-Length with the same value",
                ],
            ),
            ("Transfer-Encoding: chunked\r\n", &[]),
            ("Transfer-Encoding:, ,\tChunked ,\r\n", &[]),
            (
                "Transfer-Encoding: gzip,\r\n chunked\r\n",
                &[
                    "19 a transfer coding other than chunked",
                    "26 a folded field line (obs-fold)",
                ],
            ),
            (
                "Transfer-Encoding: \r\n",
                &["19 a final transfer coding that is not chunked"],
            ),
            (
                "Transfer-Encoding: chunked;a=b\r\n",
                &["19 a final transfer coding that is not chunked"],
            ),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
                &["47 a final transfer coding that is not chunked"],
            ),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: a, chunked\r\n",
                &[
                    "47 a transfer coding other than chunked",
                    "50 chunked applied more than once",
                ],
            ),
            (
                "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
                &["28 both Transfer-Encoding and Content-Length"],
            ),
        ] {
            let line = "POST / HTTP/1.1\r\nHost: a\r\n";
            let head = format!("{line}{fields}\r\n");
            let found: Vec<_> = Problem::find(head.as_bytes())
                .iter()
                .map(|problem| {
                    let offset = problem.offset - line.len();
                    format!("{offset} {}", problem.what.as_str())
                })
                .collect();
            assert_eq!(found, problems, "{fields:?}");
        }
    }

    #[test]
    fn transfer_codings_require_http_11() {
        for (version, has_problem) in [("1.0", true), ("1.1", false), ("1.2", false)] {
            let head =
                format!("POST / HTTP/{version}\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            let found = Problem::find(head.as_bytes());
            assert_eq!(!found.is_empty(), has_problem, "{version}: {found:?}");
        }
    }
}
