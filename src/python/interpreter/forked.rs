//! A child process that a script forks must not act as a server, although it has copies of the server's
//! memory and sockets: of all threads only the script's exists in it, and anything it sent would be a
//! second response to the same request. So the child ends when the script returns control to the
//! server. Until then it runs freely, and does not queue for the interpreter, which it has to itself.
//!
//! A child that another thread forks lives on, and may start servers, whose scripts run on other threads.

use std::cell::Cell;

use pyo3::prelude::*;
use pyo3::types::IntoPyDict;

use crate::python::interpreter::at_fork;
use crate::python::interpreter::imported::Imported;

static END: Imported = Imported::new("wptserve.forked", "end");

thread_local! {
    /// Whether this thread has forked, and this is the child.
    static IS_CHILD: Cell<bool> = const { Cell::new(false) };
}

/// Registers what is called for a fork.
pub(crate) fn watch(py: Python<'_>) -> PyResult<()> {
    // Imported now: in a child, another thread's unfinished import never completes.
    END.get(py)?;
    at_fork::watch()?;
    let hooks = [("after_in_child", wrap_pyfunction!(become_child, py)?)].into_py_dict(py)?;
    py.import("os")?
        .call_method("register_at_fork", (), Some(&hooks))?;
    Ok(())
}

#[pyfunction]
fn become_child() {
    IS_CHILD.set(true);
}

/// Returns in the server only; a child ends here. Must be called wherever a script's code has run for an
/// exchange, with the exception that it raised.
pub(crate) fn end_child(py: Python<'_>, error: Option<&PyErr>) {
    if !IS_CHILD.get() {
        return;
    }
    let error = error.map(|error| error.clone_ref(py).into_value(py));
    // This ends the process even if it fails.
    let _ = END.get(py).and_then(|end| end.call1((error,)));
}
