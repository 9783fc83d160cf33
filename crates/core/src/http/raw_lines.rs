//! The lines of a head as received: each with its name, separator, value and line terminator, and
//! flags for what is unusual about it. Nothing is repaired, dropped or judged; `problems` does the
//! latter. In contrast to `fields`, which finds the fields that a handler sees, only LF ends a line.
//!
//! Invariant: the concatenated ranges are the head, byte for byte, for any input.
//!
//! Source: RFC 9112 §2.2 (line ends), §5 (field lines).

use std::collections::HashSet;
use std::ops::Range;

use super::grammar::{is_blank, is_tchar};

/// One line. `name`, `separator`, `value` and `line_end` are adjacent and together make up `range`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// The whole line.
    pub range: Range<usize>,
    /// The kind of the line.
    pub kind: LineKind,
    /// The name without trailing whitespace; empty unless the line is a field.
    pub name: Range<usize>,
    /// The colon with the whitespace around it; empty unless the line is a field.
    pub separator: Range<usize>,
    /// The value with trailing whitespace; the whole content if the line is not a field.
    pub value: Range<usize>,
    /// CRLF or LF; empty where the input ended.
    pub line_end: Range<usize>,
    flags: Flags,
}

impl RawLine {
    /// The flags of the line, in the order of [`Flag::ALL`].
    pub fn flags(&self) -> impl Iterator<Item = Flag> + use<> {
        let flags = self.flags;
        Flag::ALL.into_iter().filter(move |&flag| flags.has(flag))
    }

    /// Whether the line has a flag.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.has(flag)
    }
}

/// The kind of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// An empty line before the request line (RFC 9112 §2.2).
    Skipped,
    /// The first line that is not empty.
    RequestLine,
    /// A line with a colon (RFC 9112 §5).
    Field,
    /// A line that begins with a space or tab (RFC 9112 §5.2).
    Continuation,
    /// Any other line.
    NoColon,
    /// The empty line after the field lines.
    End,
}

impl LineKind {
    /// The name in JSON and Python.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::RequestLine => "request_line",
            Self::Field => "field",
            Self::Continuation => "continuation",
            Self::NoColon => "no_colon",
            Self::End => "end",
        }
    }
}

/// Something unusual about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Whitespace between name and colon (RFC 9112 §5.1).
    SpaceBeforeColon,
    /// Neither a field line nor a continuation (RFC 9112 §5).
    NoColon,
    /// A continuation of the previous line (RFC 9112 §5.2).
    ObsFold,
    /// Terminated by LF without CR (RFC 9112 §2.2).
    BareLf,
    /// A CR that is not directly before LF (RFC 9112 §2.2).
    BareCr,
    /// A NUL (RFC 9110 §5.5).
    Nul,
    /// A name that is not a valid token (RFC 9110 §5.1, §5.6.2).
    NonToken,
    /// The name of an earlier line, compared case-insensitively (RFC 9110 §5.2).
    Duplicate,
    /// A control character other than HTAB, CR, LF and NUL (RFC 9110 §5.5).
    Control,
    /// A non-ASCII byte (RFC 9110 §5.5).
    ObsText,
    /// It begins with whitespace and precedes the first field (RFC 9112 §2.2).
    BlankBeforeFirstField,
}

impl Flag {
    /// All flags, in the order in which JSON and Python list them.
    pub const ALL: [Self; 11] = [
        Self::SpaceBeforeColon,
        Self::NoColon,
        Self::ObsFold,
        Self::BareLf,
        Self::BareCr,
        Self::Nul,
        Self::NonToken,
        Self::Duplicate,
        Self::Control,
        Self::ObsText,
        Self::BlankBeforeFirstField,
    ];

    /// The name in JSON and Python.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SpaceBeforeColon => "space_before_colon",
            Self::NoColon => "no_colon",
            Self::ObsFold => "obs_fold",
            Self::BareLf => "bare_lf",
            Self::BareCr => "bare_cr",
            Self::Nul => "nul",
            Self::NonToken => "non_token",
            Self::Duplicate => "duplicate",
            Self::Control => "control",
            Self::ObsText => "obs_text",
            Self::BlankBeforeFirstField => "blank_before_first_field",
        }
    }
}

