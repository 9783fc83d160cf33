//! WebSockets (RFC 6455): the handlers of pywebsocket3, `*_wsh.py` files below a folder. Python code makes
//! the handshakes and the frames (`lib/wptserve/websockets.py`); this module gives it the connection, and
//! concludes the exchange.
//!
//! A server loads the handlers once, so their module state lives as long as the server. Changes of the files
//! have no effect until the next start.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use thiserror::Error;

use crate::exchange::{Exchange, Handler, Links, Mount, Requirements, Response, ServerContext};
use crate::fault::Fault;
use crate::http::status;

use crate::python::classes::request::{Pipes, Request};
use crate::python::classes::server_objects;
use crate::python::classes::websocket_connection::WebSocketConnection;
use crate::python::connection_thread;
use crate::python::conversions::text::latin1_str;
use crate::python::interpreter::gate;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::{self, InterpreterError};
use crate::python::scripts::failure::server_error;

static FIND_LIBRARY: Imported = Imported::new("wptserve.websockets", "find_library");
static LOAD: Imported = Imported::new("wptserve.websockets", "load");
static REQUEST: Imported = Imported::new("wptserve.websockets", "Request");
static OPEN_SOCKET: Imported = Imported::new("wptserve.websockets", "open_socket");
static TRANSFER: Imported = Imported::new("wptserve.websockets", "transfer");
static END_OF: Imported = Imported::new("wptserve.websockets", "end_of");

/// Runs the WebSocket handlers below a folder: `/a/b` is answered by `a/b_wsh.py`. Under a route with `*`,
/// the path begins where the `*` does.
///
/// ```
/// use std::path::Path;
/// use std::sync::Arc;
///
/// use wireserve::python::{WebSocketError, WebSocketHandler};
/// use wireserve::{Builder, Links, Server};
///
/// fn websockets(root: &Path) -> Result<Builder, WebSocketError> {
///     let handlers = WebSocketHandler::new(root.join("ws"), root)?.and(root.join("more"))?;
///     Ok(Server::builder().websockets(Arc::new(handlers.follow(Links::Anywhere))))
/// }
/// let missing = websockets(Path::new("/nonexistent"));
/// assert!(matches!(missing, Err(WebSocketError::NoFolder(_))));
/// ```
pub struct WebSocketHandler {
    folder: PathBuf,
    /// More folders, whose handlers win.
    more: Vec<PathBuf>,
    mount: Mount,
    /// The dispatcher of each server that has used this handler.
    dispatchers: Mutex<Vec<(Weak<ServerContext>, Arc<Dispatcher>)>>,
}

/// The handlers that a server has loaded.
type Dispatcher = PyOnceLock<Py<PyAny>>;

/// Why WebSockets cannot be served.
///
/// See the example of [`WebSocketHandler`].
#[derive(Debug, Error)]
pub enum WebSocketError {
    /// Python cannot be started.
    #[error(transparent)]
    Interpreter(InterpreterError),
    /// The folder of handlers does not exist.
    #[error("expected a folder of WebSocket handlers, found none at {0}")]
    NoFolder(PathBuf),
    /// The Python package pywebsocket3 is missing, or cannot be imported.
    #[error("cannot serve WebSockets: {0}")]
    Library(String),
}

impl WebSocketHandler {
    /// Runs the handlers below this folder. They import from `doc_root`, which may also be a checkout of
    /// web-platform-tests that contains pywebsocket3. Starts the interpreter.
    ///
    /// See the example of [`WebSocketHandler`].
    ///
    /// # Errors
    /// When the interpreter cannot be started, the folder does not exist, or pywebsocket3 is neither
    /// installed nor in the doc root.
    pub fn new(folder: impl Into<PathBuf>, doc_root: &Path) -> Result<Self, WebSocketError> {
        let folder = folder.into();
        if !folder.is_dir() {
            return Err(WebSocketError::NoFolder(folder));
        }
        interpreter::start(doc_root).map_err(WebSocketError::Interpreter)?;
        Python::attach(|py| {
            let found = FIND_LIBRARY
                .get(py)
                .and_then(|find| find.call1((doc_root,)));
            found
                .map(drop)
                .map_err(|error| WebSocketError::Library(error.value(py).to_string()))
        })?;
        Ok(Self {
            folder,
            more: Vec::new(),
            mount: Mount::top(doc_root),
            dispatchers: Mutex::default(),
        })
    }

