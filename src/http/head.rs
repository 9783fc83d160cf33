//! The head of a request: its end found in a growing buffer ([`Scanner`]), its parts found in its
//! exact bytes ([`Head`]).
//!
//! httparse reads every head that it accepts. What it refuses is read by `request_line` and `fields`,
//! the reference's lenient grammar, so that a handler sees what a broken client sent; only a request
//! line without any reading is an error. Where both can read a head they agree, but for one thing
//! that this module evens out: httparse trims blanks behind a value, the reference keeps them.

use std::ops::Range;

use super::Malformed;
use super::fields::{self, Field};
use super::request_line::{self, RequestLine, Version};

/// How large a head may be. The defaults are the reference's (reference §8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the request line with its line end; beyond it, 414.
    pub request_line: usize,
    /// Bytes of a header line with its line end; beyond it, 431.
    pub field_line: usize,
    /// Header lines, the empty one at the end included; beyond it, 431.
    pub field_lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_line: 65_536,
            field_line: 65_536,
            field_lines: 512,
        }
    }
}

/// How far a buffer has got towards a whole head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The head is in this part of the buffer; before it are empty lines that are skipped (RFC 9112
    /// §2.2).
    Whole(Range<usize>),
    /// The request line is whole and has no version; HTTP/0.9 clients send nothing more.
    SimpleSoFar,
    /// More bytes are needed.
    Partial,
}

/// Looks for the end of a head, each byte once however often it is asked.
#[derive(Debug, Default)]
pub struct Scanner {
    /// Where the head begins: behind skipped empty lines.
    start: usize,
    /// Where the line being read begins.
    line: usize,
    /// No LF between `line` and here. `line <= scanned`
    scanned: usize,
    lines: usize,
    request_line: RequestLineState,
}

/// What is known of the request line while the rest of the head is still to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RequestLineState {
    /// Not read yet: most heads are whole when they are first looked at, and are read then.
    #[default]
    Unread,
    /// It has no version: there may be no more.
    Simple,
    /// It has one, so there will be more.
    Versioned,
}

impl Scanner {
    /// Looks at what `buffer` has in addition to the last call. The buffer may only have grown. Of
    /// several errors it is the same one in whatever pieces the buffer came: the request line's first.
    ///
    /// # Errors
    /// [`Malformed::NotHttp`], those of [`request_line::parse`] and the three limits.
    pub fn scan(&mut self, buffer: &[u8], limits: &Limits) -> Result<Progress, Malformed> {
        loop {
            if self.lines == 0
                && let Some(&first) = buffer.get(self.line)
                && first.is_ascii_control()
                && !request_line::is_separator(first)
            {
                return Err(Malformed::NotHttp);
            }
            let end = memchr::memchr(b'\n', &buffer[self.scanned..]);
            self.scanned = end.map_or(buffer.len(), |at| self.scanned + at + 1);
            let length = self.scanned - self.line;
            let beyond = match self.lines {
                0 => (length > limits.request_line).then_some(Malformed::RequestLineTooLong),
                lines if lines > limits.field_lines => Some(Malformed::TooManyFields),
                _ => (length > limits.field_line).then_some(Malformed::FieldTooLong),
            };
            if let Some(beyond) = beyond {
                self.read_request_line(buffer)?;
                return Err(beyond);
            }
            if end.is_none() {
                return self.partial(buffer);
            }
            let line = &buffer[self.line..self.scanned];
            let is_empty = matches!(line, b"\n" | b"\r\n");
            self.line = self.scanned;
            match (is_empty, self.lines) {
                (true, 0) => self.start = self.line,
                (true, _) => return Ok(Progress::Whole(self.start..self.line)),
                (false, _) => self.lines += 1,
            }
        }
    }

    /// Bytes of the empty lines in front of the head that have not been forgotten.
    pub fn empty_lines(&self) -> usize {
        self.start
    }

    /// Forgets the empty lines in front of the head, which the caller then takes off the buffer.
    pub fn skip_empty_lines(&mut self) -> usize {
        let skipped = std::mem::take(&mut self.start);
        self.line -= skipped;
        self.scanned -= skipped;
        skipped
    }

    /// A client whose request line has no reading may send nothing more, so it is read as soon as it is
    /// there: SMTP's and SSH's greetings look like that.
    fn partial(&mut self, buffer: &[u8]) -> Result<Progress, Malformed> {
        self.read_request_line(buffer)?;
        Ok(match (self.lines, self.request_line) {
            (1, RequestLineState::Simple) => Progress::SimpleSoFar,
            _ => Progress::Partial,
        })
    }

