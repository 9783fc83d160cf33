//! The packages of virtual environments, which scripts can import like those of the interpreter.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::types::IntoPyDict;

use super::InterpreterError;

/// Makes the packages of a virtual environment importable, as `python` does for its own. A folder
/// that does not exist has none. If the environment is for another version of Python, a warning is
/// logged: its packages may not even parse.
///
/// ```
/// use wireserve::python;
///
/// let folder = tempfile::tempdir()?;
/// let site = python::site(folder.path())?; // starts the interpreter
/// python::use_environment(&folder.path().join("venv"))?;
/// # assert_eq!(site.doc_root(), folder.path());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When Python cannot read the folder.
pub fn use_environment(environment: &Path) -> Result<(), InterpreterError> {
    Python::attach(|py| add(py, environment)).map_err(InterpreterError)
}

/// The same, while attached.
pub(super) fn add(py: Python<'_>, environment: &Path) -> PyResult<()> {
    let base = [("base", environment), ("platbase", environment)].into_py_dict(py)?;
    let names = [("vars", base)].into_py_dict(py)?;
    let folder = py.import("sysconfig")?.call_method(
        "get_path",
        ("purelib", "posix_prefix"),
        Some(&names),
    )?;
    let folder: std::path::PathBuf = folder.extract()?;
    if folder.is_dir() {
        py.import("site")?.call_method1("addsitedir", (folder,))?;
    } else if let Some(other) = another_version(environment) {
        let own = folder.parent().and_then(Path::file_name);
        log::warn!(
            "{}: these packages are for {}, but scripts run in {}: they cannot be imported",
            environment.display(),
            other.to_string_lossy(),
            own.unwrap_or_default().to_string_lossy()
        );
    }
    Ok(())
}

/// The name of a folder like `python3.12` that has packages.
fn another_version(environment: &Path) -> Option<std::ffi::OsString> {
    let folders = fs::read_dir(environment.join("lib")).ok()?;
    let mut names: Vec<_> = folders
        .flatten()
        .filter(|folder| folder.path().join("site-packages").is_dir())
        .map(|folder| folder.file_name())
        .filter(|name| name.as_encoded_bytes().starts_with(b"python"))
        .collect();
    names.sort_unstable();
    names.pop()
}

/// Whether another environment takes the place of the active one.
static IS_ACTIVE_REPLACED: AtomicBool = AtomicBool::new(false);

/// Leaves the active environment out of an interpreter that is started later.
#[cfg(feature = "cli")]
pub(crate) fn replace_active() {
    IS_ACTIVE_REPLACED.store(true, Ordering::Relaxed);
}

/// The active virtual environment, if there is one and no other takes its place.
pub(super) fn add_active(py: Python<'_>) -> PyResult<()> {
    if IS_ACTIVE_REPLACED.load(Ordering::Relaxed) {
        return Ok(());
    }
    match std::env::var_os("VIRTUAL_ENV") {
        Some(environment) if environment != OsStr::new("") => add(py, Path::new(&environment)),
        _ => Ok(()),
    }
}
