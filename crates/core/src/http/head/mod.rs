//! The head of a request: a [`Scanner`] finds its end in a growing buffer, and [`Head`] is its parsed
//! form.
//!
//! httparse parses every head that it accepts. Other heads are parsed by the reference's lenient
//! grammar, `request_line` and `fields`, so that a handler sees what a broken client sent; only a
//! malformed request line is an error. Both grammars agree on every head that httparse accepts, with
//! one difference that this module removes: httparse trims whitespace after a value, the reference
//! keeps it.

mod scanner;

use std::mem::MaybeUninit;
use std::ops::Range;

use crate::http::Malformed;
use crate::http::fields::{self, FieldRange};
use crate::http::list;
use crate::http::problems;
use crate::http::request_line::{self, RequestLine, Version};

pub use scanner::{HeadLimits, Progress, Scanner};

/// The head of a request: its bytes, and the ranges of its parts.
///
/// ```
/// use wireserve::message::{Head, Version};
///
/// let head = Head::parse(b"GET /a?b HTTP/1.1\r\nHost:  example \r\n\r\n".to_vec())?;
/// assert_eq!((head.method(), head.target()), (&b"GET"[..], &b"/a?b"[..]));
/// assert_eq!((head.version(), head.version_bytes()), (Version::HTTP_11, &b"HTTP/1.1"[..]));
/// assert_eq!(head.request_line(), b"GET /a?b HTTP/1.1\r\n");
/// assert_eq!(head.field_section(), b"Host:  example \r\n\r\n");
/// assert_eq!(head.first("host"), Some(&b"example "[..]));
/// assert_eq!(head.trimmed("host"), Some(&b"example"[..]));
/// assert_eq!(head.bytes().len(), 38);
/// # Ok::<(), wireserve::message::Malformed>(())
/// ```
#[derive(Clone, Debug)]
pub struct Head {
    bytes: Vec<u8>,
    line: RequestLine,
    fields: Vec<FieldRange>,
    names: Names,
    grammar: Grammar,
}

/// Which names the fields may have, a bit for each class of names: most questions about a field are
/// asked about one that is not there.
#[derive(Clone, Copy, Debug)]
struct Names(u64);

impl Names {
    fn of(head: &[u8], fields: &[FieldRange]) -> Self {
        let classes = fields
            .iter()
            .map(|field| Self::class(&head[field.name.clone()]));
        Self(classes.fold(0, |names, class| names | class))
    }

    /// Whether a field may have this name. `false` is certain.
    #[inline]
    fn may_contain(self, name: &str) -> bool {
        self.0 & Self::class(name.as_bytes()) != 0
    }

    /// The bit of a name, in any case: of its length and its first letter.
    #[inline]
    fn class(name: &[u8]) -> u64 {
        let first = name.first().map_or(0, u8::to_ascii_lowercase);
        1 << ((name.len() + 5 * usize::from(first)) % 64)
    }
}

/// The grammar by which a head was parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grammar {
    /// httparse's.
    Strict,
    /// The reference's rules.
    Lenient,
}

impl Head {
    /// Parses a whole head, from the request line to the empty line.
    ///
    /// See the example of [`Head`].
    ///
    /// # Errors
    /// The errors of [`request_line::parse`].
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let ((line, fields), grammar) = match strict(&bytes) {
            Some(parts) => (parts, Grammar::Strict),
            None => (lenient(&bytes)?, Grammar::Lenient),
        };
        let names = Names::of(&bytes, &fields);
        Ok(Self {
            bytes,
            line,
            fields,
            names,
            grammar,
        })
    }

    /// An empty head, for a handler that runs before a request is read.
    #[doc(hidden)]
    pub fn nothing() -> Self {
        Self {
            bytes: Vec::new(),
            line: RequestLine {
                method: 0..0,
                target: 0..0,
                version: Version::SIMPLE,
            },
            fields: Vec::new(),
            names: Names(0),
            grammar: Grammar::Strict,
        }
    }

    /// Whether other recipients may find another end of the head, or other fields in it. The values of
    /// `Content-Length` and `Transfer-Encoding` are not judged here.
    ///
    /// ```
    /// use wireserve::message::Head;
    ///
    /// let folded = Head::parse(b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n".to_vec())?;
    /// assert!(folded.is_misframed());
    /// # Ok::<(), wireserve::message::Malformed>(())
    /// ```
    pub fn is_misframed(&self) -> bool {
        self.grammar == Grammar::Lenient && problems::is_misframed(&self.bytes)
    }

    /// The bytes as received.
    ///
    /// See the example of [`Head`].
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The request line as received, with its line terminator.
    ///
    /// See the example of [`Head`].
    pub fn request_line(&self) -> &[u8] {
        &self.bytes[..line_length(&self.bytes)]
    }

    /// Everything after the request line, the empty line included.
    ///
    /// See the example of [`Head`].
    pub fn field_section(&self) -> &[u8] {
        &self.bytes[line_length(&self.bytes)..]
    }

    /// The method: any bytes except whitespace.
    ///
    /// See the example of [`Head`].
    pub fn method(&self) -> &[u8] {
        &self.bytes[self.line.method.clone()]
    }

    /// The request target as received.
    ///
    /// See the example of [`Head`].
    pub fn target(&self) -> &[u8] {
        &self.bytes[self.line.target.clone()]
    }

    /// The version of the request.
    ///
    /// See the example of [`Head`].
    pub fn version(&self) -> Version {
        self.line.version
    }

    /// The version as received, such as `HTTP/1.1`; empty in an HTTP/0.9 request.
    ///
    /// See the example of [`Head`].
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

    /// Names and values in the order received. Values are without leading whitespace; trailing
    /// whitespace and line folding are included.
    ///
    /// ```
    /// use wireserve::message::Head;
    ///
    /// let head = Head::parse(b"GET / HTTP/1.1\r\nAccept: a\r\nHost: b\r\naccept: c\r\n\r\n".to_vec())?;
    /// let names: Vec<_> = head.fields().map(|(name, _)| name).collect();
    /// assert_eq!(names, [&b"Accept"[..], b"Host", b"accept"]);
    /// let values: Vec<_> = head.values("accept").collect();
    /// assert_eq!(values, [b"a", b"c"]);
    /// # Ok::<(), wireserve::message::Malformed>(())
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|field| self.field(field))
    }

    fn field(&self, field: &FieldRange) -> (&[u8], &[u8]) {
        (
            &self.bytes[field.name.clone()],
            &self.bytes[field.value.clone()],
        )
    }

    /// All values of a name, which is compared case-insensitively.
    ///
    /// See the example of [`Head::fields`].
    #[inline]
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let fields = match self.names.may_contain(name) {
            true => self.fields.as_slice(),
            false => &[],
        };
        let fields = fields.iter().map(|field| self.field(field));
        fields
            .filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// The first value of a name, as received.
    ///
    /// See the example of [`Head`].
    #[inline]
    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a [u8]> {
        self.values(name).next()
    }

    /// The first value of a name, without the whitespace around it, which is no part of the value
    /// (RFC 9112 §5).
    ///
    /// See the example of [`Head`].
    #[inline]
    pub fn trimmed<'a>(&'a self, name: &'a str) -> Option<&'a [u8]> {
        self.first(name).map(list::trim)
    }
}

