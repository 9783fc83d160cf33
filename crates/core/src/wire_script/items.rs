//! The bytes of a step, given as items: strings, names, repeats and functions. The size of an item is
//! known before its bytes are made, so that a file cannot ask for all memory, and `length(…)` needs no
//! bytes at all.
//!
//! Items nest no deeper than [`MAX_DEPTH`]. Making bytes takes time in proportion to their number,
//! whatever is repeated: items without bytes are left out. Items with the number of a repetition become
//! [`Data`], whose bytes are made when they are sent.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use super::data::{Data, FILE, FUNCTIONS, Function, NUMBER};
use super::expected_words;
use super::limits::{MAX_BYTES, MAX_DEPTH};
use super::parse_error::ParseError;
use super::table;
use super::tokens::{Token, Tokens, wrong};

/// The first item, as errors name it.
pub(super) const ITEM: &str = "a string, a name, a function or `(`";

/// Words that end items.
const RESERVED: [&str; 6] = ["by", "else", "every", "on", "until", "within"];

/// The names that `let` defines.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// What the name stands for, and the line of the definition.
    known: HashMap<&'a str, (Named, usize)>,
    /// Bytes that the current items have made into [`Data`], each time that they are.
    made: Cell<u64>,
}

#[derive(Clone, Debug)]
enum Named {
    Bytes(Rc<[u8]>),
    Data(Rc<Data>),
}

impl<'a> Names<'a> {
    /// # Errors
    /// Why this cannot be a new name.
    pub(super) fn check_new(&self, name: &str) -> Result<(), String> {
        let is_function = Function::named(name).is_some() || [NUMBER, FILE].contains(&name);
        if is_function || RESERVED.contains(&name) {
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

    pub(super) fn define(&mut self, name: &'a str, items: Items, line: usize) {
        let named = match items.is_constant() {
            true => Named::Bytes(items.bytes().into()),
            false => Named::Data(items.into_data().into()),
        };
        self.known.insert(name, (named, line));
    }
}

/// A sequence of items.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// None of them empty.
    items: Vec<Item>,
    /// At most, if they are not constant.
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
    /// Not constant.
    Data(Rc<Data>),
}

impl Items {
    /// Reads all items that follow, at least one.
    ///
    /// # Errors
    /// There is no item, or an item is malformed.
    pub(super) fn read(tokens: &mut Tokens<'_>, names: &Names<'_>) -> Result<Self, ParseError> {
        names.made.set(0);
        Self::read_within(tokens, names, 0)
    }

    /// How many bytes they have, or may have at most.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Whether their bytes are known.
    pub(super) fn is_constant(&self) -> bool {
        self.items.iter().all(Item::is_constant)
    }

    /// The same as data; the caller has checked the size.
    pub(super) fn into_data(self) -> Data {
        if self.is_constant() {
            return self.bytes().into();
        }
        let mut data = Data::new();
        for item in self.items {
            data.append(item.into_data());
        }
        data
    }

