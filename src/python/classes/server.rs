//! `request.server`: the configuration and the stash of the server that answers the request.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::exchange::ServerContext;

use crate::python::classes::server_objects::ServerObjects;
use crate::python::classes::stash::Stash;

/// `request.server`.
#[pyclass(name = "Server", module = "wptserve.request", frozen, dict)]
pub(crate) struct Server {
    context: Arc<ServerContext>,
    stash: Py<Stash>,
}

impl Server {
    /// The server with this context, as a request to this path sees it.
    pub(crate) fn new(py: Python<'_>, context: &Arc<ServerContext>, path: &[u8]) -> PyResult<Self> {
        Ok(Self {
            context: Arc::clone(context),
            stash: Py::new(py, Stash::of(context, path))?,
        })
    }
}

#[pymethods]
impl Server {
    /// Hosts, ports and the like.
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        ServerObjects::of(&self.context).config(py, &self.context.hosts)
    }

    /// Values that one request leaves for another.
    #[getter]
    fn stash(&self, py: Python<'_>) -> Py<Stash> {
        self.stash.clone_ref(py)
    }
}
