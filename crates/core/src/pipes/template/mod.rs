//! The template language of `.sub.` files and the `sub` pipe (reference §7.5): every `{{expression}}` in
//! the content is replaced by its value. An expression is a name, then any number of `[index]` and
//! `(arguments)`; `$name:` before it keeps the value for the rest of the content. Only inserted text is
//! escaped. One expression without a value makes the whole template an error.
//!
//! `tokens` parses expressions, `evaluate` computes their values, `values` and `functions` are what names
//! mean, and `scope` is where they are looked up.

mod digest;
mod evaluate;
mod functions;
mod location;
mod scope;
mod tokens;
mod values;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use crate::fault::Fault;
use crate::pipes::{MAX_WHOLE, Raised};
use crate::text::latin1;
use crate::text::quoted::Quoted;
use crate::wire::budget::{FREE_OF_MEMORY, Full};
use evaluate::Variables;
pub use location::Location;
pub use scope::Scope;
pub use tokens::Index;
#[cfg(test)]
pub(crate) use values::tests::Fixture;
pub use values::{Function, Object, Value};

/// How inserted text is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// For markup: `&`, `<`, `>` and both quotes as character references.
    Html,
    /// For strings of wire scripts.
    Quoted,
    /// For header fields: nothing is escaped, and a line end is refused.
    Field,
    /// Not at all.
    None,
}

/// The content with every placeholder replaced by its value.
///
/// # Errors
/// A placeholder that has no value, or that more than [`MAX_WHOLE`] bytes precede.
pub fn fill(
    content: &[u8],
    escape: Escape,
    scope: &dyn Scope<'_>,
) -> Result<Vec<u8>, TemplateError> {
    let mut filled = Vec::with_capacity(content.len() + content.len() / 8);
    let mut variables = Variables::default();
    // Pages name the same host and port again and again.
    let mut known: HashMap<&[u8], Vec<u8>> = HashMap::new();
    let mut done = 0;
    let mut expressions = 0_usize;
    let mut held = FREE_OF_MEMORY;
    while let Some(expression) = next_expression(content, done) {
        let text = &content[done..expression.start - OPEN.len()];
        done = expression.end + CLOSE.len();
        let expression = &content[expression];
        copy(&mut filled, text, scope).map_err(|wrong| TemplateError::new(expression, wrong))?;
        if filled.len() as u64 > MAX_WHOLE {
            return Err(TemplateError::new(expression, Wrong::TooLong));
        }
        if filled.len() > held {
            held = filled.len() + PIECE;
            (scope.hold(content.len() + held))
                .map_err(|full| TemplateError::new(expression, Wrong::NoRoom(full)))?;
        }
        expressions += 1;
        if expressions.is_multiple_of(BETWEEN_LOOKS) && !scope.is_wanted() {
            return Err(TemplateError::new(expression, Wrong::Unwanted));
        }
        if let Some(text) = known.get(expression) {
            append(&mut filled, text, escape);
            continue;
        }
        let show = |value: &Value<'_>| match escape {
            Escape::Quoted => value.bytes(),
            _ => value.text().map(String::into_bytes),
        };
        let text = evaluate::shown(expression, &mut variables, scope, show)
            .and_then(|text| match escape {
                Escape::Field if memchr::memchr2(b'\r', b'\n', &text).is_some() => {
                    Err(Wrong::LineEnd)
                }
                _ => Ok(text),
            })
            .map_err(|wrong| TemplateError::new(expression, wrong))?;
        append(&mut filled, &text, escape);
        if is_constant(expression) {
            known.insert(expression, text);
        }
    }
    copy(&mut filled, &content[done..], scope).map_err(|wrong| TemplateError::new(b"", wrong))?;
    Ok(filled)
}

/// Appends the text between placeholders.
fn copy(filled: &mut Vec<u8>, text: &[u8], scope: &dyn Scope<'_>) -> Result<(), Wrong> {
    for piece in text.chunks(PIECE) {
        if piece.len() == PIECE && !scope.is_wanted() {
            return Err(Wrong::Unwanted);
        }
        filled.extend_from_slice(piece);
    }
    Ok(())
}

/// Bytes of text that are copied between two looks for the client.
const PIECE: usize = 1024 * 1024;

/// Expressions between two looks for the client.
const BETWEEN_LOOKS: usize = 256;

/// Whether an expression has the same value everywhere in the content: it calls no function, and neither
/// sets nor uses a variable.
fn is_constant(expression: &[u8]) -> bool {
    memchr::memchr2(b'(', b'$', expression).is_none()
}

/// Whether there is anything to replace.
pub fn has_placeholder(content: &[u8]) -> bool {
    next_expression(content, 0).is_some()
}

/// Where the expression of the next placeholder is: `{{([^}]*)}}`.
fn next_expression(content: &[u8], from: usize) -> Option<Range<usize>> {
    let mut from = from;
    loop {
        let start = from + memchr::memmem::find(&content[from..], OPEN)? + OPEN.len();
        let end = start + memchr::memchr(b'}', &content[start..])?;
        if content[end..].starts_with(CLOSE) {
            return Some(start..end);
        }
        // Other opening braces before this closing one have the same end.
        from = end + 1;
    }
}

