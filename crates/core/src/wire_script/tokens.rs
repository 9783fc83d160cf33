//! The lexer of `.wire` files: cuts text into tokens, with the line of each. `parse.rs`, `items.rs` and
//! `operands.rs` give tokens their meaning.
//!
//! A step begins with a token in the first column of a line; in a block, in the column of the block's first
//! token. Blank lines and comments are skipped everywhere. Outside strings the only control bytes are tabs and line ends, even in comments, so that
//! an editor shows all that a file contains.

use std::fmt;

use super::parse_error::ParseError;
use crate::text::quoted;

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A step begins here: the next token stands in the column of steps.
    StepBegins,
    /// A letter or `_`, then letters, digits and `_`.
    Word(&'a str),
    /// A digit, then letters, digits, `_` and `.`.
    Number(&'a str),
    /// The bytes of a string in quotes.
    Bytes(Vec<u8>),
    /// One of `(`, `)`, `{`, `}`, `*` and `=`.
    Sign(char),
    /// The file ends.
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StepBegins | Self::End => f.write_str("the end of the step"),
            Self::Word(text) | Self::Number(text) => write!(f, "`{text:.40}`"),
            Self::Bytes(_) => f.write_str("a string"),
            Self::Sign(sign) => write!(f, "`{sign}`"),
        }
    }
}

/// The tokens of a text, with one token of lookahead.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a [u8],
    /// After `first`.
    at: usize,
    /// The line of `at`.
    at_line: usize,
    /// Where that line begins.
    line_begins: usize,
    /// Whether nothing but blanks precede `at` on it.
    is_fresh: bool,
    /// Where the last [`Token::StepBegins`] stands.
    begins: Option<usize>,
    /// In which columns the steps of the open blocks begin, in bytes from 1.
    columns: Vec<usize>,
    /// Whether the next token is the first one of a block.
    opens: bool,
    first: Token<'a>,
    /// The line of `first`; at the end of a step, the line of the token before.
    line: usize,
}

