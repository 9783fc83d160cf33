//! A script's response as pipes change it: through its attributes, any of which the script may have
//! replaced. As in the reference the content is what `iter_content` yields.

use std::sync::Arc;

use bytes::Bytes;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{IntoPyDict, PyBytes, PyList};

use crate::exchange::Content;
use crate::exchange::content::ContentError;
use crate::pipes::{self, MAX_WHOLE, PipeError, PipedResponse, Raised, Source};
use crate::python::classes::response::Response;
use crate::python::conversions::text::latin1_str;
use crate::python::interpreter::gate;
use crate::python::interpreter::once_value::intern;

use super::trickled::Trickled;

/// A response object.
pub(super) struct ScriptResponse<'a, 'py>(&'a Bound<'py, PyAny>);

impl<'a, 'py> ScriptResponse<'a, 'py> {
    pub(super) fn new(response: &'a Bound<'py, PyAny>) -> Self {
        Self(response)
    }

    /// The whole content. The first item may have any size, since it is in memory already.
    pub(super) fn whole(&self) -> PyResult<Bound<'py, PyBytes>> {
        let py = self.0.py();
        let named = [("read_file", true)].into_py_dict(py)?;
        let items = self
            .0
            .call_method(intern!(py, "iter_content"), (), Some(&named))?;
        let whole = PyList::empty(py);
        let mut length = 0;
        for item in items.try_iter()? {
            let item = item?;
            // Items without a length are not bytes either: `join` refuses them.
            length += item.len().unwrap_or_default() as u64;
            if length > MAX_WHOLE && !whole.is_empty() {
                let error = PipeError::from(pipes::too_large());
                return Err(PyValueError::new_err(error.to_string()));
            }
            whole.append(item)?;
        }
        let joined = PyBytes::new(py, b"").call_method1(intern!(py, "join"), (whole,))?;
        Ok(joined.cast_into()?)
    }

    fn headers(&self) -> PyResult<Bound<'py, PyAny>> {
        self.0.getattr(intern!(self.0.py(), "headers"))
    }
}

impl PipedResponse for ScriptResponse<'_, '_> {
    fn set_status(&mut self, code: i64) -> Result<(), PipeError> {
        let set = self.0.setattr(intern!(self.0.py(), "status"), code);
        set.map_err(raised)
    }

    fn has_field(&self, name: &str) -> Result<bool, PipeError> {
        let headers = self.headers();
        headers
            .and_then(|headers| headers.contains(name))
            .map_err(raised)
    }

    fn set_field(&mut self, name: &[u8], value: &[u8]) -> Result<(), PipeError> {
        let py = self.0.py();
        let field = (latin1_str(py, name), latin1_str(py, value));
        self.headers()
            .and_then(|headers| headers.call_method1(intern!(py, "set"), field))
            .map_err(raised)?;
        Ok(())
    }

    fn append_field(&mut self, name: &[u8], value: &[u8]) -> Result<(), PipeError> {
        let py = self.0.py();
        let field = (latin1_str(py, name), latin1_str(py, value));
        self.headers()
            .and_then(|headers| headers.call_method1(intern!(py, "append"), field))
            .map_err(raised)?;
        Ok(())
    }

    fn set_length(&mut self, length: u64) -> Result<(), PipeError> {
        let py = self.0.py();
        self.headers()
            .and_then(|headers| {
                headers.call_method1(intern!(py, "set"), ("Content-Length", length))
            })
            .map_err(raised)?;
        Ok(())
    }

    fn take_content(&mut self) -> Result<Source, PipeError> {
        let whole = self.whole().map_err(raised)?;
        Ok(Source::Bytes(shared(whole)))
    }

    fn set_content(&mut self, content: Content) -> Result<(), PipeError> {
        let py = self.0.py();
        let content = match content {
            Content::Bytes(bytes) => PyBytes::new(py, &bytes).into_any(),
            Content::Empty => PyBytes::new(py, b"").into_any(),
            Content::Chunks(chunks) => {
                let response = self.0.cast::<Response>().ok();
                let turn = response.map(|response| Arc::clone(&response.get().turn));
                let trickled = Bound::new(py, Trickled::new(chunks, turn));
                trickled.map_err(raised)?.into_any()
            }
            // `take_content` gives bytes, so that no pipe returns a file.
            Content::File(file, length) => {
                let bytes = Source::File(file, length).into_bytes(&|| true)?;
                PyBytes::new(py, &bytes).into_any()
            }
            other => {
                let found = format!("expected bytes, pieces or a file, found {other:?}");
                return Err(ContentError(found).into());
            }
        };
        let set = self.0.setattr(intern!(py, "content"), content);
        set.map_err(raised)
    }

    fn blocking(&self, work: &mut (dyn FnMut() + Send)) {
        gate::away(self.0.py(), work);
    }
}

/// The bytes of an object, which is kept instead of copied. They must be dropped while attached.
pub(super) fn shared(bytes: Bound<'_, PyBytes>) -> Bytes {
    Bytes::from_owner(PyBackedBytes::from(bytes))
}

fn raised(error: PyErr) -> PipeError {
    PipeError::Raised(Raised(Arc::new(error)))
}
