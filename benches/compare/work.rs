//! What is asked of the servers: a file of `site/` each, all on kept-alive connections but one.

use std::fmt;

use clap::ValueEnum;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Work {
    /// A handler that returns a string.
    Trivial,
    /// A handler that reads the query and a header and returns status, headers and content.
    Query,
    /// A handler that writes its response with the writer.
    Writer,
    /// A handler that puts a value into the stash and takes it out again.
    Stash,
    /// A file of 1 KiB. A headers file gives its length, without which the reference closes the
    /// connection behind it; wrk counts that as an error, and connects twice for each request.
    Static,
    /// A connection for each request, to the trivial handler.
    NewConnection,
}

impl Work {
    /// The work whose goal `--check` enforces.
    pub(crate) const CHECKED: Self = Self::Trivial;

    /// Path and query.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Trivial => "/trivial.py",
            Self::Query => "/query.py?name=you",
            Self::Writer => "/writer.py",
            Self::Stash => "/stash.py",
            Self::Static => "/static.txt",
            Self::NewConnection => "/new-connection.py",
        }
    }

    /// The content of the answer.
    pub(crate) fn content(self) -> &'static [u8] {
        match self {
            Self::Query => b"hello you",
            Self::Static => include_bytes!("site/static.txt"),
            _ => b"hello",
        }
    }

    /// How many times the requests per second of the reference without Nagle's algorithm.
    pub(crate) fn goal(self) -> Option<f64> {
        match self {
            Self::Trivial => Some(30.0),
            Self::Query | Self::Static => None,
            Self::Writer => Some(40.0),
            Self::Stash => Some(33.0),
            Self::NewConnection => Some(19.0),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Trivial => "trivial",
            Self::Query => "query",
            Self::Writer => "writer",
            Self::Stash => "stash",
            Self::Static => "static",
            Self::NewConnection => "new-connection",
        })
    }
}
