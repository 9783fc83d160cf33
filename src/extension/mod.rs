//! The native module `_native` of the Python package: servers in the process of a Python program, and the command.
//!
//! The interpreter is the program's own. Importing the module starts no thread, opens no socket and replaces nothing;
//! the first server starts the threads that all servers share.

#[cfg(feature = "tls")]
mod certificates;
mod configuration;
mod handlers;
mod leaving;
mod logging;
#[cfg(feature = "control")]
mod mocking;
mod owned;
mod routes;
mod server;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

use crate::python;

/// The module `wireserve._native`.
#[pymodule(name = "_native", gil_used = false)]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    refuse_subinterpreter(py)?;
    // The first thread that imports it becomes its main thread: not that of a handler.
    py.import("threading")?;
    python::install_in_guest(py)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<handlers::NativeHandler>()?;
    module.add_class::<server::HttpServer>()?;
    #[cfg(feature = "control")]
    mocking::add_to(module)?;
    #[cfg(feature = "tls")]
    module.add_function(wrap_pyfunction!(certificates::certificate_files, module)?)?;
    #[cfg(feature = "cli")]
    module.add_function(wrap_pyfunction!(main, module)?)?;
    Ok(())
}

/// Classes and interned names are those of the first interpreter that imports the module.
fn refuse_subinterpreter(py: Python<'_>) -> PyResult<()> {
    // The second one is its name before Python 3.13.
    let modules = ["_interpreters", "_xxsubinterpreters"];
    let is_main = match modules.iter().find_map(|name| py.import(*name).ok()) {
        Some(interpreters) => {
            let current = interpreters.call_method0("get_current")?;
            let main = interpreters.call_method0("get_main")?;
            current.eq(main)?
        }
        None => true,
    };
    match is_main {
        true => Ok(()),
        false => Err(PyImportError::new_err(
            "wireserve can only be imported in the main interpreter of a process",
        )),
    }
}

/// Runs the command with these arguments, the first of which is its name. Returns the exit code, unless it has
/// served: then the process has ended.
#[cfg(feature = "cli")]
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    let interpreter = py
        .import("sys")
        .and_then(|sys| sys.getattr("executable")?.extract());
    if let Ok(interpreter) = interpreter {
        let words = [interpreter, "-m".into(), "wireserve".into()];
        crate::cli::again::is_started_by(words.into());
    }
    py.detach(|| crate::cli::run_to_code(arguments))
}
