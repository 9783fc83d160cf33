//! A server that a Python object owns: it is used by the process that made it alone, and stops with the object.
//!
//! The methods are called attached. Each detaches before it locks, waits or joins: a handler may need the
//! interpreter first.

use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rustix_futex_sync::Mutex;

use crate::forks;
use crate::python;
use crate::server::Server;
use crate::server::embedding::Findings;

use super::leaving::{self, Slot};
use super::logging;

/// How long stopping waits for the threads of connections that have been cut. Most end at once; one whose handler
/// is asleep or computes ends on its own.
const STOP_LIMIT: Duration = Duration::from_millis(200);

/// Starts what servers need in the interpreter.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    python::join_interpreter(py)?;
    leaving::prepare(py)?;
    logging::start(py)
}

/// A server, until it is stopped.
pub(super) struct Owned {
    server: Arc<Slot>,
    /// The process that made it, by its number of forks.
    process: usize,
}

impl Owned {
    pub(super) fn new(server: Server) -> Self {
        let listeners = server.listeners();
        let server = Arc::new(Mutex::new(Some(server)));
        leaving::remember(&server, listeners);
        Self {
            server,
            process: forks::number(),
        }
    }

    /// Does something with the server, detached.
    pub(super) fn with<T: Send>(
        &self,
        py: Python<'_>,
        act: impl FnOnce(&mut Server) -> PyResult<T> + Send,
    ) -> PyResult<T> {
        self.check_process()?;
        py.detach(|| match self.server.lock().as_mut() {
            Some(server) => act(server),
            None => Err(PyRuntimeError::new_err(
                "the server has been stopped: make another one",
            )),
        })
    }

    /// Stops the server, and returns what would fail a test; `None` if it has been stopped before.
    pub(super) fn stop(&self, py: Python<'_>, grace: Duration) -> PyResult<Option<Findings>> {
        self.check_process()?;
        // A handler that stops its own server cannot wait for itself.
        let limit = match python::answers_request() {
            true => Duration::ZERO,
            false => STOP_LIMIT,
        };
        Ok(py.detach(|| {
            let server = self.server.lock().take();
            server.map(|server| server.stop_within(grace, limit))
        }))
    }

    /// # Errors
    /// A `RuntimeError` in another process than the one that made the server.
    pub(super) fn check_process(&self) -> PyResult<()> {
        match self.process == forks::number() {
            true => Ok(()),
            false => Err(PyRuntimeError::new_err(
                "the server was made in another process, of which this one is a fork: make another one",
            )),
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.process != forks::number() {
            // Its threads are in the parent, and cannot be waited for.
            return leaving::leak(&self.server);
        }
        if self.server.try_lock().is_none_or(|server| server.is_none()) {
            return;
        }
        // On another thread: this one is attached, and a handler may need the interpreter to end.
        let slot = Arc::clone(&self.server);
        let stop = move || {
            let server = slot.lock().take();
            server.map(|server| server.stop_within(Duration::ZERO, STOP_LIMIT))
        };
        if forks::spawn(Builder::new(), stop).is_err() {
            // It ends with the process.
            leaving::leak(&self.server);
        }
    }
}

/// A duration from Python.
pub(super) fn seconds(number: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(number).map_err(|_| {
        let message = format!("expected a number of seconds, found {number}");
        PyValueError::new_err(message)
    })
}
