//! Rust values as Python objects.

use pyo3::BoundObject;
use pyo3::prelude::*;

/// An object that was made, or the exception that making it raised.
pub(crate) type Made<'py> = PyResult<Bound<'py, PyAny>>;

/// A value as a Python object.
pub(crate) fn any<'py, T>(py: Python<'py>, value: T) -> Made<'py>
where
    T: IntoPyObject<'py, Error: Into<PyErr>>,
{
    let object = value.into_pyobject(py).map_err(Into::into)?;
    Ok(object.into_bound().into_any())
}
