//! `request.raw_input`: the body as a seekable file, read from the wire as needed (reference §2.4). Waiting for the client happens detached and without the admission slot.

use std::sync::Arc;

use pyo3::exceptions::{PyEOFError, PyOSError, PyStopIteration, PyTimeoutError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::exchange::Body;
use crate::exchange::body::BodyError;
use crate::fault::Fault;

use crate::python::interpreter::gate;
use crate::python::interpreter::once_value::intern;
use crate::python::scripts::failure;

/// The body of a request.
#[pyclass(name = "InputFile", module = "wptserve.request", frozen, dict)]
pub(crate) struct InputFile(pub(crate) Arc<Body>);

impl InputFile {
    fn wait<T: Send>(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&Body) -> Result<T, BodyError> + Send,
    ) -> PyResult<T> {
        let body = &*self.0;
        gate::away(py, || read(body)).map_err(|error| raise(py, error))
    }
}

/// The exception for a body that cannot be read: malformed chunks become 400 unless the script handles
/// the exception; other failures raise what a file would raise.
pub(crate) fn raise(py: Python<'_>, error: BodyError) -> PyErr {
    let text = error.to_string();
    match error {
        BodyError::Truncated { partial, .. } => {
            let raised = PyEOFError::new_err(text);
            let partial = PyBytes::new(py, &partial);
            match raised.value(py).setattr(intern!(py, "partial"), partial) {
                Ok(()) => raised,
                Err(error) => error,
            }
        }
        BodyError::Malformed(_) | BodyError::TooLarge(_) | BodyError::NoRoom(_) => {
            failure::http_exception(py, &Fault::from(error))
        }
        BodyError::Spool(_) => PyOSError::new_err(text),
        BodyError::OutOfRange | BodyError::NotKept => PyValueError::new_err(text),
        BodyError::TooLate => PyTimeoutError::new_err(text),
    }
}

/// Puts lines that have been read before the `partial` of an exception.
fn with_lines(error: &PyErr, lines: &Bound<'_, PyList>) -> PyResult<()> {
    let py = lines.py();
    let value = error.value(py);
    if value.is_instance_of::<PyEOFError>() {
        let partial = intern!(py, "partial");
        lines.append(value.getattr(partial)?)?;
        let joined = PyBytes::new(py, b"").call_method1(intern!(py, "join"), (lines,))?;
        value.setattr(partial, joined)?;
    }
    Ok(())
}

#[pymethods]
impl InputFile {
    /// Bytes of the whole body.
    #[getter]
    fn length(&self, py: Python<'_>) -> PyResult<u64> {
        self.wait(py, Body::length)
    }

    /// Counts bytes of this body that the parts of a form keep in memory; negative if they no longer do.
    #[pyo3(name = "_hold")]
    fn hold(&self, py: Python<'_>, change: isize) -> PyResult<()> {
        self.wait(py, |body| body.hold(change))
    }

    /// Reads this many bytes, or all that are left.
    #[pyo3(signature = (bytes=-1))]
    fn read<'py>(&self, py: Python<'py>, bytes: i64) -> PyResult<Bound<'py, PyBytes>> {
        let count = u64::try_from(bytes).ok();
        let read = self.wait(py, |body| body.read(count))?;
        Ok(PyBytes::new(py, &read))
    }

    /// Reads a line, or this many bytes of it.
    #[pyo3(signature = (max_bytes=None))]
    fn readline<'py>(
        &self,
        py: Python<'py>,
        max_bytes: Option<i64>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let limit = max_bytes.and_then(|limit| u64::try_from(limit).ok());
        let line = self.wait(py, |body| body.read_line(limit))?;
        Ok(PyBytes::new(py, &line))
    }

    /// All lines that are left.
    fn readlines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let lines = PyList::empty(py);
        loop {
            let line = self.readline(py, None).map_err(|error| {
                with_lines(&error, &lines).map_or_else(|other| other, |()| error)
            })?;
            if line.as_bytes().is_empty() {
                return Ok(lines);
            }
            lines.append(line)?;
        }
    }

    /// Moves the position to this many bytes from the beginning.
    fn seek(&self, py: Python<'_>, offset: i64) -> PyResult<()> {
        let offset = u64::try_from(offset).map_err(|_| raise(py, BodyError::OutOfRange))?;
        self.wait(py, |body| body.seek(offset))
    }

    /// The position of the next read.
    fn tell(&self, py: Python<'_>) -> u64 {
        let body = &*self.0;
        gate::away(py, || body.position())
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let line = self.readline(py, None)?;
        Ok((!line.as_bytes().is_empty()).then_some(line))
    }

    /// The next line; the spelling of Python 2.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.__next__(py)?
            .ok_or_else(|| PyStopIteration::new_err(()))
    }

    /// Does nothing: the stored body is released when the exchange ends.
    fn close(&self) {}

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __exit__(
        &self,
        _kind: &Bound<'_, PyAny>,
        _error: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> bool {
        false
    }
}
