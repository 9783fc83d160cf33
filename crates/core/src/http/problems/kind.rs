//! A kind of problem that a head can have: a short text, the clause that is violated and the severity.
//! The kinds themselves are in the files that find them.
//!
//! A violation is something that no recipient may accept as it is: the clause says MUST reject (or
//! reject or repair), or the grammar does not allow the message and no clause grants an exception.
//! Tolerated is what a clause lets a recipient accept, and what is valid but rarely intended.
//! Source: RFC 9112, RFC 9110.

use std::fmt;

use super::Problem;

/// Whether a strict server would refuse the request.
///
/// See the example of [`ProblemKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// A strict server refuses the request, with 400 or 505.
    Violation,
    /// A strict server may accept the request.
    Tolerated,
}

impl Severity {
    /// The name in JSON and Python.
    ///
    /// See the example of [`ProblemKind`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Tolerated => "tolerated",
        }
    }
}

/// What is wrong. The modules of `message::problem_kinds` have a constant for each kind, such as
/// [`OTHER_LENGTH`](crate::http::problems::body_length::OTHER_LENGTH).
///
/// ```
/// use wireserve::message::problem_kinds::body_length::OTHER_LENGTH;
/// use wireserve::message::{ProblemKind, Severity};
///
/// assert_eq!(OTHER_LENGTH.as_str(), "conflicting Content-Length values");
/// assert_eq!(OTHER_LENGTH.clause(), "RFC 9112 §6.3");
/// assert_eq!(OTHER_LENGTH.severity(), Severity::Violation);
/// assert_eq!(OTHER_LENGTH.severity().as_str(), "violation");
/// assert!(OTHER_LENGTH.is_of_framing());
/// assert!(ProblemKind::all().any(|kind| kind == OTHER_LENGTH));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProblemKind(&'static Facts);

/// What is known about a kind.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Facts {
    /// Unique.
    pub(super) text: &'static str,
    pub(super) clause: &'static str,
    pub(super) severity: Severity,
    pub(super) is_of_framing: bool,
}

impl ProblemKind {
    pub(super) const fn new(facts: &'static Facts) -> Self {
        Self(facts)
    }

    /// The text that JSON and Python show; stable across releases.
    ///
    /// See the example of [`ProblemKind`].
    pub fn as_str(self) -> &'static str {
        self.0.text
    }

    /// The clause that is violated.
    ///
    /// See the example of [`ProblemKind`].
    pub fn clause(self) -> &'static str {
        self.0.clause
    }

    /// Whether a strict server would refuse the request.
    ///
    /// See the example of [`ProblemKind`].
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// Whether other recipients may find another end of the body, or other fields that determine it. The
    /// server closes the connection after the response to such a request, so that its body is never
    /// parsed as a request.
    ///
    /// See the example of [`ProblemKind`].
    pub fn is_of_framing(self) -> bool {
        self.0.is_of_framing
    }

    pub(super) fn at(self, offset: usize) -> Problem {
        Problem {
            offset,
            what: self,
            clause: self.clause(),
            severity: self.severity(),
        }
    }
}

impl fmt::Debug for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProblemKind").field(&self.0.text).finish()
    }
}

/// Declares the kinds of a file, and a list of them.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        pub const $name:ident = $severity:ident, $clause:literal, $text:literal $(, $of:ident)?;
    )*) => {
        $($(#[$doc])*
        pub const $name: ProblemKind = ProblemKind::new(&Facts {
            text: $text,
            clause: $clause,
            severity: Severity::$severity,
            is_of_framing: !stringify!($($of)?).is_empty(),
        });)*

        pub(super) const ALL: &[ProblemKind] = &[$($name),*];
    };
}
pub(super) use kinds;
