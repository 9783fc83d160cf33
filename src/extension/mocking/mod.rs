//! Servers for tests in Python: routes that answer with values, wire scripts and functions, and the requests that
//! came. `python/wireserve/server.py` has the classes that programs see; these are what they are made of.

mod answers;
mod functions;
mod fuzzed;
mod raised;
mod requests;
mod routes;
mod server;
mod streams;

use pyo3::prelude::*;

/// Adds the classes to the native module.
pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<answers::NativeAnswer>()?;
    module.add_class::<fuzzed::Fuzzed>()?;
    module.add_class::<requests::NativeRequest>()?;
    module.add_class::<routes::NativeRoute>()?;
    module.add_class::<server::MockServer>()
}
