//! An optional argument for which every object is a value, including `None`.

use std::convert::Infallible;

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

/// What a look-up returns when nothing is found.
pub(crate) enum Fallback<'py> {
    /// The caller passed no default.
    Missing,
    /// This.
    Value(Bound<'py, PyAny>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Fallback<'py> {
    type Error = Infallible;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self::Value(value.to_owned()))
    }
}

impl<'py> Fallback<'py> {
    /// The value, or a `KeyError` for the key.
    pub(crate) fn or_key_error(self, key: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Missing => Err(PyKeyError::new_err(key.unbind())),
        }
    }
}
