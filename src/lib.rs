//! wireserve is an HTTP/1.1 server for tests, on raw sockets. Handlers are Rust values, wire
//! scripts, or Python files (`main(request, response)`, as in WPT's `wptserve`). Each can put any
//! bytes on the wire, in any pieces, at any time.
//!
//! # A server in a Rust test
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! use wireserve::{Server, raw};
//!
//! let server = Server::start();
//! server.get("/hello/{name}", |x| format!("Hello, {}", x.param("name")));
//! // Raw bytes, exactly these: the response is not HTTP, on purpose.
//! server.any("/broken", |_| raw(b"HTTP/1.1 2OO OK\n\n"));
//!
//! let mut client = TcpStream::connect(server.address())?;
//! client.write_all(b"GET /hello/you HTTP/1.1\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//! assert!(answer.ends_with("\r\n\r\nHello, you"));
//! assert_eq!(server.requests()[0].target(), "/hello/you");
//! # Ok::<(), wireserve::Error>(())
//! ```
//!
//! Dropping the server stops it, joins its threads, and verifies what the test expected. The page
//! [Rust tests](https://github.com/wireserve/wireserve/blob/main/docs/rust.md) leads from here to retries,
//! uploads, streams and faults.
//!
//! # Where to look
//!
//! - [`Server::start`] starts a server; [`Server::get`] and its siblings add a [`Route`], whose closure gets a
//!   [`Call`] and returns any [`IntoAnswer`].
//! - [`Server::requests`] and [`Server::take_request`] return each [`RecordedRequest`]; [`Route::expect`] says
//!   how many must come.
//! - [`Builder`] configures a server; [`Site`] has its doc root and routes, [`handlers`] what answers there.
//! - A [`Handler`] of your own answers an [`Exchange`], and may write to the connection itself.
//! - [`WireScript`] describes steps of bytes and time on a connection; see [`wire_script`].
//! - [`Transcript`] has the bytes of a connection in both directions; see [`transcript`].
//! - [`response_fuzz`] makes fuzzed responses for clients, one for each seed.
//! - [`message`] has the parts of requests and responses.
//! - [`stash`] stores values that one request leaves for another.
//! - `python` (feature `python`, on by default) runs Python files.
//! - `tls` (feature `tls`, on by default) has the certificates of HTTPS.
//! - `Server::control` (feature `control`, on by default) offers the same to tests in other languages, over HTTP.
//! - `cli` (feature `cli`, on by default) is the command `wireserve`.
//! - The feature `wpt` (of `python` and `cli`) has what only sites of web-platform-tests need.
//!
//! Without its default features, the crate needs neither Python nor a C compiler.

// The modules of all crates are those of `internals`; this gives them their paths, like
// `crate::http`.
#[allow(unused_imports)]
use internals::*;

#[cfg(feature = "cli")]
pub use internals::cli;
#[cfg(feature = "python")]
pub use internals::python;
#[cfg(feature = "tls")]
pub use internals::tls;
pub use internals::{response_fuzz, stash, transcript, wire_script};

pub use config::Limits;
#[cfg(feature = "control")]
pub use control::Control;
pub use error::Error;
pub use exchange::content::{Chunk, Chunks, Content, ContentError};
pub use exchange::policy::Policy;
pub use exchange::response::{ContentForHead, RequiredHeaders, Response};
pub use exchange::{Events, Exchange, Handler, Links, Mount};
pub use fault::Fault;
pub use hosts::{Hosts, Names, Port};
pub use http::address::Address;
pub use mock::{Answer, Call, IntoAnswer, IntoHandler, Route, Times, json, raw, script};
pub use record::{RecordLimits, RecordedRequest, RequestHead, TakeRequest};
pub use server::listening::Listening;
pub use server::{Builder, Server, TranscriptOnPanic};
pub use site::Site;
pub use site::routing::method_name::MethodError;
pub use site::routing::pattern::PatternError;
pub use site::routing::route_error::RouteError;
pub use site::routing::router::Method;
pub use transcript::Transcript;
pub use wire::outbound::Gone;
pub use wire::{Cipher, TlsInfo, TlsVersion};
pub use wire_script::WireScript;

// The server's own levers, for the tests and benchmarks of this repository; not part of the API.
#[doc(hidden)]
pub use exchange::{
    Fate, Locals, Request, RouteMatch, ServerContext,
    arrival::{Arrival, Previous},
    body::{Body, BodyError, RawReadError},
    policy::{Expect, Requirements, WithPolicy},
    turn::{Turn, Written},
};
#[doc(hidden)]
pub use wire::outbound::Sent;

/// The built-in handlers.
///
/// See the example of [`FixedHandler`](handlers::FixedHandler).
pub mod handlers {
    pub use crate::site::files::Files;
    pub use crate::site::files::file::FileHandler;
    pub use crate::site::handlers::as_is::AsIsHandler;
    pub use crate::site::handlers::basic_auth::{Admitted, BasicAuthHandler};
    pub use crate::site::handlers::fixed::{ErrorHandler, FixedHandler};
    pub use crate::site::handlers::fuzzed_response::FuzzedResponseHandler;
    pub use crate::site::handlers::joined::JoinedHandler;
    pub use crate::site::handlers::wire_file::WireFileHandler;
}