    /// The same, with the handlers below another folder, which win over those with the same path.
    ///
    /// See the example of [`WebSocketHandler`].
    ///
    /// # Errors
    /// When the folder does not exist.
    pub fn and(mut self, folder: impl Into<PathBuf>) -> Result<Self, WebSocketError> {
        let folder = folder.into();
        if !folder.is_dir() {
            return Err(WebSocketError::NoFolder(folder));
        }
        self.more.push(folder);
        Ok(self)
    }

    /// The same, with this rule for links to handlers.
    ///
    /// See the example of [`WebSocketHandler`].
    #[must_use]
    pub fn follow(self, links: Links) -> Self {
        Self {
            mount: self.mount.follow(links),
            ..self
        }
    }

    fn dispatcher<'py>(
        &self,
        py: Python<'py>,
        server: &Arc<ServerContext>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let dispatcher = self.dispatcher_of(server);
        let loaded = dispatcher.get_or_try_init(py, || self.load(py));
        Ok(loaded?.bind(py).clone())
    }

    fn dispatcher_of(&self, server: &Arc<ServerContext>) -> Arc<Dispatcher> {
        let mut dispatchers = self
            .dispatchers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let own = Arc::downgrade(server);
        let known = dispatchers.iter().find(|(of, _)| of.ptr_eq(&own));
        if let Some((_, dispatcher)) = known {
            return Arc::clone(dispatcher);
        }
        let dispatcher = Arc::new(Dispatcher::new());
        dispatchers.push((own, Arc::clone(&dispatcher)));
        dispatcher
    }

    fn load(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let follows = self.mount.links() == Links::Anywhere;
        let loaded = LOAD.get(py)?.call1((&self.folder, &self.more, follows))?;
        let (dispatcher, warnings): (Py<PyAny>, Vec<String>) = loaded.extract()?;
        for warning in warnings {
            log::warn!("cannot load a WebSocket handler: {warning}");
        }
        Ok(dispatcher)
    }

    fn run(&self, py: Python<'_>, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let connection = Bound::new(py, WebSocketConnection::new(exchange));
        let socket = connection.and_then(|connection| Socket::new(self, exchange, connection));
        let broken = |error: PyErr| Fault::new(500, format!("cannot serve WebSockets: {error}"));
        let socket = socket.map_err(broken)?;
        let result = socket.run(exchange);
        socket.connection.get().end(py);
        result
    }
}

impl Handler for WebSocketHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        connection_thread::run(exchange, |py, exchange| self.run(py, exchange))
    }

    /// Loads the handlers, so that those that cannot be loaded are reported at start.
    fn start(&self, server: &Arc<ServerContext>) -> io::Result<()> {
        let _admission = gate::enter();
        let loaded = Python::attach(|py| {
            let load = || self.dispatcher(py, server).map(drop);
            server_objects::on_behalf_of(server, load).map_err(|error| error.to_string())
        });
        loaded.map_err(|error| io::Error::other(format!("cannot load WebSocket handlers: {error}")))
    }

    /// What follows the head are frames, not a body.
    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}

/// One WebSocket, from its handshake to its end.
struct Socket<'py> {
    dispatcher: Bound<'py, PyAny>,
    /// What handlers see as `request`.
    request: Bound<'py, PyAny>,
    connection: Bound<'py, WebSocketConnection>,
    url: String,
}

impl<'py> Socket<'py> {
    fn new(
        handler: &WebSocketHandler,
        exchange: &Exchange<'_>,
        connection: Bound<'py, WebSocketConnection>,
    ) -> PyResult<Self> {
        let py = connection.py();
        let facts = &exchange.request;
        let request = Bound::new(
            py,
            Request::new(
                exchange,
                exchange.route_match.clone(),
                handler.mount.clone(),
                Pipes::AppliedByHandler,
            ),
        )?;
        let target = latin1_str(py, &target(exchange));
        let is_https = facts.scheme() == "https";
        Ok(Self {
            dispatcher: handler.dispatcher(py, exchange.server())?,
            request: REQUEST
                .get(py)?
                .call1((request, &connection, target, is_https))?,
            connection,
            url: facts.url(),
        })
    }

