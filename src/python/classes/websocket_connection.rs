//! `request.connection` of WebSocket handlers: raw bytes, in both directions, by any of a handler's
//! threads. pywebsocket3 reads and writes its frames through it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pyo3::exceptions::PyBrokenPipeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyMemoryView};

use crate::exchange::{Body, Exchange, Request, Turn};
use crate::wire::close;

use crate::python::interpreter::gate;
use crate::python::interpreter::once_value::intern;

/// How long a thread that still reads after its handler has returned may wait for the client, and how long
/// one may take to write its close frame.
const LINGER: Duration = Duration::from_secs(2);

/// The connection of a WebSocket.
#[pyclass(
    name = "WebSocketConnection",
    module = "wptserve.websockets",
    frozen,
    dict
)]
pub(crate) struct WebSocketConnection {
    /// Taken at the end of the WebSocket: its Python objects refer to each other, and must not keep the
    /// connection open until they are collected.
    link: Mutex<Option<Arc<Link>>>,
    request: Arc<Request>,
}

/// What reads and writes.
struct Link {
    turn: Arc<Turn>,
    body: Arc<Body>,
    /// Threads that wait in `read`.
    readers: AtomicUsize,
    /// The thread that is about to write a close frame.
    closing: Mutex<Option<ThreadId>>,
    closed: Condvar,
}

impl WebSocketConnection {
    /// The connection of an exchange.
    pub(crate) fn new(exchange: &Exchange<'_>) -> Self {
        Self {
            link: Mutex::new(Some(Arc::new(Link {
                turn: Arc::clone(exchange.turn()),
                body: Arc::clone(&exchange.body),
                readers: AtomicUsize::new(0),
                closing: Mutex::new(None),
                closed: Condvar::new(),
            }))),
            request: Arc::clone(&exchange.request),
        }
    }

    /// Ends the WebSocket for the handler. Threads that it has left behind write the close frame that one of
    /// them has begun, and read on until the client has closed its side or had time for it.
    pub(crate) fn end(&self, py: Python<'_>) {
        if let Some(link) = self.link().filter(|link| link.is_closed_elsewhere()) {
            gate::away(py, || link.wait_for_close_frame());
        }
        let link = self
            .link
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(link) = link
            && link.readers.load(Ordering::Relaxed) > 0
        {
            let wire = link.turn.wire();
            gate::away(py, || {
                close::half_close(wire);
                wire.wait(|| wire.is_left_within(Some(LINGER)));
                close::cut(wire);
            });
        }
    }

    /// Whether the client has closed its side or reset the connection.
    pub(crate) fn is_left(&self) -> bool {
        self.link()
            .is_none_or(|link| link.turn.wire().is_left_within(Some(Duration::ZERO)))
    }

    fn link(&self) -> Option<Arc<Link>> {
        self.link
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn send(&self, py: Python<'_>, bytes: &[u8]) -> PyResult<usize> {
        let sent = self.link().and_then(|link| {
            link.turn.mark_written();
            let sent = gate::away(py, || link.turn.send(bytes)).ok();
            link.end_close_frame();
            sent
        });
        match sent {
            Some(()) => Ok(bytes.len()),
            None => Err(PyBrokenPipeError::new_err("the client is gone")),
        }
    }
}

#[pymethods]
impl WebSocketConnection {
    /// Sends bytes, raw.
    fn write(&self, data: &Bound<'_, PyAny>) -> PyResult<usize> {
        let py = data.py();
        if let Ok(bytes) = data.cast::<PyBytes>() {
            return self.send(py, bytes.as_bytes());
        }
        let copy = PyMemoryView::from(data)?.call_method0(intern!(py, "tobytes"))?;
        self.send(py, copy.cast::<PyBytes>()?.as_bytes())
    }

    /// Takes up to `length` bytes off the connection as soon as there are any, as in the reference; none at
    /// the end of the client's bytes. Without a length, all bytes up to the end.
    #[pyo3(signature = (length=-1))]
    fn read<'py>(&self, py: Python<'py>, length: i64) -> Bound<'py, PyBytes> {
        let length = usize::try_from(length).ok();
        let bytes = self.link().map(|link| link.read(py, length));
        PyBytes::new(py, bytes.as_deref().unwrap_or_default())
    }

    /// Says that the next bytes of this thread are a close frame: the connection stays open for them if the
    /// handler returns first.
    fn begin_close_frame(&self) {
        if let Some(link) = self.link() {
            *link.closing() = Some(thread::current().id());
        }
    }

    /// Address and port of the client.
    #[getter]
    fn remote_addr(&self) -> (String, u16) {
        self.request.peer().pair()
    }

    /// Address and port that the client connected to.
    #[getter]
    fn local_addr(&self) -> (String, u16) {
        self.request.local().pair()
    }

    /// The lines of the request's head.
    fn get_memorized_lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let head = self.request.raw_head();
        let lines = head.split_inclusive(|&byte| byte == b'\n');
        PyList::new(py, lines.map(|line| PyBytes::new(py, line)))
    }
}

impl Link {
    fn closing(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether another thread is about to write a close frame.
    fn is_closed_elsewhere(&self) -> bool {
        self.closing()
            .is_some_and(|thread| thread != thread::current().id())
    }

    fn end_close_frame(&self) {
        let mut closing = self.closing();
        if *closing == Some(thread::current().id()) {
            *closing = None;
            self.closed.notify_all();
        }
    }

    fn wait_for_close_frame(&self) {
        let closing = self.closing();
        drop(
            self.closed
                .wait_timeout_while(closing, LINGER, |closing| closing.is_some()),
        );
    }

    fn read(&self, py: Python<'_>, length: Option<usize>) -> Vec<u8> {
        let mut bytes = self.body.take_arrived(length.unwrap_or(usize::MAX));
        if length.is_none() || bytes.is_empty() {
            self.readers.fetch_add(1, Ordering::Relaxed);
            gate::away(py, || match length {
                Some(length) => bytes = self.body.read_some(length),
                None => self.read_all(&mut bytes),
            });
            self.readers.fetch_sub(1, Ordering::Relaxed);
        }
        bytes
    }

    fn read_all(&self, bytes: &mut Vec<u8>) {
        loop {
            match self.body.read_some(usize::MAX).as_slice() {
                [] => return,
                more => bytes.extend_from_slice(more),
            }
        }
    }
}
