//! What stands behind the word of a step, but for items: numbers, times, limits and events. Each is
//! taken off the tokens, or refused with the line where it should be.

use std::time::Duration;

use super::tokens::{Token, Tokens};
use super::unreadable::Unreadable;
use super::{Limit, duration};

impl Tokens<'_> {
    /// A whole number of up to 64 bits.
    pub(super) fn count(&mut self) -> Result<u64, Unreadable> {
        match self.first() {
            Token::Number(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                match digits.parse() {
                    Ok(number) => self.take_as(number),
                    Err(_) => self.wrong(format!("{} is too large a number", self.first())),
                }
            }
            _ => self.missing("a whole number"),
        }
    }

    /// A number and a unit.
    pub(super) fn time(&mut self) -> Result<Duration, Unreadable> {
        let &Token::Number(number) = self.first() else {
            return self.missing("a time");
        };
        match duration::read(number) {
            Ok(time) => self.take_as(time),
            Err(reason) => self.wrong(format!("{} {reason}", self.first())),
        }
    }

    /// `within` and a time, if there is a `within`.
    pub(super) fn limit(&mut self) -> Result<Limit, Unreadable> {
        match self.take_if(&Token::Word("within"))? {
            true => self.time().map(Some),
            false => Ok(None),
        }
    }

    /// The name of an event.
    pub(super) fn event(&mut self) -> Result<String, Unreadable> {
        let Token::Bytes(name) = self.first() else {
            return self.missing("an event in quotes");
        };
        match str::from_utf8(name) {
            Ok("") => self.wrong("the name of an event is not empty"),
            Ok(name) => self.take_as(name.to_owned()),
            Err(_) => self.wrong("the name of an event is UTF-8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read<T> = fn(&mut Tokens<'static>) -> Result<T, Unreadable>;

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
    fn what_is_wrong_is_said() {
        for (text, reason) in [
            (
                "",
                "line 1: a whole number is missing, there is the end of the step",
            ),
            ("2s", "line 1: a whole number is missing, there is `2s`"),
            ("1.5", "line 1: a whole number is missing, there is `1.5`"),
            (
                "\"1\"",
                "line 1: a whole number is missing, there is a string",
            ),
            (
                "18446744073709551616",
                "line 1: `18446744073709551616` is too large a number",
            ),
        ] {
            assert_eq!(read(text, Tokens::count).unwrap_err(), reason);
        }
        for (text, reason) in [
            (
                "within",
                "line 1: a time is missing, there is the end of the step",
            ),
            ("within a", "line 1: a time is missing, there is `a`"),
            (
                "within 50",
                "line 1: `50` has no unit: min, s, ms, us, or ns",
            ),
        ] {
            assert_eq!(read(text, Tokens::limit).unwrap_err(), reason);
        }
        for (text, reason) in [
            ("a", "line 1: an event in quotes is missing, there is `a`"),
            ("\"\"", "line 1: the name of an event is not empty"),
            ("\"\\xff\"", "line 1: the name of an event is UTF-8"),
        ] {
            assert_eq!(read(text, Tokens::event).unwrap_err(), reason);
        }
    }
}
