//! `header(NAME,VALUE)` sets a header field; `header(NAME,VALUE,true)` adds one. Names and values are sent
//! as ISO 8859-1. Line ends are refused: with them, the author of a link could write any response.

use crate::text::latin1;

use super::template::Scope;
use super::{Pipe, PipeError, PipedResponse, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    name: Vec<u8>,
    value: Vec<u8>,
    change: Change,
}

/// What happens to fields of the same name.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Replace,
    Append,
}

impl Pipe for Header {
    fn parse(arguments: &[String]) -> Result<Self, WrongArguments> {
        let append = arguments.get(2).map_or("false", String::as_str);
        let bytes = |text: &str| {
            if text.contains(['\r', '\n']) {
                return Err(WrongArguments::not_a("one line", text));
            }
            latin1::encode(text)
                .map_err(|_| WrongArguments::not_a("characters of ISO 8859-1", text))
        };
        Ok(Self {
            name: bytes(&arguments[0])?,
            value: bytes(&arguments[1])?,
            change: match append.to_ascii_lowercase().as_str() {
                "true" | "1" => Change::Append,
                "false" | "0" => Change::Replace,
                _ => return Err(WrongArguments::not_a("true or false", append)),
            },
        })
    }

    fn apply(
        self: Box<Self>,
        response: &mut dyn PipedResponse,
        _: &dyn Scope<'_>,
    ) -> Result<(), PipeError> {
        match self.change {
            Change::Replace => response.set_field(&self.name, &self.value),
            Change::Append => response.append_field(&self.name, &self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Response;
    use crate::pipes::template::Fixture;

    #[test]
    fn fields() {
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
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
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let mut response = Response::default();
            response.headers.set("X-A", "a");
            let changed = Header::parse(&arguments).ok().map(|header| {
                let applied = Box::new(header).apply(&mut response, &fixture.context());
                applied.unwrap();
                let lines = response.headers.iter().map(|(name, value)| {
                    format!("{}: {}", latin1::decode(name), latin1::decode(value))
                });
                lines.collect::<Vec<_>>().join(", ")
            });
            assert_eq!(changed.as_deref(), fields, "{arguments:?}");
        }
    }
}
