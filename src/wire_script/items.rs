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
            return tokens.wrong(format!("bytes are missing, there is {}", tokens.first()));
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
        tokens.wrong(format!("`)` is missing, there is {}", tokens.first()))
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
        let times = count(tokens)?;
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

/// Takes a whole number.
///
/// # Errors
/// There is none, or one beyond 64 bits.
pub(super) fn count(tokens: &mut Tokens<'_>) -> Result<u64, Unreadable> {
    let number = match tokens.first() {
        Token::Number(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse(),
        first => {
            let reason = format!("a whole number is missing, there is {first}");
            return tokens.wrong(reason);
        }
    };
    let Ok(number) = number else {
        let reason = format!("{} is too large a number", tokens.first());
        return tokens.wrong(reason);
    };
    tokens.take()?;
    Ok(number)
}

const TOO_LARGE: &str = "too many bytes to count";
