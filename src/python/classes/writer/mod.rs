//! `response.writer`: any bytes, in any pieces, on the raw socket (reference §2.7, §5).
//!
//! A write returns when the kernel has its bytes. It waits while the client does not read, and
//! returns `False` once the client is gone. Only head calls (`write_status`, `write_header`,
//! `write_default_headers`, `end_headers`) may be held back and sent together, for at most a
//! millisecond, and never with `coalesce = False`. Methods call each other by name, so that a
//! method that a script has replaced is used.

mod frames;
mod of_response;
mod seen;
mod send;
mod socket;
mod step_lists;
mod steps;
mod tls;

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyString};

use crate::exchange::Fate;
use crate::exchange::response::{SERVER, VERSION, append_status_line, is_close};
use crate::text::date;

use crate::python::classes::cell::PyCell;
use crate::python::classes::overrides::OverridesCell;
use crate::python::classes::request::Request;
use crate::python::classes::response::Response;
use crate::python::conversions::text::isomorphic;
use crate::python::interpreter::once_value::intern;
use seen::SeenFields;
use send::{write_default_status, write_missing, write_parts};

/// How much of a response's head the script has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum HeadProgress {
    Nothing,
    StatusLine,
    Complete,
}

/// Writes a response piece by piece.
#[pyclass(
    name = "ResponseWriter",
    module = "wptserve.response",
    frozen,
    dict,
    weakref
)]
pub(crate) struct ResponseWriter {
    response: Py<Response>,
    headers_seen: SeenFields,
    handler: PyCell,
    socket: PyCell,
    /// The socket beneath TLS.
    tcp: PyCell,
    own: OverridesCell,
    /// A [`HeadProgress`].
    head: AtomicU8,
    coalesce: AtomicBool,
}

impl ResponseWriter {
    /// The writer of a response.
    pub(crate) fn new(response: &Bound<'_, Response>) -> Self {
        Self {
            response: response.clone().unbind(),
            headers_seen: SeenFields::default(),
            handler: PyCell::default(),
            socket: PyCell::default(),
            tcp: PyCell::default(),
            own: OverridesCell::default(),
            head: AtomicU8::new(HeadProgress::Nothing as u8),
            coalesce: AtomicBool::new(true),
        }
    }

    fn head(&self) -> HeadProgress {
        match self.head.load(Ordering::Relaxed) {
            0 => HeadProgress::Nothing,
            1 => HeadProgress::StatusLine,
            _ => HeadProgress::Complete,
        }
    }

    fn set_head(&self, progress: HeadProgress) {
        self.head.store(progress as u8, Ordering::Relaxed);
    }

    fn advance_head(&self, progress: HeadProgress) {
        self.head.fetch_max(progress as u8, Ordering::Relaxed);
    }

    fn declares_its_end(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.head() == HeadProgress::Complete
            && (self.headers_seen.contains(py, b"content-length")?
                || self.headers_seen.contains(py, b"transfer-encoding")?))
    }

    /// Breaks reference cycles through this object, and closes the script's socket.
    pub(crate) fn release(&self, py: Python<'_>) {
        self.own.clear(py);
        drop(self.handler.take(py));
        for socket in [&self.socket, &self.tcp] {
            if let Some(socket) = socket.take(py)
                && let Err(error) = socket.call_method0("close")
            {
                log::debug!("a script's socket could not be closed: {error}");
            }
        }
    }
}

/// Calls a method of the writer, or the script's replacement if there is one.
macro_rules! dispatch {
    ($slf:expr, $name:literal, ($($arg:expr),*), $own:expr) => {
        match Self::own($slf)?.get(intern!($slf.py(), $name))? {
            Some(replacement) => replacement.call1(($($arg,)*))?.is_truthy(),
            None => $own,
        }
    };
}

#[pymethods]
impl ResponseWriter {
    /// The status of a head that begins without one.
    #[classattr]
    #[pyo3(name = "default_status")]
    const DEFAULT_STATUS: i64 = 200;

    /// Bytes of a file that are read and sent at once.
    #[classattr]
    #[pyo3(name = "file_chunk_size")]
    const FILE_CHUNK_SIZE: usize = 32 * 1024;

