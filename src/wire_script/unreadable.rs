//! Why a `.wire` file is not a script: the line, and what to do about it. One error for the reader of
//! tokens and those of items and steps; nobody else makes one.

use std::fmt;

/// A text that is not a wire script. Shown as `line 3: …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there, for a person.
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for Unreadable {}
