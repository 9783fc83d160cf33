//! Content that Python produces while it is sent: an iterable, a generator, a file. Each piece is one
//! attach; between pieces no Python runs on this thread.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::exchange::content::ContentError;
use crate::exchange::{Chunk, Chunks, Fate};
use crate::phases::{self, Phase};

use crate::python::classes::response::Response;
use crate::python::connection_thread;
use crate::python::interpreter::forked;
use crate::python::interpreter::gate;
use crate::python::interpreter::imported::Imported;

static FORMAT: Imported = Imported::new("wptserve.content", "format_exception");
static PIECES: Imported = Imported::new("wptserve.content", "pieces");

/// The pieces of an iterable. `None` once it is exhausted or failed.
pub(crate) struct IterableChunks(Option<Pieces>);

/// The iterator of the pieces, and the response, which it may use meanwhile.
struct Pieces {
    iterator: Py<PyAny>,
    response: Py<Response>,
}

impl IterableChunks {
    /// Runs nothing of the content yet, so a value that cannot be iterated fails when it is sent.
    pub(crate) fn new(
        content: &Bound<'_, PyAny>,
        response: &Bound<'_, Response>,
    ) -> PyResult<Self> {
        let iterator = PIECES.get(content.py())?.call1((content, response))?;
        Ok(Self(Some(Pieces {
            iterator: iterator.unbind(),
            response: response.clone().unbind(),
        })))
    }
}

impl Pieces {
    /// Closes a generator that was not run to its end now, rather than when another thread attaches next.
    fn end(self, py: Python<'_>) {
        self.iterator.drop_ref(py);
        // The generator may have set it only now.
        if !matches!(
            Response::closes_connection(self.response.bind(py)),
            Ok(false)
        ) {
            self.response.get().turn.grow_fate(Fate::Close);
        }
        self.response.get().release(py);
        self.response.drop_ref(py);
    }
}

impl Chunks for IterableChunks {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        let pieces = self.0.take()?;
        connection_thread::attached(gate::enter(), |py| {
            phases::enter(Phase::Main);
            let piece = pieces.iterator.bind(py).try_iter().and_then(|mut pieces| {
                pieces
                    .next()
                    .transpose()?
                    .map(|piece| Ok(piece.cast::<PyBytes>()?.as_bytes().to_vec()))
                    .transpose()
            });
            forked::end_child(py, piece.as_ref().err());
            match piece {
                Ok(None) => {
                    pieces.end(py);
                    None
                }
                Ok(Some(piece)) => {
                    self.0 = Some(pieces);
                    Some(Ok(Chunk::Bytes(piece)))
                }
                Err(error) => {
                    let text = describe(py, &error);
                    pieces.end(py);
                    Some(Err(ContentError(text)))
                }
            }
        })
    }
}

impl Drop for IterableChunks {
    fn drop(&mut self) {
        if let Some(pieces) = self.0.take() {
            connection_thread::attached(gate::enter(), |py| pieces.end(py));
        }
    }
}

/// An exception with its traceback.
fn describe(py: Python<'_>, error: &PyErr) -> String {
    let value = error.value(py);
    let lines = FORMAT.get(py).and_then(|format| {
        let lines = format.call1((value.get_type(), value, error.traceback(py)))?;
        lines.extract::<Vec<String>>()
    });
    // A script may have broken what describing needs.
    lines.map_or_else(|_| error.to_string(), |lines| lines.concat())
}
