//! The server: listeners, each with a thread that accepts, and connections, each with its own
//! thread.
//!
//! Stopping closes the listeners, the idle connections and those that wait for their client, for an event
//! or for time to pass (`Wire::wait`). It lets other exchanges finish for [`GRACE`], then cuts the remaining
//! connections and waits for every thread.

mod accepting;
mod access_log;
pub mod addresses;
mod admission;
mod conclusion;
mod connection;
#[cfg(feature = "control")]
mod controlled;
pub mod door;
pub mod embedding;
mod ended;
mod freed;
mod handling;
#[cfg(feature = "tls")]
mod handshake;
pub mod keep_alive;
mod lingering;
pub mod listening;
mod mocking;
mod open;
pub mod opening;
mod recording;
mod resting;
mod roster;
mod serving;
mod shared;
#[cfg(feature = "cli")]
mod sharing;
mod starting;
mod stopping;
mod threads;
#[cfg(feature = "tls")]
mod tls;
mod transcripts;
mod websockets;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::Limits;
#[cfg(feature = "wpt")]
use crate::exchange::Mount;
use crate::exchange::{Events, Handler};
use crate::hosts::{Names, Port};
use crate::phases::Phases;
use crate::record::RecordLimits;
use crate::site::Site;
use crate::site::routing::route_error::RouteError;
use crate::site::routing::router::Method;
use crate::stash::Stash;
use crate::wire::listener::{self, Reserved};
#[cfg(feature = "wpt")]
use crate::wpt::wrappers;
use addresses::Place;
use embedding::Configuration;
use listening::{Listener, Listening};
use opening::Sockets;
pub use shared::Shared;
use transcripts::TranscriptOptions;

pub use transcripts::TranscriptOnPanic;

/// How long exchanges in progress may continue when the server stops.
pub const GRACE: Duration = Duration::from_millis(500);

/// The host to listen on if none is set.
const DEFAULT_HOST: &str = "127.0.0.1";

/// Connections beyond the limit that are answered with 503 at the same time; more are closed at
/// once.
const MAX_REFUSING: usize = 64;

/// A running server. [`Server::start`] starts one for a test, [`Server::builder`] one with a site, other ports
/// or limits. Dropping it stops it, and fails the test if an [expectation](crate::mock::Route::expect) is not
/// met or a handler has panicked.
///
/// ```
/// use wireserve::Server;
///
/// let server = Server::start();
/// server.get("/hello/{name}", |x| format!("Hello, {}", x.param("name")));
/// let url = server.url("/hello/you"); // for the client that you test
/// assert!(url.starts_with("http://127.0.0.1:"));
/// ```
pub struct Server {
    shared: Arc<Shared>,
    /// Sockets from which no thread accepts connections yet.
    listening: Vec<(Arc<listener::Listener>, Arc<Listener>)>,
    accepting: Vec<JoinHandle<()>>,
    /// Where it listens. The first ones are those of `addresses()`, in their order.
    places: Vec<Place>,
    /// Free ports of schemes that are not served; connections to them are refused.
    #[cfg_attr(
        not(feature = "cli"),
        allow(dead_code, reason = "only workers share it")
    )]
    reserved: Vec<Reserved>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addresses", &self.addresses())
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}

