//! Problems of field lines that do not depend on the field's name, and fields with their continuation
//! lines for the checks that do. Source: RFC 9112 §5, RFC 9110 §5.

use std::ops::Range;

use super::{Problem, ProblemKind as Kind};
use crate::http::grammar::is_tchar;
use crate::http::list;
use crate::http::raw_lines::{Flag, LineKind, RawLine};

pub(super) fn find(head: &[u8], lines: &[RawLine], problems: &mut Vec<Problem>) {
    for line in lines {
        let problem = match line.kind {
            LineKind::Skipped | LineKind::RequestLine | LineKind::End => continue,
            LineKind::Field => {
                find_in_name(head, line, problems);
                None
            }
            LineKind::NoColon => Some(Kind::NoColon),
            LineKind::Continuation if line.has(Flag::ObsFold) => Some(Kind::ObsFold),
            LineKind::Continuation => Some(Kind::BlankBeforeFirstField),
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
        problems.push(Kind::FieldName.at(line.name.start + at));
    }
    if line.has(Flag::SpaceBeforeColon) {
        problems.push(Kind::SpaceBeforeColon.at(line.separator.start));
    }
}

fn find_in_value(head: &[u8], line: &RawLine, problems: &mut Vec<Problem>) {
    type Test = fn(u8) -> bool;
    let tests: [(Flag, Kind, Test); 4] = [
        (Flag::BareCr, Kind::BareCr, |byte| byte == b'\r'),
        (Flag::Nul, Kind::Nul, |byte| byte == 0),
        (Flag::Control, Kind::Control, |byte| {
            byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | 0)
        }),
        (Flag::ObsText, Kind::ObsText, |byte| !byte.is_ascii()),
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
