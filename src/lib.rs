//! wireserve, an HTTP/1.1 server for tests, on raw sockets. Handlers are Python files
//! (`main(request, response)`, the contract of WPT's `wptserve`) or Rust values; either may put any
//! bytes on the wire, in any pieces, at any time.
//!
//! # A server in a Rust test
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! use wireserve::{Exchange, Fault, Server};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder()
//!     .route("GET", "/hello/{name}", |exchange: &mut Exchange<'_>| {
//!         let (_, name) = &exchange.route_match[0];
//!         exchange.response.content = [b"Hello, ", name.as_slice()].concat().into();
//!         Ok(())
//!     })?
//!     .route("*", "/broken", |exchange: &mut Exchange<'_>| {
//!         // Raw bytes, exactly these: the response is not HTTP, on purpose.
//!         exchange.turn().mark_written();
//!         exchange.turn().send(b"HTTP/1.1 2OO OK\n\n").map_err(|_| Fault::no_route())
//!     })?
//!     .start()?;
//!
//! let mut client = TcpStream::connect(server.address())?;
//! client.write_all(b"GET /hello/you HTTP/1.1\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//! assert!(answer.ends_with("\r\n\r\nHello, you"));
//! # Ok(())
//! # }
//! ```
//!
//! Dropping the server stops it; no thread is left behind.
//!
//! # The layers, each importing only itself and those above it in this list
//!
//! - `sync`: what threads lock and wait with.
//! - [`text`]: bytes ↔ text, dates, JSON strings.
//! - [`http`]: the protocol; bytes in, values out.
//! - [`wire_script`]: what is to happen on a connection, step by step.
//! - [`response_fuzz`]: fuzzed responses, one for each seed, as wire scripts.
//! - [`fault`]: failures that the peer sees, and their bytes.
//! - [`transcript`]: what went over a connection, when, as lines.
//! - [`wire`]: the sockets.
//! - [`hosts`]: who the server says it is.
//! - [`stash`]: values that one request leaves for another.
//! - [`exchange`]: request, body, response, and the [`Handler`] trait.
//! - [`pipes`]: what a file's name and the query ask to be done to a response.
//! - [`site`]: doc root, routes, files.
//! - [`config`]: what to serve.
//! - [`wpt`]: what is particular to a checkout of web-platform-tests.
//! - [`server`]: listeners, connections and their threads.
//! - `python` (feature `python`): the interpreter and what scripts see.
//! - `log_output` (feature `cli`): writes log lines without blocking connections.
//! - `cli` (feature `cli`): the command.
//!
//! # One request
//!
//! A listener's thread accepts, and gives the connection a thread of its own. That thread reads a head
//! from the wire, parses it, begins an [`Exchange`], asks the [`Site`] for the route, and calls the
//! handler. A native handler fills in the exchange's response. A script handler is admitted to the
//! interpreter, runs the script, and turns what it left behind into the exchange's response; or the
//! script has written to the wire itself. What is still to be sent goes out in one write. Then the
//! connection is closed, or the rest of the body is drained and the next head is read.

#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod exchange;
pub mod fault;
pub mod hosts;
pub mod http;
#[cfg(feature = "cli")]
mod log_output;
pub mod pipes;
#[cfg(feature = "python")]
pub mod python;
pub mod response_fuzz;
pub mod server;
pub mod site;
pub mod stash;
mod sync;
pub mod text;
pub mod transcript;
pub mod wire;
pub mod wire_script;
pub mod wpt;

pub use exchange::{Content, Exchange, Handler};
pub use fault::Fault;
pub use server::Server;
pub use site::Site;
pub use transcript::Transcript;
pub use wire_script::WireScript;
