//! Why pipes were not applied. The client gets each of these as a 500 with the reason, since nothing has
//! been sent yet.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::exchange::content::ContentError;
use crate::fault::Fault;
use crate::wire::budget::Full;

use super::template::TemplateError;

/// What is wrong with the arguments of a pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongArguments {
    /// There are too few or too many.
    Count {
        /// How many the pipe takes.
        expected: RangeInclusive<usize>,
        /// How many there are.
        found: usize,
    },
    /// The pipe does not accept one.
    NotA {
        /// What the pipe accepts.
        expected: &'static str,
        /// The argument.
        found: String,
    },
}

impl WrongArguments {
    pub(super) fn not_a(expected: &'static str, found: &str) -> Self {
        let found = found.to_owned();
        Self::NotA { expected, found }
    }
}

impl fmt::Display for WrongArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { expected, found } => match expected.clone().into_inner() {
                (0, 0) => write!(f, "expected no arguments, found {found}"),
                (1, 1) => write!(f, "expected 1 argument, found {found}"),
                (least, most) => {
                    write!(f, "expected {least} to {most} arguments, found {found}")
                }
            },
            Self::NotA { expected, found } => write!(f, "expected {expected}, found {found:?}"),
        }
    }
}

/// An error that the objects of a script raised while pipes or templates used them.
#[derive(Clone, Debug)]
pub struct Raised(pub Arc<dyn Error + Send + Sync>);

impl PartialEq for Raised {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Raised {}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why pipes were not applied.
#[doc(hidden)]
#[derive(Debug, thiserror::Error)]
pub enum PipeError {
    /// There is no pipe of this name.
    #[error("unknown pipe {0:?}")]
    Unknown(String),
    /// The pipe of this name does not accept its arguments.
    #[error("pipe {0}: {1}")]
    Arguments(String, WrongArguments),
    /// The expression ends in a backslash, with no character after it.
    #[error("the pipe expression ends in a backslash")]
    Backslash,
    /// A placeholder of a template has no value.
    #[error(transparent)]
    Template(TemplateError),
    /// `sub` has this escape, which does not exist, and there is a placeholder.
    #[error("pipe sub: expected \"html\" or \"none\", found {0:?}")]
    Escape(String),
    /// The content could not be read.
    #[error("pipes cannot read the content: {0}")]
    Content(#[source] ContentError),
    /// The response of a script raised an error.
    #[error("{0}")]
    Raised(Raised),
    /// There are more pipes than `limits.pipes`.
    #[error("expected at most {limit} pipes (limits.pipes), found {found}")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// Other requests leave too little of the server's memory.
    #[error(transparent)]
    NoRoom(#[from] Full),
    /// The client has left, so that the work was given up.
    #[error("the client has left")]
    Unwanted,
}

impl From<TemplateError> for PipeError {
    fn from(error: TemplateError) -> Self {
        match (error.is_unwanted(), error.full()) {
            (true, _) => Self::Unwanted,
            (false, Some(full)) => Self::NoRoom(full),
            (false, None) => Self::Template(error),
        }
    }
}

impl From<ContentError> for PipeError {
    fn from(error: ContentError) -> Self {
        Self::Content(error)
    }
}

impl From<PipeError> for Fault {
    fn from(error: PipeError) -> Self {
        let status = match error {
            PipeError::TooMany { .. } => 400,
            PipeError::NoRoom(_) => 503,
            _ => 500,
        };
        Self::new(status, error.to_string())
    }
}
