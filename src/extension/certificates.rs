//! Certificates that Python code asks for.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::tls::certificates::{Store, Subjects};

const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// The files of a key, a certificate for these hosts, and the certificate of its authority. Those of the folder are
/// used again while they are good, unless new ones are wanted.
#[pyfunction]
pub(super) fn certificate_files(
    py: Python<'_>,
    folder: PathBuf,
    hosts: Vec<String>,
    days: f64,
    anew: bool,
) -> PyResult<(PathBuf, PathBuf, Option<PathBuf>)> {
    let duration = Duration::try_from_secs_f64(days * SECONDS_OF_A_DAY)
        .map_err(|_| PyValueError::new_err(format!("expected a number of days, found {days}")))?;
    let store = Store::in_folder(folder).duration(duration).anew(anew);
    let made = py.detach(|| store.open(&Subjects::new(&hosts), SystemTime::now()));
    let made = made.map_err(|error| PyOSError::new_err(error.to_string()))?;
    match made.files {
        Some(files) => Ok((files.key, files.certificate, files.ca)),
        None => Err(PyOSError::new_err("the certificates have no files")),
    }
}