    /// Reads the request line once it is there.
    fn read_request_line(&mut self, buffer: &[u8]) -> Result<(), Malformed> {
        if self.lines > 0 && self.request_line == RequestLineState::Unread {
            let head = &buffer[self.start..];
            let line = request_line::parse(&head[..line_length(head)])?;
            self.request_line = if line.version == Version::SIMPLE {
                RequestLineState::Simple
            } else {
                RequestLineState::Versioned
            };
        }
        Ok(())
    }

    /// What there is when no more bytes will come: the end of input stands for the empty line.
    /// `None` if there is not even the beginning of a request line.
    pub fn finish(&self, buffer: &[u8]) -> Option<Range<usize>> {
        (self.start < buffer.len()).then_some(self.start..buffer.len())
    }
}

/// A request's head: its bytes, and where its parts are in them.
#[derive(Clone, Debug)]
pub struct Head {
    bytes: Vec<u8>,
    line: RequestLine,
    fields: Vec<Field>,
    grammar: Grammar,
}

/// What a head was read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grammar {
    /// httparse, which leaves nothing to opinion.
    Strict,
    /// The reference's rules.
    Lenient,
}

impl Head {
    /// Reads a whole head, from the request line to the empty line.
    ///
    /// # Errors
    /// Those of [`request_line::parse`].
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let ((line, fields), grammar) = match strict(&bytes) {
            Some(parts) => (parts, Grammar::Strict),
            None => (lenient(&bytes)?, Grammar::Lenient),
        };
        Ok(Self {
            bytes,
            line,
            fields,
            grammar,
        })
    }

    /// The head of a request that has not been read.
    pub fn nothing() -> Self {
        Self {
            bytes: Vec::new(),
            line: RequestLine {
                method: 0..0,
                target: 0..0,
                version: Version::SIMPLE,
            },
            fields: Vec::new(),
            grammar: Grammar::Strict,
        }
    }

    /// Whether others may find a length of the body where we find none, or none where we do: a field of
    /// framing stands in lines that are ignored, or beside a lone CR, which ends a line only for some.
    pub fn has_doubtful_framing(&self) -> bool {
        if self.grammar == Grammar::Strict {
            return false;
        }
        let start = line_length(&self.bytes);
        let section = &self.bytes[start..];
        let ignored = &self.bytes[fields::end(&self.bytes, start)..];
        names_framing(ignored) || (has_lone_cr(section) && names_framing(section))
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The request line as it came, with its line end.
    pub fn request_line(&self) -> &[u8] {
        &self.bytes[..line_length(&self.bytes)]
    }

    /// What follows the request line, the empty line included.
    pub fn field_section(&self) -> &[u8] {
        &self.bytes[line_length(&self.bytes)..]
    }

    /// The method; any bytes but whitespace.
    pub fn method(&self) -> &[u8] {
        &self.bytes[self.line.method.clone()]
    }

    /// The request target as it came.
    pub fn target(&self) -> &[u8] {
        &self.bytes[self.line.target.clone()]
    }

    /// The version of the request.
    pub fn version(&self) -> Version {
        self.line.version
    }

    /// The version as it came, `HTTP/1.1` for most; empty for a simple request.
    pub fn version_bytes(&self) -> &[u8] {
        let rest = &self.request_line()[self.line.target.end..];
        let is_word = |byte: &u8| !request_line::is_separator(*byte);
        match (
            rest.iter().position(is_word),
            rest.iter().rposition(is_word),
        ) {
            (Some(first), Some(last)) => &rest[first..=last],
            _ => &[],
        }
    }

    /// Names and values in the order they came. A value has no leading blanks; trailing blanks and
    /// folded lines are in it.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|field| {
            (
                &self.bytes[field.name.clone()],
                &self.bytes[field.value.clone()],
            )
        })
    }

    /// All values of a name, which is compared without regard to case.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.fields()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// The first value of a name.
    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a [u8]> {
        self.values(name).next()
    }
}

/// Fields that most heads stay below; parsing more means a second pass with room for
/// [`MANY_FIELDS`].
const FEW_FIELDS: usize = 48;
const MANY_FIELDS: usize = 512;

fn strict(bytes: &[u8]) -> Option<(RequestLine, Vec<Field>)> {
    match strict_with::<FEW_FIELDS>(bytes) {
        Err(httparse::Error::TooManyHeaders) => strict_with_many(bytes),
        result => result.ok().flatten(),
    }
}

