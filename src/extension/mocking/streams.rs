//! Content that a Python iterator produces while it is sent, as a stream.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::exchange::content::ContentError;
use crate::exchange::{Chunk, Chunks};
use crate::python;

use super::raised::{Raised, note_failure};

/// The chunks of an iterator of bytes, and of names and values of trailer fields.
pub(super) struct Streamed {
    /// Until it has ended or failed.
    pieces: Option<Py<PyAny>>,
    raised: Raised,
}

impl Streamed {
    pub(super) fn new(pieces: Py<PyAny>, raised: Raised) -> Self {
        Self {
            pieces: Some(pieces),
            raised,
        }
    }

    fn next_piece(py: Python<'_>, pieces: &Py<PyAny>) -> PyResult<Option<Chunk>> {
        let Some(piece) = pieces.bind(py).try_iter()?.next() else {
            return Ok(None);
        };
        let piece = piece?;
        if let Ok(bytes) = piece.cast::<PyBytes>() {
            return Ok(Some(bytes.as_bytes().to_vec().into()));
        }
        if let Ok((name, value)) = piece.extract::<(Vec<u8>, Vec<u8>)>() {
            return Ok(Some(Chunk::trailer(name, value)));
        }
        let message = format!(
            "expected bytes, or a name and a value, found {}",
            piece.repr()?
        );
        Err(PyTypeError::new_err(message))
    }
}

impl Chunks for Streamed {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        let pieces = self.pieces.take()?;
        python::aside(|py| {
            let piece = Self::next_piece(py, &pieces);
            python::end_child(py, piece.as_ref().err());
            match piece {
                Ok(Some(piece)) => {
                    self.pieces = Some(pieces);
                    Some(Ok(piece))
                }
                Ok(None) => {
                    pieces.drop_ref(py);
                    None
                }
                Err(error) => {
                    pieces.drop_ref(py);
                    let text = error.to_string();
                    note_failure(py, &self.raised, "the content of a response", error);
                    Some(Err(ContentError(text)))
                }
            }
        })
    }
}

/// A generator that was not run to its end is closed now, rather than when another thread attaches next.
impl Drop for Streamed {
    fn drop(&mut self) {
        if let Some(pieces) = self.pieces.take() {
            python::aside(|py| pieces.drop_ref(py));
        }
    }
}