/// More fields than most heads have. With more, the head is parsed again with room for [`MANY_FIELDS`].
const FEW_FIELDS: usize = 48;
const MANY_FIELDS: usize = 512;

fn strict(bytes: &[u8]) -> Option<(RequestLine, Vec<FieldRange>)> {
    match strict_with::<FEW_FIELDS>(bytes) {
        Err(httparse::Error::TooManyHeaders) => strict_with_many(bytes),
        result => result.ok().flatten(),
    }
}

/// Not inlined, so that the stack frame of the caller does not need the room.
#[inline(never)]
fn strict_with_many(bytes: &[u8]) -> Option<(RequestLine, Vec<FieldRange>)> {
    strict_with::<MANY_FIELDS>(bytes).ok().flatten()
}

fn strict_with<const ROOM: usize>(
    bytes: &[u8],
) -> Result<Option<(RequestLine, Vec<FieldRange>)>, httparse::Error> {
    let mut headers = [const { MaybeUninit::uninit() }; ROOM];
    let mut request = httparse::Request::new(&mut []);
    let parsed = request.parse_with_uninit_headers(bytes, &mut headers)?;
    let httparse::Status::Complete(length) = parsed else {
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
            let blanks = |start: usize| {
                let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
                bytes[start..].iter().take_while(is_blank).count()
            };
            let value = match header.value {
                [] => {
                    let start = name.end + 1 + blanks(name.end + 1);
                    start..start
                }
                value => {
                    let value = range_in(bytes, value);
                    value.start..value.end + blanks(value.end)
                }
            };
            FieldRange { name, value }
        })
        .collect();
    Ok(Some((line, fields)))
}

fn lenient(bytes: &[u8]) -> Result<(RequestLine, Vec<FieldRange>), Malformed> {
    let section = line_length(bytes);
    let line = request_line::parse(&bytes[..section])?;
    Ok((line, fields::parse(bytes, section)))
}

/// Length of the first line, including its LF.
fn line_length(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

/// The range of `part`, a subslice of `whole`.
fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    /// Almost valid heads, made of parts about which grammars disagree.
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
        fn the_lenient_grammar_agrees_with_httparse(head in nearly_a_head()) {
            if let Some(strict) = strict(&head) {
                prop_assert_eq!(Ok(strict), lenient(&head), "{}", head.escape_ascii());
            }
        }

        #[test]
        fn pieces_do_not_change_the_head(head in nearly_a_head()) {
            let whole = verdict(std::iter::once(&head[..]));
            let stepwise = verdict((0..=head.len()).map(|end| &head[..end]));
            prop_assert_eq!(&whole, &stepwise, "{}", head.escape_ascii());
        }
    }

    /// The result of scanning a growing buffer: a request line and the bytes of the head, or an error.
    fn verdict<'a>(
        mut buffers: impl Iterator<Item = &'a [u8]>,
    ) -> Option<Result<(RequestLine, Vec<u8>), Malformed>> {
        let mut scanner = Scanner::default();
        let head =
            buffers.find_map(
                |buffer| match scanner.scan(buffer, &HeadLimits::default()) {
                    Ok(Progress::Whole(range)) => Some(Head::parse(buffer[range].to_vec())),
                    Ok(Progress::SimpleSoFar | Progress::Partial) => None,
                    Err(malformed) => Some(Err(malformed)),
                },
            )?;
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
    fn the_lenient_grammar_parses_what_httparse_refuses() {
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
    fn the_version_as_received() {
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
