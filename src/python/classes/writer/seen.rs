//! Names of the fields that were written: `writer._headers_seen`, a set of lower-case names. It becomes
//! a Python set when a script first looks at it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PySet};

use crate::python::classes::cell::PyCell;

/// Names of fields in lower case.
#[derive(Default)]
pub(super) struct SeenFields {
    /// Empty once `set` exists.
    names: Mutex<Vec<Vec<u8>>>,
    set: PyCell,
}

impl SeenFields {
    /// Adds a name.
    pub(super) fn add(&self, py: Python<'_>, lower_case: Vec<u8>) -> PyResult<()> {
        match self.set.get(py) {
            Some(set) => {
                set.call_method1(intern!(py, "add"), (PyBytes::new(py, &lower_case),))?;
            }
            None => self.names().push(lower_case),
        }
        Ok(())
    }

    /// Whether a name has been added.
    pub(super) fn contains(&self, py: Python<'_>, lower_case: &[u8]) -> PyResult<bool> {
        match self.set.get(py) {
            Some(set) => set.contains(PyBytes::new(py, lower_case)),
            None => Ok(self.names().iter().any(|name| name == lower_case)),
        }
    }

    /// The set.
    pub(super) fn set<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.set.get_or_make(py, || {
            let names = std::mem::take(&mut *self.names());
            let names = names.iter().map(|name| PyBytes::new(py, name));
            Ok(PySet::new(py, names)?.into_any())
        })
    }

    /// Replaces it by a script's value.
    pub(super) fn replace(&self, set: Bound<'_, PyAny>) {
        self.set.set(set);
    }

    fn names(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
