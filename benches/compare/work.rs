//! The works: requests for one file of the doc root, under one kind of load.

use std::fmt;

use clap::ValueEnum;

use super::placement::Placement;

/// A kind of request under a kind of load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Work {
    /// A handler that returns a string, on 16 connections.
    #[value(name = "trivial")]
    Trivial16,
    /// The same on 64 connections.
    #[value(name = "trivial-64")]
    Trivial64,
    /// The same on 256 connections.
    #[value(name = "trivial-256")]
    Trivial256,
    /// The same on one connection.
    #[value(name = "trivial-1")]
    Trivial1,
    /// The same on 1,024 connections.
    #[value(name = "trivial-1024")]
    Trivial1024,
    /// The same on 4,096 connections.
    #[value(name = "trivial-4096")]
    Trivial4096,
    /// The same on one connection, with server and load on one processor.
    Pinned,
    /// A handler that puts a value into the stash and takes it out again.
    Stash,
    /// A handler that writes its response with the writer.
    Writer,
    /// A handler that reads the query and a header and returns status, headers and content.
    Query,
    /// A page of 10 KiB with templates in it.
    Template,
    /// A connection for each request, to the trivial handler.
    NewConnection,
    /// A file of 1 KiB. Its `.headers` file sets the length, without which the reference closes the
    /// connection after it; wrk counts that as an error, and connects twice for each request.
    Static,
    /// A file of 10 MiB, on one connection.
    Large,
    /// A file of 10 MiB, on 16 connections.
    LargeMany,
    /// The trivial handler on 16 connections through TLS.
    #[value(name = "tls-trivial")]
    TlsTrivial,
    /// The file of 10 MiB on one connection through TLS.
    TlsLarge,
    /// The same on 16 connections.
    TlsLargeMany,
    /// A connection through TLS 1.3 for each request for the file of 1 KiB, without resumption.
    TlsNewConnection,
    /// 5,000 simultaneous requests to the stash handler, each on its own connection.
    Burst,
    /// 1,000 simultaneous handlers that sleep for 0.2 s.
    Sleepers,
    /// 1,000 connections that have been idle for three seconds, each after one response of the trivial handler.
    Idle,
    /// From the start of the process to the first response of the trivial handler.
    ColdStart,
}

/// How a server is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// So many connections, each of which sends the next request after the response, for some seconds.
    Steady(u32),
    /// So many clients that connect for each request, for some seconds.
    Churn(u32),
    /// So many connections that send one request at the same time.
    Rush(usize),
    /// So many idle connections, each after one response.
    Idle(usize),
    /// The server is started so often, and answers one request each time.
    Starts(usize),
}

impl Work {
    /// The work whose goals `--check` enforces.
    pub(crate) const CHECKED: Self = Self::Trivial16;

    /// The trivial handler on more and more connections.
    pub(crate) const GROWTH: [Self; 6] = [
        Self::Trivial1,
        Self::Trivial16,
        Self::Trivial64,
        Self::Trivial256,
        Self::Trivial1024,
        Self::Trivial4096,
    ];

    /// Path and query.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Stash | Self::Burst => "/stash.py",
            Self::Writer => "/writer.py",
            Self::Query => "/query.py?name=you",
            Self::Template => "/page.sub.html?name=you%26me",
            Self::NewConnection => "/new-connection.py",
            Self::Static | Self::TlsNewConnection => "/static.txt",
            Self::Large | Self::LargeMany | Self::TlsLarge | Self::TlsLargeMany => "/large.bin",
            Self::Sleepers => "/sleep.py",
            _ => "/trivial.py",
        }
    }

    pub(crate) fn load(self) -> Load {
        match self {
            Self::Trivial1 | Self::Pinned | Self::Large | Self::TlsLarge => Load::Steady(1),
            Self::Trivial64 => Load::Steady(64),
            Self::Trivial256 => Load::Steady(256),
            Self::Trivial1024 => Load::Steady(1024),
            Self::Trivial4096 => Load::Steady(4096),
            Self::NewConnection | Self::TlsNewConnection => Load::Churn(16),
            Self::Burst => Load::Rush(5000),
            Self::Sleepers => Load::Rush(1000),
            Self::Idle => Load::Idle(1000),
            Self::ColdStart => Load::Starts(5),
            _ => Load::Steady(16),
        }
    }

    /// Whether the connections go through TLS, except those to [`Contender::Plain`](super::contender::Contender).
    pub(crate) fn is_through_tls(self) -> bool {
        matches!(
            self,
            Self::TlsTrivial | Self::TlsLarge | Self::TlsLargeMany | Self::TlsNewConnection
        )
    }

    pub(crate) fn placement(self) -> Placement {
        match self {
            Self::Pinned => Placement::OneProcessor,
            _ => Placement::Anywhere,
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Trivial1 => "trivial handler, c=1",
            Self::Trivial16 => "trivial handler, c=16",
            Self::Trivial64 => "trivial handler, c=64",
            Self::Trivial256 => "trivial handler, c=256",
            Self::Trivial1024 => "trivial handler, c=1,024",
            Self::Trivial4096 => "trivial handler, c=4,096",
            Self::Pinned => "trivial handler, c=1, one processor",
            Self::Stash => "stash put and take, c=16",
            Self::Writer => "writer, c=16",
            Self::Query => "query, header, tuple, c=16",
            Self::Template => "`.sub.` template, c=16",
            Self::NewConnection => "new connection each, c=16",
            Self::Static => "static 1 KiB, c=16",
            Self::Large => "static 10 MiB, c=1",
            Self::LargeMany => "static 10 MiB, c=16",
            Self::TlsTrivial => "trivial handler, TLS, c=16",
            Self::TlsLarge => "static 10 MiB, TLS, c=1",
            Self::TlsLargeMany => "static 10 MiB, TLS, c=16",
            Self::TlsNewConnection => "new TLS connection each, static 1 KiB, c=16",
            Self::Burst => "burst of 5,000, stash",
            Self::Sleepers => "1,000 handlers that sleep 0.2 s",
            Self::Idle => "1,000 idle connections",
            Self::ColdStart => "cold start to first answer",
        })
    }
}
