//! `request.server.config`: built by `wptserve.config` from what the server listens on, once for each
//! set of listeners.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};

use super::imported::Imported;

static CONFIG_OF: Imported = Imported::new("wptserve.config", "config_of");

type Made = (Arc<[SocketAddr]>, Py<PyAny>);

/// Few servers run in one process, and all their configurations are kept.
static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

/// The configuration of the server that listens on these addresses.
pub(super) fn of<'py>(
    py: Python<'py>,
    listeners: &Arc<[SocketAddr]>,
    doc_root: &Path,
) -> PyResult<Bound<'py, PyAny>> {
    let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, config)) = made.iter().find(|(known, _)| Arc::ptr_eq(known, listeners)) {
        return Ok(config.bind(py).clone());
    }
    drop(made);
    let facts = PyDict::new(py);
    let host = listeners.first().map(|address| address.ip().to_string());
    let ports: Vec<_> = listeners.iter().map(SocketAddr::port).collect();
    facts.set_item("doc_root", doc_root.as_os_str())?;
    facts.set_item("browser_host", &host)?;
    facts.set_item("server_host", &host)?;
    facts.set_item("ports", [("http", ports)].into_py_dict(py)?)?;
    let config = CONFIG_OF.get(py)?.call1((facts,))?;
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.push((Arc::clone(listeners), config.clone().unbind()));
    Ok(config)
}
