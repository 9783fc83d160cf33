//! Starts the interpreter, once per process: no arguments, no signal handlers, the starting thread as
//! `threading`'s main thread, the doc root first on `sys.path`, and the `wptserve` package importable.
//! All servers of the process share it. It is never finalized: the process exits without doing so. The
//! working directory does not change.

mod at_fork;
pub(crate) mod environment;
pub(crate) mod forked;
pub(crate) mod gate;
pub(crate) mod held;
pub(crate) mod host;
pub(crate) mod imported;
pub(crate) mod objects;
pub(crate) mod once_value;
pub(crate) mod placement;
pub(crate) mod presence;
pub(crate) mod printed;
pub(crate) mod sleep;
pub(crate) mod slot;
pub(crate) mod thread_state;

use std::path::Path;
use std::sync::mpsc;
use std::thread::Builder;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use thiserror::Error;

use crate::forks;
use crate::python::interpreter::once_value::OnceValue;
use crate::python::package;

/// How long flushing Python's output may take when the process exits: a handler may hold the GIL.
const FLUSH_LIMIT: Duration = Duration::from_millis(300);

/// Why the interpreter could not be started.
///
/// ```
/// use std::path::Path;
///
/// use wireserve::python::{self, InterpreterError};
/// use wireserve::{Builder, Server};
///
/// fn scripts(folder: &Path) -> Result<Builder, InterpreterError> {
///     Ok(Server::builder().site(python::site(folder)?))
/// }
/// assert!(scripts(tempfile::tempdir()?.path()).is_ok());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Error)]
#[error("cannot start Python: {0}")]
pub struct InterpreterError(#[source] PyErr);

/// Starts the interpreter unless it is running, and puts a doc root on `sys.path`.
pub(crate) fn start(doc_root: &Path) -> Result<(), InterpreterError> {
    Python::initialize();
    Python::attach(|py| {
        static READY: PyOnceLock<()> = PyOnceLock::new();
        READY.get_or_try_init(py, || {
            // `threading` treats the first thread that imports it as the main thread.
            py.import("threading")?;
            if !host::is_guest() {
                environment::add_active(py)?;
            }
            package::install(py)?;
            py.import(&*host::module_name("wptserve.printed"))?
                .call_method0("install")?;
            forked::watch(py)?;
            once_value::make_those_of_pyo3(py);
            gate::open()?;
            Ok::<_, PyErr>(())
        })?;
        let path = py.import("sys")?.getattr("path")?;
        // As text: for a path, Python would import `pathlib` and a dozen modules that it needs.
        let doc_root = doc_root.as_os_str();
        let is_first = path
            .get_item(0)
            .is_ok_and(|first| first.eq(doc_root).unwrap_or(false));
        if !is_first {
            path.call_method1("insert", (0, doc_root))?;
        }
        Ok(())
    })
    .map_err(InterpreterError)
}

/// Prepares an interpreter that another program has started. Changes nothing that the program can see, except
/// for hooks that are called for a fork.
pub(crate) fn join(py: Python<'_>) -> PyResult<()> {
    static WATCHED: OnceValue<()> = OnceValue::new();
    WATCHED.get_or_try_init(py, || {
        once_value::make_those_of_pyo3(py);
        forked::watch(py)
    })?;
    Ok(gate::open()?)
}

/// Flushes what handlers have printed, unless the interpreter is busy for longer than `FLUSH_LIMIT`.
///
/// See the example of [`site`](crate::python::site).
pub fn flush_output() {
    let (done, seen) = mpsc::channel();
    let flush = move || {
        Python::attach(|py| {
            for stream in ["stdout", "stderr"] {
                // A failure could no longer be reported.
                let _ = py
                    .import("sys")
                    .and_then(|sys| sys.getattr(stream))
                    .and_then(|stream| match stream.hasattr("finish")? {
                        true => stream.call_method0("finish"),
                        // A script has replaced it.
                        false => stream.call_method0("flush"),
                    });
            }
        });
        let _ = done.send(());
    };
    // Without a thread, what was printed last is missing.
    drop(forks::spawn(Builder::new(), flush));
    let _ = seen.recv_timeout(FLUSH_LIMIT);
}
