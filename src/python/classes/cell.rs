//! A field that scripts may replace: a Python value behind a lock that is never held while Python code
//! runs.

use pyo3::prelude::*;
use rustix_futex_sync::Mutex;

/// A replaceable Python value; empty until it is set or made.
#[derive(Default)]
pub(crate) struct PyCell(Mutex<Option<Py<PyAny>>>);

impl PyCell {
    /// The value, if there is one.
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.0.lock().as_ref().map(|value| value.bind(py).clone())
    }

    /// Whether there is a value.
    pub(crate) fn is_set(&self) -> bool {
        self.0.lock().is_some()
    }

    /// The value, or a new one that stays.
    pub(crate) fn get_or_make<'py>(
        &self,
        py: Python<'py>,
        make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(value) = self.get(py) {
            return Ok(value);
        }
        let made = make()?;
        // Another thread may have made one meanwhile: the first stays.
        let mut value = self.0.lock();
        let kept = value.get_or_insert_with(|| made.clone().unbind());
        Ok(kept.bind(py).clone())
    }

    /// Replaces the value.
    pub(crate) fn set(&self, value: Bound<'_, PyAny>) {
        let old = self.0.lock().replace(value.unbind());
        // Its destructor is Python code, so it runs here, after the lock is released.
        drop(old);
    }

    /// Takes the value out.
    pub(crate) fn take<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let value = self.0.lock().take();
        value.map(|value| value.into_bound(py))
    }
}
