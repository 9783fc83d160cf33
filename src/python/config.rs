//! `request.server.config`: built by `wptserve.config` from the server's names and ports, once for each
//! server.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};

use crate::hosts::Hosts;

use super::imported::Imported;

static CONFIG_OF: Imported = Imported::new("wptserve.config", "config_of");

type Made = (Arc<Hosts>, Py<PyAny>);

/// Few servers run in one process, and all their configurations are kept.
static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

/// The configuration of the server with these names.
pub(super) fn of<'py>(py: Python<'py>, hosts: &Arc<Hosts>) -> PyResult<Bound<'py, PyAny>> {
    let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, config)) = made.iter().find(|(known, _)| Arc::ptr_eq(known, hosts)) {
        return Ok(config.bind(py).clone());
    }
    drop(made);
    let names = hosts.names();
    let server_host = hosts.config("server_host").and_then(|host| host.as_str());
    let facts = PyDict::new(py);
    facts.set_item("doc_root", hosts.doc_root().as_os_str())?;
    facts.set_item("browser_host", &names.browser_host)?;
    facts.set_item("server_host", server_host)?;
    let alternate_hosts = names.alternate_hosts.clone();
    facts.set_item("alternate_hosts", alternate_hosts.into_py_dict(py)?)?;
    facts.set_item("subdomains", &names.subdomains)?;
    facts.set_item("not_subdomains", &names.not_subdomains)?;
    facts.set_item("ports", names.ports.clone().into_py_dict(py)?)?;
    let config = CONFIG_OF.get(py)?.call1((facts,))?;
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.push((Arc::clone(hosts), config.clone().unbind()));
    Ok(config)
}