/// The parts of requests and responses.
///
/// See the example of [`Head`](message::Head).
pub mod message {
    pub use crate::http::Malformed;
    pub use crate::http::framing::Framing;
    pub use crate::http::head::Head;
    pub use crate::http::headers::Headers;
    pub use crate::http::problems::{Problem, ProblemKind, Severity};
    pub use crate::http::request_line::Version;
    pub use crate::http::scheme::Scheme;

    /// The kinds of problems, by the part of the head that has them.
    ///
    /// See the example of [`ProblemKind`].
    pub mod problem_kinds {
        pub use crate::http::problems::{body_length, field_lines, host, lines, request_line};
    }

    // Scripts see them; nothing that is public returns one.
    #[doc(hidden)]
    pub use crate::http::raw_lines::{Flag, LineKind, RawLine};
}

#[doc(hidden)]
#[path = ""]
pub mod internals {
    //! All modules of the crates, for their own tests, benchmarks and fuzz targets. Nothing here is
    //! covered by semantic versioning, except what is exported elsewhere, too.
    //!
    //! # The layers, each importing only itself and those above it in this list
    //!
    //! The modules up to `control` are in the crate `wireserve-core` (`crates/core`). `conform` is the crate
    //! `wireserve-conform` (`crates/conform`). The modules after it are in this crate.
    //!
    //! - `sync`: locks and condition variables, which the model checker replaces.
    //! - `forks`: values and threads of a process that may fork.
    //! - `phases`: where the time of a request goes, while a server is measured.
    //! - `text`: bytes ↔ text, dates, JSON strings.
    //! - `http`: the protocol; bytes in, values out.
    //! - `error`: the one error of the public API.
    //! - `wire_script`: steps of bytes and time on a connection.
    //! - `response_fuzz`: fuzzed responses, one for each seed, as wire scripts.
    //! - `fault`: failures that the client sees, and their bytes.
    //! - `transcript`: the bytes of a connection in both directions, with times.
    //! - `tls` (feature `tls`): certificates, and how a listener speaks TLS.
    //! - `wire`: the sockets.
    //! - `hosts`: the names and ports of a server.
    //! - `stash`: values that one request leaves for another.
    //! - `exchange`: request, body, response, and the `Handler` trait.
    //! - `record`: requests that were received, for tests to look at.
    //! - `pipes`: changes to a response that the query or the name of a file asks for.
    //! - `site`: doc root, routes, files.
    //! - `mock`: routes, queues and expectations of tests.
    //! - `config`: configuration files and settings.
    //! - `wpt` (feature `wpt`): serving a checkout of web-platform-tests.
    //! - `server`: listeners, connections and their threads.
    //! - `control` (feature `control`): the control interface, for tests in any language.
    //! - `conform` (feature `cli`): the conformance suite for HTTP clients.
    //! - `catalogue` (feature `cli`): the cases of that suite.
    //! - `python` (feature `python`): the interpreter, and the objects that scripts use.
    //! - `bench` (feature `cli`): measuring handlers.
    //! - `log_output` (feature `cli`): writes log lines without blocking connections.
    //! - `cli` (feature `cli`): the command.
    //! - `extension` (feature `python`): the native module of the Python package.
    //!
    //! # One request
    //!
    //! The thread of a listener accepts a connection and hands it to a separate thread. That thread
    //! reads a head from the wire, parses it, begins an `Exchange`, asks the `Site` for the route,
    //! and calls the handler. A native handler fills in the response of the exchange. A script
    //! handler waits for its turn in the interpreter, runs the script, and makes the response from
    //! its result, unless the script has written to the wire itself. The rest of the response is
    //! sent in one write. Then the connection is closed, or the rest of the body is drained and the
    //! next head is read.

    #[cfg(feature = "control")]
    pub use wireserve_core::control;
    #[cfg(feature = "tls")]
    pub use wireserve_core::tls;
    #[cfg(feature = "wpt")]
    pub use wireserve_core::wpt;
    pub use wireserve_core::{
        config, error, exchange, fault, forks, hosts, http, mock, phases, pipes, record,
        response_fuzz, server, site, stash, sync, text, transcript, wire, wire_script,
    };

    #[cfg(feature = "cli")]
    pub use wireserve_conform as conform;

    #[cfg(feature = "cli")]
    pub mod bench;
    #[cfg(feature = "cli")]
    pub mod catalogue;
    #[cfg(feature = "cli")]
    pub mod cli;
    #[cfg(feature = "python")]
    pub mod extension;
    #[cfg(feature = "cli")]
    pub(crate) mod log_output;
    #[cfg(feature = "python")]
    pub mod python;
}