    /// Makes the bytes of constant items; the caller has checked the size.
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
            return tokens.wrong(too_deep());
        }
        if !begins_item(tokens.first()) {
            return tokens.expected(ITEM);
        }
        let mut items = Self::default();
        loop {
            let line = tokens.line();
            let mut item = Self::one(tokens, names, depth)?;
            if tokens.take_if(&Token::Sign('*'))? {
                item = item.repeated(tokens, names, line)?;
            }
            if depth + item.depth() > MAX_DEPTH {
                return wrong(line, too_deep());
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
        match word {
            NUMBER => return Self::number(tokens),
            FILE => return Self::file(tokens),
            _ => {}
        }
        match (Function::named(word), tokens.first()) {
            (Some(function), Token::Sign('(')) => {
                tokens.take()?;
                let items = Self::inside(tokens, names, depth)?;
                match Item::made_by(function, items, names, line)? {
                    Some(item) => Ok(item),
                    None => wrong(line, TOO_LARGE),
                }
            }
            (Some(Function::Gzip), Token::Bytes(_)) => {
                let mut items = Self::default();
                if let Token::Bytes(bytes) = tokens.take()? {
                    items.push(Item::Bytes(bytes));
                }
                match Item::made_by(Function::Gzip, items, names, line)? {
                    Some(item) => Ok(item),
                    None => wrong(line, TOO_LARGE),
                }
            }
            (Some(_), found) => wrong(line, format!("expected `(` after `{word}`, found {found}")),
            (None, Token::Sign('(')) => {
                let functions = FUNCTIONS.map(Function::word);
                let expected = expected_words("a function", &functions, word);
                wrong(line, format!("expected {expected}, found `{word:.40}`"))
            }
            (None, _) => match names.known.get(word) {
                Some((Named::Bytes(bytes), _)) => Ok(Item::Named(Rc::clone(bytes))),
                Some((Named::Data(data), _)) => Ok(Item::Data(Rc::clone(data))),
                None => {
                    let hint = match table::words().any(|known| known == word) {
                        true => "each step begins a line",
                        false => "strings are in double quotes",
                    };
                    let reason = format!(
                        "expected a name that an earlier `let` defines, found `{word:.40}`; {hint}"
                    );
                    wrong(line, reason)
                }
            },
        }
    }

    /// Takes the name of a file.
    fn file(tokens: &mut Tokens<'_>) -> Result<Item, ParseError> {
        let Token::Bytes(name) = tokens.first() else {
            return tokens.expected("the name of a file in quotes");
        };
        let Ok(name) = String::from_utf8(name.clone()) else {
            return tokens.wrong("expected the name of a file in UTF-8, found other bytes");
        };
        tokens.take_as(Item::Data(Data::new().file(name).into()))
    }

    /// Takes the level of a number, if there is one in parentheses: 1 for the innermost repetition.
    fn number(tokens: &mut Tokens<'_>) -> Result<Item, ParseError> {
        let mut level = 1;
        if *tokens.first() == Token::Sign('(') && tokens.is_followed_by_digit() {
            tokens.take()?;
            level = match tokens.first() {
                Token::Number("0") => return tokens.expected("a number from 1"),
                _ => tokens.count()?,
            };
            if !tokens.take_if(&Token::Sign(')'))? {
                return tokens.expected("`)`");
            }
        }
        let outer = usize::try_from(level - 1).unwrap_or(usize::MAX);
        Ok(Item::Data(Data::new().outer_number(outer).into()))
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
                // Constant items have none.
                Item::Data(_) => {}
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
            Self::Data(data) => data.most(),
        }
    }

    fn is_constant(&self) -> bool {
        match self {
            Self::Bytes(_) | Self::Named(_) => true,
            Self::Group(items) | Self::Repeated { what: items, .. } => items.is_constant(),
            Self::Data(_) => false,
        }
    }

    /// How deep its data is nested.
    fn depth(&self) -> usize {
        match self {
            Self::Data(data) => data.depth(),
            _ => 0,
        }
    }

    fn into_data(self) -> Data {
        match self {
            Self::Bytes(bytes) => bytes.into(),
            Self::Named(bytes) => bytes.as_ref().into(),
            Self::Group(items) => items.into_data(),
            Self::Repeated { .. } => {
                let mut items = Items::default();
                items.push(self);
                items.bytes().into()
            }
            Self::Data(data) => Rc::unwrap_or_clone(data),
        }
    }

    /// Takes the number of repeats.
    fn repeated(
        self,
        tokens: &mut Tokens<'_>,
        names: &Names<'_>,
        line: usize,
    ) -> Result<Self, ParseError> {
        let times = tokens.count()?;
        if *tokens.first() == Token::Sign('*') {
            return tokens
                .wrong("expected one `*`, found a second; put the repeated item in parentheses");
        }
        let Some(size) = self.size().checked_mul(times) else {
            return tokens.wrong(TOO_LARGE);
        };
        if !self.is_constant() {
            return self.made(names, line, |data| data.repeated(times));
        }
        let mut what = Items::default();
        what.push(self);
        Ok(Self::Repeated { what, size })
    }

    /// `None`: the size does not fit in 64 bits.
    fn made_by(
        function: Function,
        items: Items,
        names: &Names<'_>,
        line: usize,
    ) -> Result<Option<Self>, ParseError> {
        if function == Function::Gzip || !items.is_constant() {
            let made = Self::Group(items).made(names, line, |data| data.made_by(function));
            return made.map(Some);
        }
        Ok(Self::of_constant(function, items))
    }

