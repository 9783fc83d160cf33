//! Content that a `trickle` has left on a script's response. If it is still there when the script has
//! ended, it is sent as for files, and no Python runs meanwhile. A script or a pipe that iterates it gets the
//! pieces, with the pauses between them.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use pyo3::exceptions::{PyConnectionAbortedError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::exchange::{Chunk, Chunks, Turn};
use crate::python::interpreter::gate;

/// Pieces and pauses.
#[pyclass(name = "Trickled", module = "wptserve.pipes", frozen)]
pub(crate) struct Trickled {
    /// `None` once they are taken.
    chunks: Mutex<Option<Box<dyn Chunks>>>,
    /// Ends a pause when the client leaves.
    turn: Option<Arc<Turn>>,
}

impl Trickled {
    pub(super) fn new(chunks: Box<dyn Chunks>, turn: Option<Arc<Turn>>) -> Self {
        Self {
            chunks: Mutex::new(Some(chunks)),
            turn,
        }
    }

    /// The pieces and pauses, which leave this object.
    pub(crate) fn take(&self) -> Option<Box<dyn Chunks>> {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        chunks.take()
    }

    fn put_back(&self, chunks: Box<dyn Chunks>) {
        *self.chunks.lock().unwrap_or_else(PoisonError::into_inner) = Some(chunks);
    }
}

#[pymethods]
impl Trickled {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let Some(mut chunks) = self.take() else {
            return Ok(None);
        };
        loop {
            let Some(chunk) = chunks.next_chunk() else {
                return Ok(None);
            };
            match chunk {
                Ok(Chunk::Bytes(bytes)) => {
                    self.put_back(chunks);
                    return Ok(Some(PyBytes::new(py, &bytes)));
                }
                Ok(Chunk::Pause(time)) => {
                    let is_here = gate::away(py, || match &self.turn {
                        Some(turn) => turn.pause(time).is_ok(),
                        None => {
                            thread::sleep(time);
                            true
                        }
                    });
                    if !is_here {
                        let message = "the client closed the connection during a pause";
                        return Err(PyConnectionAbortedError::new_err(message));
                    }
                }
                // No pipe makes anything else.
                Ok(_) => {}
                Err(error) => return Err(PyRuntimeError::new_err(error.to_string())),
            }
        }
    }
}