/// A set of flags, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flags(u16);

impl Flags {
    fn add(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u16;
    }

    fn has(self, flag: Flag) -> bool {
        self.0 & 1 << flag as u16 != 0
    }
}

/// Splits a head into lines, beginning with any empty lines before the request line. Bytes after the
/// empty line that ends the head are split into more lines of the header section.
pub fn split(head: &[u8]) -> Vec<RawLine> {
    let mut lines = Vec::new();
    let mut section = Section::Before;
    let mut names = HashSet::new();
    let mut at = 0;
    while at < head.len() {
        let end = memchr::memchr(b'\n', &head[at..]).map_or(head.len(), |length| at + length + 1);
        let mut line = unclassified(head, at..end);
        section = section.read(head, &mut line);
        if line.kind == LineKind::Field
            && !names.insert(head[line.name.clone()].to_ascii_lowercase())
        {
            line.flags.add(Flag::Duplicate);
        }
        lines.push(line);
        at = end;
    }
    lines
}

/// The position of a line in the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// Before the request line.
    Before,
    /// Between the request line and the first field line.
    NoField,
    /// After a line that a continuation may follow.
    Fields,
}

impl Section {
    /// Sets the kind and the parts of a line, and returns the position of the next line.
    fn read(self, head: &[u8], line: &mut RawLine) -> Self {
        let content = &head[line.value.clone()];
        let is_empty = content.is_empty() && !line.line_end.is_empty();
        match self {
            Self::Before if is_empty => {
                line.kind = LineKind::Skipped;
                self
            }
            Self::Before => {
                line.kind = LineKind::RequestLine;
                Self::NoField
            }
            _ if is_empty => {
                line.kind = LineKind::End;
                self
            }
            _ if content.first().copied().is_some_and(is_blank) => {
                line.kind = LineKind::Continuation;
                line.flags.add(match self {
                    Self::Fields => Flag::ObsFold,
                    Self::Before | Self::NoField => Flag::BlankBeforeFirstField,
                });
                self
            }
            _ => {
                match memchr::memchr(b':', content) {
                    Some(colon) => divide(head, line, colon),
                    None => line.flags.add(Flag::NoColon),
                }
                Self::Fields
            }
        }
    }
}

/// A line as content and line terminator, with the flags that do not depend on its kind.
fn unclassified(head: &[u8], range: Range<usize>) -> RawLine {
    let bytes = &head[range.clone()];
    let mut flags = Flags::default();
    let content = match bytes {
        [content @ .., b'\r', b'\n'] => content,
        [content @ .., b'\n'] => {
            flags.add(Flag::BareLf);
            content
        }
        content => content,
    };
    for &byte in content {
        match byte {
            b'\r' => flags.add(Flag::BareCr),
            0 => flags.add(Flag::Nul),
            b'\t' | b' '..=b'~' => {}
            0x80.. => flags.add(Flag::ObsText),
            _ => flags.add(Flag::Control),
        }
    }
    let end = range.start + content.len();
    RawLine {
        kind: LineKind::NoColon,
        name: range.start..range.start,
        separator: range.start..range.start,
        value: range.start..end,
        line_end: end..range.end,
        range,
        flags,
    }
}

