//! The control interface: what [`Server`] offers to Rust tests, over HTTP for tests in any language. A
//! [`Control`] is a second server on a port of 127.0.0.1, which lists and awaits recorded requests, puts routes and
//! queued answers, sets events, and resets everything between tests. `resources.rs` lists what it serves.
//!
//! Only clients with the token can do this: see `guard.rs`. Nothing is kept here but the names
//! of routes; everything else is the state of the controlled server, so that Rust code and clients see the same.

mod answer_keys;
mod ask;
mod events;
mod exchange;
mod faults;
mod filter;
mod guard;
mod keys;
mod page;
mod queue;
mod replay;
mod reply;
mod requests;
mod resources;
mod route_keys;
mod routes;
mod state;
mod status;
mod stream;
mod token;
mod transcripts;

use std::net::SocketAddr;
use std::sync::Arc;

use crate::config::Limits;
use crate::error::Error;
use crate::server::Server;
use crate::server::listening::Listening;

use resources::Api;
pub use resources::{RESOURCES, Resource};
use state::State;
use token::Token;

/// Bytes of a request to the control interface: one that puts a route has the route's content in it.
const MAX_BODY: u64 = 64 << 20;

/// Connections to the control interface. Each wait and each stream has one.
const MAX_CONNECTIONS: usize = 512;

/// The control interface of a server: made by [`Server::control`]. Dropping it stops the interface, not the
/// server.
///
/// ```
/// let server = wireserve::Server::start();
/// let control = server.control()?;
/// println!("see the exchanges at {}", control.url());
/// assert!(control.url().starts_with(&format!("http://{}/", control.address())));
/// # Ok::<(), wireserve::Error>(())
/// ```
pub struct Control {
    server: Server,
    token: Token,
}

impl Server {
    /// Starts the control interface of this server on a free port of 127.0.0.1, for clients in any language.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use std::net::TcpStream;
    ///
    /// use wireserve::Server;
    ///
    /// let server = Server::start();
    /// let control = server.control()?;
    /// let mut client = TcpStream::connect(control.address())?;
    /// let (host, token) = (control.address(), control.token());
    /// let head = format!("POST /v1/reset HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n");
    /// client.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
    /// let mut answer = String::new();
    /// client.read_to_string(&mut answer)?;
    /// assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the system has no port or thread left.
    ///
    /// # Panics
    /// If the server records nothing; add [`Builder::record`](crate::server::Builder::record).
    #[track_caller]
    pub fn control(&self) -> Result<Control, Error> {
        self.control_on(0)
    }

    /// The same on this port; 0 asks for a free one.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// let control = server.control_on(0)?;
    /// assert_ne!(control.address(), server.address());
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Server::control`], and when the port is in use.
    ///
    /// # Panics
    /// As [`Server::control`].
    #[track_caller]
    pub fn control_on(&self, port: u16) -> Result<Control, Error> {
        let shared = Arc::clone(self.shared());
        let recording = shared.recording().cloned();
        let recording = recording
            .expect("add `.record(RecordLimits::default())` to the builder to record requests");
        let token = Token::random();
        let state = State::new(shared, recording);
        let api = Api::new(state, token.clone());
        let limits = Limits {
            body: MAX_BODY,
            connections: MAX_CONNECTIONS,
            ..Limits::default()
        };
        let server = Self::builder()
            .ports([])
            .listener(port, Listening::Handler(Arc::new(api)))
            .limits(limits)
            .without_access_log()
            .start()
            .map_err(|error| Error::caused_by("cannot start the control interface", error))?;
        Ok(Control { server, token })
    }
}

impl Control {
    /// The address, on 127.0.0.1.
    ///
    /// See the example of [`Server::control`].
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What each request must present: `Authorization: Bearer TOKEN`.
    ///
    /// See the example of [`Server::control`].
    pub fn token(&self) -> &str {
        self.token.text()
    }

    /// The URL of the interface, with its token.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// let control = server.control()?;
    /// assert!(control.url().ends_with(&format!("/?token={}", control.token())));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn url(&self) -> String {
        format!("http://{}/?token={}", self.address(), self.token())
    }
}
