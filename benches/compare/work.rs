//! What is asked of the servers: a file of the doc root each, on kept-alive connections but for one.

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
    /// A connection for each request, to the trivial handler.
    NewConnection,
    /// A file of 1 KiB. A headers file gives its length, without which the reference closes the
    /// connection behind it; wrk counts that as an error, and connects twice for each request.
    Static,
    /// A page of 10 KiB with templates in it.
    Template,
    /// A file of 10 MiB, on one connection.
    Large,
    /// A file of 10 MiB, on all connections.
    LargeMany,
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
            Self::NewConnection => "/new-connection.py",
            Self::Static => "/static.txt",
            Self::Template => "/page.sub.html?name=you%26me",
            Self::Large | Self::LargeMany => "/large.bin",
        }
    }

    /// Connections at a time; `None` is as many as were asked for.
    pub(crate) fn connections(self) -> Option<u32> {
        (self == Self::Large).then_some(1)
    }

    /// Whether it is for Python or for what only the reference does, so that nginx cannot take part.
    pub(crate) fn is_static(self) -> bool {
        matches!(self, Self::Static | Self::Large | Self::LargeMany)
    }

    /// Whether the reference can be asked: it ends the connection behind a file without a length.
    pub(crate) fn is_the_reference_s(self) -> bool {
        !matches!(self, Self::Large | Self::LargeMany)
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Trivial => "trivial",
            Self::Query => "query",
            Self::Writer => "writer",
            Self::Stash => "stash",
            Self::NewConnection => "new-connection",
            Self::Static => "static",
            Self::Template => "template",
            Self::Large => "large",
            Self::LargeMany => "large-many",
        })
    }
}
