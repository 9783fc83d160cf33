//! `slice(START)` and `slice(START,END)` keep a part of the content, by the rules of Python's slices:
//! a negative number counts from the end, `null` stands for an end of the content, and what lies
//! outside is left out. The length of what is left goes into the fields.

use std::ops::Range;

use crate::exchange::Response;
use crate::text::number;

use super::{PipeError, WrongArguments, whole};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slice {
    start: Option<i128>,
    end: Option<i128>,
}

impl Slice {
    pub(super) fn of(arguments: &[String]) -> Result<Self, WrongArguments> {
        let (start, end) = match arguments {
            [start] => (start, "null"),
            [start, end] => (start, end.as_str()),
            _ => {
                let (takes, given) = ("1 or 2 arguments", arguments.len());
                return Err(WrongArguments::Count { takes, given });
            }
        };
        Ok(Self {
            start: offset(start)?,
            end: offset(end)?,
        })
    }

    pub(super) fn apply(self, response: &mut Response) -> Result<(), PipeError> {
        let mut content = whole::take(response)?;
        let range = self.range(content.len());
        content.truncate(range.end);
        content.drain(..range.start);
        whole::replace(response, content);
        Ok(())
    }

    /// What is kept of that many bytes.
    fn range(&self, length: usize) -> Range<usize> {
        let place = |offset: Option<i128>, missing: usize| {
            let Some(offset) = offset else {
                return missing;
            };
            let length = length as i128;
            let from_start = if offset < 0 {
                offset.saturating_add(length)
            } else {
                offset
            };
            // Within 0..=length, so that it fits.
            from_start.clamp(0, length) as usize
        };
        let end = place(self.end, length);
        place(self.start, 0).min(end)..end
    }
}

fn offset(text: &str) -> Result<Option<i128>, WrongArguments> {
    if text.eq_ignore_ascii_case("null") {
        return Ok(None);
    }
    let offset = number::int(text);
    offset
        .map(Some)
        .ok_or_else(|| WrongArguments::not_a("a whole number or null", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Content;

    #[test]
    fn as_python_slices() {
        for (arguments, kept) in [
            (&["2"][..], Some("cde")),
            (&["null"], Some("abcde")),
            (&["null", "2"], Some("ab")),
            (&["1", "NULL"], Some("bcde")),
            (&["-2"], Some("de")),
            (&["1", "-1"], Some("bcd")),
            (&["-9", "-4"], Some("a")),
            (&["3", "2"], Some("")),
            (&["9"], Some("")),
            (
                &["0", "99999999999999999999999999999999999999999"],
                Some("abcde"),
            ),
            (
                &["-99999999999999999999999999999999999999999"],
                Some("abcde"),
            ),
            (&[" 1_0 "], Some("")),
            (&[""], None),
            (&["1", ""], None),
            (&["a"], None),
            (&["1", "2", "3"], None),
            (&[], None),
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let mut response = Response {
                content: "abcde".into(),
                ..Response::default()
            };
            let sliced = Slice::of(&arguments).ok().map(|slice| {
                slice.apply(&mut response).unwrap();
                let Content::Bytes(bytes) = &response.content else {
                    panic!("bytes, not {:?}", response.content);
                };
                let length = response.headers.get(b"Content-Length").unwrap();
                assert_eq!(length, [bytes.len().to_string().into_bytes()]);
                String::from_utf8(bytes.clone()).unwrap()
            });
            assert_eq!(sliced.as_deref(), kept, "{arguments:?}");
        }
    }
}
