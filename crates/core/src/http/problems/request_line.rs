//! Problems of the request line. It is split as in the lenient parser (`http::request_line`), so that
//! both agree on its parts. Source: RFC 9112 §2.3, §3.
//!
//! ```
//! use wireserve::message::Problem;
//! use wireserve::message::problem_kinds::request_line::*;
//!
//! for (line, kind) in [
//!     ("GET", WORD_COUNT), ("GET /", NO_VERSION), ("GET  / HTTP/1.0", WORD_BLANKS),
//!     ("GET / \x1cHTTP/1.0", WORD_CONTROL), ("G(T / HTTP/1.0", METHOD), ("GET /a b HTTP/1.0", TARGET_BLANK),
//!     ("GET /[ HTTP/1.0", TARGET_BYTE), ("GET /% HTTP/1.0", TARGET_PERCENT), ("GET /#a HTTP/1.0", TARGET_FRAGMENT),
//!     ("GET a HTTP/1.0", TARGET_FORM), ("GET * HTTP/1.0", ASTERISK_FORM), ("GET a:1 HTTP/1.0", AUTHORITY_FORM),
//!     ("CONNECT / HTTP/1.0", CONNECT_FORM), ("GET / HTTP/1", VERSION), ("GET / http/1.0", VERSION_CASE),
//!     ("GET / HTTP/2.0", MAJOR_VERSION),
//! ] {
//!     assert_eq!(Problem::find(format!("{line}\r\n\r\n").as_bytes())[0].what, kind);
//! }
//! ```

use std::ops::Range;

use super::kind::{Facts, kinds};
use super::lines::HTTP2_PREFACE;
use super::{Problem, ProblemKind, Severity};
use crate::http::grammar::{invalid_percent, is_path_byte, is_tchar};
use crate::http::raw_lines::RawLine;
use crate::http::request_line::{self, Version, is_separator};
use crate::http::target::{self, TargetForm};

kinds! {
    /// One part, or two parts and a method other than GET, or too many parts.
    pub const WORD_COUNT = Violation, "RFC 9112 §3", "a request line that is not method, target and version";
    /// `GET /x`, an HTTP/0.9 request.
    pub const NO_VERSION = Violation, "RFC 9112 §C.1", "a request line without an HTTP version";
    /// Recipients may accept any run of whitespace, bare CR included, also around the line.
    pub const WORD_BLANKS = Tolerated, "RFC 9112 §3", "whitespace other than single spaces in the request line";
    /// A control character that is not whitespace even for lenient recipients.
    pub const WORD_CONTROL = Violation, "RFC 9112 §3", "a control character between the parts of the request line";
    /// Any token is a valid method, in upper or lower case.
    pub const METHOD = Violation, "RFC 9112 §3.1", "a method that is not a valid token";
    /// More than three parts, of which the last is a version.
    pub const TARGET_BLANK = Violation, "RFC 9112 §3.2", "whitespace in the request target";
    /// A control character, a non-ASCII byte, or one that must be percent-encoded.
    pub const TARGET_BYTE = Violation, "RFC 9112 §3.2", "an invalid byte in the request target";
    /// A literal `%` must be encoded as `%25`.
    pub const TARGET_PERCENT = Violation, "RFC 3986 §2.1", "a percent sign that is not followed by two hexadecimal digits";
    /// Clients must not send the fragment.
    pub const TARGET_FRAGMENT = Violation, "RFC 9112 §3.2.1", "a fragment in the request target";
    /// Not origin-form, absolute-form, authority-form or asterisk-form.
    pub const TARGET_FORM = Violation, "RFC 9112 §3.2", "a request target in none of the four forms";
    /// `*` is only valid with OPTIONS.
    pub const ASTERISK_FORM = Violation, "RFC 9112 §3.2.4", "an asterisk-form target with a method other than OPTIONS";
    /// `host:port` is only valid with CONNECT.
    pub const AUTHORITY_FORM = Violation, "RFC 9112 §3.2.3", "an authority-form target with a method other than CONNECT";
    /// CONNECT requires `host:port`.
    pub const CONNECT_FORM = Violation, "RFC 9112 §3.2.3", "a CONNECT target that is not in authority-form";
    /// Expected `HTTP/`, a digit, a dot and a digit.
    pub const VERSION = Violation, "RFC 9112 §2.3", "a malformed HTTP version";
    /// The name of the protocol is case-sensitive.
    pub const VERSION_CASE = Violation, "RFC 9112 §2.3", "an HTTP version that is not in uppercase";
    /// Answered with 505.
    pub const MAJOR_VERSION = Violation, "RFC 9110 §15.6.6", "an HTTP major version other than 1";
}

