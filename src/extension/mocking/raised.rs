//! The exceptions that functions of a test have raised.

use std::sync::Arc;

use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use rustix_futex_sync::Mutex;

use crate::python::Held;

/// Exceptions, in the order in which they were raised.
pub(super) type Raised = Arc<Mutex<Vec<Held<PyBaseException>>>>;

/// Exceptions that are kept; later ones are only logged.
const KEPT: usize = 100;

/// Keeps an exception.
pub(super) fn note(py: Python<'_>, raised: &Raised, error: PyErr) {
    let error = error.into_value(py);
    let mut raised = raised.lock();
    if raised.len() < KEPT {
        raised.push(error.into());
    }
}
