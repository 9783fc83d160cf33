//! The bytes of a step, given as items: strings, names, repeats and functions. The size of an item is
//! known before its bytes are made, so that a file cannot ask for all memory, and `length(…)` needs no
//! bytes at all.
//!
//! Items nest no deeper than [`MAX_DEPTH`]. Making bytes takes time in proportion to their number,
//! whatever is repeated: items without bytes are left out.

use std::collections::HashMap;
use std::rc::Rc;

use super::parse_error::ParseError;
use super::tokens::{Token, Tokens, wrong};

/// How deep items may be nested, so that parsing them stays within any thread's stack. Deeper items
/// are refused.
pub const MAX_DEPTH: usize = 32;

/// The first item, as errors name it.
pub(super) const ITEM: &str = "a string, a name, a function or `(`";

/// Words that end items.
const RESERVED: [&str; 4] = ["by", "every", "until", "within"];

/// The names that `let` defines.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// Bytes, and the line of the definition.
    known: HashMap<&'a str, (Rc<[u8]>, usize)>,
}

impl<'a> Names<'a> {
    /// # Errors
    /// Why this cannot be a new name.
    pub(super) fn check_new(&self, name: &str) -> Result<(), String> {
        if Function::named(name).is_some() || RESERVED.contains(&name) {
            return Err(format!(
                "expected a new name, found the reserved word `{name}`"
            ));
        }
        match self.known.get(name) {
            None => Ok(()),
            Some((_, line)) => Err(format!(
                "expected a new name, found `{name:.40}`, which line {line} defines"
            )),
        }
    }

    pub(super) fn define(&mut self, name: &'a str, bytes: Vec<u8>, line: usize) {
        self.known.insert(name, (bytes.into(), line));
    }
}

/// A sequence of items.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// None of them empty.
    items: Vec<Item>,
    size: u64,
}

#[derive(Debug)]
enum Item {
    Bytes(Vec<u8>),
    Named(Rc<[u8]>),
    Group(Items),
    /// The size is the total of all repeats.
    Repeated {
        what: Items,
        size: u64,
    },
}

impl Items {
    /// Reads all items that follow, at least one.
    ///
    /// # Errors
    /// There is no item, or an item is malformed.
    pub(super) fn read(tokens: &mut Tokens<'_>, names: &Names<'_>) -> Result<Self, ParseError> {
        Self::read_within(tokens, names, 0)
    }

    /// How many bytes they have.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Makes the bytes; the caller has checked the size.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0));
        self.write(&mut bytes);
        bytes
    }

    fn read_within(
        tokens: &mut Tokens<'_>,
        names: &Names<'_>,
        depth: usize,
    ) -> Result<Self, ParseError> {
        if depth > MAX_DEPTH {
            return tokens.wrong(format!(
                "expected at most {MAX_DEPTH} nested items, found more"
            ));
        }
        if !begins_item(tokens.first()) {
            return tokens.expected(ITEM);
        }
        let mut items = Self::default();
        loop {
            let mut item = Self::one(tokens, names, depth)?;
            if tokens.take_if(&Token::Sign('*'))? {
                item = item.repeated(tokens)?;
            }
            if items.push(item).is_none() {
                return tokens.wrong(TOO_LARGE);
            }
            if !begins_item(tokens.first()) {
                return Ok(items);
            }
        }
    }

    /// Takes an item without its repeat.
    fn one(tokens: &mut Tokens<'_>, names: &Names<'_>, depth: usize) -> Result<Item, ParseError> {
        let line = tokens.line();
        let word = match tokens.take()? {
            Token::Bytes(bytes) => return Ok(Item::Bytes(bytes)),
            Token::Word(word) => word,
            _ => return Ok(Item::Group(Self::inside(tokens, names, depth)?)),
        };
        match (Function::named(word), tokens.first()) {
            (Some(function), Token::Sign('(')) => {
                tokens.take()?;
                match function.of(Self::inside(tokens, names, depth)?) {
                    Some(item) => Ok(item),
                    None => wrong(line, TOO_LARGE),
                }
            }
            (Some(_), found) => wrong(line, format!("expected `(` after `{word}`, found {found}")),
            (None, Token::Sign('(')) => wrong(
                line,
                format!("expected the function chunk, length or hex, found `{word:.40}`"),
            ),
            (None, _) => match names.known.get(word) {
                Some((bytes, _)) => Ok(Item::Named(Rc::clone(bytes))),
                None => wrong(
                    line,
                    format!("expected a name that an earlier `let` defines, found `{word:.40}`"),
                ),
            },
        }
    }

    /// Takes the items between parentheses, and the closing parenthesis.
    fn inside(
        tokens: &mut Tokens<'_>,
        names: &Names<'_>,
        depth: usize,
    ) -> Result<Self, ParseError> {
        let items = Self::read_within(tokens, names, depth + 1)?;
        if tokens.take_if(&Token::Sign(')'))? {
            return Ok(items);
        }
        tokens.expected("`)`")
    }

    /// `None`: the size does not fit in 64 bits.
    fn push(&mut self, item: Item) -> Option<()> {
        self.size = self.size.checked_add(item.size())?;
        if item.size() > 0 {
            self.items.push(item);
        }
        Some(())
    }

    fn write(&self, out: &mut Vec<u8>) {
        for item in &self.items {
            match item {
                Item::Bytes(bytes) => out.extend_from_slice(bytes),
                Item::Named(bytes) => out.extend_from_slice(bytes),
                Item::Group(items) => items.write(out),
                Item::Repeated { what, size } => {
                    let start = out.len();
                    let end = start + usize::try_from(*size).unwrap_or(0);
                    what.write(out);
                    while out.len() < end {
                        let more = (out.len() - start).min(end - out.len());
                        out.extend_from_within(start..start + more);
                    }
                }
            }
        }
    }
}