/// The parts of a request line that other checks need.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Empty if the line has no target.
    pub target: Range<usize>,
    /// `None` if the version is missing or invalid; [`Version::SIMPLE`] for an HTTP/0.9 request.
    pub version: Option<Version>,
}

impl Words {
    /// Whether this is an HTTP/0.9 request, which consists of one line.
    pub(super) fn is_simple(&self) -> bool {
        self.version == Some(Version::SIMPLE)
    }
}

/// Whether the line begins with a control character, upon which the server stops parsing.
pub(super) fn is_not_http(head: &[u8], line: &RawLine) -> bool {
    let first = head.get(line.range.start);
    first.is_some_and(|&byte| byte.is_ascii_control() && !is_separator(byte))
}

pub(super) fn find(head: &[u8], line: &RawLine, problems: &mut Vec<Problem>) -> Words {
    let content = line.value.clone();
    let mut words = request_line::words(&head[content.clone()]);
    for word in &mut words {
        *word = content.start + word.start..content.start + word.end;
    }
    let [method, .., last] = words.as_slice() else {
        problems.push(WORD_COUNT.at(content.end));
        return Words::default();
    };
    if head[content.clone()] == *b"PRI * HTTP/2.0" {
        problems.push(HTTP2_PREFACE.at(content.start));
        return Words::default();
    }
    let (target, version) = match words.as_slice() {
        [_, target] if head[method.clone()] == *b"GET" => {
            problems.push(NO_VERSION.at(target.end));
            (target.clone(), None)
        }
        [_, target, version] => (target.clone(), Some(version)),
        [_, first, .., before, version] if is_like_version(&head[version.clone()]) => {
            problems.push(TARGET_BLANK.at(first.end));
            (first.start..before.end, Some(version))
        }
        [_, _, .., _, _] => {
            problems.push(WORD_COUNT.at(words[2].start));
            return Words::default();
        }
        _ => {
            problems.push(WORD_COUNT.at(content.end));
            return Words::default();
        }
    };
    let gaps = [
        content.start..method.start,
        method.end..target.start,
        target.end..version.map_or(target.end, |version| version.start),
        last.end..content.end,
    ];
    find_in_gaps(head, &gaps, problems);
    let broken = |&byte: &u8| !is_tchar(byte);
    if let Some(at) = head[method.clone()].iter().position(broken) {
        problems.push(METHOD.at(method.start + at));
    }
    find_in_target(head, method, &target, problems);
    let version = match version {
        Some(version) => find_in_version(head, version, problems),
        None => Some(Version::SIMPLE),
    };
    Words { target, version }
}

/// Checks the gaps before, between and after the words. Unusual whitespace is reported once, at its
/// first byte, unless that is a control character that RFC 9112 §3 does not count as whitespace.
fn find_in_gaps(head: &[u8], gaps: &[Range<usize>; 4], problems: &mut Vec<Problem>) {
    let is_between = |gap: usize| matches!(gap, 1 | 2);
    let is_control = |at: usize| matches!(head[at], 0x1c..=0x1f);
    let blanks = gaps.iter().enumerate().find_map(|(number, gap)| {
        let spaces = usize::from(is_between(number) && head[gap.clone()].starts_with(b" "));
        (gap.len() > spaces).then_some(gap.start + spaces)
    });
    let blanks = blanks.filter(|&at| !is_control(at));
    problems.extend(blanks.map(|at| WORD_BLANKS.at(at)));
    let control = gaps.iter().cloned().flatten().find(|&at| is_control(at));
    problems.extend(control.map(|at| WORD_CONTROL.at(at)));
}