/// Not within its caller, whose stack would have the room for every head.
#[inline(never)]
fn strict_with_many(bytes: &[u8]) -> Option<(RequestLine, Vec<Field>)> {
    strict_with::<MANY_FIELDS>(bytes).ok().flatten()
}

fn strict_with<const ROOM: usize>(
    bytes: &[u8],
) -> Result<Option<(RequestLine, Vec<Field>)>, httparse::Error> {
    let mut headers = [httparse::EMPTY_HEADER; ROOM];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = request.parse(bytes)? else {
        return Ok(None);
    };
    let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version)
    else {
        return Ok(None);
    };
    if length != bytes.len() {
        return Ok(None);
    }
    let line = RequestLine {
        method: range_in(bytes, method.as_bytes()),
        target: range_in(bytes, target.as_bytes()),
        version: Version {
            major: 1,
            minor: u32::from(minor),
        },
    };
    let fields = request
        .headers
        .iter()
        .map(|header| {
            let name = range_in(bytes, header.name.as_bytes());
            let rest = &bytes[name.end + 1..];
            let blanks = rest
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
            let start = name.end + 1 + blanks;
            let line = line_length(&bytes[start..]);
            let end = bytes[start..start + line].trim_ascii_end_of_line().len();
            Field {
                name,
                value: start..start + end,
            }
        })
        .collect();
    Ok(Some((line, fields)))
}

fn lenient(bytes: &[u8]) -> Result<(RequestLine, Vec<Field>), Malformed> {
    let section = line_length(bytes);
    let line = request_line::parse(&bytes[..section])?;
    Ok((line, fields::parse(bytes, section)))
}

fn names_framing(section: &[u8]) -> bool {
    let section = section.to_ascii_lowercase();
    ["content-length", "transfer-encoding"]
        .iter()
        .any(|name| memchr::memmem::find(&section, name.as_bytes()).is_some())
}

fn has_lone_cr(section: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', section).any(|at| section.get(at + 1) != Some(&b'\n'))
}

