//! Pipes on the responses of scripts, and what `wptserve.pipes` and `wptserve.template` are made of. The
//! engine is [`crate::pipes`]; here it works on Python objects, which are the truth while a script runs:
//! `response` gives it a response object, `scope` a request object, and `trickled` is content with pauses.
//!
//! Pipes that users define with `@pipe` are functions in `Pipeline.pipes`. They exist only once
//! `wptserve.pipes` has been imported, so nothing is imported to look for them.

mod response;
mod scope;
pub(crate) mod trickled;

use std::path::Path;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use pyo3::exceptions::{PyKeyError, PySystemExit, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::exchange::RequestLimits;
use crate::pipes::template::Scope as _;
use crate::pipes::{self, Call, PIPES, Pipe, PipeError, Raised, Row};
use crate::python::classes::request::Request;
use crate::python::conversions::text::isomorphic;
use crate::python::interpreter::host;
use crate::python::interpreter::once_value::intern;
use crate::python::scripts::failure::http_exception;
use crate::text::percent;
use response::{ScriptResponse, shared};
use scope::ScriptRequest;

/// Whether a script may have pipes: a look at the query, without an import. Its path may ask for one as well.
pub(crate) fn may_apply(is_template: bool, request: &Request) -> bool {
    static PIPE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("pipe"));
    let query = request.facts().query();
    // The name of the parameter may be encoded.
    let has_name = || PIPE.find(&percent::decode(query)).is_some();
    is_template || request.has_own_url() || !query.is_empty() && has_name()
}

/// Applies the pipes of a script's path and of the query to the response that it has left. As in the
/// reference the query is that of `request.url_parts`, each pipe gets the response that the one before
/// returned, and the last one's is ignored.
pub(crate) fn apply(
    path: &Path,
    request: &Bound<'_, PyAny>,
    response: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let py = request.py();
    let url = request.getattr(intern!(py, "url_parts"))?;
    let query = url.getattr(intern!(py, "query"))?;
    let Some(pipeline) = pipes::requested(path, &isomorphic(&query)?) else {
        return Ok(());
    };
    let users = users_pipes(py)?;
    let ours = request.cast::<Request>().ok();
    let limits = ours.map_or_else(RequestLimits::default, |request| *request.get().limits());
    let steps: Vec<_> = pipeline
        .calls(limits.pipes)
        .map_err(raise)?
        .into_iter()
        .map(|call| Step::of(call, users.as_ref()))
        .collect::<PyResult<_>>()?;
    let mut response = response.clone();
    for step in steps {
        if !ScriptRequest::new(request).is_wanted() {
            return Err(raise(PipeError::Unwanted));
        }
        response = step.apply(request, response)?;
    }
    Ok(())
}

/// One pipe of an expression.
enum Step<'py> {
    BuiltIn(Box<dyn Pipe>),
    Users(Bound<'py, PyAny>, Vec<String>),
}

impl<'py> Step<'py> {
    fn of(call: Call, users: Option<&Bound<'py, PyAny>>) -> PyResult<Self> {
        if let Some(users) = users {
            let function = users.get_item(&call.name)?;
            if !function.is_exact_instance_of::<BuiltInPipe>() {
                return Ok(Self::Users(function, call.arguments));
            }
        }
        pipes::pipe(&call).map(Self::BuiltIn).map_err(raise)
    }

    fn apply(
        self,
        request: &Bound<'py, PyAny>,
        response: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::BuiltIn(pipe) => {
                apply_built_in(pipe, request, &response)?;
                Ok(response)
            }
            Self::Users(function, arguments) => {
                let py = request.py();
                let fixed = [request.clone(), response].into_iter().map(Ok);
                let texts = arguments
                    .into_iter()
                    .map(|text| Ok(text.into_pyobject(py)?.into_any()));
                let arguments = fixed.chain(texts).collect::<PyResult<Vec<_>>>()?;
                function.call1(PyTuple::new(py, arguments)?)
            }
        }
    }
}

/// `wptserve.pipes.Pipeline.pipes`, if the module has been imported.
fn users_pipes(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let modules = py
        .import("sys")?
        .getattr("modules")?
        .cast_into::<PyDict>()?;
    match modules.get_item(host::module_name("wptserve.pipes"))? {
        Some(module) => Ok(Some(module.getattr("Pipeline")?.getattr("pipes")?)),
        None => Ok(None),
    }
}

