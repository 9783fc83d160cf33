//! The lenient parser for header sections that httparse refuses, by the reference's rules (reference
//! §8.7.3).
//!
//! The reference uses Python's `email` package: lines end with LF, CRLF or a bare CR; a line that
//! begins with a space or tab continues the previous field, whose value includes the line terminator;
//! a line that does not begin with a name of printable ASCII and a colon ends the section, and the
//! rest is ignored without an error. RFC 9112 §5 requires 400 for most of these; here a handler sees
//! them.

use std::ops::Range;

/// The position of a field in the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRange {
    /// The name, without the colon; never empty.
    pub name: Range<usize>,
    /// The value without leading spaces and tabs; trailing ones and line folding are included.
    pub value: Range<usize>,
}

/// Parses the section that begins at `start`. Ranges index into `head`.
pub fn parse(head: &[u8], start: usize) -> Vec<FieldRange> {
    read(head, start).0
}

/// Offset of the line that ends the section that begins at `start`: the first line that is not a
/// field, or the end of the head.
pub fn end(head: &[u8], start: usize) -> usize {
    read(head, start).1
}

fn read(head: &[u8], start: usize) -> (Vec<FieldRange>, usize) {
    let mut fields = Vec::new();
    // The current field, which continuation lines may extend. `Some(None)` is a line with an empty
    // name: it is dropped together with its continuation lines.
    let mut open: Option<Option<FieldRange>> = None;
    let mut at = start;
    while at < head.len() {
        let line = at..line_end(head, at);
        let content = at..trim_end(head, &line);
        match head[line.start] {
            b' ' | b'\t' => {
                if let Some(Some(field)) = &mut open {
                    field.value.end = content.end;
                }
            }
            _ => match head[content.clone()].iter().position(|&byte| byte == b':') {
                Some(length) if is_name(&head[content.start..content.start + length]) => {
                    fields.extend(open.take().flatten());
                    let name = content.start..content.start + length;
                    let value = skip_blanks(head, name.end + 1, content.end)..content.end;
                    open = Some((length > 0).then_some(FieldRange { name, value }));
                }
                // The `email` package skips mbox's "From " lines.
                _ if head[content.clone()].starts_with(b"From ") => {
                    fields.extend(open.take().flatten());
                }
                _ => break,
            },
        }
        at = line.end;
    }
    fields.extend(open.flatten());
    (fields, at)
}

fn is_name(name: &[u8]) -> bool {
    name.iter()
        .all(|byte| matches!(byte, b'!'..=b'9' | b';'..=b'~'))
}

/// End of the line that begins at `start`, after its LF, CRLF or bare CR.
fn line_end(head: &[u8], start: usize) -> usize {
    match memchr::memchr2(b'\r', b'\n', &head[start..]) {
        None => head.len(),
        Some(at) if head[start + at] == b'\r' && head.get(start + at + 1) == Some(&b'\n') => {
            start + at + 2
        }
        Some(at) => start + at + 1,
    }
}

fn trim_end(head: &[u8], line: &Range<usize>) -> usize {
    head[line.clone()]
        .iter()
        .rposition(|byte| !matches!(byte, b'\r' | b'\n'))
        .map_or(line.start, |last| line.start + last + 1)
}

fn skip_blanks(head: &[u8], start: usize, end: usize) -> usize {
    head[start..end]
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t'))
        .map_or(end, |blanks| start + blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(section: &str) -> Vec<(&str, &str)> {
        parse(section.as_bytes(), 0)
            .into_iter()
            .map(|field| (&section[field.name], &section[field.value]))
            .collect()
    }

    #[test]
    fn sections() {
        for (section, fields) in [
            ("\r\n", vec![]),
            ("A: b\r\n\r\n", vec![("A", "b")]),
            ("A: b\nC:d\n\n", vec![("A", "b"), ("C", "d")]),
            ("A:\t b \t\r\n\r\n", vec![("A", "b \t")]),
            ("A: b\r\n  c\r\n\r\n", vec![("A", "b\r\n  c")]),
            ("A:\r\n b\r\n\r\n", vec![("A", "\r\n b")]),
            ("A: b\rC: d\r\n\r\n", vec![("A", "b"), ("C", "d")]),
            ("A: b\r\rC: d\r\n\r\n", vec![("A", "b")]),
            ("A : b\r\nC: d\r\n\r\n", vec![]),
            ("A: b\r\ngarbage\r\nC: d\r\n\r\n", vec![("A", "b")]),
            (" x\r\nA: b\r\n\r\n", vec![("A", "b")]),
            (": x\r\n y\r\nA: b\r\n\r\n", vec![("A", "b")]),
            ("A: b", vec![("A", "b")]),
            ("A: b\r\nC", vec![("A", "b")]),
            ("A\0: b\r\nC: d\r\n\r\n", vec![]),
            ("A: \0b\r\n\r\n", vec![("A", "\0b")]),
            ("From x\r\n y\r\nA: b\r\n\r\n", vec![("A", "b")]),
        ] {
            assert_eq!(shown(section), fields, "{section:?}");
        }
    }

    #[test]
    fn ends() {
        for (section, ignored) in [
            ("\r\n", "\r\n"),
            ("A: b\r\n\r\n", "\r\n"),
            ("A: b", ""),
            ("A: b\r\nC : d\r\nE: f\r\n\r\n", "C : d\r\nE: f\r\n\r\n"),
            ("A: b\r\rC: d\r\n\r\n", "\rC: d\r\n\r\n"),
        ] {
            let end = end(section.as_bytes(), 0);
            assert_eq!(&section[end..], ignored, "{section:?}");
        }
    }
}
