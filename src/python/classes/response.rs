//! `response` as scripts see it (reference §2.5). While a script runs this object is the truth: its
//! attributes may be replaced by anything, and are converted only when the response is sent.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyList, PyString, PyTuple};
use rustix_futex_sync::Mutex;

use crate::exchange::{Request as Facts, Turn};
use crate::fault::Fault;

use crate::python::classes::cell::PyCell;
use crate::python::classes::fallback::Fallback;
use crate::python::classes::headers::ResponseHeaders;
use crate::python::classes::overrides::{Overrides, OverridesCell};
use crate::python::classes::request::Request;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;
use crate::python::scripts::failure;

static COOKIE_HEADER: Imported = Imported::new("wptserve.response", "cookie_header");
static WITHOUT_COOKIE: Imported = Imported::new("wptserve.response", "without_cookie");
static ITEMS: Imported = Imported::new("wptserve.content", "items");
static GET_LOGGER: Imported = Imported::new("wptserve.logger", "get_logger");

/// The response of one exchange.
#[pyclass(name = "Response", module = "wptserve.response", frozen, dict, weakref)]
pub(crate) struct Response {
    pub(crate) facts: Arc<Facts>,
    pub(crate) turn: Arc<Turn>,
    request: Py<Request>,
    status: Mutex<Status>,
    logger: PyCell,
    pub(super) headers: PyCell,
    pub(super) content: PyCell,
    pub(super) writer: PyCell,
    pub(super) own: OverridesCell,
}

/// A status code and a reason phrase; `None` uses the table's phrase.
#[derive(Default)]
pub(crate) struct Status {
    pub(crate) code: i64,
    pub(crate) message: Option<Py<PyAny>>,
    /// The fault that status and content describe, unless the script has set another status.
    pub(crate) fault: Option<Box<Fault>>,
}

impl Response {
    /// An empty response to a request.
    pub(crate) fn new(request: Py<Request>, facts: Arc<Facts>, turn: Arc<Turn>) -> Self {
        Self {
            facts,
            turn,
            request,
            status: Mutex::new(Status {
                code: 200,
                ..Status::default()
            }),
            logger: PyCell::default(),
            headers: PyCell::default(),
            content: PyCell::default(),
            writer: PyCell::default(),
            own: OverridesCell::default(),
        }
    }

    /// The request that it answers.
    pub(crate) fn asked(&self) -> &Request {
        self.request.get()
    }

    /// What a script has set on this object.
    pub(crate) fn own<'py>(slf: &Bound<'py, Self>) -> PyResult<Overrides<'py>> {
        slf.get().own.of(slf.as_any())
    }

    /// Turns the response into that of a fault: status, fields and content are replaced.
    pub(crate) fn become_fault(&self, py: Python<'_>, fault: &Fault) -> PyResult<()> {
        let body = fault.body();
        self.replace_status(Status {
            code: fault.status,
            message: None,
            fault: Some(Box::new(fault.clone())),
        });
        let fields = [
            (
                "Content-Type",
                PyString::new(py, "application/json").into_any(),
            ),
            ("Content-Length", body.len().into_pyobject(py)?.into_any()),
        ];
        self.headers.set(PyList::new(py, fields)?.into_any());
        self.content.set(PyString::new(py, &body).into_any());
        Ok(())
    }

    /// The header object, if a script has touched it.
    pub(crate) fn headers_if_any<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.headers.get(py)
    }

    /// The content object, if a script has touched it.
    pub(crate) fn content_if_any<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.content.get(py)
    }

    /// Replaces the content object.
    pub(crate) fn replace_content(&self, content: Bound<'_, PyAny>) {
        self.content.set(content);
    }

    /// The writer, if a script has touched it.
    pub(crate) fn writer_if_any<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.writer.get(py)
    }

    /// Code and phrase.
    pub(crate) fn status_parts(&self, py: Python<'_>) -> Status {
        let status = self.status.lock();
        Status {
            code: status.code,
            message: status.message.as_ref().map(|message| message.clone_ref(py)),
            fault: status.fault.clone(),
        }
    }

    /// Sets the status from a script's value (reference §4): a number, or a pair of number and phrase.
    pub(crate) fn assign_status(&self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if !value.hasattr(intern!(value.py(), "__len__"))? {
            self.set_status_code(int(value)?);
            return Ok(());
        }
        if value.len()? != 2 {
            let message = format!(
                "expected a status as a number or a pair, found {}",
                value.repr()?
            );
            return Err(PyValueError::new_err(message));
        }
        let code = int(&value.get_item(0)?)?;
        let mut message = value.get_item(1)?;
        if !message.is_instance_of::<PyBytes>() && !message.is_instance_of::<PyString>() {
            message = message.str()?.into_any();
        }
        self.replace_status(Status {
            code,
            message: Some(message.unbind()),
            fault: None,
        });
        Ok(())
    }

    fn set_status_code(&self, code: i64) {
        self.replace_status(Status {
            code,
            ..Status::default()
        });
    }

    /// The old status is dropped without the lock, since that may run Python code.
    fn replace_status(&self, status: Status) {
        let old = std::mem::replace(&mut *self.status.lock(), status);
        drop(old);
    }
}

