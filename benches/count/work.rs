//! The hot paths that are counted.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A hot path. If it has a target, it is a whole exchange on a persistent connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Work {
    /// Finding and parsing a browser's head.
    Head,
    /// Routing a page, a script and a `.py` file with routes like WPT's.
    Route,
    /// A file of 1 KiB with a `.headers` file.
    Static,
    /// A fixed response, without Python.
    Fixed,
    /// A handler that returns a string.
    Trivial,
    /// A handler that writes its response with the writer.
    Writer,
    /// A handler that puts a value into the stash and takes it out again.
    Stash,
    /// The handler of [`Work::Trivial`] through TLS.
    Tls,
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
        Self::Tls,
    ];

    /// The target of the request; `None` if the work is a function of the library.
    pub(crate) fn target(self) -> Option<&'static str> {
        match self {
            Self::Head | Self::Route => None,
            Self::Static => Some("/static.txt"),
            Self::Fixed => Some("/fixed"),
            Self::Trivial | Self::Tls => Some("/trivial.py"),
            Self::Writer => Some("/writer.py"),
            Self::Stash => Some("/stash.py"),
        }
    }

    /// Whether instructions of the interpreter are counted.
    pub(crate) fn enters_python(self) -> bool {
        matches!(self, Self::Trivial | Self::Writer | Self::Stash | Self::Tls)
    }

    /// Whether the connection goes through TLS.
    pub(crate) fn is_through_tls(self) -> bool {
        self == Self::Tls
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
            Self::Tls => "tls",
        })
    }
}