    /// What `_handler.close_connection` was set to.
    #[classattr]
    #[pyo3(name = "_close_connection")]
    const CLOSE_CONNECTION: bool = false;

    /// Sends a status line.
    #[pyo3(signature = (code, message=None))]
    fn write_status(
        slf: &Bound<'_, Self>,
        code: &Bound<'_, PyAny>,
        message: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let code: i64 = code.extract()?;
        let message = message.map(isomorphic).transpose()?;
        let writer = slf.get();
        let mut line = Vec::with_capacity(64);
        append_status_line(&mut line, code, message.as_deref());
        if let Some(version) = writer.response().asked().replaced_version(slf.py())? {
            line.splice(..VERSION.len(), version);
        }
        writer.turn().note_status(code);
        write_parts(slf, &[&line])?;
        writer.advance_head(HeadProgress::StatusLine);
        Ok(())
    }

    /// Sends a field line, preceded by a status line if none was written.
    fn write_header(
        slf: &Bound<'_, Self>,
        name: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        let py = slf.py();
        let writer = slf.get();
        if writer.head() == HeadProgress::Nothing {
            write_default_status(slf)?;
        }
        writer.headers_seen.add(py, &writer.lower_case(name)?)?;
        let value = if value.is_instance_of::<PyInt>() {
            value.str()?.into_any()
        } else {
            value.clone()
        };
        let (name, value) = (writer.encode(name)?, writer.encode(&value)?);
        if is_close(&name, &value) {
            writer.turn().grow_fate(Fate::Close);
        }
        write_parts(slf, &[&name, b": ", &value, b"\r\n"])
    }

    /// Sends Server, Date and, for content that has one, Content-Length, where they are missing.
    fn write_default_headers(slf: &Bound<'_, Self>) -> PyResult<bool> {
        let py = slf.py();
        let writer = slf.get();
        let is_missing = |name: &[u8]| Ok::<_, PyErr>(!writer.headers_seen.contains(py, name)?);
        if is_missing(b"server")?
            && !write_missing(slf, "Server", SERVER.as_bytes(), || {
                Ok(PyString::new(py, SERVER).into_any())
            })?
        {
            return Ok(false);
        }
        if is_missing(b"date")? {
            let mut now = Vec::with_capacity(date::LENGTH);
            date::append_now(&mut now);
            let object = || Ok(PyBytes::new(py, &now).into_any());
            if !write_missing(slf, "Date", &now, object)? {
                return Ok(false);
            }
        }
        if is_missing(b"content-length")?
            && let Some(content) = writer.response().content_if_any(py)
            && (content.is_instance_of::<PyBytes>() || content.is_instance_of::<PyString>())
        {
            let length = writer.encode(&content)?.len();
            let mut digits = itoa::Buffer::new();
            let digits = digits.format(length).as_bytes();
            return write_missing(slf, "Content-Length", digits, || {
                Ok(length.into_pyobject(py)?.into_any())
            });
        }
        Ok(true)
    }

    /// Sends the fields that are missing and the empty line.
    fn end_headers(slf: &Bound<'_, Self>) -> PyResult<bool> {
        let py = slf.py();
        let writer = slf.get();
        let response = writer.response.bind(py);
        if Response::own(response)?.is_true(intern!(py, "add_required_headers"), true)?
            && !dispatch!(
                slf,
                "write_default_headers",
                (),
                Self::write_default_headers(slf)
            )?
        {
            return Ok(false);
        }
        if !write_parts(slf, &[b"\r\n"])? {
            return Ok(false);
        }
        if !writer.headers_seen.contains(py, b"content-length")? {
            response.setattr(intern!(py, "close_connection"), true)?;
        }
        writer.advance_head(HeadProgress::Complete);
        Ok(true)
    }

