//! Problems of field lines that do not depend on the field's name, and fields with their continuation
//! lines for the checks that do. Source: RFC 9112 §5, RFC 9110 §5.
//!
//! ```
//! use wireserve::message::Problem;
//! use wireserve::message::problem_kinds::field_lines::*;
//!
//! for (line, kind) in [
//!     ("Host : a", SPACE_BEFORE_COLON), ("A B: c", FIELD_NAME), ("Host a", NO_COLON), ("A: b\r\n c", OBS_FOLD),
//!     (" A: b", BLANK_BEFORE_FIRST_FIELD), ("A: \0", NUL), ("A: \x01", CONTROL), ("A: é", OBS_TEXT),
//! ] {
//!     let head = format!("GET / HTTP/1.0\r\n{line}\r\n\r\n");
//!     assert_eq!(Problem::find(head.as_bytes())[0].what, kind);
//! }
//! ```

use std::ops::Range;

use super::kind::{Facts, kinds};
use super::lines::BARE_CR;
use super::{Problem, ProblemKind, Severity};
use crate::http::grammar::is_tchar;
use crate::http::list;
use crate::http::raw_lines::{Flag, LineKind, RawLine};

kinds! {
    /// Servers must respond with 400.
    pub const SPACE_BEFORE_COLON = Violation, "RFC 9112 §5.1", "whitespace between field name and colon", framing;
    /// Also an empty name.
    pub const FIELD_NAME = Violation, "RFC 9110 §5.1", "a field name that is not a valid token", framing;
    /// Neither a field line nor a continuation.
    pub const NO_COLON = Violation, "RFC 9112 §5", "a field line without a colon", framing;
    /// Servers must respond with 400 or unfold the value.
    pub const OBS_FOLD = Violation, "RFC 9112 §5.2", "a folded field line (obs-fold)", framing;
    /// Recipients must reject the message or ignore the line.
    pub const BLANK_BEFORE_FIRST_FIELD = Violation, "RFC 9112 §2.2", "whitespace before the first field line", framing;
    /// Recipients must reject it or replace it with a space.
    pub const NUL = Violation, "RFC 9110 §5.5", "a NUL in a field value", framing;
    /// Invalid, but recipients may retain it.
    pub const CONTROL = Tolerated, "RFC 9110 §5.5", "a control character in a field value";
    /// Recipients should treat it as opaque data.
    pub const OBS_TEXT = Tolerated, "RFC 9110 §5.5", "a non-ASCII byte in a field value (obs-text)";
}

pub(super) fn find(head: &[u8], lines: &[RawLine], problems: &mut Vec<Problem>) {
    for line in lines {
        let problem = match line.kind {
            LineKind::Skipped | LineKind::RequestLine | LineKind::End => continue,
            LineKind::Field => {
                find_in_name(head, line, problems);
                None
            }
            LineKind::NoColon => Some(NO_COLON),
            LineKind::Continuation if line.has(Flag::ObsFold) => Some(OBS_FOLD),
            LineKind::Continuation => Some(BLANK_BEFORE_FIRST_FIELD),
        };
        problems.extend(problem.map(|kind| kind.at(line.range.start)));
        find_in_value(head, line, problems);
    }
}

fn find_in_name(head: &[u8], line: &RawLine, problems: &mut Vec<Problem>) {
    let name = &head[line.name.clone()];
    let broken = name.iter().position(|&byte| !is_tchar(byte));
    let empty = name.is_empty().then_some(0);
    if let Some(at) = broken.or(empty) {
        problems.push(FIELD_NAME.at(line.name.start + at));
    }
    if line.has(Flag::SpaceBeforeColon) {
        problems.push(SPACE_BEFORE_COLON.at(line.separator.start));
    }
}

fn find_in_value(head: &[u8], line: &RawLine, problems: &mut Vec<Problem>) {
    type Test = fn(u8) -> bool;
    let tests: [(Flag, ProblemKind, Test); 4] = [
        (Flag::BareCr, BARE_CR, |byte| byte == b'\r'),
        (Flag::Nul, NUL, |byte| byte == 0),
        (Flag::Control, CONTROL, |byte| {
            byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | 0)
        }),
        (Flag::ObsText, OBS_TEXT, |byte| !byte.is_ascii()),
    ];
    for (flag, kind, test) in tests {
        if line.has(flag) {
            let value = &head[line.value.clone()];
            let at = value.iter().position(|&byte| test(byte));
            problems.extend(at.map(|at| kind.at(line.value.start + at)));
        }
    }
}

/// A field with its continuation lines (obs-fold).
#[derive(Debug)]
pub(super) struct UnfoldedField<'a> {
    name: &'a [u8],
    /// Offset of the first line.
    pub start: usize,
    /// The value without surrounding whitespace; line folding is included.
    pub value: Range<usize>,
}

impl UnfoldedField<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Where the members of a list are in the head.
    pub(super) fn members(&self, head: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let start = self.value.start;
        list::ranges(&head[self.value.clone()], b',')
            .map(move |member| start + member.start..start + member.end)
    }
}

pub(super) fn unfolded<'a>(head: &'a [u8], lines: &[RawLine]) -> Vec<UnfoldedField<'a>> {
    let mut fields: Vec<UnfoldedField> = Vec::new();
    let mut last = LineKind::RequestLine;
    for line in lines {
        match (line.kind, fields.last_mut()) {
            (LineKind::Field, _) => fields.push(UnfoldedField {
                name: &head[line.name.clone()],
                start: line.range.start,
                value: line.value.clone(),
            }),
            (LineKind::Continuation, Some(field)) if last == LineKind::Field => {
                field.value.end = line.value.end;
                continue;
            }
            _ => {}
        }
        last = line.kind;
    }
    for field in &mut fields {
        let (start, inner) = (field.value.start, list::trimmed(&head[field.value.clone()]));
        field.value = start + inner.start..start + inner.end;
    }
    fields
}
