//! The globals of a script, which are made for one request. Its functions and its globals refer to each
//! other, so that only Python's cyclic collector would free them. They are freed here at once if nothing
//! else refers to them.

use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction};

use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::objects::{globals_of, reference_count};
use crate::python::interpreter::once_value::intern;

static BUILTINS: Imported = Imported::new("builtins", "__dict__");

/// The globals that a script starts with, of which each run gets a copy. `exec` would add `__builtins__`.
pub(crate) fn new<'py>(py: Python<'py>, file: &Path) -> PyResult<Bound<'py, PyDict>> {
    let globals = PyDict::new(py);
    globals.set_item(intern!(py, "__file__"), file.as_os_str())?;
    globals.set_item(intern!(py, "__builtins__"), BUILTINS.get(py)?)?;
    Ok(globals)
}

/// Frees the globals of a script that has run, unless something else refers to them or to one of its
/// functions: a thread, a generator, a class, an imported module.
pub(crate) fn release(globals: &Bound<'_, PyDict>) {
    // Most scripts have one function.
    if reference_count(globals) == OURS + 1
        && let Ok(Some(main)) = globals.get_item(intern!(globals.py(), "main"))
        && is_own_function(&main, globals)
    {
        drop(main);
        globals.clear();
        return;
    }
    let mut own_functions = 0;
    for (_, value) in globals {
        if is_own_function(&value, globals) {
            own_functions += 1;
        }
    }
    if reference_count(globals) == OURS + own_functions {
        globals.clear();
    }
}

/// The reference that this check itself holds.
const OURS: isize = 1;

/// Whether a value is a function with these globals that only they refer to.
fn is_own_function(value: &Bound<'_, PyAny>, globals: &Bound<'_, PyDict>) -> bool {
    value.cast_exact::<PyFunction>().is_ok_and(|function| {
        reference_count(function) == OURS + 1 && globals_of(function).is(globals)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::interpreter::objects::execute;
    use crate::python::scripts::compiling::compile;

    #[test]
    fn only_what_nobody_else_reaches_is_freed() {
        Python::initialize();
        Python::attach(|py| {
            let kept = py.import("types").unwrap();
            for (script, is_freed) in [
                ("def main(): pass", true),
                (
                    "import json\ndef main(): pass\ndef other(): return main()",
                    true,
                ),
                ("x = [1]", true),
                ("def main(): pass\nalias = main", false),
                ("class A:\n  def f(self): pass", false),
                ("import types\ndef main(): pass\ntypes.kept = main", false),
                ("import types\ntypes.kept = globals()", false),
                (
                    "import types\ndef main(): yield\ntypes.kept = main()",
                    false,
                ),
                (
                    "def wrap(f):\n  return lambda: f()\n@wrap\ndef main(): pass",
                    false,
                ),
            ] {
                let globals = new(py, Path::new("/a.py")).unwrap();
                let code = compile(py, Path::new("/a.py"), script.as_bytes()).unwrap();
                execute(&code, &globals).unwrap();
                release(&globals);
                assert_eq!(globals.is_empty(), is_freed, "{script}");
                let _ = kept.delattr("kept");
            }
        });
    }
}
