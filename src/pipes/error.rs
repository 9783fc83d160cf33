//! Why pipes were not applied. The client gets each of these as a 500 with the reason, since nothing has
//! been sent yet.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::exchange::content::ContentError;
use crate::fault::Fault;

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
#[derive(Debug)]
pub enum PipeError {
    /// There is no pipe of this name.
    Unknown(String),
    /// The pipe of this name does not accept its arguments.
    Arguments(String, WrongArguments),
    /// The expression ends in a backslash, with no character after it.
    Backslash,
    /// A placeholder of a template has no value.
    Template(TemplateError),
    /// `sub` has this escape, which does not exist, and there is a placeholder.
    Escape(String),
    /// The content could not be read.
    Content(ContentError),
    /// The response of a script raised an error.
    Raised(Raised),
    /// There are more pipes than `limits.pipes`.
    TooMany {
        /// How many there are.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The client has left, so that the work was given up.
    Unwanted,
}

impl fmt::Display for PipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(pipe) => write!(f, "there is no pipe {pipe:?}"),
            Self::Arguments(pipe, wrong) => write!(f, "pipe {pipe}: {wrong}"),
            Self::Backslash => f.write_str("the pipe expression ends in a backslash"),
            Self::Template(error) => error.fmt(f),
            Self::Escape(escape) => {
                write!(
                    f,
                    "pipe sub: expected \"html\" or \"none\", found {escape:?}"
                )
            }
            Self::Content(error) => write!(f, "pipes cannot read the content: {error}"),
            Self::Raised(error) => error.fmt(f),
            Self::TooMany { found, limit } => {
                write!(
                    f,
                    "expected at most {limit} pipes (limits.pipes), found {found}"
                )
            }
            Self::Unwanted => f.write_str("the client has left"),
        }
    }
}

impl Error for PipeError {}

impl From<TemplateError> for PipeError {
    fn from(error: TemplateError) -> Self {
        match error.is_unwanted() {
            true => Self::Unwanted,
            false => Self::Template(error),
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
            _ => 500,
        };
        Self::new(status, error.to_string())
    }
}
