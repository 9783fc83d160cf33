//! `request.server`: what a script is told of the server, and the stash. One for each request, since the stash
//! knows the request's path.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::hosts::Hosts;

use super::config;
use super::stash::Stash;

/// `request.server`.
#[pyclass(name = "Server", module = "wptserve.request", frozen, dict)]
pub(super) struct Server {
    hosts: Arc<Hosts>,
    stash: Py<Stash>,
}

impl Server {
    /// The server of these names, and its stash for a request to this path.
    pub(super) fn new(py: Python<'_>, hosts: &Arc<Hosts>, path: &[u8]) -> PyResult<Self> {
        Ok(Self {
            hosts: Arc::clone(hosts),
            stash: Py::new(py, Stash::of(path))?,
        })
    }
}

#[pymethods]
impl Server {
    /// Hosts, ports and the like.
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        config::of(py, &self.hosts)
    }

    /// Values that one request leaves for another.
    #[getter]
    fn stash(&self, py: Python<'_>) -> Py<Stash> {
        self.stash.clone_ref(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.stash)
    }
}
