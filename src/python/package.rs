//! What scripts can import: the native classes as `_wireserve`, and the `wptserve` package, whose modules
//! are Python sources built into the binary and executed when they are first imported.

use std::ffi::CString;

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyModule};

use crate::exchange::response::SERVER;
use crate::http::status::REASONS;
use crate::site::files::media_type::TYPES;

use crate::python::classes::headers::{RequestHeaders, ResponseHeaders};
use crate::python::classes::input_file::InputFile;
use crate::python::classes::multidict::MultiDict;
use crate::python::classes::ranges::{Range, RangeParser};
use crate::python::classes::request::Request;
use crate::python::classes::response::Response;
use crate::python::classes::server::Server;
use crate::python::classes::stash::{Stash, StashLock};
use crate::python::classes::writer::ResponseWriter;
use crate::python::interpreter::printed::print_bytes;
use crate::python::interpreter::sleep::sleep;
use crate::python::pipes;

/// Dotted names and sources.
const SOURCES: [(&str, &str); 20] = [
    (
        "wptserve",
        "\"\"\"The package that handlers import; part of the server.\"\"\"\n",
    ),
    (
        "wptserve.cgi",
        "from wptserve.form import FieldStorage  # the reference's name for it\n",
    ),
    ("wptserve.config", include_str!("lib/config.py")),
    ("wptserve.constants", include_str!("lib/constants.py")),
    ("wptserve.content", include_str!("lib/content.py")),
    ("wptserve.forked", include_str!("lib/forked.py")),
    ("wptserve.form", include_str!("lib/form.py")),
    ("wptserve.handlers", include_str!("lib/handlers.py")),
    ("wptserve.logger", include_str!("lib/logger.py")),
    ("wptserve.pipes", include_str!("lib/pipes.py")),
    ("wptserve.printed", include_str!("lib/printed.py")),
    ("wptserve.ranges", include_str!("lib/ranges.py")),
    ("wptserve.raw_socket", include_str!("lib/raw_socket.py")),
    (
        "wptserve.recorded_socket",
        include_str!("lib/recorded_socket.py"),
    ),
    ("wptserve.request", include_str!("lib/request.py")),
    (
        "wptserve.request_handler",
        include_str!("lib/request_handler.py"),
    ),
    ("wptserve.response", include_str!("lib/response.py")),
    ("wptserve.stash", include_str!("lib/stash.py")),
    ("wptserve.template", include_str!("lib/template.py")),
    ("wptserve.utils", include_str!("lib/utils.py")),
];

/// Modules that scripts expect to be installed; these are used where they are not.
const STAND_INS: [(&str, &str); 5] = [
    ("imp", include_str!("lib/imp.py")),
    ("six", include_str!("lib/six.py")),
    ("six.moves", include_str!("lib/six_moves.py")),
    (
        "six.moves.urllib",
        "from urllib import error, parse, request, response, robotparser\n",
    ),
    (
        "six.moves.urllib.parse",
        "import sys, urllib.parse\nsys.modules[__name__] = urllib.parse\n",
    ),
];

/// Makes everything importable, and replaces `time.sleep` with a version that releases the slot.
pub(super) fn install(py: Python<'_>) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?;
    modules.set_item("_wireserve", native(py)?)?;
    let sources = SOURCES.into_py_dict(py)?;
    let stand_ins = STAND_INS.into_py_dict(py)?;
    let finder = source_module(py, "finder", include_str!("lib/finder.py"))?;
    finder.getattr("install")?.call1((sources, stand_ins))?;
    py.import("time")?
        .setattr("sleep", wrap_pyfunction!(sleep, py)?)
}

fn native(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    let native = PyModule::new(py, "_wireserve")?;
    native.add_class::<InputFile>()?;
    native.add_class::<MultiDict>()?;
    native.add_class::<Range>()?;
    native.add_class::<RangeParser>()?;
    native.add_class::<Request>()?;
    native.add_class::<RequestHeaders>()?;
    native.add_class::<Response>()?;
    native.add_class::<ResponseHeaders>()?;
    native.add_class::<ResponseWriter>()?;
    native.add_class::<Server>()?;
    native.add_class::<Stash>()?;
    native.add_class::<StashLock>()?;
    native.add_function(wrap_pyfunction!(print_bytes, &native)?)?;
    native.add_function(wrap_pyfunction!(pipes::pipe_calls, &native)?)?;
    native.add_function(wrap_pyfunction!(pipes::resolve_content, &native)?)?;
    native.add_function(wrap_pyfunction!(pipes::template, &native)?)?;
    native.add("PIPES", pipes::built_in(py)?)?;
    native.add("SERVER_VERSION", SERVER)?;
    native.add(
        "REASONS",
        PyDict::from_sequence(&REASONS.to_vec().into_pyobject(py)?)?,
    )?;
    native.add(
        "MEDIA_TYPES",
        PyDict::from_sequence(&TYPES.to_vec().into_pyobject(py)?)?,
    )?;
    Ok(native)
}

fn source_module<'py>(py: Python<'py>, name: &str, source: &str) -> PyResult<Bound<'py, PyModule>> {
    let text = |text: &str| CString::new(text).expect("sources and names hold no NUL");
    let file = text(&format!("<wireserve>/{name}.py"));
    PyModule::from_code(py, &text(source), &file, &text(name))
}