/// Configures a [`Server`] and starts it.
///
/// ```
/// use std::time::Duration;
///
/// use wireserve::{Limits, Server};
///
/// let server = Server::builder()
///     .ports([0, 0])
///     .route("GET", "/hello", wireserve::handlers::FixedHandler::text(200, "hello"))?
///     .rewrite("GET", "/old", "/hello")
///     .latency(Duration::from_millis(5))
///     .limits(Limits { connections: 10, ..Limits::default() })
///     .start()?;
/// assert_eq!(server.addresses().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Builder {
    site: Site,
    /// Without any, [`DEFAULT_HOST`].
    hosts: Vec<String>,
    /// Paths of Unix sockets.
    unix: Vec<PathBuf>,
    /// By scheme.
    ports: BTreeMap<String, Vec<Port>>,
    limits: Limits,
    names: Names,
    /// Replaces the configuration that follows from the names.
    configuration: Option<Configuration>,
    /// Listeners besides those of the schemes.
    listeners: Vec<(Port, Listening)>,
    #[cfg(feature = "tls")]
    tls: tls::TlsOptions,
    transcripts: TranscriptOptions,
    /// The store; without one, the server makes its own.
    stash: Option<Arc<dyn Stash>>,
    inherited: Option<Sockets>,
    validators: bool,
    latency: Duration,
    /// Answers the requests on the ports of `ws`.
    websockets: Option<Arc<dyn Handler>>,
    record: Option<RecordLimits>,
    access_log: bool,
    phases: Option<Arc<Phases>>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("site", &self.site)
            .field("hosts", &self.hosts)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Replaces the site: the doc root and all routes.
    ///
    /// See the example of [`Site`].
    #[must_use]
    pub fn site(mut self, site: Site) -> Self {
        self.site = site;
        self
    }

    /// Serves the files of a folder. This replaces the routes added before.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::Server;
    ///
    /// let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("a.txt"), "a file")?;
    /// let server = Server::builder().doc_root(folder.path()).validators(false).start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /a.txt HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /a.txt gets:
    /// assert!(answer.ends_with("\r\n\r\na file"));
    /// assert!(!answer.contains("ETag"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn doc_root(self, folder: impl Into<PathBuf>) -> Self {
        #[allow(unused_mut, reason = "without the feature `wpt`")]
        let mut site = Site::new(folder);
        #[cfg(feature = "wpt")]
        {
            let top = Mount::top(site.doc_root());
            wrappers::register(&mut site, &top).expect("the patterns of the whole site are valid");
        }
        self.site(site)
    }

    /// Adds a route to the site, which wins over the routes before it. `method` may be `"*"`. For tests of
    /// clients, [`Server::get`] and its siblings add routes that closures answer.
    ///
    /// See the example of [`Builder`].
    ///
    /// # Errors
    /// When the method or the pattern is malformed.
    pub fn route(
        mut self,
        method: &str,
        pattern: &str,
        handler: impl Handler + 'static,
    ) -> Result<Self, RouteError> {
        self.site
            .register(Method::checked(method)?, pattern, Arc::new(handler))?;
        Ok(self)
    }

    /// Answers requests for the path `from` as if they were for `to`, with the same query and
    /// fragment. `method` may be `"*"`.
    ///
    /// See the example of [`Builder`].
    #[must_use]
    pub fn rewrite(mut self, method: &str, from: &str, to: &str) -> Self {
        self.site.rewrite(method, from, to);
        self
    }

    /// Serves [fuzzed responses](crate::response_fuzz), one for each seed, at `/.wireserve/fuzz/SEED` and
    /// `/.wireserve/fuzz/EDITION/SEED`. They win over the routes before.
    ///
    /// ```
    /// # use std::io::{Read, Write};
    /// let server = wireserve::Server::builder().fuzz().start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /.wireserve/fuzz/9 HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let mut answer = Vec::new();
    /// # let _ = client.read_to_end(&mut answer);
    /// // A client that asks for /.wireserve/fuzz/9 gets an unusual response:
    /// assert!(!answer.is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn fuzz(mut self) -> Self {
        self.site.fuzz();
        self
    }

    /// Sets the host names that templates and `request.server.config` show instead of the address.
    ///
    /// See the example of [`Names`].
    #[must_use]
    pub fn names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// Keeps the stash in this store, instead of in memory and for this server alone. Servers that
    /// are given the same store share their stash.
    ///
    /// See the example of [`Stash`].
    #[must_use]
    pub fn stash(mut self, stash: Arc<dyn Stash>) -> Self {
        self.stash = Some(stash);
        self
    }

    /// Whether plain files have `ETag` and `Last-Modified`, and answer conditional and range requests
    /// as RFC 9110 §13 and §14 ask; on by default. Without, they answer as wptserve does.
    ///
    /// See the example of [`Builder::doc_root`].
    #[must_use]
    pub fn validators(mut self, validators: bool) -> Self {
        self.validators = validators;
        self
    }

    /// Lets every request wait before it is answered, as over a slow network; not at all by default.
    ///
    /// See the example of [`Builder`].
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Counts where the time of requests goes.
    #[must_use]
    #[doc(hidden)]
    pub fn measure(mut self, phases: &Arc<Phases>) -> Self {
        self.phases = Some(Arc::clone(phases));
        self
    }

    /// Replaces the limits.
    ///
    /// See the example of [`Builder`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Server {
    /// A builder for an empty site on a free port of 127.0.0.1.
    ///
    /// See the example of [`Builder`].
    pub fn builder() -> Builder {
        Builder {
            site: Site::bare(PathBuf::from("/nonexistent")),
            hosts: Vec::new(),
            unix: Vec::new(),
            ports: BTreeMap::from([("http".to_owned(), vec![Port::Free])]),
            limits: Limits::default(),
            names: Names::default(),
            configuration: None,
            listeners: Vec::new(),
            #[cfg(feature = "tls")]
            tls: tls::TlsOptions::default(),
            transcripts: TranscriptOptions::default(),
            stash: None,
            inherited: None,
            validators: true,
            latency: Duration::ZERO,
            websockets: None,
            record: None,
            access_log: true,
            phases: None,
        }
    }

    /// Adds a route while serving. It applies to requests that are read from now on.
    ///
    /// # Errors
    /// When the method or the pattern is malformed.
    #[doc(hidden)]
    pub fn route(
        &self,
        method: &str,
        pattern: &str,
        handler: impl Handler + 'static,
    ) -> Result<(), RouteError> {
        let method = Method::checked(method)?;
        self.change(|site| Ok(site.register(method, pattern, Arc::new(handler))?))
    }

    /// The events that exchanges and tests wait for and signal.
    ///
    /// See the example of [`Events`].
    pub fn events(&self) -> &Arc<Events> {
        &self.shared.context.events
    }

    /// The number of open connections.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::net::TcpStream;
    /// # let server = wireserve::Server::start();
    /// let mut client = TcpStream::connect(server.address())?;
    /// client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    /// server.take_request(std::time::Duration::from_secs(5))?;
    /// assert_eq!(server.connections(), 1); // `client` is open
    /// server.stop();
    /// assert!(std::io::read_to_string(client)?.starts_with("HTTP/1.1 404 "));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn connections(&self) -> usize {
        self.shared.roster.len()
    }

    /// Stops accepting, ends the waits of wire scripts, lets other exchanges finish for half a second,
    /// then cuts them.
    ///
    /// See the example of [`Server::connections`].
    pub fn stop(self) {
        drop(self);
    }
}