/// Python's `int(value)`.
fn int(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    match value.cast_exact::<PyInt>() {
        Ok(number) => number.extract(),
        Err(_) => value.py().get_type::<PyInt>().call1((value,))?.extract(),
    }
}

#[pymethods]
impl Response {
    #[getter]
    fn request(&self, py: Python<'_>) -> Py<Request> {
        self.request.clone_ref(py)
    }

    /// The encoding of text that is sent.
    #[classattr]
    #[pyo3(name = "encoding")]
    const ENCODING: &'static str = "utf8";

    /// Whether `Server`, `Date` and `Content-Length` are added.
    #[classattr]
    #[pyo3(name = "add_required_headers")]
    const ADD_REQUIRED_HEADERS: bool = true;

    /// Whether a HEAD request gets the content as well.
    #[classattr]
    #[pyo3(name = "send_body_for_head_request")]
    const SEND_BODY_FOR_HEAD_REQUEST: bool = false;

    /// Whether the connection is closed after the response.
    #[classattr]
    #[pyo3(name = "close_connection")]
    const CLOSE_CONNECTION: bool = false;

    #[getter]
    fn get_logger<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.logger.get_or_make(py, || GET_LOGGER.get(py)?.call0())
    }

    #[setter]
    fn set_logger(&self, value: Bound<'_, PyAny>) {
        self.logger.set(value);
    }

    #[getter]
    pub(super) fn get_status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let status = self.status_parts(py);
        (status.code, status.message).into_pyobject(py)
    }

    #[setter]
    fn set_status(&self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.assign_status(value)
    }

    #[getter]
    pub(crate) fn get_headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.headers.get_or_make(py, || {
            Ok(Bound::new(py, ResponseHeaders::default())?.into_any())
        })
    }

    #[setter]
    fn set_headers(&self, value: Bound<'_, PyAny>) {
        self.headers.set(value);
    }

    #[getter]
    pub(super) fn get_content<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.content
            .get_or_make(py, || Ok(PyList::empty(py).into_any()))
    }

    #[setter]
    fn set_content(&self, value: Bound<'_, PyAny>) {
        self.content.set(value);
    }

    /// Adds a Set-Cookie field.
    #[pyo3(signature = (*args, **named))]
    fn set_cookie(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let value = COOKIE_HEADER.get(py)?.call(args, named)?;
        let headers = self.get_headers(py)?;
        headers.call_method1(intern!(py, "append"), ("Set-Cookie", value))?;
        Ok(())
    }

    /// Removes what `set_cookie` added for a name.
    fn unset_cookie(&self, py: Python<'_>, name: &Bound<'_, PyAny>) -> PyResult<()> {
        let headers = self.get_headers(py)?;
        let values = headers.call_method1(intern!(py, "get"), ("Set-Cookie",))?;
        let kept = WITHOUT_COOKIE.get(py)?.call1((&values, name))?;
        if kept.len()? < values.len()? {
            headers.del_item("Set-Cookie")?;
            for value in kept.try_iter()? {
                headers.call_method1(intern!(py, "append"), ("Set-Cookie", value?))?;
            }
        }
        Ok(())
    }

    /// Adds a Set-Cookie field that deletes a cookie in the client.
    #[pyo3(signature = (name, path=Fallback::Missing, domain=None))]
    fn delete_cookie(
        &self,
        py: Python<'_>,
        name: Bound<'_, PyAny>,
        path: Fallback<'_>,
        domain: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let path = match path {
            Fallback::Value(path) => path,
            Fallback::Missing => intern!(py, "/").clone().into_any(),
        };
        let args = (name, py.None(), path, domain).into_pyobject(py)?;
        self.set_cookie(py, &args, None)
    }

    /// The pieces of the content, one by one. The reference reads files in pieces either way.
    #[pyo3(signature = (read_file=false))]
    fn iter_content<'py>(slf: &Bound<'py, Self>, read_file: bool) -> PyResult<Bound<'py, PyAny>> {
        let _ = read_file;
        let py = slf.py();
        let content = slf.get().get_content(py)?;
        ITEMS.get(py)?.call1((content, slf))
    }

    /// Turns the response into a JSON error; status, fields and content are replaced.
    /// `message` is an older name of `err`.
    #[pyo3(signature = (code, err=None, message=None))]
    fn set_error(
        &self,
        py: Python<'_>,
        code: i64,
        err: Option<Bound<'_, PyAny>>,
        message: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let err = err.or(message);
        let message = if (500..600).contains(&code) {
            let err = err.unwrap_or_else(|| py.None().into_bound(py));
            failure::server_error(py, &err, &self.facts.url())?
        } else {
            match err {
                Some(err) => err.str()?.to_string_lossy().into_owned(),
                None => String::new(),
            }
        };
        self.become_fault(py, &Fault::new(code, message))
    }
}
