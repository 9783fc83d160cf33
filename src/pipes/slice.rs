//! `slice(START)` and `slice(START,END)` keep a part of the content, by the rules of Python's slices:
//! a negative number counts from the end, `null` stands for an end of the content, and what lies
//! outside is left out. The length of what is left goes into the fields. Of a file nothing is read for that.

use std::io::{Seek as _, SeekFrom};
use std::ops::Range;

use crate::exchange::content::ContentError;
use crate::exchange::{Content, Response};
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
        if let Content::File(file, length) = &mut response.content {
            let range = self.range(*length);
            // No file is longer than a signed number tells.
            file.seek(SeekFrom::Current(range.start as i64))
                .map_err(|error| ContentError(error.to_string()))?;
            *length = range.end - range.start;
            response.headers.set("Content-Length", length.to_string());
            return Ok(());
        }
        let mut content = whole::take(response)?;
        let range = self.range(content.len() as u64);
        // Within the content, so that they fit.
        content.truncate(range.end as usize);
        content.drain(..range.start as usize);
        whole::replace(response, content);
        Ok(())
    }

    /// What is kept of that many bytes.
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
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(b"-abcde-").unwrap();
            file.seek(SeekFrom::Start(1)).unwrap();
            for content in ["abcde".into(), Content::File(file, 5)] {
                let mut response = Response {
                    content,
                    ..Response::default()
                };
                let sliced = Slice::of(&arguments).ok().map(|slice| {
                    slice.apply(&mut response).unwrap();
                    let bytes = whole::take(&mut response).unwrap();
                    let length = response.headers.get(b"Content-Length").unwrap();
                    assert_eq!(length, [bytes.len().to_string().into_bytes()]);
                    String::from_utf8(bytes).unwrap()
                });
                assert_eq!(sliced.as_deref(), kept, "{arguments:?}");
            }
        }
    }
}
