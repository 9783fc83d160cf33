//! An exchange: one request and its response. A [`Handler`] answers it, either by filling in the
//! [`Response`], which then goes out as a whole, or by writing to the wire itself through its
//! [`Turn`]. Whether the connection goes on is decided by `connection.rs` from what is found here.

pub mod arrival;
pub mod body;
pub mod content;
pub mod events;
pub mod fate;
pub mod mount;
pub mod play;
pub mod policy;
pub mod request;
pub mod response;
pub mod server_context;
pub mod turn;

use std::any::Any;
use std::sync::Arc;

pub use arrival::Arrival;
pub use body::Body;
pub use content::{Chunk, Chunks, Content};
pub use events::Events;
pub use fate::Fate;
pub use mount::{Links, Mount};
pub use play::Played;
pub use policy::{Expect, Policy, Requirements};
pub use request::Request;
pub use response::Response;
pub use server_context::ServerContext;
pub use turn::Turn;

use crate::fault::Fault;
use crate::hosts::Hosts;
use crate::stash::Stash;
use crate::wire::outbound::Gone;
use crate::wire_script::WireScript;

/// Answers exchanges. Closures and functions of this shape are handlers.
pub trait Handler: Send + Sync {
    /// Answers one exchange. It may take as long as it likes: it has a thread of its own.
    ///
    /// # Errors
    /// A fault replaces the response, if nothing has been written yet.
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault>;

    /// What is to happen before that.
    fn requirements(&self) -> Requirements {
        Requirements::default()
    }
}

impl Handler for WireScript {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        exchange.play(self);
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}

impl<F> Handler for F
where
    F: Fn(&mut Exchange<'_>) -> Result<(), Fault> + Send + Sync,
{
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        self(exchange)
    }
}

/// What a route's pattern matched: the names of its groups, `*` among them, with their text.
pub type RouteMatch = Vec<(Arc<str>, Vec<u8>)>;

/// One request being answered.
pub struct Exchange<'c> {
    /// What the client asked.
    pub request: Arc<Request>,
    /// What the client sent along; read from the wire as it is asked for.
    pub body: Arc<Body>,
    /// What will be sent, unless the handler writes by itself.
    pub response: Response,
    /// What the route's pattern matched.
    pub route_match: RouteMatch,
    /// What held for the request, and holds for who answers its expectation.
    pub policy: Policy,
    turn: Arc<Turn>,
    server: Arc<ServerContext>,
    locals: &'c mut Locals,
}

/// What handlers keep beyond an exchange.
#[derive(Default)]
pub struct Locals {
    /// To the end of the connection.
    pub connection: Option<Box<dyn Any>>,
    /// To the end of the thread, which serves other connections after this one.
    pub thread: Option<Box<dyn Any>>,
}

impl<'c> Exchange<'c> {
    /// An exchange of a server, on a connection whose locals outlive it.
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
    pub fn turn(&self) -> &Arc<Turn> {
        &self.turn
    }

    /// What the exchanges of this server share.
    pub fn server(&self) -> &Arc<ServerContext> {
        &self.server
    }

    /// The names and ports of the server.
    pub fn hosts(&self) -> &Arc<Hosts> {
        &self.server.hosts
    }

    /// Events that exchanges of the server wait for and cause.
    pub fn events(&self) -> &Arc<Events> {
        &self.server.events
    }

    /// Values that requests to the server leave for each other.
    pub fn stash(&self) -> &dyn Stash {
        &*self.server.stash
    }

    /// Closes the connection after the response, whatever the response and the client say.
    pub fn close_connection(&self) {
        self.turn.grow_fate(Fate::Close);
    }

    /// Ends the connection as it is: the response that this handler leaves is not sent.
    pub fn abort_connection(&self) {
        self.turn.grow_fate(Fate::Abort);
    }

    /// Plays a wire script in the place of a response. What it leaves to be done, the end of the
    /// connection or further requests, is done when the handler has returned.
    pub fn play(&mut self, script: &WireScript) -> Played {
        self.turn.mark_written();
        play::play(script, &self.turn, &self.body, &self.server.events)
    }

    /// Sends `100 Continue` if the client waits for it, unless all answers are the handler's
    /// ([`Turn::send_continue`] sends it then).
    ///
    /// # Errors
    /// [`Gone`] when the client is.
    pub fn send_continue(&self) -> Result<(), Gone> {
        match self.policy {
            Policy::Raw => Ok(()),
            Policy::Lenient | Policy::Strict => self.turn.send_continue(&self.request),
        }
    }

    /// Something that a handler keeps with the connection, on its thread, from its first exchange to
    /// its end. One kind of handler uses it: whoever finds another's value replaces it.
    pub fn connection_local(&mut self) -> &mut Option<Box<dyn Any>> {
        &mut self.locals.connection
    }

    /// The same for the thread, which goes on to serve other connections.
    pub fn thread_local(&mut self) -> &mut Option<Box<dyn Any>> {
        &mut self.locals.thread
    }
}
