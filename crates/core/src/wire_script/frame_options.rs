//! The options of the step `ws_frame`: `fin=0 rsv=4 opcode=ping mask="abcd" length=5 width=16`. The
//! parser, the printer and Python's calls share their names and values.

use std::fmt;

use super::expected_words;
use crate::http::websocket::{Frame, Opcode, Width};
use crate::text::quoted::Quoted;

/// The options in the order in which they are printed.
pub const OPTIONS: [&str; 6] = ["fin", "rsv", "opcode", "mask", "length", "width"];

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue {
    Number(u64),
    Word(String),
    Bytes(Vec<u8>),
}

impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "`{number}`"),
            Self::Word(word) => write!(f, "`{word:.40}`"),
            Self::Bytes(bytes) => write!(f, "a string of {} bytes", bytes.len()),
        }
    }
}

/// Sets an option of a frame.
///
/// # Errors
/// What was expected instead of the option or its value.
pub fn set(frame: &mut Frame, option: &str, value: OptionValue) -> Result<(), String> {
    use OptionValue::{Bytes, Number, Word};
    let expected = |what: &str| Err(format!("expected {what} after `{option}`, found {value}"));
    match (option, &value) {
        ("fin", &Number(bit @ 0..=1)) => frame.fin = bit == 1,
        ("fin", _) => return expected("0 or 1"),
        ("rsv", &Number(bits @ 0..=7)) => frame.rsv = bits as u8,
        ("rsv", _) => return expected("a number from 0 to 7"),
        ("opcode", Number(_) | Word(_)) => {
            let text = match &value {
                Number(number) => number.to_string(),
                Word(word) => word.clone(),
                Bytes(_) => String::new(),
            };
            match text.parse::<Opcode>() {
                Ok(opcode) => frame.opcode = opcode,
                Err(what) => return expected(what),
            }
        }
        ("opcode", Bytes(_)) => return expected("a name or a number"),
        ("mask", Bytes(key)) => match key.as_slice().try_into() {
            Ok(key) => frame.mask = Some(key),
            Err(_) => return expected("4 bytes"),
        },
        ("mask", _) => return expected("4 bytes in quotes"),
        ("length", &Number(length)) => frame.length = Some(length),
        ("length", _) => return expected("a whole number"),
        ("width", &Number(bits)) if Width::with_bits(bits).is_some() => {
            frame.width = Width::with_bits(bits);
        }
        ("width", _) => return expected("7, 16 or 64"),
        _ => {
            let expected = expected_words("an option", &OPTIONS, option);
            return Err(format!("expected {expected}, found `{option:.40}`"));
        }
    }
    Ok(())
}

/// The options of a frame that differ from their defaults, each after a space.
pub(super) struct Options<'a>(pub(super) &'a Frame);

impl fmt::Display for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Frame {
            fin,
            rsv,
            opcode,
            mask,
            length,
            width,
            payload: _,
        } = self.0;
        if !fin {
            f.write_str(" fin=0")?;
        }
        if rsv & 7 != 0 {
            write!(f, " rsv={}", rsv & 7)?;
        }
        if *opcode != Opcode::TEXT {
            write!(f, " opcode={opcode}")?;
        }
        if let Some(key) = mask {
            write!(f, " mask={}", Quoted(key))?;
        }
        if let Some(length) = length {
            write!(f, " length={length}")?;
        }
        if let Some(width) = width {
            write!(f, " width={}", width.bits())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(option: &str, value: OptionValue) -> String {
        set(&mut Frame::from(""), option, value).unwrap_err()
    }

    #[test]
    fn wrong_options_are_named() {
        use OptionValue::{Bytes, Number, Word};
        for (option, value, expected) in [
            ("fin", Number(2), "expected 0 or 1 after `fin`, found `2`"),
            (
                "rsv",
                Number(8),
                "expected a number from 0 to 7 after `rsv`, found `8`",
            ),
            (
                "opcode",
                Word("texts".to_owned()),
                "or a number from 0 to 15 after `opcode`, found `texts`",
            ),
            (
                "opcode",
                Bytes(b"ping".to_vec()),
                "expected a name or a number after `opcode`, found a string of 4 bytes",
            ),
            (
                "mask",
                Bytes(b"abc".to_vec()),
                "expected 4 bytes after `mask`, found a string of 3 bytes",
            ),
            (
                "mask",
                Number(1),
                "expected 4 bytes in quotes after `mask`, found `1`",
            ),
            (
                "length",
                Word("a".to_owned()),
                "expected a whole number after `length`, found `a`",
            ),
            (
                "width",
                Number(8),
                "expected 7, 16 or 64 after `width`, found `8`",
            ),
            (
                "end",
                Number(1),
                "expected an option, `fin`, `rsv`, `opcode`, `mask`, `length` or `width`, found `end`",
            ),
        ] {
            let error = error(option, value);
            assert!(error.ends_with(expected), "{error}");
        }
    }

    #[test]
    fn only_what_differs_is_printed() {
        assert_eq!(Options(&Frame::from("a")).to_string(), "");
        let frame = Frame {
            fin: false,
            rsv: 4,
            mask: Some(*b"a\0\"b"),
            length: Some(9),
            width: Some(Width::Bits64),
            ..Frame::new(Opcode::new(3).unwrap(), "a")
        };
        assert_eq!(
            Options(&frame).to_string(),
            " fin=0 rsv=4 opcode=3 mask=\"a\\0\\\"b\" length=9 width=64"
        );
    }
}