impl<'a> Tokens<'a> {
    /// # Errors
    /// As [`take`](Self::take).
    pub(super) fn new(text: &'a [u8]) -> Result<Self, ParseError> {
        let mut tokens = Self {
            // Some editors begin a file with a byte order mark.
            text: text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text),
            at: 0,
            at_line: 1,
            line_begins: 0,
            is_fresh: true,
            begins: None,
            columns: Vec::new(),
            opens: false,
            first: Token::End,
            line: 1,
        };
        tokens.take()?;
        Ok(tokens)
    }

    /// The first token.
    pub(super) fn first(&self) -> &Token<'a> {
        &self.first
    }

    /// The line of the first token; at the end of a step, its last line.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Whether this sign follows the first token on its line.
    pub(super) fn is_followed_by(&self, sign: u8) -> bool {
        let mut rest = self.text[self.at..].iter();
        rest.find(|&&byte| !matches!(byte, b' ' | b'\t')) == Some(&sign)
    }

    /// Whether a digit follows the first token on its line.
    pub(super) fn is_followed_by_digit(&self) -> bool {
        let mut rest = self.text[self.at..].iter();
        rest.find(|&&byte| !matches!(byte, b' ' | b'\t'))
            .is_some_and(u8::is_ascii_digit)
    }

    /// An error at the first token.
    pub(super) fn wrong<T>(&self, reason: impl Into<String>) -> Result<T, ParseError> {
        wrong(self.line(), reason)
    }

    /// The error that the first token is something else.
    pub(super) fn expected<T>(&self, what: &str) -> Result<T, ParseError> {
        self.wrong(format!("expected {what}, found {}", self.first))
    }

    /// Takes the first token.
    ///
    /// # Errors
    /// The bytes after it are not a token.
    pub(super) fn take(&mut self) -> Result<Token<'a>, ParseError> {
        let next = self.read()?;
        if !matches!(next, Token::StepBegins | Token::End) {
            self.line = self.at_line;
        }
        Ok(std::mem::replace(&mut self.first, next))
    }

    /// Takes the first token if it is this one; returns whether it was.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(super) fn take_if(&mut self, token: &Token<'_>) -> Result<bool, ParseError> {
        let same = self.first == *token;
        if same {
            self.take()?;
        }
        Ok(same)
    }

    /// Takes the first token and returns its meaning.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(super) fn take_as<T>(&mut self, meaning: T) -> Result<T, ParseError> {
        self.take()?;
        Ok(meaning)
    }

    fn read(&mut self) -> Result<Token<'a>, ParseError> {
        let text = self.text;
        loop {
            match &text[self.at..] {
                [] => return Ok(Token::End),
                [b' ' | b'\t', ..] => self.at += 1,
                [b'\n', ..] => self.new_line(1),
                [b'\r', b'\n', ..] => self.new_line(2),
                [b'#', rest @ ..] => {
                    let length = rest.iter().take_while(|&&byte| is_visible(byte)).count();
                    self.at += 1 + length;
                }
                [byte, ..] if byte.is_ascii_control() => {
                    return self.unexpected("a tab or the end of the line", *byte);
                }
                [b'}', ..] => {
                    self.is_fresh = false;
                    match self.opens {
                        true => self.opens = false,
                        false => _ = self.columns.pop(),
                    }
                    self.at += 1;
                    return Ok(Token::Sign('}'));
                }
                _ if self.begins != Some(self.at) && self.begins_step()? => {
                    self.begins = Some(self.at);
                    return Ok(Token::StepBegins);
                }
                [b'{', ..] => {
                    self.opens = true;
                    self.at += 1;
                    return Ok(Token::Sign('{'));
                }
                rest @ [b'"', ..] => return self.string(rest),
                [sign @ (b'(' | b')' | b'*' | b'='), ..] => {
                    self.at += 1;
                    return Ok(Token::Sign(char::from(*sign)));
                }
                [b'0'..=b'9', ..] => {
                    return Ok(Token::Number(
                        self.run(|byte| is_of_word(byte) || byte == b'.'),
                    ));
                }
                [byte, ..] if is_of_word(*byte) => return Ok(Token::Word(self.run(is_of_word))),
                rest => return self.no_token(rest),
            }
        }
    }

    /// Whether a token here is the first one of a step.
    ///
    /// # Errors
    /// The line begins neither a step nor continues one.
    fn begins_step(&mut self) -> Result<bool, ParseError> {
        let column = self.column();
        let is_fresh = std::mem::replace(&mut self.is_fresh, false);
        if self.opens {
            self.opens = false;
            self.columns.push(column);
            return Ok(true);
        }
        if !is_fresh {
            return Ok(false);
        }
        let of_steps = self.columns.last().copied().unwrap_or(1);
        if column < of_steps {
            return wrong(
                self.at_line,
                format!("expected `}}` or a step in column {of_steps}, found column {column}"),
            );
        }
        Ok(column == of_steps)
    }

    fn new_line(&mut self, length: usize) {
        self.at += length;
        self.at_line += 1;
        self.line_begins = self.at;
        self.is_fresh = true;
    }

    fn string(&mut self, rest: &[u8]) -> Result<Token<'a>, ParseError> {
        match quoted::read(rest) {
            Ok((bytes, length)) => {
                self.at += length;
                Ok(Token::Bytes(bytes))
            }
            Err(error) => {
                let column = self.column() + error.at;
                wrong(self.at_line, format!("column {column}: {}", error.reason))
            }
        }
    }

    /// The longest run of ASCII that `belongs`.
    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|&&byte| belongs(byte)).count();
        self.at += length;
        str::from_utf8(&rest[..length]).unwrap_or_default()
    }

    /// The error that no token begins here, with what other languages' signs are here.
    fn no_token<T>(&self, rest: &[u8]) -> Result<T, ParseError> {
        let begins = |sign: &&&str| rest.starts_with(sign.as_bytes());
        let found = |sign: &str, expected: &str| {
            let column = self.column();
            let reason = format!("column {column}: expected {expected}, found `{sign}`");
            wrong(self.at_line, reason)
        };
        if let Some(quote) = ["'", "`", "\u{2018}", "\u{2019}", "\u{201c}", "\u{201d}"]
            .iter()
            .find(begins)
        {
            return found(quote, "strings in double quotes (`\"`)");
        }
        match rest {
            [b'/', b'/' | b'*', ..] => found("/", "`#` before a comment"),
            [b';', ..] => found(";", "the end of the line after a step"),
            [b'+', ..] => found("+", "items one after another, without a sign"),
            [byte, ..] => self.unexpected("a word, a number, a string or one of `(){}*=`", *byte),
            [] => found("", "a token"),
        }
    }

    fn unexpected<T>(&self, expected: &str, byte: u8) -> Result<T, ParseError> {
        let (column, byte) = (self.column(), byte.escape_ascii());
        let reason = format!("column {column}: expected {expected}, found the byte `{byte}`");
        wrong(self.at_line, reason)
    }

    /// In bytes, from 1.
    fn column(&self) -> usize {
        1 + self.at - self.line_begins
    }
}