impl Item {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Named(bytes) => bytes.len() as u64,
            Self::Group(items) => items.size,
            Self::Repeated { size, .. } => *size,
        }
    }

    /// Takes the number of repeats.
    fn repeated(self, tokens: &mut Tokens<'_>) -> Result<Self, ParseError> {
        let times = tokens.count()?;
        if *tokens.first() == Token::Sign('*') {
            return tokens
                .wrong("expected one `*`, found a second; put the repeated item in parentheses");
        }
        let Some(size) = self.size().checked_mul(times) else {
            return tokens.wrong(TOO_LARGE);
        };
        let mut what = Items::default();
        what.push(self);
        Ok(Self::Repeated { what, size })
    }
}

/// Makes bytes from the items between its parentheses.
#[derive(Clone, Copy)]
enum Function {
    /// One chunk of a chunked body, with the items as its data.
    Chunk,
    /// The number of their bytes, in decimal.
    Length,
    /// The number of their bytes, in hexadecimal.
    Hex,
}

impl Function {
    fn named(word: &str) -> Option<Self> {
        match word {
            "chunk" => Some(Self::Chunk),
            "length" => Some(Self::Length),
            "hex" => Some(Self::Hex),
            _ => None,
        }
    }

    /// `None`: the size does not fit in 64 bits.
    fn of(self, items: Items) -> Option<Item> {
        let size = items.size;
        Some(match self {
            Self::Length => Item::Bytes(size.to_string().into_bytes()),
            Self::Hex => Item::Bytes(format!("{size:x}").into_bytes()),
            Self::Chunk => {
                let mut chunk = Items::default();
                chunk.push(Item::Bytes(format!("{size:x}\r\n").into_bytes()))?;
                chunk.push(Item::Group(items))?;
                chunk.push(Item::Bytes(b"\r\n".to_vec()))?;
                Item::Group(chunk)
            }
        })
    }
}

pub(super) fn begins_item(token: &Token<'_>) -> bool {
    match token {
        Token::Bytes(_) | Token::Sign('(') => true,
        Token::Word(word) => !RESERVED.contains(word),
        _ => false,
    }
}

const TOO_LARGE: &str = "expected fewer than 2^64 bytes, found more";

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of items, two names among them.
    fn read(text: &str) -> Result<String, String> {
        let mut names = Names::default();
        names.define("x", b"abc".to_vec(), 1);
        names.define("empty", Vec::new(), 2);
        let text = format!(" {text}");
        Tokens::new(text.as_bytes())
            .and_then(|mut tokens| Items::read(&mut tokens, &names))
            .map(|items| items.bytes().escape_ascii().to_string())
            .map_err(|error| error.reason)
    }

    #[test]
    fn items_are_bytes() {
        for (text, expected) in [
            (r#""""#, ""),
            (r#""a" "b\n""#, r"ab\n"),
            ("x x*2 length(x) hex(x * 5)", "abcabcabc3f"),
            (r#"("a" * 2 "b") * 3 "c" * 0 "d"*1"#, "aabaabaabd"),
            (
                r#"chunk(x * 4) chunk("")"#,
                r"c\r\nabcabcabcabc\r\n0\r\n\r\n",
            ),
            (r#"chunk(chunk("a") "b")"#, r"7\r\n1\r\na\r\nb\r\n"),
            // A length needs no bytes.
            ("length(x * 6000000000000000000)", "18000000000000000000"),
            ("empty * 18446744073709551615", ""),
            ("x within", "abc"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_has_a_reason() {
        for (text, reason) in [
            (
                "",
                "a string, a name, a function or `(`, found the end of the step",
            ),
            ("5", "or `(`, found `5`"),
            ("within", "or `(`, found `within`"),
            ("()", "or `(`, found `)`"),
            (r#""a" * "b""#, "expected a whole number, found a string"),
            (r#""a" * 2s"#, "expected a whole number, found `2s`"),
            (r#""a" * 2 * 3"#, "expected one `*`, found a second"),
            (r#""ab" * 18446744073709551615"#, "fewer than 2^64 bytes"),
            (
                r#"("a" * 18446744073709551615) "a""#,
                "fewer than 2^64 bytes",
            ),
            (
                r#"chunk("a" * 18446744073709551615)"#,
                "fewer than 2^64 bytes",
            ),
            (
                "x y",
                "expected a name that an earlier `let` defines, found `y`",
            ),
            (
                "size(x)",
                "expected the function chunk, length or hex, found `size`",
            ),
            ("length x", "expected `(` after `length`, found `x`"),
            ("(x", "expected `)`, found the end of the step"),
            (r#"(x "\q")"#, "column 6: expected one of the escapes"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(read(&nested(MAX_DEPTH)).as_deref(), Ok("abc"));
        for depth in [MAX_DEPTH + 1, 100_000] {
            let error = read(&nested(depth)).unwrap_err();
            assert_eq!(error, "expected at most 32 nested items, found more");
        }
    }

    #[test]
    fn nothing_repeated_takes_no_time() {
        let mut text = "empty".to_owned();
        for _ in 0..MAX_DEPTH {
            text = format!("({text} {}) * 18446744073709551615", r#""" "#.repeat(100));
        }
        assert_eq!(read(&text).as_deref(), Ok(""));
    }
}
