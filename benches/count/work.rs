//! What is counted.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A hot path. Of those with a target it is the whole exchange, on a kept-alive connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Work {
    /// A browser's head, found and read.
    Head,
    /// The handlers of a page, a script and a `.py` file in a table of routes like WPT's.
    Route,
    /// A file of 1 KiB with a headers file beside it.
    Static,
    /// A fixed response, which never enters Python.
    Fixed,
    /// A handler that returns a string.
    Trivial,
    /// A handler that writes its response with the writer.
    Writer,
    /// A handler that puts a value into the stash and takes it out again.
    Stash,
}

impl Work {
    pub(crate) const ALL: &[Self] = &[
        Self::Head,
        Self::Route,
        Self::Static,
        Self::Fixed,
        Self::Trivial,
        Self::Writer,
        Self::Stash,
    ];

    /// What a server is asked for; `None` is a function of the library.
    pub(crate) fn target(self) -> Option<&'static str> {
        match self {
            Self::Head | Self::Route => None,
            Self::Static => Some("/static.txt"),
            Self::Fixed => Some("/fixed"),
            Self::Trivial => Some("/trivial.py"),
            Self::Writer => Some("/writer.py"),
            Self::Stash => Some("/stash.py"),
        }
    }

    /// Whether the interpreter's own instructions are among those that are counted.
    pub(crate) fn enters_python(self) -> bool {
        matches!(self, Self::Trivial | Self::Writer | Self::Stash)
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Head => "head",
            Self::Route => "route",
            Self::Static => "static",
            Self::Fixed => "fixed",
            Self::Trivial => "trivial",
            Self::Writer => "writer",
            Self::Stash => "stash",
        })
    }
}
