//! `header(NAME,VALUE)` sets a header field; `header(NAME,VALUE,true)` adds one. Names and values go
//! out as ISO 8859-1. A URL may say what a field is, but not make several of one: that would be
//! another response, of whoever made the link.

use crate::exchange::Response;
use crate::text::latin1;

use super::{PipeError, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    name: Vec<u8>,
    value: Vec<u8>,
    change: Change,
}

/// What becomes of the fields of that name.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Replace,
    Append,
}

impl Header {
    pub(super) fn of(arguments: &[String]) -> Result<Self, WrongArguments> {
        let (name, value, append) = match arguments {
            [name, value] => (name, value, "false"),
            [name, value, append] => (name, value, append.as_str()),
            _ => {
                let (takes, given) = ("2 or 3 arguments", arguments.len());
                return Err(WrongArguments::Count { takes, given });
            }
        };
        let bytes = |text: &str| {
            if text.contains(['\r', '\n']) {
                return Err(WrongArguments::not_a("one line", text));
            }
            latin1::encode(text).map_err(|_| WrongArguments::not_a("ISO 8859-1 throughout", text))
        };
        Ok(Self {
            name: bytes(name)?,
            value: bytes(value)?,
            change: match append.to_ascii_lowercase().as_str() {
                "true" | "1" => Change::Append,
                "false" | "0" => Change::Replace,
                _ => return Err(WrongArguments::not_a("true or false", append)),
            },
        })
    }

    pub(super) fn apply(self, response: &mut Response) -> Result<(), PipeError> {
        match self.change {
            Change::Replace => response.headers.set(self.name, self.value),
            Change::Append => response.headers.append(self.name, self.value),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        for (arguments, fields) in [
            (&["X-A", "b"][..], Some("X-A: b")),
            (&["X-A", "b", "FALSE"], Some("X-A: b")),
            (&["x-a", "b", "1"], Some("X-A: a, X-A: b")),
            (&["", ""], Some("X-A: a, : ")),
            (&["X-A", "é\t"], Some("X-A: é\t")),
            (&["X-A", "b\r\nX-B: c"], None),
            (&["X-A", "b\n"], None),
            (&["X-A\r", "b"], None),
            (&["X-A", "\u{100}"], None),
            (&["\u{100}", "b"], None),
            (&["X-A", "b", "yes"], None),
            (&["X-A", "b", ""], None),
            (&["X-A"], None),
            (&["X-A", "b", "1", "1"], None),
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let mut response = Response::default();
            response.headers.set("X-A", "a");
            let changed = Header::of(&arguments).ok().map(|header| {
                header.apply(&mut response).unwrap();
                let lines = response.headers.iter().map(|(name, value)| {
                    format!("{}: {}", latin1::decode(name), latin1::decode(value))
                });
                lines.collect::<Vec<_>>().join(", ")
            });
            assert_eq!(changed.as_deref(), fields, "{arguments:?}");
        }
    }
}
