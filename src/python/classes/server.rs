//! `request.server`: the configuration and the stash of the server that answers the request.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::exchange::ServerContext;

use crate::python::classes::server_objects::ServerObjects;
use crate::python::classes::stash::Stash;
use crate::python::interpreter::host;
use crate::python::interpreter::imported::Imported;

static NAMED_IN_ENVIRONMENT: Imported = Imported::new("wptserve.stash", "named_in_environment");

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
    fn stash<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        // In another program, its other processes may share a stash.
        if host::is_guest() {
            let shared = NAMED_IN_ENVIRONMENT
                .get(py)?
                .call1((self.stash.get().path(py),))?;
            if !shared.is_none() {
                return Ok(shared);
            }
        }
        Ok(self.stash.bind(py).clone().into_any())
    }
}