fn find_in_target(
    head: &[u8],
    method: &Range<usize>,
    target: &Range<usize>,
    problems: &mut Vec<Problem>,
) {
    let text = &head[target.clone()];
    let method = &head[method.clone()];
    let mut add = |kind: ProblemKind, at: usize| problems.push(kind.at(target.start + at));
    let form = target::form(method, text);
    match (form, method) {
        (TargetForm::Authority, b"CONNECT") | (TargetForm::Asterisk, b"OPTIONS") => {}
        (_, b"CONNECT") => add(CONNECT_FORM, 0),
        (TargetForm::Authority, _) => add(AUTHORITY_FORM, 0),
        (TargetForm::Asterisk, _) => add(ASTERISK_FORM, 0),
        (TargetForm::Other, _) => add(TARGET_FORM, 0),
        (TargetForm::Origin | TargetForm::Absolute, _) => {}
    }
    // Brackets are valid in IP literals. Whitespace is reported as `TargetBlank`.
    let address = match form {
        TargetForm::Authority => 0..text.len(),
        _ => authority(text).unwrap_or(0..0),
    };
    let broken = text.iter().enumerate().position(|(at, &byte)| {
        let is_bracket = matches!(byte, b'[' | b']') && address.contains(&at);
        !(is_path_byte(byte) || is_bracket || is_separator(byte) || byte == b'#')
    });
    if let Some(at) = broken {
        add(TARGET_BYTE, at);
    }
    if let Some(at) = invalid_percent(text) {
        add(TARGET_PERCENT, at);
    }
    if let Some(at) = memchr::memchr(b'#', text) {
        add(TARGET_FRAGMENT, at);
    }
}

/// The authority in an absolute-form target, userinfo included (RFC 3986 §3.2).
pub(super) fn authority(target: &[u8]) -> Option<Range<usize>> {
    if target::form(b"", target) != TargetForm::Absolute {
        return None;
    }
    let colon = memchr::memchr(b':', target)?;
    let start = colon + b"://".len();
    let rest = target[colon..].strip_prefix(b"://")?;
    let length = rest.iter().position(|byte| b"/?#".contains(byte));
    Some(start..start + length.unwrap_or(rest.len()))
}

/// Whether a word looks like a version.
fn is_like_version(word: &[u8]) -> bool {
    word.get(..5)
        .is_some_and(|name| name.eq_ignore_ascii_case(b"HTTP/"))
}

/// Parses the version, or adds its problem.
fn find_in_version(
    head: &[u8],
    word: &Range<usize>,
    problems: &mut Vec<Problem>,
) -> Option<Version> {
    let text = &head[word.clone()];
    let fits = |byte: u8, pattern: u8| match pattern {
        b'0' => byte.is_ascii_digit(),
        _ => byte == pattern,
    };
    let broken = |text: &[u8]| {
        let pattern = b"HTTP/0.0";
        let pairs = text.iter().zip(pattern);
        let same = pairs.take_while(|&(&byte, &pattern)| fits(byte, pattern));
        let same = same.count();
        (same < text.len().max(pattern.len())).then_some(same)
    };
    if let Some(at) = broken(text) {
        let kind = match broken(&text.to_ascii_uppercase()) {
            Some(_) => VERSION,
            None => VERSION_CASE,
        };
        problems.push(kind.at(word.start + at));
        return None;
    }
    let version = Version {
        major: u32::from(text[5] - b'0'),
        minor: u32::from(text[7] - b'0'),
    };
    if version.major != 1 {
        problems.push(MAJOR_VERSION.at(word.start + 5));
        return None;
    }
    Some(version)
}
