//! Facts about Python objects for which pyo3 has no function, or only a slower one.

use std::ptr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCode, PyDict, PyFunction};

use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;

static AUDIT: Imported = Imported::new("sys", "audit");

/// The number of references to an object.
#[allow(unsafe_code)]
pub(crate) fn reference_count(object: &Bound<'_, PyAny>) -> isize {
    // SAFETY: a `Bound` holds a reference to its object and shows that this thread is attached.
    unsafe { ffi::Py_REFCNT(object.as_ptr()) }
}

/// Runs a module's code as `exec` does, in globals that have `__builtins__`.
#[allow(unsafe_code)]
pub(crate) fn execute<'py>(
    code: &Bound<'py, PyCode>,
    globals: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = code.py();
    AUDIT.get(py)?.call1((intern!(py, "exec"), code))?;
    // SAFETY: a `Bound` shows that this thread is attached, and keeps its object alive. `EvalCode` returns
    // a new reference, or null with an exception set.
    unsafe {
        let value = ffi::PyEval_EvalCode(code.as_ptr(), globals.as_ptr(), globals.as_ptr());
        Bound::from_owned_ptr_or_err(py, value)
    }
}

/// The globals of a function.
#[allow(unsafe_code)]
pub(crate) fn globals_of<'a, 'py>(
    function: &'a Bound<'py, PyFunction>,
) -> Borrowed<'a, 'py, PyAny> {
    // SAFETY: a `Bound` shows that this thread is attached. `GetGlobals` returns a borrowed reference,
    // which is never null for a function; the function keeps its globals as long as it lives.
    unsafe {
        let globals = ffi::PyFunction_GetGlobals(function.as_ptr());
        Borrowed::from_ptr(function.py(), globals)
    }
}

/// `object.__dict__` of an object whose class stores one.
#[allow(unsafe_code)]
pub(crate) fn attributes_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    // SAFETY: a `Bound` shows that this thread is attached. `GenericGetDict` returns a new reference, or
    // null with an exception set.
    let attributes = unsafe {
        let attributes = ffi::PyObject_GenericGetDict(object.as_ptr(), ptr::null_mut());
        Bound::from_owned_ptr_or_err(object.py(), attributes)?
    };
    Ok(attributes.cast_into::<PyDict>()?)
}
