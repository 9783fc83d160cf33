//! `time.sleep` for scripts: the same call, but the admission slot is released while it sleeps, so that a
//! thousand sleeping handlers do not delay others.

use std::thread;
use std::time::Duration;

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

use crate::python::interpreter::gate;

/// Suspends the calling thread for some seconds.
#[pyfunction]
pub(crate) fn sleep(py: Python<'_>, seconds: f64) -> PyResult<()> {
    if seconds.is_nan() {
        return Err(PyValueError::new_err("the sleep length is not a number"));
    }
    if seconds < 0.0 {
        return Err(PyValueError::new_err(
            "the sleep length must not be negative",
        ));
    }
    let time = Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyOverflowError::new_err("the sleep length is too large"))?;
    gate::away(py, || thread::sleep(time));
    Ok(())
}
