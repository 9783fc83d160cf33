//! `slice(START)` and `slice(START,END)` keep a part of the content, by the rules of Python's slices:
//! a negative number counts from the end, `null` is a missing bound, and bounds outside of the content
//! are moved to its ends. `Content-Length` becomes the length of the part. A file is not read for that.

use std::io::{Seek as _, SeekFrom};
use std::ops::Range;

use crate::exchange::Content;
use crate::exchange::content::ContentError;
use crate::text::number;

use super::response::{Source, replace};
use super::template::Scope;
use super::{Pipe, PipeError, PipedResponse, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slice {
    start: Option<i128>,
    end: Option<i128>,
}

impl Pipe for Slice {
    fn parse(arguments: &[String]) -> Result<Self, WrongArguments> {
        Ok(Self {
            start: offset(&arguments[0])?,
            end: arguments.get(1).map_or(Ok(None), |end| offset(end))?,
        })
    }

    fn apply(
        self: Box<Self>,
        response: &mut dyn PipedResponse,
        scope: &dyn Scope<'_>,
    ) -> Result<(), PipeError> {
        match response.take_content()? {
            Source::File(mut file, length) => {
                let range = self.range(length);
                // The length of a file fits a signed number.
                file.seek(SeekFrom::Current(range.start as i64))
                    .map_err(|error| ContentError(error.to_string()))?;
                let length = range.end - range.start;
                response.set_length(length)?;
                response.set_content(Content::File(file, length))
            }
            Source::Bytes(content) => {
                scope.hold(content.len())?;
                let range = self.range(content.len() as u64);
                // Within the content, so that they fit.
                let part = content.slice(range.start as usize..range.end as usize);
                drop(content);
                replace(response, part.into())
            }
        }
    }
}

impl Slice {
    /// The bounds of the part, in content of this length.
    fn range(&self, length: u64) -> Range<u64> {
        let place = |offset: Option<i128>, missing: u64| {
            let Some(offset) = offset else {
                return missing;
            };
            let length = i128::from(length);
            let from_start = if offset < 0 {
                offset.saturating_add(length)
            } else {
                offset
            };
            // Within 0..=length, so that it fits.
            from_start.clamp(0, length) as u64
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
    use std::io::Write as _;

    use super::*;
    use crate::exchange::Response;
    use crate::pipes::template::Fixture;

    #[test]
    fn as_python_slices() {
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
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
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(b"-abcde-").unwrap();
            file.seek(SeekFrom::Start(1)).unwrap();
            for content in ["abcde".into(), Content::File(file, 5)] {
                let mut response = Response {
                    content,
                    ..Response::default()
                };
                let sliced = Slice::parse(&arguments).ok().map(|slice| {
                    let applied = Box::new(slice).apply(&mut response, &fixture.context());
                    applied.unwrap();
                    let bytes = response
                        .take_content()
                        .unwrap()
                        .into_bytes(&|| true)
                        .unwrap();
                    let length = response.headers.first(b"Content-Length").unwrap();
                    assert_eq!(length, bytes.len().to_string().as_bytes());
                    String::from_utf8(bytes.into()).unwrap()
                });
                assert_eq!(sliced.as_deref(), kept, "{arguments:?}");
            }
        }
    }
}