    fn run(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        match self.call(&OPEN_SOCKET) {
            Ok(refusal) if refusal.is_none() => {
                exchange.turn().note_status(101);
                exchange.close_connection();
                match self.call(&TRANSFER) {
                    Ok(_) => self.report_missing_close(),
                    Err(error) => {
                        self.report(&error);
                    }
                }
                Ok(())
            }
            Ok(refusal) => self.refuse(exchange, &refusal),
            Err(error) => {
                let end = self.report(&error);
                if end == End::Failed && !exchange.turn().is_written() {
                    // Frames may follow the request.
                    exchange.close_connection();
                    return Err(Fault::new(500, error.to_string()));
                }
                exchange.abort_connection();
                Ok(())
            }
        }
    }

    fn call(&self, function: &Imported) -> PyResult<Bound<'py, PyAny>> {
        let py = self.connection.py();
        function.get(py)?.call1((&self.dispatcher, &self.request))
    }

    /// Answers a request that has not become a WebSocket.
    fn refuse(
        &self,
        exchange: &mut Exchange<'_>,
        refusal: &Bound<'py, PyAny>,
    ) -> Result<(), Fault> {
        let refusal: Refusal<'py> = refusal
            .extract()
            .map_err(|error: PyErr| Fault::new(500, error.to_string()))?;
        match refusal.cause {
            Some(cause) => log::error!("{}", self.traceback(&cause)),
            None => log::debug!("{}: refused the handshake: {}", self.url, refusal.message),
        }
        if exchange.turn().is_written() {
            // The handler has answered by itself, and then refused.
            exchange.abort_connection();
            return Ok(());
        }
        let mut response = Response::from(Fault::new(refusal.status, refusal.message));
        let phrase = status::registered(refusal.status);
        response.reason = phrase.map(|phrase| phrase.as_bytes().to_vec());
        for (name, value) in refusal.fields {
            response.headers.append(name, value);
        }
        exchange.response = response;
        Ok(())
    }

    /// The library does not report a client that leaves while it is read from.
    fn report_missing_close(&self) {
        let got_close = self.request.getattr("client_terminated");
        let got_close = got_close.and_then(|got_close| got_close.is_truthy());
        if matches!(got_close, Ok(false)) && self.connection.get().is_left() {
            log::debug!("{}: the client has left without a close frame", self.url);
        }
    }

    /// Logs why a WebSocket has ended early.
    fn report(&self, error: &PyErr) -> End {
        let py = self.connection.py();
        let value = error.clone_ref(py).into_value(py).into_bound(py).into_any();
        let end = self.end_of(&value);
        match end {
            End::Ended => log::debug!("{}: the WebSocket has ended: {error}", self.url),
            End::Failed => log::error!("{}", self.traceback(&value)),
        }
        end
    }

    fn end_of(&self, error: &Bound<'py, PyAny>) -> End {
        let py = error.py();
        let end = END_OF.get(py).and_then(|end_of| end_of.call1((error,)));
        let end = end.and_then(|end| end.extract::<String>());
        match end.as_deref() {
            Ok("aborted" | "terminated") => End::Ended,
            Ok("broken") if self.connection.get().is_left() => End::Ended,
            _ => End::Failed,
        }
    }

    fn traceback(&self, error: &Bound<'py, PyAny>) -> String {
        server_error(error.py(), error, &self.url).unwrap_or_else(|_| error.to_string())
    }
}

/// The answer to a request that does not open a WebSocket.
#[derive(FromPyObject)]
struct Refusal<'py> {
    status: i64,
    message: String,
    fields: Vec<(String, String)>,
    /// The exception of a handler that has failed.
    cause: Option<Bound<'py, PyAny>>,
}

/// How a WebSocket ends that the handler does not end by returning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// By the client, or because the handler wanted it.
    Ended,
    /// The handler has failed.
    Failed,
}

/// The request target, from the `*` of the route on.
fn target(exchange: &Exchange<'_>) -> Vec<u8> {
    let request = &exchange.request;
    let star = exchange.route_match.iter().find(|(name, _)| &**name == "*");
    match star {
        None => request.request_path().to_vec(),
        Some((_, path)) => {
            let sent = request.request_path();
            let after_path = memchr::memchr2(b'?', b'#', sent).unwrap_or(sent.len());
            [b"/", path.as_slice(), &sent[after_path..]].concat()
        }
    }
}
