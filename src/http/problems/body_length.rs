//! Problems of the fields that concern the body: `Content-Length`, `Transfer-Encoding` and `Expect`.
//! Strict where `http::framing` is lenient. Source: RFC 9112 §6, RFC 9110 §8.6, §10.1.1.

use std::ops::Range;

use super::field_lines::UnfoldedField;
use super::request_line::Words;
use super::{Problem, ProblemKind as Kind};
use crate::http::request_line::Version;

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
            problems.push(Kind::CodingAndLength.at(encoding.start.max(length.start)));
        }
        if request
            .version
            .is_some_and(|version| version < Version::HTTP_11)
        {
            problems.push(Kind::OldCoding.at(encoding.start));
        }
    }
    for expectation in named("Expect").flat_map(|field| field.members(head)) {
        if !head[expectation.clone()].eq_ignore_ascii_case(b"100-continue") {
            problems.push(Kind::Expectation.at(expectation.start));
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
        problems.extend(stray.map(|at| Kind::LengthValue.at(field.value.start + at)));
        for member in members {
            let text = &head[member.clone()];
            if let Some(at) = no_digit(text) {
                problems.push(Kind::LengthValue.at(member.start + at));
                continue;
            }
            let zeros = text.iter().take_while(|&&byte| byte == b'0').count();
            let number = &text[zeros..];
            if is_large(number) {
                problems.push(Kind::LargeLength.at(member.start));
            }
            match first {
                None => first = Some(number),
                Some(other) if other == number => {
                    problems.push(Kind::SecondLength.at(member.start));
                }
                Some(_) => problems.push(Kind::OtherLength.at(member.start)),
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
        problems.extend(empty.map(|at| Kind::LastCoding.at(at)));
        return;
    };
    if !is_chunked(last) {
        problems.push(Kind::LastCoding.at(last.start));
    }
    for coding in before.iter().filter(|coding| !is_chunked(coding)) {
        problems.push(Kind::OtherCoding.at(coding.start));
    }
    for coding in codings.iter().filter(|coding| is_chunked(coding)).skip(1) {
        problems.push(Kind::SecondChunked.at(coding.start));
    }
}

#[cfg(test)]
mod tests {
    use crate::http::problems::find;

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
            let found: Vec<_> = find(head.as_bytes())
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
            let found = find(head.as_bytes());
            assert_eq!(!found.is_empty(), has_problem, "{version}: {found:?}");
        }
    }
}
