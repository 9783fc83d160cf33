//! A head as the lines that came: each with its name, what separates it from the value, the value
//! and its line end, and flags for what is unusual about it. Nothing is repaired or left out, and
//! nothing is judged, which is for `problems` to do. It differs from `fields`, which says what a
//! handler's headers are: here a line ends at LF only, whatever else is in it.
//!
//! Invariant: the ranges, one behind the other, are the head byte for byte, whatever its bytes are.
//!
//! Source: RFC 9112 §2.2 (line ends), §5 (field lines).

use std::collections::HashSet;
use std::ops::Range;

use super::grammar::{is_blank, is_tchar};

/// One line. `name`, `separator`, `value` and `line_end` follow each other and make up `range`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// The whole line.
    pub range: Range<usize>,
    /// What the line is.
    pub kind: LineKind,
    /// The name, without the blanks before the colon; empty unless the line is a field.
    pub name: Range<usize>,
    /// The colon with the blanks around it; empty unless the line is a field.
    pub separator: Range<usize>,
    /// The rest, trailing blanks included; the whole content of a line that is no field.
    pub value: Range<usize>,
    /// CRLF, LF, or nothing where the input ended.
    pub line_end: Range<usize>,
    flags: Flags,
}

impl RawLine {
    /// What is unusual about the line, in the order of [`Flag::ALL`].
    pub fn flags(&self) -> impl Iterator<Item = Flag> + use<> {
        let flags = self.flags;
        Flag::ALL.into_iter().filter(move |&flag| flags.has(flag))
    }

    /// Whether the line has this flag.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.has(flag)
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// An empty line before the request line (RFC 9112 §2.2).
    Skipped,
    /// The first line that is not empty.
    RequestLine,
    /// A line with a colon (RFC 9112 §5).
    Field,
    /// A line that begins with a blank (RFC 9112 §5.2).
    Continuation,
    /// Any other line.
    NoColon,
    /// The empty line behind the fields.
    End,
}

impl LineKind {
    /// Its name in JSON and Python.
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
    /// Blanks between name and colon (RFC 9112 §5.1).
    SpaceBeforeColon,
    /// Neither a field nor a continuation (RFC 9112 §5).
    NoColon,
    /// It continues the line before (RFC 9112 §5.2).
    ObsFold,
    /// It ends in LF without CR (RFC 9112 §2.2).
    BareLf,
    /// A CR that is not directly before LF (RFC 9112 §2.2).
    BareCr,
    /// A NUL (RFC 9110 §5.5).
    Nul,
    /// A name that is empty or has a byte that no token has (RFC 9110 §5.1, §5.6.2).
    NonToken,
    /// A name that an earlier line has, without regard to case (RFC 9110 §5.2).
    Duplicate,
    /// A control character other than HTAB, CR, LF and NUL (RFC 9110 §5.5).
    Control,
    /// A byte above ASCII (RFC 9110 §5.5).
    ObsText,
    /// It begins with a blank, and there is no field before it to continue (RFC 9112 §2.2).
    BlankBeforeFirstField,
}

impl Flag {
    /// All of them, in the order in which they are listed.
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

    /// Its name in JSON and Python.
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

/// Splits a head, from the empty lines before the request line to the empty line at the end, or to
/// where the input ended. What stands behind the end is read as more lines of the field section.
pub fn split(head: &[u8]) -> Vec<RawLine> {
    let mut lines = Vec::new();
    let mut section = Section::Before;
    let mut names = HashSet::new();
    let mut at = 0;
    while at < head.len() {
        let end = memchr::memchr(b'\n', &head[at..]).map_or(head.len(), |length| at + length + 1);
        let mut line = unread(head, at..end);
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

/// What has been before a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// Nothing but empty lines.
    Before,
    /// The request line.
    NoField,
    /// A line that another may continue.
    Fields,
}

impl Section {
    /// Says what a line is, finds its parts, and returns what comes next.
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

/// A line that is content and line end, with the flags that do not depend on what it is.
fn unread(head: &[u8], range: Range<usize>) -> RawLine {
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

/// Makes a field of a line whose content has its first colon at `colon`.
fn divide(head: &[u8], line: &mut RawLine, colon: usize) {
    let content = line.value.clone();
    let colon = content.start + colon;
    let before = head[content.start..colon].iter().rev();
    let blanks_before = before.take_while(|&&byte| is_blank(byte)).count();
    let behind = head[colon + 1..content.end].iter();
    let blanks_behind = behind.take_while(|&&byte| is_blank(byte)).count();
    line.kind = LineKind::Field;
    line.name = content.start..colon - blanks_before;
    line.separator = line.name.end..colon + 1 + blanks_behind;
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

    /// `kind: [name|separator|value|line end] flags` for each line, the ends left out where CRLF.
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
    fn names_of_flags_are_their_own() {
        let names: HashSet<_> = Flag::ALL.into_iter().map(Flag::as_str).collect();
        assert_eq!(names.len(), Flag::ALL.len());
    }

    #[test]
    fn time_is_linear() {
        let fields: String = (0..100_000).map(|n| format!("X-{n}: v\r\n")).collect();
        let start = Instant::now();
        assert_eq!(split(fields.as_bytes()).len(), 100_000);
        // Even on a busy machine; growing with the square it would take minutes.
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    proptest! {
        #[test]
        fn the_parts_are_the_head(head in proptest::collection::vec(
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
