//! The bytes of a step as its items say them: strings, names, repeats and functions. Sizes come first:
//! they are known, and can be refused, before any bytes are made, and `length(…)` needs none at all.
//!
//! Items are nested no deeper than [`MAX_DEPTH`]. Making the bytes of one takes as long as they are
//! many, however often something is repeated; an item without bytes is left out.

use std::collections::HashMap;
use std::rc::Rc;

use super::tokens::{Token, Tokens, wrong};
use super::unreadable::Unreadable;

/// How deep items may be nested, so that reading them stays within any thread's stack. Deeper ones
/// are refused.
pub const MAX_DEPTH: usize = 32;

/// Words that end items.
const RESERVED: [&str; 4] = ["by", "every", "until", "within"];

/// What names stand for.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// Bytes, and the line that says so.
    known: HashMap<&'a str, (Rc<[u8]>, usize)>,
}

impl<'a> Names<'a> {
    /// # Errors
    /// Why this cannot be a new name.
    pub(super) fn may_be(&self, name: &str) -> Result<(), String> {
        if Function::named(name).is_some() || RESERVED.contains(&name) {
            return Err(format!(
                "`{name}` cannot be a name, it means something else"
            ));
        }
        match self.known.get(name) {
            None => Ok(()),
            Some((_, line)) => Err(format!("`{name:.40}` has a value, from line {line}")),
        }
    }

    pub(super) fn define(&mut self, name: &'a str, bytes: Vec<u8>, line: usize) {
        self.known.insert(name, (bytes.into(), line));
    }
}

/// Items one behind the other.
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
    /// The size is that of all of them.
    Repeated {
        what: Items,
        size: u64,
    },
}

impl Items {
    /// Reads as many items as there are, but one at least.
    ///
    /// # Errors
    /// There is none, or one is wrong.
    pub(super) fn read(tokens: &mut Tokens<'_>, names: &Names<'_>) -> Result<Self, Unreadable> {
        Self::read_within(tokens, names, 0)
    }

    /// How many bytes they are.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Makes the bytes; the caller has seen that they are not too many.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0));
        self.write(&mut bytes);
        bytes
    }

    fn read_within(
        tokens: &mut Tokens<'_>,
        names: &Names<'_>,
        depth: usize,
    ) -> Result<Self, Unreadable> {
        if depth > MAX_DEPTH {
            return tokens.wrong(format!("items are nested deeper than {MAX_DEPTH}"));
        }
        if !begins_item(tokens.first()) {
            return tokens.missing("a string or another item");
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

    /// Takes what begins an item, and all that belongs to it but a repeat.
    fn one(tokens: &mut Tokens<'_>, names: &Names<'_>, depth: usize) -> Result<Item, Unreadable> {
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
            (Some(_), _) => wrong(line, format!("`(` is missing behind `{word}`")),
            (None, Token::Sign('(')) => {
                let reason = format!("there is no function `{word:.40}`: chunk, length, or hex");
                wrong(line, reason)
            }
            (None, _) => match names.known.get(word) {
                Some((bytes, _)) => Ok(Item::Named(Rc::clone(bytes))),
                None => wrong(line, format!("nothing above defines the name `{word:.40}`")),
            },
        }
    }

    /// What is between parentheses, and the closing one.
    fn inside(
        tokens: &mut Tokens<'_>,
        names: &Names<'_>,
        depth: usize,
    ) -> Result<Self, Unreadable> {
        let items = Self::read_within(tokens, names, depth + 1)?;
        if tokens.take_if(&Token::Sign(')'))? {
            return Ok(items);
        }
        tokens.missing("`)`")
    }

    /// `None`: more bytes than can be counted.
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

    /// As often as the first token says.
    fn repeated(self, tokens: &mut Tokens<'_>) -> Result<Self, Unreadable> {
        let times = tokens.count()?;
        if *tokens.first() == Token::Sign('*') {
            return tokens
                .wrong("an item is repeated once; ( … ) makes one item of a repeated one");
        }
        let Some(size) = self.size().checked_mul(times) else {
            return tokens.wrong(TOO_LARGE);
        };
        let mut what = Items::default();
        what.push(self);
        Ok(Self::Repeated { what, size })
    }
}

/// What is made of the items between its parentheses.
#[derive(Clone, Copy)]
enum Function {
    /// Them as one chunk of a chunked body.
    Chunk,
    /// How many bytes they are, decimal.
    Length,
    /// The same, hexadecimal.
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

    /// `None`: more bytes than can be counted.
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

fn begins_item(token: &Token<'_>) -> bool {
    match token {
        Token::Bytes(_) | Token::Sign('(') => true,
        Token::Word(word) => !RESERVED.contains(word),
        _ => false,
    }
}

const TOO_LARGE: &str = "too many bytes to count";

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
            ("", "another item is missing, there is the end of the step"),
            ("5", "another item is missing, there is `5`"),
            ("within", "another item is missing, there is `within`"),
            ("()", "another item is missing, there is `)`"),
            (
                r#""a" * "b""#,
                "a whole number is missing, there is a string",
            ),
            (r#""a" * 2s"#, "a whole number is missing, there is `2s`"),
            (r#""a" * 2 * 3"#, "an item is repeated once"),
            (r#""ab" * 18446744073709551615"#, "too many bytes to count"),
            (
                r#"("a" * 18446744073709551615) "a""#,
                "too many bytes to count",
            ),
            (
                r#"chunk("a" * 18446744073709551615)"#,
                "too many bytes to count",
            ),
            ("x y", "nothing above defines the name `y`"),
            (
                "size(x)",
                "there is no function `size`: chunk, length, or hex",
            ),
            ("length x", "`(` is missing behind `length`"),
            ("(x", "`)` is missing, there is the end of the step"),
            (r#"(x "\q")"#, "column 6: an unknown escape"),
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
            assert_eq!(error, "items are nested deeper than 32");
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
