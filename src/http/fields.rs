//! The header section by the reference's rules (reference §8.7.3), for heads that httparse refuses.
//!
//! The reference reads it with Python's `email` package: lines end at LF, CRLF or a lone CR; a line
//! that begins with a space or tab continues the one before, line ends included; a line that is not
//! `name:` with a name of printable ASCII ends the section, and what follows it is ignored without an
//! error. RFC 9112 §5 would have 400 for most of these; a handler here gets to see them.

use std::ops::Range;

/// Where one field stands in the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, up to the colon; never empty.
    pub name: Range<usize>,
    /// The value: leading spaces and tabs are left out, trailing ones and folds are kept.
    pub value: Range<usize>,
}

/// Reads the section that begins at `start`. Ranges are into `head`.
pub fn parse(head: &[u8], start: usize) -> Vec<Field> {
    read(head, start).0
}

/// Where the section that begins at `start` ends early, with a line that is no field; at the end of the
/// head if no line is.
pub fn end(head: &[u8], start: usize) -> usize {
    read(head, start).1
}

fn read(head: &[u8], start: usize) -> (Vec<Field>, usize) {
    let mut fields = Vec::new();
    // The field being read, which continuation lines make longer. A line with an empty name is not
    // kept, but swallows its continuation lines.
    let mut open: Option<Option<Field>> = None;
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
                    open = Some((length > 0).then_some(Field { name, value }));
                }
                // mbox's "From " line is skipped in first place; elsewhere it is a defect without
                // consequences.
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

/// Behind the line that begins at `start`: past its LF, CRLF or lone CR.
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
