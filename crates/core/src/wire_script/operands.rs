//! The arguments of a step, except items: numbers, times, limits and events. Each is taken off the
//! tokens, or refused with the line where it was expected.

use std::time::Duration;

use super::frame_options::OptionValue;
use super::parse_error::ParseError;
use super::tokens::{Token, Tokens};
use super::{Limit, duration};

pub(super) const COUNT: &str = "a whole number";
pub(super) const TIME: &str = "a duration such as `10ms`";
pub(super) const EVENT: &str = "the name of an event in quotes";
pub(super) const NAME: &str = "a name in quotes";

impl Tokens<'_> {
    /// A whole number of up to 64 bits.
    pub(super) fn count(&mut self) -> Result<u64, ParseError> {
        match self.first() {
            Token::Number(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                match digits.parse() {
                    Ok(number) => self.take_as(number),
                    Err(_) => self.expected("a number below 2^64"),
                }
            }
            _ => self.expected(COUNT),
        }
    }

    /// A number and a unit.
    pub(super) fn time(&mut self) -> Result<Duration, ParseError> {
        let &Token::Number(number) = self.first() else {
            return self.expected(TIME);
        };
        match duration::read(number) {
            Ok(time) => self.take_as(time),
            Err(expected) => self.expected(expected),
        }
    }

    /// `within` and a time, if `within` follows.
    pub(super) fn limit(&mut self) -> Result<Limit, ParseError> {
        match self.take_if(&Token::Word("within"))? {
            true => self.time().map(Some),
            false => Ok(None),
        }
    }

    /// An option and its value: `fin=0`. `None` if there is another token.
    pub(super) fn option(&mut self) -> Result<Option<(&str, OptionValue)>, ParseError> {
        let &Token::Word(option) = self.first() else {
            return Ok(None);
        };
        if !self.is_followed_by(b'=') {
            return Ok(None);
        }
        self.take()?;
        self.take()?;
        let value = match self.first() {
            Token::Number(_) => OptionValue::Number(self.count()?),
            Token::Word(word) => {
                let word = (*word).to_owned();
                self.take_as(OptionValue::Word(word))?
            }
            Token::Bytes(bytes) => {
                let bytes = bytes.clone();
                self.take_as(OptionValue::Bytes(bytes))?
            }
            _ => return self.expected(&format!("a value after `{option}`")),
        };
        Ok(Some((option, value)))
    }

    /// The name of an event.
    pub(super) fn event(&mut self) -> Result<String, ParseError> {
        self.text(EVENT, "the name of an event")
    }

    /// The name of a method or a field.
    pub(super) fn name(&mut self) -> Result<String, ParseError> {
        self.text(NAME, "a name")
    }

    /// A string that is UTF-8 and not empty.
    fn text(&mut self, quoted: &str, what: &str) -> Result<String, ParseError> {
        let Token::Bytes(name) = self.first() else {
            return self.expected(quoted);
        };
        match str::from_utf8(name) {
            Ok("") => self.wrong(format!("expected {what}, found an empty string")),
            Ok(name) => self.take_as(name.to_owned()),
            Err(_) => self.wrong(format!("expected {what} in UTF-8, found other bytes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read<T> = fn(&mut Tokens<'static>) -> Result<T, ParseError>;

    fn read<T>(text: &'static str, read: Read<T>) -> Result<T, String> {
        let first = |text| {
            let mut tokens = Tokens::new(text)?;
            assert!(matches!(tokens.take()?, Token::StepBegins | Token::End));
            read(&mut tokens)
        };
        first(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn operands_are_read() {
        assert_eq!(read("007", Tokens::count), Ok(7));
        assert_eq!(read("18446744073709551615 x", Tokens::count), Ok(u64::MAX));
        assert_eq!(read("1.5s", Tokens::time), Ok(Duration::from_millis(1500)));
        assert_eq!(
            read("within 2s", Tokens::limit),
            Ok(Some(Duration::from_secs(2)))
        );
        assert_eq!(read("x", Tokens::limit), Ok(None));
        assert_eq!(
            read("\"caf\\xc3\\xa9\"", Tokens::event),
            Ok("caf\u{e9}".to_owned())
        );
    }

    #[test]
    fn errors_name_what_was_expected_and_found() {
        for (text, reason) in [
            (
                "",
                "line 1: expected a whole number, found the end of the step",
            ),
            ("2s", "line 1: expected a whole number, found `2s`"),
            ("1.5", "line 1: expected a whole number, found `1.5`"),
            ("\"1\"", "line 1: expected a whole number, found a string"),
            (
                "18446744073709551616",
                "line 1: expected a number below 2^64, found `18446744073709551616`",
            ),
        ] {
            assert_eq!(read(text, Tokens::count).unwrap_err(), reason);
        }
        for (text, reason) in [
            (
                "within",
                "line 1: expected a duration such as `10ms`, found the end of the step",
            ),
            (
                "within a",
                "line 1: expected a duration such as `10ms`, found `a`",
            ),
            (
                "within 50",
                "line 1: expected a number directly followed by its unit, min, s, ms, us or ns, found `50`",
            ),
        ] {
            assert_eq!(read(text, Tokens::limit).unwrap_err(), reason);
        }
        for (text, reason) in [
            (
                "a",
                "line 1: expected the name of an event in quotes, found `a`",
            ),
            (
                "\"\"",
                "line 1: expected the name of an event, found an empty string",
            ),
            (
                "\"\\xff\"",
                "line 1: expected the name of an event in UTF-8, found other bytes",
            ),
        ] {
            assert_eq!(read(text, Tokens::event).unwrap_err(), reason);
        }
    }
}
