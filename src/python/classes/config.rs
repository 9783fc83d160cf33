//! `request.server.config`: made by `wptserve.config` of the keys and values that templates see as well
//! (`hosts`), once for each server.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;

use crate::hosts::Hosts;

use crate::python::interpreter::imported::Imported;

static LOADS: Imported = Imported::new("json", "loads");
static CONFIG_OF: Imported = Imported::new("wptserve.config", "config_of");

type Made = (Arc<Hosts>, Py<PyAny>);

/// Few servers run in one process, and all their configurations are kept.
static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

/// The configuration of the server with these names.
pub(crate) fn of<'py>(py: Python<'py>, hosts: &Arc<Hosts>) -> PyResult<Bound<'py, PyAny>> {
    let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, config)) = made.iter().find(|(known, _)| Arc::ptr_eq(known, hosts)) {
        return Ok(config.bind(py).clone());
    }
    drop(made);
    let text = serde_json::Value::from(hosts.configuration().clone()).to_string();
    // A path need not be UTF-8, which JSON cannot say.
    let doc_root = hosts.doc_root().as_os_str();
    let facts = LOADS.get(py)?.call1((text,))?;
    facts.set_item("doc_root", doc_root)?;
    facts.get_item("paths")?.set_item("doc_root", doc_root)?;
    let config = CONFIG_OF.get(py)?.call1((facts,))?;
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.push((Arc::clone(hosts), config.clone().unbind()));
    Ok(config)
}