const OPEN: &[u8] = b"{{";
const CLOSE: &[u8] = b"}}";

fn append(filled: &mut Vec<u8>, text: &[u8], escape: Escape) {
    match escape {
        Escape::None | Escape::Field => return filled.extend_from_slice(text),
        Escape::Quoted => {
            let quoted = Quoted(text).to_string();
            return filled.extend_from_slice(&quoted.as_bytes()[1..quoted.len() - 1]);
        }
        Escape::Html => {}
    }
    for &byte in text {
        match byte {
            b'&' => filled.extend_from_slice(b"&amp;"),
            b'<' => filled.extend_from_slice(b"&lt;"),
            b'>' => filled.extend_from_slice(b"&gt;"),
            b'"' => filled.extend_from_slice(b"&quot;"),
            b'\'' => filled.extend_from_slice(b"&#x27;"),
            byte => filled.push(byte),
        }
    }
}

/// A placeholder that cannot be replaced.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The text between the braces, or its beginning.
    expression: String,
    wrong: Wrong,
}

impl TemplateError {
    /// The error of the script's own objects, if that is the reason.
    pub fn raised(&self) -> Option<&Raised> {
        match &self.wrong {
            Wrong::Raised(raised) => Some(raised),
            _ => None,
        }
    }

    /// Whether the work was given up because the client has left.
    pub fn is_unwanted(&self) -> bool {
        self.wrong == Wrong::Unwanted
    }

    /// The budget that has too little left, if that is the reason.
    pub fn full(&self) -> Option<Full> {
        match self.wrong {
            Wrong::NoRoom(full) => Some(full),
            _ => None,
        }
    }

    fn new(expression: &[u8], wrong: Wrong) -> Self {
        // Enough to recognise it, little enough for a message.
        const QUOTED: usize = 100;
        let quoted = &expression[..expression.len().min(QUOTED)];
        let mut expression = match std::str::from_utf8(quoted) {
            Ok(text) => text.to_owned(),
            Err(_) => latin1::decode(quoted).into_owned(),
        };
        if expression.len() >= QUOTED {
            expression.push_str("...");
        }
        Self { expression, wrong }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, wrong } = self;
        write!(f, "template: {{{{{expression}}}}} {wrong}")
    }
}

impl std::error::Error for TemplateError {}