    /// Sends content, preceded by a head if none was written.
    fn write_content(slf: &Bound<'_, Self>, data: &Bound<'_, PyAny>) -> PyResult<bool> {
        let writer = slf.get();
        if writer.head() == HeadProgress::Nothing {
            write_default_status(slf)?;
        }
        if writer.head() != HeadProgress::Complete {
            writer.response().replace_content(data.clone());
            dispatch!(slf, "end_headers", (), Self::end_headers(slf))?;
        }
        dispatch!(
            slf,
            "write_raw_content",
            (data),
            Self::write_raw_content(slf, data)
        )
    }

    /// Sends bytes, text or a file without a head.
    fn write_raw_content(slf: &Bound<'_, Self>, data: &Bound<'_, PyAny>) -> PyResult<bool> {
        if data.is_none() {
            return Err(PyValueError::new_err("data cannot be None"));
        }
        if data.is_instance_of::<PyBytes>() || data.is_instance_of::<PyString>() {
            dispatch!(slf, "write", (data), Self::write(slf, data))
        } else {
            Self::write_content_file(slf, data)
        }
    }

    /// Sends bytes or text, raw.
    fn write(slf: &Bound<'_, Self>, data: &Bound<'_, PyAny>) -> PyResult<bool> {
        let writer = slf.get();
        writer.turn().mark_written();
        let bytes = writer.encode(data)?;
        Ok(writer.send(slf.py(), &bytes))
    }

    /// Sends a file to its end and closes it. `False` even then, as in the reference.
    fn write_content_file(slf: &Bound<'_, Self>, data: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = slf.py();
        let writer = slf.get();
        writer.turn().mark_written();
        let size = slf.getattr(intern!(py, "file_chunk_size"))?;
        loop {
            let piece = data.call_method1(intern!(py, "read"), (&size,))?;
            if !piece.is_truthy()? || !writer.send(py, &writer.encode(&piece)?) {
                break;
            }
        }
        data.call_method0(intern!(py, "close"))?;
        Ok(false)
    }

    /// Hands head bytes that are held back to the kernel.
    fn flush(&self, py: Python<'_>) -> bool {
        self.send(py, &[])
    }

    /// Text as bytes, in the response's encoding.
    #[pyo3(name = "encode")]
    fn encode_data<'py>(&self, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(data.py(), &self.encode(data)?))
    }

    #[getter]
    fn _response(&self, py: Python<'_>) -> Py<Response> {
        self.response.clone_ref(py)
    }

    #[getter]
    fn request(&self, py: Python<'_>) -> PyResult<Py<Request>> {
        Ok(self
            .response
            .bind(py)
            .getattr("request")?
            .extract::<Py<Request>>()?)
    }

    #[getter]
    fn get_coalesce(&self) -> bool {
        self.coalesce.load(Ordering::Relaxed)
    }

    #[setter]
    fn set_coalesce(&self, py: Python<'_>, value: bool) {
        self.coalesce.store(value, Ordering::Relaxed);
        if !value {
            self.flush(py);
        }
    }

    #[getter]
    fn get_content_written(&self) -> bool {
        self.turn().is_written()
    }

    #[setter]
    fn set_content_written(&self, value: bool) {
        match value {
            true => self.turn().mark_written(),
            false => self.turn().mark_unwritten(),
        }
    }

    #[getter(_status_written)]
    fn get_status_written(&self) -> bool {
        self.head() != HeadProgress::Nothing
    }

    #[setter(_status_written)]
    fn set_status_written(&self, value: bool) {
        match value {
            true => self.advance_head(HeadProgress::StatusLine),
            false => self.set_head(HeadProgress::Nothing),
        }
    }

    #[getter(_headers_complete)]
    fn get_headers_complete(&self) -> bool {
        self.head() == HeadProgress::Complete
    }

    #[setter(_headers_complete)]
    fn set_headers_complete(&self, value: bool) {
        match value {
            true => self.set_head(HeadProgress::Complete),
            false if self.head() == HeadProgress::Complete => {
                self.set_head(HeadProgress::StatusLine);
            }
            false => {}
        }
    }

    #[getter(_headers_seen)]
    fn get_headers_seen<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.headers_seen.set(py)
    }

    #[setter(_headers_seen)]
    fn set_headers_seen(&self, value: Bound<'_, PyAny>) {
        self.headers_seen.replace(value);
    }
}
