//! What a response does through its writer: the attribute `response.writer`, `response.write()` and
//! its parts, and the end of both objects. It is here so that the class of `response` does not
//! depend on the writer's.

use pyo3::prelude::*;

use crate::python::classes::headers::pair_of;
use crate::python::classes::response::Response;
use crate::python::interpreter::once_value::intern;

use super::ResponseWriter;

impl Response {
    /// Releases every object that may form a reference cycle with this one.
    pub(crate) fn release(&self, py: Python<'_>) {
        self.own.clear(py);
        for cell in [&self.content, &self.headers] {
            drop(cell.take(py));
        }
        if let Some(writer) = self.writer.take(py)
            && let Ok(writer) = writer.cast::<ResponseWriter>()
        {
            writer.get().release(py);
        }
    }

    /// Whether a client can tell a part of what the script has written from all of it: a whole head with
    /// a length, or with a transfer coding, whose last chunk is missing.
    pub(crate) fn declares_its_end(response: &Bound<'_, Self>) -> PyResult<bool> {
        let py = response.py();
        let Some(writer) = response.get().writer_if_any(py) else {
            return Ok(false);
        };
        match writer.cast::<ResponseWriter>() {
            Ok(writer) => writer.get().declares_its_end(py),
            Err(_) => Ok(false),
        }
    }

    /// Whether the script asked for the connection to be closed after the response, by
    /// `response.close_connection` or `writer._handler.close_connection`.
    pub(crate) fn closes_connection(response: &Bound<'_, Self>) -> PyResult<bool> {
        let py = response.py();
        if Self::own(response)?.is_true(intern!(py, "close_connection"), false)? {
            return Ok(true);
        }
        let writer = response.get().writer_if_any(py);
        match writer.as_ref().map(Bound::cast::<ResponseWriter>) {
            Some(Ok(writer)) if writer.get().handler.is_set() => {
                ResponseWriter::own(writer)?.is_true(intern!(py, "_close_connection"), false)
            }
            Some(_) | None => Ok(false),
        }
    }
}

#[pymethods]
impl Response {
    #[getter]
    fn get_writer<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        slf.get().writer.get_or_make(py, || {
            Ok(Bound::new(py, ResponseWriter::new(slf))?.into_any())
        })
    }

    #[setter]
    fn set_writer(&self, value: Bound<'_, PyAny>) {
        self.writer.set(value);
    }

    /// Sends status line and fields through the writer.
    fn write_status_headers(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let response = slf.get();
        let writer = Self::get_writer(slf)?;
        writer.call_method1(intern!(py, "write_status"), response.get_status(py)?)?;
        for pair in response.get_headers(py)?.try_iter()? {
            let (name, value) = pair_of(&pair?)?;
            writer.call_method1(intern!(py, "write_header"), (name, value))?;
        }
        writer.call_method0(intern!(py, "end_headers"))?;
        Ok(())
    }

    /// Sends the content through the writer, unless the method is HEAD.
    fn write_content(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let response = slf.get();
        let own = Self::own(slf)?;
        if response.asked().is_head(py)?
            && !own.is_true(intern!(py, "send_body_for_head_request"), false)?
        {
            return Ok(());
        }
        let writer = Self::get_writer(slf)?;
        for item in slf.call_method0(intern!(py, "iter_content"))?.try_iter()? {
            writer.call_method1(intern!(py, "write_content"), (item?,))?;
        }
        Ok(())
    }

    /// Sends everything through the writer.
    fn write(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        slf.call_method0(intern!(py, "write_status_headers"))?;
        slf.call_method0(intern!(py, "write_content"))?;
        Ok(())
    }
}