/// An error on a line.
pub(super) fn wrong<T>(line: usize, reason: impl Into<String>) -> Result<T, ParseError> {
    let reason = reason.into();
    Err(ParseError { line, reason })
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_visible(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Result<Vec<(usize, String)>, ParseError> {
        let mut tokens = Tokens::new(text)?;
        let mut found = Vec::new();
        while *tokens.first() != Token::End {
            let line = tokens.line();
            found.push((
                line,
                match tokens.take()? {
                    Token::StepBegins => "|".to_owned(),
                    Token::Bytes(bytes) => bytes.escape_ascii().to_string(),
                    token => token.to_string(),
                },
            ));
        }
        Ok(found)
    }

    #[test]
    fn tokens_and_their_lines() {
        for (text, expected) in [
            ("", ""),
            ("\n \t\n# \u{e9}\t#\r\n  # x", ""),
            ("a", "1| 1`a`"),
            ("a\nb", "1| 1`a` 1| 2`b`"),
            ("\r\n\r\na\r\n\tb", "1| 3`a` 4`b`"),
            ("a # b\n\n#c\n d", "1| 1`a` 4`d`"),
            (" a", "1`a`"),
            ("a {}\nb", "1| 1`a` 1`{` 1`}` 1| 2`b`"),
            (
                "a { b\n    c\n     d\n#\n} e\nf {\n g\n  h }",
                "1| 1`a` 1`{` 1| 1`b` 1| 2`c` 3`d` 5`}` 5`e` 5| 6`f` 6`{` 6| 7`g` 8`h` 8`}`",
            ),
            (
                "a {\n  b {\n\n    c\n  }\n  d\n}\n} e",
                "1| 1`a` 1`{` 1| 2`b` 2`{` 2| 4`c` 5`}` 5| 6`d` 7`}` 8`}` 8`e`",
            ),
            (
                "a1_(2.5ms)*=\"\\n\"_b",
                "1| 1`a1_` 1`(` 1`2.5ms` 1`)` 1`*` 1`=` 1\\n 1`_b`",
            ),
        ] {
            let found: Vec<_> = all(text.as_bytes())
                .unwrap()
                .into_iter()
                .map(|(line, token)| format!("{line}{token}"))
                .collect();
            assert_eq!(found.join(" "), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_a_token_has_a_place() {
        for (text, line, reason) in [
            (
                &b"a\n b \0"[..],
                2,
                "column 4: expected a tab or the end of the line, found the byte `\\x00`",
            ),
            (
                b"# \x1b",
                1,
                "column 3: expected a tab or the end of the line, found the byte `\\x1b`",
            ),
            (
                b"a\rb",
                1,
                "column 2: expected a tab or the end of the line, found the byte `\\r`",
            ),
            (
                b"a\n\r",
                2,
                "column 1: expected a tab or the end of the line, found the byte `\\r`",
            ),
            (
                b"a -1",
                1,
                "column 3: expected a word, a number, a string or one of `(){}*=`, found the byte `-`",
            ),
            (
                b"a\n \xc3\xa9",
                2,
                "column 2: expected a word, a number, a string or one of `(){}*=`, found the byte `\\xc3`",
            ),
            (
                b"a 'b'",
                1,
                "column 3: expected strings in double quotes (`\"`), found `'`",
            ),
            (
                "a \u{201c}b\u{201d}".as_bytes(),
                1,
                "column 3: expected strings in double quotes (`\"`), found `\u{201c}`",
            ),
            (
                b"a // b",
                1,
                "column 3: expected `#` before a comment, found `/`",
            ),
            (
                b"a; b",
                1,
                "column 2: expected the end of the line after a step, found `;`",
            ),
            (
                b"\"a\" + \"b\"",
                1,
                "column 5: expected items one after another, without a sign, found `+`",
            ),
            (
                b"a {\n   b\n  c",
                3,
                "expected `}` or a step in column 4, found column 3",
            ),
            (b"a\n  \"b\n\"", 2, "column 5: expected a closing quote"),
            (b"a \"b\\q\"", 1, "column 5: expected one of the escapes"),
            (b"a \"b", 1, "column 5: expected a closing quote"),
        ] {
            let error = all(text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.reason.starts_with(reason), "{error}");
        }
    }
}
