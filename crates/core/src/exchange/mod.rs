//! An exchange: one request and its response. A [`Handler`] answers it, either by filling in the
//! [`Response`], which then goes out as a whole, or by writing to the wire itself through its
//! [`Turn`]. What becomes of the connection afterwards is a [`Fate`].

pub mod arrival;
pub mod body;
pub mod content;
pub mod counters;
pub mod crowd;
pub mod events;
pub(crate) mod failures;
pub mod fate;
pub mod faults;
mod handler;
pub mod limits;
mod locals;
pub mod mount;
pub mod play;
pub mod policy;
pub mod request;
pub mod response;
pub mod server_context;
pub mod turn;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

pub use arrival::Arrival;
pub use body::Body;
pub use content::{Chunk, Chunks, Content};
#[cfg(feature = "cli")]
pub use events::EventChange;
pub use events::Events;
pub use fate::Fate;
pub use faults::Faults;
pub use handler::Handler;
pub use limits::RequestLimits;
pub use locals::{Binding, Locals};
pub use mount::{Links, Mount};
pub use policy::{Expect, Policy, Requirements};
pub use request::Request;
pub use response::Response;
pub use server_context::ServerContext;
pub use turn::Turn;

use crate::fault::Fault;
use crate::hosts::Hosts;
use crate::http::framing::Framing;
use crate::stash::Stash;
use crate::wire::outbound::Gone;
use crate::wire_script::{Cursor, Played, WireScript};

/// What a route's pattern matched: the names of its groups, including `*`, with their text. Most patterns have
/// one group at most, and most texts are short, so that they need no allocation.
pub type RouteMatch = SmallVec<[(Arc<str>, SmallVec<[u8; 24]>); 1]>;

/// One request being answered. [`Exchange::call`] has the request. A handler fills in the
/// [`response`](Self::response), or writes to the connection itself.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Exchange, Fault, Handler, Server};
///
/// struct Hasty; // answers an upload after its first bytes
///
/// impl Handler for Hasty {
///     fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
///         exchange.send("HTTP/1.1 413 Content Too Large\r\n\r\n")?;
///         let beginning = exchange.read(4)?;
///         exchange.send(beginning)?;
///         exchange.close_connection();
///         Ok(())
///     }
/// }
/// # let server = Server::builder().route("POST", "/", Hasty)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabcdef")?;
/// # let answer = std::io::read_to_string(client)?;
/// # assert!(answer.ends_with("\r\n\r\nabcd"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Exchange<'c> {
    /// The request.
    #[doc(hidden)]
    pub request: Arc<Request>,
    /// The body of the request, read from the wire on demand.
    #[doc(hidden)]
    pub body: Arc<Body>,
    /// The response, which is sent unless the handler writes to the connection itself.
    pub response: Response,
    /// What the route's pattern matched.
    #[doc(hidden)]
    pub route_match: RouteMatch,
    /// The policy under which the request was admitted; it also decides who answers `Expect`.
    #[doc(hidden)]
    pub policy: Policy,
    turn: Arc<Turn>,
    server: Arc<ServerContext>,
    locals: &'c mut Locals,
}

