//! A process that a script has made by `os.fork()` is no server, though it has copies of the server's
//! memory and sockets: of all threads only the script's is there, and whatever it sent would be a second
//! answer to the same request. So the child ends where the script hands control back to us. Until then
//! it may do what it likes; it does not queue for the interpreter, which it has for itself.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::types::IntoPyDict;

use crate::python::interpreter::gate;
use crate::python::interpreter::imported::Imported;

static END: Imported = Imported::new("wptserve.forked", "end");

static IS_CHILD: AtomicBool = AtomicBool::new(false);

/// Has Python tell us of forks.
pub(crate) fn watch(py: Python<'_>) -> PyResult<()> {
    // Imported now: in a child, another thread's import may be half done for ever.
    END.get(py)?;
    let hooks = [("after_in_child", wrap_pyfunction!(become_child, py)?)].into_py_dict(py)?;
    py.import("os")?
        .call_method("register_at_fork", (), Some(&hooks))?;
    Ok(())
}

#[pyfunction]
fn become_child() {
    IS_CHILD.store(true, Ordering::Relaxed);
    gate::forget();
}

/// Comes back in the server only. To be called wherever a script's code has run for an exchange, with
/// what it raised.
pub(crate) fn end_child(py: Python<'_>, error: Option<&PyErr>) {
    if !IS_CHILD.load(Ordering::Relaxed) {
        return;
    }
    let error = error.map(|error| error.clone_ref(py).into_value(py));
    // It ends the process, whatever goes wrong in it.
    let _ = END.get(py).and_then(|end| end.call1((error,)));
}
