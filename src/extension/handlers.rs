//! The server's own handlers as Python objects, and the handlers that Python objects are.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::exchange::{Handler, Mount};
use crate::python::{self, Returned};
use crate::site::files::Files;
use crate::site::files::file::FileHandler;
use crate::site::handlers::as_is::AsIsHandler;
use crate::site::handlers::wire_file::WireFileHandler;

/// A handler of the server's own, which needs the interpreter at most for scripts.
#[pyclass(name = "Handler", module = "wireserve._native", frozen)]
pub(super) struct NativeHandler(Arc<dyn Handler>);

#[pymethods]
impl NativeHandler {
    /// Serves files, their ranges, and lists of folders.
    #[staticmethod]
    #[pyo3(signature = (root, url_base="/"))]
    fn files(root: PathBuf, url_base: &str) -> Self {
        Self(Arc::new(FileHandler::new(below(root, url_base))))
    }

    /// Serves files that are whole responses.
    #[staticmethod]
    #[pyo3(signature = (root, url_base="/"))]
    fn as_is(root: PathBuf, url_base: &str) -> Self {
        Self(Arc::new(AsIsHandler::new(below(root, url_base))))
    }

    /// Plays wire scripts.
    #[staticmethod]
    #[pyo3(signature = (root, url_base="/"))]
    fn wire_files(root: PathBuf, url_base: &str) -> Self {
        Self(Arc::new(WireFileHandler::new(below(root, url_base))))
    }

    /// Runs Python files.
    #[staticmethod]
    #[pyo3(signature = (root, url_base="/"))]
    fn scripts(root: PathBuf, url_base: &str) -> Self {
        Self(Arc::new(python::ScriptHandler::new(below(root, url_base))))
    }

    /// Calls a function, which changes the response; what it returns is ignored.
    #[staticmethod]
    #[pyo3(signature = (function, root, url_base="/"))]
    fn calling(function: Py<PyAny>, root: PathBuf, url_base: &str) -> Self {
        let mount = Mount::new(root, url_base);
        Self(python::callable(function, mount, Returned::Ignored))
    }

    /// Serves what a function returns.
    #[staticmethod]
    #[pyo3(signature = (function, root, url_base="/"))]
    fn returned_by(function: Py<PyAny>, root: PathBuf, url_base: &str) -> Self {
        let mount = Mount::new(root, url_base);
        Self(python::callable(function, mount, Returned::Applied))
    }
}

fn below(root: PathBuf, url_base: &str) -> Files {
    Files::mounted(Mount::new(root, url_base))
}

/// The handler that a Python object is: one of the server's own, or anything that can be called.
pub(super) fn handler_of(object: &Bound<'_, PyAny>, mount: &Mount) -> PyResult<Arc<dyn Handler>> {
    if let Ok(native) = object.cast::<NativeHandler>() {
        return Ok(Arc::clone(&native.get().0));
    }
    if !object.is_callable() {
        let message = format!(
            "expected a handler that can be called with a request and a response, found {}",
            object.repr()?
        );
        return Err(PyTypeError::new_err(message));
    }
    let callable = object.clone().unbind();
    Ok(python::callable(callable, mount.clone(), Returned::Ignored))
}
