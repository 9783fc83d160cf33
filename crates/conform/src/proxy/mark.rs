//! Marks: words in targets and fields that tie what reaches the origin to the case that was asked, over pooled
//! connections and whatever a proxy does to the rest of the target.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use uuid::Uuid;

/// How a mark begins, and how it ends; between are digits.
const BEGIN: &[u8] = b"wsp";
const END: u8 = b'q';
const DIGITS: usize = 16;

/// A mark that no other request of the suite has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(String);

/// Makes marks. Those of two runs differ, so that what a proxy has cached answers no later request.
#[derive(Debug)]
pub struct Marks {
    run: u32,
    next: AtomicU32,
}

impl Marks {
    /// For a run that begins now.
    pub fn new() -> Self {
        let (run, ..) = Uuid::new_v4().as_fields();
        Self {
            run,
            next: AtomicU32::new(0),
        }
    }

    /// Another mark.
    pub fn next(&self) -> Mark {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Mark(format!("wsp{:08x}{number:08x}q", self.run))
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self::new()
    }
}

impl Mark {
    /// The first mark in these bytes.
    pub fn find(bytes: &[u8]) -> Option<Self> {
        memchr::memmem::find_iter(bytes, BEGIN).find_map(|at| {
            let word = bytes.get(at..=at + BEGIN.len() + DIGITS)?;
            let (digits, last) = (&word[BEGIN.len()..word.len() - 1], word[word.len() - 1]);
            let is_mark = last == END && digits.iter().all(u8::is_ascii_hexdigit);
            is_mark.then(|| Self(String::from_utf8_lossy(word).into_owned()))
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_wherever_they_are() {
        let marks = Marks::new();
        let (first, second) = (marks.next(), marks.next());
        assert_ne!(first, second);
        for text in [
            format!("GET /p/{first} HTTP/1.1"),
            format!("OPTIONS * HTTP/1.1\r\nX: wsp {first}, {second}"),
            format!("wspwsp{first}"),
            first.to_string(),
        ] {
            assert_eq!(Mark::find(text.as_bytes()).as_ref(), Some(&first), "{text}");
        }
        for text in ["", "wsp", "wsp0123456789abcdefx", "wsp0123456789abcdeg0q"] {
            assert_eq!(Mark::find(text.as_bytes()), None, "{text}");
        }
    }
}