    /// Data made from this item, if it is small enough and not nested too deep.
    fn made(
        self,
        names: &Names<'_>,
        line: usize,
        make: impl FnOnce(Data) -> Data,
    ) -> Result<Self, ParseError> {
        let sum = names.made.get().saturating_add(self.size());
        if sum > MAX_BYTES {
            let reason = format!("expected at most {MAX_BYTES} bytes in items, found more");
            return wrong(line, reason);
        }
        names.made.set(sum);
        let made = make(self.into_data());
        match made.depth() > MAX_DEPTH {
            true => wrong(line, too_deep()),
            false => Ok(Self::Data(made.into())),
        }
    }

    /// The result of a function for constant items. Their length needs no bytes.
    fn of_constant(function: Function, items: Items) -> Option<Self> {
        let size = items.size;
        Some(match function {
            Function::Length => Self::Bytes(size.to_string().into_bytes()),
            Function::Hex => Self::Bytes(format!("{size:x}").into_bytes()),
            Function::Chunk => {
                let mut chunk = Items::default();
                chunk.push(Self::Bytes(format!("{size:x}\r\n").into_bytes()))?;
                chunk.push(Self::Group(items))?;
                chunk.push(Self::Bytes(b"\r\n".to_vec()))?;
                Self::Group(chunk)
            }
            // `made_by` leaves it to be made when it is sent.
            Function::Gzip => Self::Group(items),
        })
    }
}

fn too_deep() -> String {
    format!("expected at most {MAX_DEPTH} nested items, found more")
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
        let mut abc = Items::default();
        abc.push(Item::Bytes(b"abc".to_vec()));
        names.define("x", abc, 1);
        names.define("empty", Items::default(), 2);
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

    /// Items with a number are parts. Whatever is known of them is made, and the printed form is the same
    /// data.
    #[test]
    fn items_with_a_number_are_data() {
        let data = |text: &str| {
            let mut names = Names::default();
            let mut row = Items::default();
            row.push(Item::Data(Data::from("r").number().into()));
            names.define("row", row, 1);
            let text = format!(" {text}");
            Tokens::new(text.as_bytes())
                .and_then(|mut tokens| Items::read(&mut tokens, &names))
                .map_or_else(|error| error.reason, |items| items.into_data().to_string())
        };
        for (text, expected) in [
            ("number", "number"),
            ("(number) (\"a\" * 3)", "number \"aaa\""),
            ("number number(1) number( 3 )", "number number number(3)"),
            ("number (\"a\" number) * 2", "number (\"a\" number) * 2"),
            ("number * 2 (number \"\") * 0", "(number) * 2"),
            (
                "chunk(\"a\" length(\"abc\") number) hex(row) length(row)",
                "chunk(\"a3\" number) hex(\"r\" number) length(\"r\" number)",
            ),
            ("row * 3 \"x\" \"y\"", "(\"r\" number) * 3 \"xy\""),
            (
                "file \"a\" gzip \"b\" gzip(\"c\" file \"d\") length(gzip(\"\"))",
                "file \"a\" gzip(\"b\") gzip(\"c\" file \"d\") length(gzip(\"\"))",
            ),
            ("file a", "expected the name of a file in quotes, found `a`"),
            (
                "file \"\\xff\"",
                "expected the name of a file in UTF-8, found other bytes",
            ),
            ("gzip number", "expected `(` after `gzip`, found `number`"),
            ("number(0)", "expected a number from 1, found `0`"),
            ("number(2 3)", "expected `)`, found `3`"),
            (
                "number()",
                "expected a string, a name, a function or `(`, found `)`",
            ),
            (
                "(\"a\" * 67108864 number) * 2",
                "expected at most 67108864 bytes in items, found more",
            ),
        ] {
            assert_eq!(data(text), expected, "{text}");
            if !expected.starts_with("expected") {
                assert_eq!(data(expected), expected, "{text}");
            }
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
                "expected a name that an earlier `let` defines, found `y`; strings are in double quotes",
            ),
            (
                r#""a" close"#,
                "expected a name that an earlier `let` defines, found `close`; each step begins a line",
            ),
            (
                "size(x)",
                "expected a function, `chunk`, `length`, `hex` or `gzip`, found `size`",
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
