//! Profiling scripts, for `wireserve bench --profile`. Off until it is asked for, and then on until the process ends.
//! Requests must come one at a time: from CPython 3.12 on, the profiler sees the calls of all threads.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::python::interpreter::gate;
use crate::python::package;

static PROFILER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A function, with sums over all its calls.
///
/// See the example of [`begin_profiling`].
#[derive(Clone, Debug, PartialEq)]
pub struct ProfiledFunction {
    /// Its name.
    pub name: String,
    /// Its file; empty for built-in functions.
    pub file: String,
    /// Its first line; 0 for built-in functions.
    pub line: u32,
    /// How often it was called.
    pub calls: u64,
    /// Seconds in it, without those in functions that it calls.
    pub own: f64,
    /// Seconds in it and in functions that it calls.
    pub total: f64,
}

/// Profiles all scripts from now on.
///
/// ```
/// # use std::io::Write;
/// use wireserve::python::{self, ProfiledFunction};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.py"), "def main(request, response):\n    return 'ok'\n")?;
/// let server = wireserve::Server::builder().site(python::site(folder.path())?).start()?;
/// python::begin_profiling()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /a.py HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # std::io::read_to_string(client)?;
/// // After a client has asked for /a.py:
/// let is_main = |one: &ProfiledFunction| (&*one.name, one.calls) == ("main", 1);
/// assert!(python::profiled_functions(100)?.iter().any(is_main));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the interpreter has no profiler.
pub fn begin_profiling() -> Result<(), String> {
    let _admission = gate::enter();
    Python::attach(|py| {
        let made = PROFILER.get_or_try_init(py, || {
            let source = include_str!("../lib/profiler.py");
            let module = package::source_module(py, "_wireserve_profiler", source)?;
            Ok::<_, PyErr>(module.getattr("Profiler")?.call0()?.unbind())
        });
        made.map(drop).map_err(|error| error.to_string())
    })
}

/// The functions that have taken most time since the last time, at most so many.
///
/// See the example of [`begin_profiling`].
///
/// # Errors
/// When the profiler fails.
pub fn profiled_functions(most: usize) -> Result<Vec<ProfiledFunction>, String> {
    let _admission = gate::enter();
    Python::attach(|py| {
        let Some(profiler) = PROFILER.get(py) else {
            return Ok(Vec::new());
        };
        let functions = profiler.bind(py).call_method1("functions", (most,));
        let functions = functions
            .and_then(|functions| functions.extract::<Vec<(String, String, u32, u64, f64, f64)>>());
        let functions = functions.map_err(|error| error.to_string())?;
        let function = |(name, file, line, calls, own, total)| ProfiledFunction {
            name,
            file,
            line,
            calls,
            own,
            total,
        };
        Ok(functions.into_iter().map(function).collect())
    })
}

/// Runs code that is profiled if profiling is on.
pub(super) fn profiled<T>(py: Python<'_>, code: impl FnOnce() -> T) -> T {
    match PROFILER.get(py) {
        None => code(),
        Some(profiler) => profiled_by(profiler.bind(py), code),
    }
}

#[cold]
fn profiled_by<T>(profiler: &Bound<'_, PyAny>, code: impl FnOnce() -> T) -> T {
    if let Err(error) = profiler.call_method0("begin") {
        log::error!("cannot profile: {error}");
    }
    let result = code();
    if let Err(error) = profiler.call_method0("end") {
        log::error!("cannot profile: {error}");
    }
    result
}
