//! What an exception of a script becomes (reference §3, §8.4): a fault that the client sees, or the end
//! of the connection without a response. Tracebacks go to the log as well.

use std::path::Path;

use pyo3::exceptions::{PyException, PyOSError, PySyntaxError};
use pyo3::prelude::*;

use crate::fault::{Fault, Line};

use crate::python::interpreter::host;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;

static HTTP_EXCEPTION: Imported = Imported::new("wptserve.utils", "HTTPException");
static ERROR_CAUSE: Imported = Imported::new("wptserve.utils", "get_error_cause");
static SERVER_ERROR: Imported = Imported::new("wptserve.response", "server_error");
static CLIENT_GONE: Imported = Imported::new("wptserve.stash", "ClientGone");
static PLACE: Imported = Imported::new("wptserve.response", "place");

/// Where a script failed. An `OSError` means a missing file, except in `main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// While its module body ran.
    Module,
    /// In `main`.
    Main,
    /// After `main`, with what it returned or left. The traceback has no frame of the script, so this
    /// names the place of `main`.
    After(String),
}

/// What the exchange becomes.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The client gets this, if nothing was written.
    Fault(Fault),
    /// `SystemExit` and other exceptions that are not an `Exception` end the connection.
    Abort,
}

/// Sorts an exception. `url` goes into the message, as in the reference. The log has a fault once it
/// becomes a response.
pub(crate) fn sort(py: Python<'_>, error: &PyErr, stage: &Stage, url: &str) -> Failure {
    if CLIENT_GONE
        .get(py)
        .is_ok_and(|class| error.is_instance(py, class))
    {
        log::info!("{error}: {url}");
        return Failure::Abort;
    }
    let fault = sort_or_fail(py, error, stage, url).unwrap_or_else(|second| {
        // A script may have broken what describing needs; the error itself is still reported.
        log::error!("cannot format the traceback of {error}: {second}");
        Some(Fault::new(500, error.to_string()))
    });
    match fault {
        Some(fault) => Failure::Fault(fault),
        None => {
            log::error!("{error} ended a connection while loading {url}");
            Failure::Abort
        }
    }
}

fn sort_or_fail(
    py: Python<'_>,
    error: &PyErr,
    stage: &Stage,
    url: &str,
) -> PyResult<Option<Fault>> {
    // With its traceback, which before Python 3.12 is not part of the value.
    let value = &error.clone_ref(py).into_value(py).into_bound(py);
    if value.is_instance(HTTP_EXCEPTION.get(py)?)? || is_of_another_wptserve(value) {
        let code = value.getattr("code")?.extract().unwrap_or(500);
        return Ok(Some(if (500..600).contains(&code) {
            let cause = ERROR_CAUSE.get(py)?.call1((value,))?;
            Fault::new(code, server_error(py, &cause, url)?)
        } else {
            Fault::new(code, value.str()?.to_string_lossy())
        }));
    }
    if *stage != Stage::Main && value.is_instance_of::<PyOSError>() {
        // The client sees a missing file, as in the reference.
        let traceback = server_error(py, value, url)?;
        log::error!("answered with 404: {traceback}");
        return Ok(Some(Fault::not_found().with_traceback(traceback)));
    }
    if !value.is_instance_of::<PyException>() {
        return Ok(None);
    }
    let mut message = server_error(py, value, url)?;
    if let Stage::After(place) = stage {
        message.push_str(place);
    }
    let fault = Fault::new(500, message);
    Ok(Some(match uncompiled_line(value) {
        Some(line) => fault.at_line(line),
        None => fault,
    }))
}

/// Whether this is the `HTTPException` of a wptserve that is installed in the program that we are a guest of.
fn is_of_another_wptserve(error: &Bound<'_, PyAny>) -> bool {
    let kind = error.get_type();
    let is_named = |name, expected: &str| {
        let named = kind.getattr(name);
        named.is_ok_and(|found| found.eq(expected).unwrap_or(false))
    };
    host::is_guest()
        && is_named("__name__", "HTTPException")
        && is_named("__module__", "wptserve.utils")
}

/// The line that a `SyntaxError` is about. The traceback does not have it.
fn uncompiled_line(error: &Bound<'_, PyAny>) -> Option<Line> {
    let py = error.py();
    if !error.is_instance_of::<PySyntaxError>() {
        return None;
    }
    let attribute = |name| error.getattr(name).ok();
    Some(Line {
        file: attribute(intern!(py, "filename"))?.extract().ok()?,
        number: attribute(intern!(py, "lineno"))?.extract().ok()?,
        source: attribute(intern!(py, "text"))?.extract().ok()?,
    })
}

/// Where a script's `main` is defined, as a traceback shows it; without Python code, the script.
pub(crate) fn place_of(main: Option<&Bound<'_, PyAny>>, script: &Path) -> String {
    main.and_then(definition_of)
        .unwrap_or_else(|| format!("  File \"{}\"\n", script.display()))
}

/// Where a callable is defined, as a traceback shows it, if it is written in Python.
pub(crate) fn definition_of(callable: &Bound<'_, PyAny>) -> Option<String> {
    let place = PLACE.get(callable.py()).ok()?.call1((callable,)).ok()?;
    place.extract::<Option<String>>().ok()?
}

/// The message of a 5xx fault, from an exception, a text, or `None`.
pub(crate) fn server_error(
    py: Python<'_>,
    error: &Bound<'_, PyAny>,
    url: &str,
) -> PyResult<String> {
    let message = SERVER_ERROR.get(py)?.call1((error, url, false))?;
    Ok(message.str()?.to_string_lossy().into_owned())
}

/// A fault as the `HTTPException` of scripts.
pub(crate) fn http_exception(py: Python<'_>, fault: &Fault) -> PyErr {
    let exception = HTTP_EXCEPTION
        .get(py)
        .and_then(|class| class.call1((fault.status, fault.message.as_str())));
    match exception {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
