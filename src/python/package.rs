//! What scripts can import: the `wptserve` package, whose modules are Python sources, and its module `_native`
//! with the native classes. The sources are built into the command, and executed when they are first imported.
//! In the Python package they are files, in `wireserve/wptserve`.

use std::ffi::CString;
use std::path::Path;

use include_dir::{Dir, include_dir};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyModule, PyType};

use crate::exchange::response::SERVER;
use crate::http::status::REASONS;
use crate::site::files::media_type::TYPES;

use crate::python::classes::client::client_left;
use crate::python::classes::headers::{RequestHeaders, ResponseHeaders};
use crate::python::classes::input_file::InputFile;
use crate::python::classes::multidict::{MultiDict, add_urlencoded};
use crate::python::classes::ranges::{Range, RangeParser};
use crate::python::classes::request::Request;
use crate::python::classes::response::Response;
use crate::python::classes::server::Server;
use crate::python::classes::shared_queues::SharedQueues;
use crate::python::classes::stash::{Stash, StashLock};
use crate::python::classes::writer::ResponseWriter;
use crate::python::interpreter::host;
use crate::python::interpreter::printed::print_bytes;
use crate::python::interpreter::sleep::sleep;
use crate::python::pipes;

/// The package `wptserve`.
static WPTSERVE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/python/wireserve/wptserve");

/// Modules that scripts expect to be installed; these are used where they are not.
static STAND_INS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/python/lib/stand_ins");

/// Makes everything importable, and replaces `time.sleep` with a version that releases the slot.
pub(super) fn install(py: Python<'_>) -> PyResult<()> {
    let wptserve = match host::is_guest() {
        true => Vec::new(),
        false => sources(&WPTSERVE, "wptserve"),
    };
    let wptserve = wptserve.into_py_dict(py)?;
    let stand_ins = sources(&STAND_INS, "").into_py_dict(py)?;
    let finder = source_module(py, "finder", include_str!("lib/finder.py"))?;
    finder.getattr("install")?.call1((wptserve, stand_ins))?;
    if host::is_guest() {
        py.import("wireserve.wptserve.other_name")?
            .call_method0("install")?;
    } else {
        install_native(py)?;
    }
    py.import("time")?
        .setattr("sleep", wrap_pyfunction!(sleep, py)?)
}

/// Makes the native classes importable as `_native` of the package `wptserve`.
pub(crate) fn install_native(py: Python<'_>) -> PyResult<()> {
    let name = host::module_name("wptserve._native");
    let native = native(py, &name)?;
    if host::is_guest() {
        // So that their values can be pickled.
        for value in native.dict().values() {
            if let Ok(class) = value.cast_into::<PyType>() {
                let module: String = class.getattr("__module__")?.extract()?;
                class.setattr("__module__", &*host::module_name(&module))?;
            }
        }
    }
    let modules = py.import("sys")?.getattr("modules")?;
    modules.set_item(name, native)
}

/// The dotted names and the sources of the modules in a folder, which is the package `package`.
fn sources(folder: &'static Dir<'_>, package: &str) -> Vec<(String, &'static str)> {
    let mut sources = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            let path = Path::new(package).join(file.path()).with_extension("");
            let module = match path.file_name() {
                Some(name) if name == "__init__" => path.parent().unwrap_or(&path),
                _ => &path,
            };
            // The interpreter may have written bytecode next to the sources.
            if let (Some(name), Some(source)) = (module.to_str(), file.contents_utf8())
                && file
                    .path()
                    .extension()
                    .is_some_and(|extension| extension == "py")
            {
                sources.push((name.replace('/', "."), source));
            }
        }
    }
    sources
}

fn native<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyModule>> {
    let native = PyModule::new(py, name)?;
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
    native.add_class::<SharedQueues>()?;
    native.add_class::<Stash>()?;
    native.add_class::<StashLock>()?;
    native.add_function(wrap_pyfunction!(add_urlencoded, &native)?)?;
    native.add_function(wrap_pyfunction!(client_left, &native)?)?;
    native.add_function(wrap_pyfunction!(print_bytes, &native)?)?;
    native.add_function(wrap_pyfunction!(pipes::pipe_calls, &native)?)?;
    native.add_function(wrap_pyfunction!(pipes::resolve_content, &native)?)?;
    native.add_function(wrap_pyfunction!(pipes::template, &native)?)?;
    native.add("PIPES", pipes::built_in(py)?)?;
    native.add("SERVER_VERSION", SERVER)?;
    native.add("IN_PROGRAM", host::is_guest())?;
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

/// A module with this source.
pub(super) fn source_module<'py>(
    py: Python<'py>,
    name: &str,
    source: &str,
) -> PyResult<Bound<'py, PyModule>> {
    let text = |text: &str| CString::new(text).expect("sources and names hold no NUL");
    let file = text(&format!("<wireserve>/{name}.py"));
    PyModule::from_code(py, &text(source), &file, &text(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_after_their_files() {
        let names = |folder, package| {
            let mut names: Vec<_> = sources(folder, package)
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            names.sort();
            names
        };
        let stand_ins = [
            "imp",
            "six",
            "six.moves",
            "six.moves.queue",
            "six.moves.urllib",
            "six.moves.urllib.parse",
        ];
        assert_eq!(names(&STAND_INS, ""), stand_ins);
        let wptserve = names(&WPTSERVE, "wptserve");
        assert_eq!(
            wptserve[..4],
            [
                "wptserve",
                "wptserve.cgi",
                "wptserve.cgi.cgi",
                "wptserve.config"
            ]
        );
        assert!(wptserve.len() >= 20, "{wptserve:?}");
    }
}