impl Exchange<'_> {
    /// The next `count` bytes of the request's body, decoded, or fewer at its end. Waits until they have arrived.
    ///
    /// See the example of [`Exchange`].
    ///
    /// # Errors
    /// The client leaves before the end, the framing is malformed, or the body exceeds a limit: the fault that
    /// answers such a request.
    pub fn read(&mut self, count: usize) -> Result<Vec<u8>, Fault> {
        Ok(self.body.read(Some(count as u64))?)
    }

    /// Writes these bytes to the connection, as they are, and returns when the kernel has them. The
    /// [`response`](Self::response) is not sent then. The connection is kept for the next request, unless the
    /// handler [closes](Self::close_connection) it.
    ///
    /// See the example of [`Exchange`].
    ///
    /// # Errors
    /// The client is gone. A handler that returns this with `?` ends the connection.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Gone> {
        let bytes = bytes.as_ref();
        self.turn.mark_written();
        self.turn.look_for_status(&[bytes]);
        self.turn.send(bytes)
    }

    /// Waits for this long, or until the client leaves.
    ///
    /// ```
    /// # use std::io::Write;
    /// use std::time::Duration;
    ///
    /// use wireserve::{Exchange, Fault, Server};
    ///
    /// let slow = |exchange: &mut Exchange<'_>| -> Result<(), Fault> {
    ///     exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsl")?;
    ///     exchange.pause(Duration::from_millis(20))?;
    ///     exchange.events().set("paused");
    ///     exchange.close_connection();
    ///     Ok(exchange.send("ow")?)
    /// };
    /// let server = Server::builder().route("GET", "/", slow)?.start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // What a client gets, in two pieces:
    /// assert!(answer.ends_with("\r\n\r\nslow") && server.events().is_set("paused"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The client is gone, which ends the wait.
    pub fn pause(&mut self, time: Duration) -> Result<(), Gone> {
        self.turn.pause(time)
    }

    /// Plays a wire script instead of a response. If it ends the connection or waits for another request,
    /// that happens after the handler has returned.
    ///
    /// See the example of [`Played`].
    pub fn play(&mut self, script: &WireScript) -> Played {
        self.resume(Cursor::new(script))
    }

    /// Closes the connection after the response, even if it could be kept.
    ///
    /// See the example of [`Exchange`].
    pub fn close_connection(&self) {
        self.turn.grow_fate(Fate::Close);
    }

    /// Ends the connection without sending the response of this handler. What the handler has written itself
    /// stays sent.
    ///
    /// ```
    /// # use std::io::{Read, Write};
    /// use wireserve::{Exchange, Fault, Server};
    ///
    /// let silent = |exchange: &mut Exchange<'_>| -> Result<(), Fault> {
    ///     exchange.abort_connection();
    ///     Ok(())
    /// };
    /// let broken = |exchange: &mut Exchange<'_>| -> Result<(), Fault> {
    ///     exchange.break_off();
    ///     Ok(exchange.send("HTTP/1.1 200 OK\r\n\r\nthe beginn")?)
    /// };
    /// let server = Server::builder().route("GET", "/silent", silent)?.route("GET", "/broken", broken)?.start()?;
    /// # let ask = |path: &str| -> std::io::Result<usize> {
    /// #     let mut client = std::net::TcpStream::connect(server.address())?;
    /// #     client.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes())?;
    /// #     client.read_to_end(&mut Vec::new())
    /// # };
    /// assert_eq!(ask("/silent").ok(), Some(0)); // a client sees the end of the connection
    /// assert!(ask("/broken").is_err()); // a client sees a reset
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn abort_connection(&self) {
        self.turn.grow_fate(Fate::Abort);
    }

    /// Resets the connection after the handler has returned, so that the client can tell that what it has of the
    /// response is not all of it. For a handler that fails after it has begun to write.
    ///
    /// See the example of [`Exchange::abort_connection`].
    pub fn break_off(&self) {
        self.turn.grow_fate(Fate::Reset);
    }

    /// Events that exchanges of the server, wire scripts and tests wait for and set.
    ///
    /// See the example of [`Exchange::pause`].
    pub fn events(&self) -> &Arc<Events> {
        &self.server.events
    }

    /// Values that one request to the server stores for another.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::stash::Key;
    /// use wireserve::{Exchange, Fault, Server};
    ///
    /// let key = Key { path: b"/asked".to_vec(), uuid: [7; 16] };
    /// let counting = move |exchange: &mut Exchange<'_>| -> Result<(), Fault> {
    ///     let before = exchange.stash().take(&key).ok().flatten().map_or(0, |kept| kept[0]);
    ///     let _ = exchange.stash().put(key.clone(), vec![before + 1]);
    ///     let folder = exchange.hosts().doc_root().display();
    ///     exchange.response.content = format!("in {folder}: {before} before you").into();
    ///     Ok(())
    /// };
    /// # let server = Server::builder().route("GET", "/", counting)?.start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// # assert!(answer.contains("0 before you") && answer.ends_with("1 before you"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stash(&self) -> &dyn Stash {
        &*self.server.stash
    }

    /// The names and ports of the server.
    ///
    /// See the example of [`Exchange::stash`].
    pub fn hosts(&self) -> &Arc<Hosts> {
        &self.server.hosts
    }
}

/// What only the server itself uses.
impl<'c> Exchange<'c> {
    /// An exchange of a server, on a connection whose locals outlive it.
    #[doc(hidden)]
    pub fn new(
        request: Arc<Request>,
        body: Arc<Body>,
        turn: Arc<Turn>,
        server: Arc<ServerContext>,
        locals: &'c mut Locals,
    ) -> Self {
        turn.know_connections(server.events.connections());
        Self {
            request,
            body,
            response: Response::default(),
            route_match: RouteMatch::new(),
            policy: Policy::default(),
            turn,
            server,
            locals,
        }
    }

    /// The right to write on the wire, raw.
    #[doc(hidden)]
    pub fn turn(&self) -> &Arc<Turn> {
        &self.turn
    }

    /// What the exchanges of this server share.
    #[doc(hidden)]
    pub fn server(&self) -> &Arc<ServerContext> {
        &self.server
    }

    /// Plays what is left of a wire script.
    #[doc(hidden)]
    pub fn resume(&mut self, steps: Cursor) -> Played {
        self.turn.mark_written();
        play::play(steps, &self.request, &self.turn, &self.body, &self.server)
    }

    /// Sends `100 Continue` if the client waits for it, except under [`Policy::Raw`], where the handler
    /// may send it by [`Turn::send_continue`].
    ///
    /// # Errors
    /// [`Gone`] if the client is gone.
    #[doc(hidden)]
    pub fn send_continue(&self) -> Result<(), Gone> {
        match self.policy {
            Policy::Raw => Ok(()),
            Policy::Lenient | Policy::Strict => self.turn.send_continue(&self.request),
        }
    }

    /// Whether the client waited for `100 Continue` and got a final response instead, and none of
    /// its body has been read. It may send the body or not (RFC 9110 §10.1.1), so the next request
    /// cannot be found.
    #[doc(hidden)]
    pub fn leaves_body_in_doubt(&self) -> bool {
        self.request.framing() != Framing::Length(0)
            && self.request.expects_continue()
            && !self.turn.has_continued()
            && self.body.is_untouched()
    }

    /// A value that a handler keeps until the connection ends. There is room for one value: a handler
    /// that finds a value of another type replaces it.
    #[doc(hidden)]
    pub fn connection_local(&mut self) -> &mut Option<Box<dyn Any>> {
        &mut self.locals.connection
    }

    /// A value that a handler keeps until the thread ends. A thread may serve several connections.
    #[doc(hidden)]
    pub fn thread_local(&mut self) -> &mut Option<Box<dyn Any>> {
        &mut self.locals.thread
    }

    /// Notes that a handler may have left something on this thread. Should the connection rest, `has_values` tells
    /// whether it has, from the [thread's value](Self::thread_local).
    #[doc(hidden)]
    pub fn may_be_bound(&mut self, has_values: fn(&dyn Any) -> Option<bool>) {
        self.locals.binding = Binding::Unknown(has_values);
    }
}