impl From<TemplateError> for Fault {
    fn from(error: TemplateError) -> Self {
        let status = if error.full().is_some() { 503 } else { 500 };
        Self::new(status, error.to_string())
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It does not begin with a name.
    NoName,
    /// Another name follows its first.
    SecondName(String),
    /// The text in brackets or parentheses is not UTF-8.
    NotUtf8,
    /// The name is unknown.
    Undefined(String),
    /// The indexed value has no such item.
    NoItem(String),
    /// The value before the brackets has no items.
    NotIndexed,
    /// The value before the parentheses is not a function.
    NotCalled,
    /// A function takes another number of arguments.
    Count {
        /// How many it takes.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The value cannot be shown; it is a list, for example.
    NotText,
    /// The value is bytes that are not UTF-8.
    BadBytes,
    /// The value would add another header field.
    LineEnd,
    /// The query has no such parameter.
    NoParameter(String),
    /// The content before it is too long.
    TooLong,
    /// The port in the request's URL is not a number, or too large.
    BadPort(String),
    /// The digest algorithm is unknown.
    NoDigest(String),
    /// The path is outside of the doc root.
    Outside(String),
    /// The file cannot be read.
    Unreadable(String),
    /// The objects of a script raised an error.
    Raised(Raised),
    /// Other requests leave too little of the server's memory.
    NoRoom(Full),
    /// The client has left.
    Unwanted,
}

impl Wrong {
    fn no_item(index: &Index) -> Self {
        Self::NoItem(match index {
            Index::Number(number) => number.to_string(),
            Index::Key(key) => key.clone(),
        })
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("does not begin with a name"),
            Self::SecondName(name) => {
                write!(f, "is malformed: expected `[` or `(`, found {name:?}")
            }
            Self::NotUtf8 => f.write_str("is not UTF-8"),
            Self::Undefined(name) => write!(f, "has no value: there is no variable {name:?}"),
            Self::NoItem(index) => write!(f, "has no value: there is no item {index:?}"),
            Self::NotIndexed => f.write_str("indexes a value that has no items"),
            Self::NotCalled => f.write_str("calls a value that is not a function"),
            Self::Count { expected, found } => {
                write!(f, "expected {expected} arguments, found {found}")
            }
            Self::NotText => f.write_str("is neither text nor a number"),
            Self::BadBytes => f.write_str("has a value that is not UTF-8"),
            Self::LineEnd => f.write_str("has a value with a line end, in a header field"),
            Self::NoParameter(name) => write!(
                f,
                "has no value: the query has no parameter {name:?}; add `?{name}=…`, or a default: `{{{{parameter_or_default({name}, …)}}}}`"
            ),
            Self::TooLong => write!(f, "follows more than {} MiB of content", MAX_WHOLE >> 20),
            Self::BadPort(port) => write!(f, "has no value: {port:?} is not a port"),
            Self::NoDigest(name) => write!(f, "has no value: unknown digest algorithm {name:?}"),
            Self::Outside(path) => write!(f, "has no value: {path:?} is outside of the doc root"),
            Self::Unreadable(path) => write!(f, "has no value: cannot read {path:?}"),
            Self::Raised(error) => write!(f, "has no value: {error}"),
            Self::NoRoom(full) => write!(f, "has no value: {full}"),
            Self::Unwanted => f.write_str("has no value: the client has left"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(content: &str, escape: Escape) -> Result<String, String> {
        let fixture = Fixture::new("GET /a?x=%3C%26%3E%22%27&y=%ff HTTP/1.1\r\n\r\n");
        fill(content.as_bytes(), escape, &fixture.context())
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_same_expression_again() {
        for (content, expected) in [
            (
                "{{host}} {{host}} {{ports[http][0]}}{{ports[http][0]}}",
                "a.test a.test 8080",
            ),
            (
                "{{$a:host}}{{$a}} {{$a:ports[http][0]}}{{$a}}",
                "a.testa.test 8080",
            ),
        ] {
            assert_eq!(filled(content, Escape::None).as_deref(), Ok(expected));
        }
        let ids = filled("{{uuid()}} {{uuid()}}", Escape::None).unwrap();
        let (one, other) = ids.split_once(' ').unwrap();
        assert_ne!(one, other);
    }

    #[test]
    fn placeholders() {
        for (content, expected) in [
            ("", ""),
            (
                "no {placeholders} }} here {{",
                "no {placeholders} }} here {{",
            ),
            ("<{{host}}>", "<a.test>"),
            ("{{host}}{{host}}", "a.testa.test"),
            ("{{a}b}}{{host}}", "{{a}b}}a.test"),
            ("{{a}{{host}}", "{{a}a.test"),
            ("{{host}}}", "a.test}"),
            ("{{host\n}}", "a.test"),
            ("{{GET[x]}}", "&lt;&amp;&gt;&quot;&#x27;"),
            ("<&{{GET[z]}}'", "<&'"),
            (
                "{{$a:host}} {{$a}} {{$b:$a}} {{$b[0]}}",
                "a.test a.test a.test a",
            ),
        ] {
            assert_eq!(filled(content, Escape::Html).as_deref(), Ok(expected));
        }
        let twice = filled("{{$id:uuid()}} {{$id}} {{uuid()}}", Escape::Html).unwrap();
        let uuids: Vec<_> = twice.split(' ').collect();
        assert_eq!(uuids[0], uuids[1]);
        assert_ne!(uuids[0], uuids[2]);
        assert_eq!(filled("{{GET[x]}}", Escape::None).as_deref(), Ok("<&>\"'"));
        for (content, expected) in [
            ("{{}}", "template: {{}} does not begin with a name"),
            (
                "{{{host}}",
                "template: {{{host}} does not begin with a name",
            ),
            (
                "{{ham}}",
                "template: {{ham}} has no value: there is no variable \"ham\"",
            ),
            (
                "{{$a}}{{$a:host}}",
                "template: {{$a}} has no value: there is no variable \"$a\"",
            ),
            (
                "{{GET[y]}}",
                "template: {{GET[y]}} has a value that is not UTF-8",
            ),
        ] {
            let error = filled(content, Escape::Html).unwrap_err();
            assert_eq!(error, expected);
        }
    }

    /// The regular expression, as slow and plain as can be.
    fn model(content: &[u8], from: usize) -> Option<Range<usize>> {
        (from + 2..content.len())
            .filter(|start| &content[start - 2..*start] == OPEN)
            .find_map(|start| {
                let end = start + content[start..].iter().position(|&byte| byte == b'}')?;
                (content.get(end + 1) == Some(&b'}')).then_some(start..end)
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn placeholders_are_found_as_by_the_regular_expression(
            content in "(\\{|\\}|\\{\\{|\\}\\}|a){0,20}",
            from in 0..4_usize,
        ) {
            let from = from.min(content.len());
            let content = content.as_bytes();
            prop_assert_eq!(next_expression(content, from), model(content, from));
        }

        /// Any content is filled in or refused; without placeholders it is unchanged.
        #[test]
        fn any_bytes_can_be_filled_in(
            pieces in proptest::collection::vec(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..4),
                "\\{\\{|\\}\\}|\\$a:|\\$|host|ports|location|GET|uuid|\\[|\\]|\\(|\\)|\\[-?[0-9]\\]|\\[http\\]|\\[path\\]"
                    .prop_map(String::into_bytes),
            ], 0..20),
        ) {
            let content = pieces.concat();
            let fixture = Fixture::new("GET /a?b=c HTTP/1.1\r\n\r\n");
            let filled = fill(&content, Escape::Html, &fixture.context());
            if !has_placeholder(&content) {
                prop_assert_eq!(filled, Ok(content));
            }
        }
    }
}
