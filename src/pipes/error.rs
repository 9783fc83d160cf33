//! Why pipes are not applied: facts, whose words are made when they are shown. The peer sees all of
//! them as a 500 that says what was wrong, since nothing has been sent yet.

use std::fmt;

use crate::exchange::content::ContentError;
use crate::fault::Fault;

use super::template::TemplateError;

/// What is wrong with a pipe's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongArguments {
    /// There are too few or too many of them.
    Count {
        /// How many the pipe takes.
        takes: &'static str,
        /// How many there are.
        given: usize,
    },
    /// One is not what the pipe wants there.
    NotA {
        /// What the pipe wants.
        wanted: &'static str,
        /// What it gets.
        given: String,
    },
}

impl WrongArguments {
    pub(super) fn not_a(wanted: &'static str, given: &str) -> Self {
        let given = given.to_owned();
        Self::NotA { wanted, given }
    }
}

impl fmt::Display for WrongArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { takes, given } => write!(f, "takes {takes}, not {given}"),
            Self::NotA { wanted, given } => write!(f, "{given:?} is not {wanted}"),
        }
    }
}

/// Why pipes were not applied.
#[derive(Debug)]
pub enum PipeError {
    /// There is no pipe of this name.
    Unknown(String),
    /// This pipe cannot do with its arguments.
    Arguments(String, WrongArguments),
    /// The expression ends in a backslash that has nothing to escape.
    Backslash,
    /// The content is a template that cannot be filled in.
    Template(TemplateError),
    /// There is no escape of this name, and a placeholder that needs one.
    Escape(String),
    /// The content that is to be changed could not be read.
    Content(ContentError),
}

impl fmt::Display for PipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(pipe) => write!(f, "no pipe is named {pipe:?}"),
            Self::Arguments(pipe, wrong) => write!(f, "pipe {pipe}: {wrong}"),
            Self::Backslash => f.write_str("the pipe expression ends in a backslash"),
            Self::Template(error) => error.fmt(f),
            Self::Escape(escape) => write!(f, "pipe sub: {escape:?} is neither html nor none"),
            Self::Content(error) => write!(f, "the content cannot be piped: {error}"),
        }
    }
}

impl std::error::Error for PipeError {}

impl From<TemplateError> for PipeError {
    fn from(error: TemplateError) -> Self {
        Self::Template(error)
    }
}

impl From<ContentError> for PipeError {
    fn from(error: ContentError) -> Self {
        Self::Content(error)
    }
}

impl From<PipeError> for Fault {
    fn from(error: PipeError) -> Self {
        Self::new(500, error.to_string())
    }
}