fn apply_built_in(
    pipe: Box<dyn Pipe>,
    request: &Bound<'_, PyAny>,
    response: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let mut response = ScriptResponse::new(response);
    pipe.apply(&mut response, &ScriptRequest::new(request))
        .map_err(raise)
}

/// A pipe of the table as a function of a request, a response and text.
#[pyclass(name = "BuiltInPipe", module = "wptserve.pipes", frozen)]
pub(crate) struct BuiltInPipe(&'static Row);

#[pymethods]
impl BuiltInPipe {
    #[pyo3(signature = (request, response, *arguments))]
    fn __call__<'py>(
        &self,
        request: &Bound<'py, PyAny>,
        response: Bound<'py, PyAny>,
        arguments: Vec<String>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let pipe = self.0.pipe(&arguments).map_err(raise)?;
        apply_built_in(pipe, request, &response)?;
        Ok(response)
    }

    fn __repr__(&self) -> String {
        format!("<built-in pipe {}>", self.0.name)
    }
}

/// All pipes of the table by name.
pub(crate) fn built_in(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let pipes = PyDict::new(py);
    for row in PIPES {
        pipes.set_item(row.name, Bound::new(py, BuiltInPipe(row))?)?;
    }
    Ok(pipes)
}

/// The calls of a pipe expression: names and lists of arguments.
#[pyfunction]
pub(crate) fn pipe_calls(expression: &str) -> PyResult<Vec<(String, Vec<String>)>> {
    let calls = pipes::calls(expression).map_err(raise)?;
    Ok(calls
        .into_iter()
        .map(|call| (call.name, call.arguments))
        .collect())
}

/// The whole content of a response as bytes.
#[pyfunction]
pub(crate) fn resolve_content<'py>(response: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    ScriptResponse::new(response).whole()
}

/// `content` with every placeholder replaced.
#[pyfunction]
#[pyo3(signature = (request, content, escape_type="html"))]
pub(crate) fn template<'py>(
    request: &Bound<'py, PyAny>,
    content: Bound<'py, PyBytes>,
    escape_type: Option<&str>,
) -> PyResult<Bound<'py, PyBytes>> {
    let escape = escape_type.unwrap_or("None");
    let filled = pipes::fill_escaped(shared(content), escape, &ScriptRequest::new(request));
    Ok(PyBytes::new(request.py(), &filled.map_err(raise)?))
}

/// An error of the engine as an exception of the kind that the reference raises.
fn raise(error: PipeError) -> PyErr {
    let raised = match &error {
        PipeError::Raised(raised) => Some(raised),
        PipeError::Template(error) => error.raised(),
        _ => None,
    };
    if let Some(Raised(raised)) = raised
        && let Some(exception) = raised.downcast_ref::<PyErr>()
    {
        return Python::attach(|py| exception.clone_ref(py));
    }
    match error {
        // Ends the connection without a response.
        PipeError::Unwanted => PySystemExit::new_err(error.to_string()),
        PipeError::TooMany { .. } | PipeError::NoRoom(_) => {
            Python::attach(|py| http_exception(py, &error.into()))
        }
        PipeError::Unknown(name) | PipeError::Escape(name) => PyKeyError::new_err(name),
        error => PyValueError::new_err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::interpreter;

    /// `wptserve.pipes`, `.template` and `.ranges` are wrappers of native code, so their unit tests run in
    /// the interpreter that has it.
    #[test]
    fn the_unit_tests_of_the_wrappers_pass() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python/lib/tests");
        interpreter::start(&tests).unwrap();
        Python::attach(|py| {
            let unittest = py.import("unittest").unwrap();
            let result = || {
                let loader = unittest.call_method0("TestLoader")?;
                let suite = loader.call_method1("discover", (tests.join("engine"),))?;
                let runner = unittest.call_method0("TextTestRunner")?;
                runner.call_method1("run", (suite,))
            };
            let result = result().unwrap();
            let count: u32 = result.getattr("testsRun").unwrap().extract().unwrap();
            let passed = result.call_method0("wasSuccessful").unwrap();
            assert!(count >= 20, "only {count} tests ran");
            assert!(passed.is_truthy().unwrap(), "see the report above");
        });
    }
}
