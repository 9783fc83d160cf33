//! The exceptions that functions of a test have raised.

use std::sync::Arc;

use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use rustix_futex_sync::Mutex;

use crate::python::Held;

/// The exceptions of a server's functions.
pub(super) type Raised = Arc<Mutex<Exceptions>>;

/// Exceptions, in the order in which they were raised.
#[derive(Default)]
pub(super) struct Exceptions {
    pub(super) kept: Vec<Held<PyBaseException>>,
    /// What those mean for the test of which the server does not know: it has sent a response nevertheless.
    pub(super) failures: Vec<String>,
}

/// Exceptions that are kept; later ones are only logged.
const KEPT: usize = 100;

/// Keeps an exception.
pub(super) fn note(py: Python<'_>, raised: &Raised, error: PyErr) {
    let error = error.into_value(py);
    let kept = &mut raised.lock().kept;
    if kept.len() < KEPT {
        kept.push(error.into());
    }
}

/// Keeps an exception that must make the test fail although there was a response; `what` failed.
pub(super) fn note_failure(py: Python<'_>, raised: &Raised, what: &str, error: PyErr) {
    let text = format!("{what}: {error}");
    let mut exceptions = raised.lock();
    if exceptions.failures.len() < KEPT {
        exceptions.failures.push(text);
    }
    drop(exceptions);
    note(py, raised, error);
}