/// Bytes up to and with the first LF, or all.
fn line_length(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

/// Where `part`, a slice of `whole`, stands in it.
fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

trait TrimLineEnd {
    fn trim_ascii_end_of_line(&self) -> &Self;
}

impl TrimLineEnd for [u8] {
    fn trim_ascii_end_of_line(&self) -> &Self {
        let line = self.strip_suffix(b"\n").unwrap_or(self);
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whole, byte by byte, and with bytes behind the end.
    fn scan(buffer: &[u8]) -> Result<Progress, Malformed> {
        let limits = Limits::default();
        let whole = Scanner::default().scan(buffer, &limits);
        let mut scanner = Scanner::default();
        let mut stepwise = Ok(Progress::Partial);
        for end in 0..=buffer.len() {
            stepwise = scanner.scan(&buffer[..end], &limits);
            if end < buffer.len()
                && !matches!(stepwise, Ok(Progress::Partial | Progress::SimpleSoFar))
            {
                break;
            }
        }
        assert_eq!(
            whole,
            stepwise,
            "byte by byte: {:?}",
            buffer.escape_ascii().to_string()
        );
        if let Ok(Progress::Whole(_)) = whole {
            let followed = [buffer, b"\r\nmore\r\n"].concat();
            assert_eq!(whole, Scanner::default().scan(&followed, &limits));
        }
        whole
    }

    #[test]
    fn the_end_of_a_head() {
        for (buffer, progress) in [
            ("", Progress::Partial),
            ("GET / HTTP/1.1\r\n", Progress::Partial),
            ("GET / HTTP/1.1\r\nA: b\r\n\r", Progress::Partial),
            ("GET / HTTP/1.1\r\n\r\n", Progress::Whole(0..18)),
            ("GET / HTTP/1.1\n\n", Progress::Whole(0..16)),
            ("\r\n\nGET / HTTP/1.1\r\n\r\n", Progress::Whole(3..21)),
            ("GET /\r\n", Progress::SimpleSoFar),
            ("GET /\r\nA: b", Progress::SimpleSoFar),
            ("GET /\r\nA: b\r\n", Progress::Partial),
            ("GET / HTTP/1.1\r\nA", Progress::Partial),
            ("GET /\r\n\r\n", Progress::Whole(0..9)),
        ] {
            assert_eq!(scan(buffer.as_bytes()), Ok(progress), "{buffer:?}");
        }
        assert_eq!(scan(b"\x16\x03\x01\x02\x00"), Err(Malformed::NotHttp));
        assert_eq!(scan(b"\r\n\0"), Err(Malformed::NotHttp));
        let greeting = Malformed::RequestLine(b"EHLO a".to_vec());
        assert_eq!(scan(b"EHLO a\r\n"), Err(greeting));
    }

    #[test]
    fn limits() {
        let limits = Limits {
            request_line: 18,
            field_line: 8,
            field_lines: 3,
        };
        let scan = |text: &str| Scanner::default().scan(text.as_bytes(), &limits);
        assert_eq!(scan("GET /aa HTTP/1.1\r\n"), Ok(Progress::Partial));
        assert_eq!(
            scan("GET /aaa HTTP/1.1\r\n"),
            Err(Malformed::RequestLineTooLong)
        );
        assert_eq!(
            scan("GET /aaaaaaaaaaaaaa"),
            Err(Malformed::RequestLineTooLong)
        );
        assert_eq!(scan("GET /\r\nA: 345\r\n"), Ok(Progress::Partial));
        assert_eq!(scan("GET /\r\nA: 3456\r\n"), Err(Malformed::FieldTooLong));
        assert_eq!(scan("G /\r\na:\r\nb:\r\n\r\n"), Ok(Progress::Whole(0..15)));
        assert_eq!(
            scan("GET /\r\na:\r\nb:\r\nc:\r\n\r\n"),
            Err(Malformed::TooManyFields)
        );
    }

    #[test]
    fn of_several_errors_it_is_the_same_one_however_they_come() {
        let limits = Limits {
            request_line: 18,
            field_line: 8,
            field_lines: 2,
        };
        let greeting = || Malformed::RequestLine(b"EHLO a".to_vec());
        for (text, error) in [
            ("EHLO a\r\nA: 345678\r\n", greeting()),
            ("EHLO a\r\na:\r\nb:\r\nc:\r\n", greeting()),
            (
                "G / HTTP/1.1\na:\nb:\nA: 345678\n",
                Malformed::TooManyFields,
            ),
        ] {
            let whole = Scanner::default().scan(text.as_bytes(), &limits);
            let mut scanner = Scanner::default();
            let mut buffers = (0..=text.len()).map(|end| &text.as_bytes()[..end]);
            let stepwise = buffers.find_map(|buffer| scanner.scan(buffer, &limits).err());
            assert_eq!(
                (whole, stepwise),
                (Err(error.clone()), Some(error)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn empty_lines_can_be_forgotten_at_any_time() {
        let mut scanner = Scanner::default();
        let limits = Limits::default();
        assert_eq!(scanner.scan(b"\r\n\r\nGET", &limits), Ok(Progress::Partial));
        assert_eq!(scanner.skip_empty_lines(), 4);
        assert_eq!(scanner.skip_empty_lines(), 0);
        assert_eq!(
            scanner.scan(b"GET /\n\n", &limits),
            Ok(Progress::Whole(0..7))
        );
    }

    #[test]
    fn the_end_of_input_stands_for_the_empty_line() {
        for (buffer, head) in [("", None), ("\r\n", None), ("GET / H", Some(0..7))] {
            let mut scanner = Scanner::default();
            scanner.scan(buffer.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(scanner.finish(buffer.as_bytes()), head);
        }
    }

    fn fields(head: &Head) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| crate::text::latin1::decode(bytes).into_owned();
        head.fields()
            .map(|(name, value)| (text(name), text(value)))
            .collect()
    }

    #[test]
    fn both_grammars_agree_where_httparse_accepts() {
        for head in [
            "GET / HTTP/1.1\r\n\r\n",
            "GET /a?b#c HTTP/1.0\r\nHost: a\r\nX:  v \t\r\nEmpty:\r\nBlank: \t\r\n\r\n",
            "B!R#EW http://h/x HTTP/1.1\nA:b\nA: c\n\n",
            "GET /\u{e0}\u{85} HTTP/1.1\r\nA: \u{a0}\r\n\r\n",
        ] {
            let bytes = head.as_bytes();
            let (line, fields) = strict(bytes).expect(head);
            assert_eq!((line, fields), lenient(bytes).unwrap(), "{head:?}");
        }
        let many: String = (0..500).map(|n| format!("X-{n}: v\r\n")).collect();
        let head = format!("GET / HTTP/1.1\r\n{many}\r\n");
        assert_eq!(
            strict(head.as_bytes()).unwrap().1,
            lenient(head.as_bytes()).unwrap().1
        );
    }

    /// Heads that are nearly right, of pieces that grammars disagree about.
    fn nearly_a_head() -> impl Strategy<Value = Vec<u8>> {
        let word = prop_oneof![
            Just(b"GET".to_vec()),
            Just(b"/a?b#c".to_vec()),
            Just(b"HTTP/1.1".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..4),
            "[!-~]{0,4}".prop_map(String::into_bytes),
        ];
        let gap = prop_oneof![
            5 => Just(" "), 1 => Just("\t"), 1 => Just("  "), 1 => Just("\r"), 1 => Just("\u{b}"),
        ];
        let end = prop_oneof![6 => Just("\r\n"), 2 => Just("\n"), 1 => Just("\r")];
        let colon = prop_oneof![5 => Just(": "), 1 => Just(":"), 1 => Just(" :"), 1 => Just("\t")];
        let field = (word.clone(), colon, word.clone(), end.clone()).prop_map(
            |(name, colon, value, end)| [&name, colon.as_bytes(), &value, end.as_bytes()].concat(),
        );
        let line = (
            word.clone(),
            gap.clone(),
            word.clone(),
            gap,
            word,
            end.clone(),
        )
            .prop_map(|(a, b, c, d, e, f)| {
                [&a, b.as_bytes(), &c, d.as_bytes(), &e, f.as_bytes()].concat()
            });
        (line, proptest::collection::vec(field, 0..5), end).prop_map(|(line, fields, end)| {
            [line, fields.concat(), end.as_bytes().to_vec()].concat()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_httparse_accepts_the_lenient_grammar_reads_alike(head in nearly_a_head()) {
            if let Some(strict) = strict(&head) {
                prop_assert_eq!(Ok(strict), lenient(&head), "{}", head.escape_ascii());
            }
        }

        #[test]
        fn the_pieces_that_a_head_comes_in_do_not_change_what_it_is(head in nearly_a_head()) {
            let whole = verdict(std::iter::once(&head[..]));
            let stepwise = verdict((0..=head.len()).map(|end| &head[..end]));
            prop_assert_eq!(&whole, &stepwise, "{}", head.escape_ascii());
        }
    }

    /// What a growing buffer is found to hold: a request line and the bytes of its head, or an error.
    fn verdict<'a>(
        mut buffers: impl Iterator<Item = &'a [u8]>,
    ) -> Option<Result<(RequestLine, Vec<u8>), Malformed>> {
        let mut scanner = Scanner::default();
        let head = buffers.find_map(|buffer| match scanner.scan(buffer, &Limits::default()) {
            Ok(Progress::Whole(range)) => Some(Head::parse(buffer[range].to_vec())),
            Ok(Progress::SimpleSoFar | Progress::Partial) => None,
            Err(malformed) => Some(Err(malformed)),
        })?;
        Some(head.map(|head| {
            assert_eq!(
                [head.request_line(), head.field_section()].concat(),
                head.bytes()
            );
            head.fields().for_each(drop);
            (head.line.clone(), head.bytes().to_vec())
        }))
    }

    #[test]
    fn what_httparse_refuses_is_read_leniently() {
        let parse = |head: &str| Head::parse(head.as_bytes().to_vec()).unwrap();
        let head = parse("GET\t/\u{e9}  HTTP/1.2\r\nHost: a\r\nA b: c\r\nD: e\r\n\r\n");
        assert_eq!(head.method(), b"GET");
        assert_eq!(head.target(), "/\u{e9}".as_bytes());
        assert_eq!(head.version(), Version { major: 1, minor: 2 });
        assert_eq!(fields(&head), [("Host".to_owned(), "a".to_owned())]);
        assert_eq!(head.field_section(), b"Host: a\r\nA b: c\r\nD: e\r\n\r\n");
        assert_eq!(head.first("host"), Some(&b"a"[..]));
    }

    #[test]
    fn the_version_as_it_came() {
        for (head, version) in [
            ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1"),
            ("GET / HTTP/1.1 \t\n\n", "HTTP/1.1"),
            ("GET\t/  HTTP/01.0009", "HTTP/01.0009"),
            ("GET / HTTP/0.9\r\n", "HTTP/0.9"),
            ("GET /\r\n", ""),
            ("GET / ", ""),
        ] {
            let parsed = Head::parse(head.as_bytes().to_vec()).unwrap();
            assert_eq!(parsed.version_bytes(), version.as_bytes(), "{head:?}");
        }
    }
}