/// Turns a line into a field whose name ends at `colon`, an offset in the content.
fn divide(head: &[u8], line: &mut RawLine, colon: usize) {
    let content = line.value.clone();
    let colon = content.start + colon;
    let before = head[content.start..colon].iter().rev();
    let blanks_before = before.take_while(|&&byte| is_blank(byte)).count();
    let after = head[colon + 1..content.end].iter();
    let blanks_after = after.take_while(|&&byte| is_blank(byte)).count();
    line.kind = LineKind::Field;
    line.name = content.start..colon - blanks_before;
    line.separator = line.name.end..colon + 1 + blanks_after;
    line.value = line.separator.end..content.end;
    if blanks_before > 0 {
        line.flags.add(Flag::SpaceBeforeColon);
    }
    let name = &head[line.name.clone()];
    if name.is_empty() || !name.iter().all(|&byte| is_tchar(byte)) {
        line.flags.add(Flag::NonToken);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// `kind name|separator|value|line end +flags` for each line; CRLF line ends are omitted.
    fn shown(head: &[u8]) -> Vec<String> {
        let text = |range: &Range<usize>| head[range.clone()].escape_ascii().to_string();
        let show = |line: RawLine| {
            let kind = line.kind.as_str();
            let mut shown = match line.kind {
                LineKind::Field => {
                    let (name, separator) = (text(&line.name), text(&line.separator));
                    format!("{kind} {name}|{separator}|{}", text(&line.value))
                }
                _ => format!("{kind} {}", text(&line.value)),
            };
            if text(&line.line_end) != "\\r\\n" {
                shown += &format!("|{}", text(&line.line_end));
            }
            for flag in line.flags() {
                shown += &format!(" +{}", flag.as_str());
            }
            shown
        };
        split(head).into_iter().map(show).collect()
    }

    #[test]
    fn lines() {
        for (head, lines) in [
            (&b""[..], &[][..]),
            (
                b"\r\n\nGET / HTTP/1.1\r\nA: b \r\n\r\n",
                &[
                    "skipped ",
                    "skipped |\\n +bare_lf",
                    "request_line GET / HTTP/1.1",
                    "field A|: |b ",
                    "end ",
                ],
            ),
            (
                b"X\n: a\nA \t: \t\n\xe9:\r:\r\nb",
                &[
                    "request_line X|\\n +bare_lf",
                    "field |: |a|\\n +bare_lf +non_token",
                    "field A| \\t: \\t||\\n +space_before_colon +bare_lf",
                    "field \\xe9|:|\\r: +bare_cr +non_token +obs_text",
                    "no_colon b| +no_colon",
                ],
            ),
            (
                b"X\r\n a: b\r\n \r\nA:\0\x7f\r\n c:\r\na:\r\nb\r\n\td\r\n\n",
                &[
                    "request_line X",
                    "continuation  a: b +blank_before_first_field",
                    "continuation   +blank_before_first_field",
                    "field A|:|\\x00\\x7f +nul +control",
                    "continuation  c: +obs_fold",
                    "field a|:| +duplicate",
                    "no_colon b +no_colon",
                    "continuation \\td +obs_fold",
                    "end |\\n +bare_lf",
                ],
            ),
            (
                b" X\r\r\n\r",
                &[
                    "request_line  X\\r +bare_cr",
                    "no_colon \\r| +no_colon +bare_cr",
                ],
            ),
            (
                b"X\r\n\r\nA: b\r\n\r\n",
                &["request_line X", "end ", "field A|: |b", "end "],
            ),
        ] {
            assert_eq!(shown(head), lines, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn flags_have_distinct_names() {
        let names: HashSet<_> = Flag::ALL.into_iter().map(Flag::as_str).collect();
        assert_eq!(names.len(), Flag::ALL.len());
    }

    #[test]
    fn time_is_linear() {
        let fields: String = (0..100_000).map(|n| format!("X-{n}: v\r\n")).collect();
        let start = Instant::now();
        assert_eq!(split(fields.as_bytes()).len(), 100_000);
        // Generous for a busy machine; quadratic time would be minutes.
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    proptest! {
        #[test]
        fn the_parts_make_up_the_head(head in proptest::collection::vec(
            prop_oneof![any::<u8>(), proptest::sample::select(b" \t:\r\n\0a".to_vec())], 0..200,
        )) {
            let mut at = 0;
            for line in split(&head) {
                prop_assert_eq!(line.range.start, at);
                for part in [&line.name, &line.separator, &line.value, &line.line_end] {
                    prop_assert_eq!(part.start, at);
                    prop_assert!(part.end >= at);
                    at = part.end;
                }
                prop_assert_eq!(line.range.end, at);
            }
            prop_assert_eq!(at, head.len());
        }
    }
}
