//! Python values that any thread may drop.

use std::ops::Deref;

use pyo3::prelude::*;

use crate::python::interpreter::gate;

/// A Python value whose last owner may be a detached thread: it attaches to release the value. pyo3 would put it on a
/// list, whose lock the child of a fork can inherit from a thread that it does not have.
pub(crate) struct Held<T = PyAny>(Option<Py<T>>);

impl<T> From<Py<T>> for Held<T> {
    fn from(value: Py<T>) -> Self {
        Self(Some(value))
    }
}

impl<T> Deref for Held<T> {
    type Target = Py<T>;

    fn deref(&self) -> &Py<T> {
        self.0.as_ref().expect("a value until it is dropped")
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            gate::attach(|py| value.drop_ref(py));
        }
    }
}
