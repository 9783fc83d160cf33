//! From a script's source to its code object, for one thread at a time or for many.
//!
//! In a free-threaded build, handlers run side by side, and two properties of code that `compile` returns cost much:
//!
//! * Its constants count their references, although all threads use them. Those of code that is loaded (as from a
//!   `.pyc` file) are immortal. So the constants of a script that was changed stay.
//! * Functions that a module body defines are freed by the garbage collector alone, which stops all threads. Each
//!   request makes such functions, and with them its globals wait. Functions defined in other functions are freed
//!   like other objects, so the code of a script's functions says that they are nested.

use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict as _, PyBytes, PyCode, PyTuple};

use crate::python::interpreter::imported::Imported;

static COMPILE: Imported = Imported::new("builtins", "compile");
static DUMPS: Imported = Imported::new("marshal", "dumps");
static LOADS: Imported = Imported::new("marshal", "loads");

/// `inspect.CO_NESTED`, which only says how a function's references are counted.
const NESTED: u32 = 0x10;

/// Compiles as the reference does, with the same errors and handling of encoding declarations.
pub(crate) fn compile<'py>(
    py: Python<'py>,
    path: &Path,
    source: &[u8],
) -> PyResult<Bound<'py, PyCode>> {
    let source = PyBytes::new(py, source);
    let code = COMPILE
        .get(py)?
        .call1((source, path.as_os_str(), "exec"))?
        .cast_into::<PyCode>()?;
    match cfg!(Py_GIL_DISABLED) {
        true => for_many_threads(&code),
        false => Ok(code),
    }
}

/// The same code, with immortal constants, and with functions that count their references.
fn for_many_threads<'py>(code: &Bound<'py, PyCode>) -> PyResult<Bound<'py, PyCode>> {
    let py = code.py();
    let constants = code.getattr("co_consts")?.cast_into::<PyTuple>()?;
    let constants = constants
        .iter()
        .map(|constant| match constant.is_exact_instance_of::<PyCode>() {
            true => nested(&constant),
            false => Ok(constant),
        })
        .collect::<PyResult<Vec<_>>>()?;
    let changed = [("co_consts", PyTuple::new(py, constants)?)];
    let code = code.call_method("replace", (), Some(&changed.into_py_dict(py)?))?;
    let loaded = LOADS.get(py)?.call1((DUMPS.get(py)?.call1((code,))?,))?;
    Ok(loaded.cast_into::<PyCode>()?)
}

fn nested<'py>(code: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let flags: u32 = code.getattr("co_flags")?.extract()?;
    let changed = [("co_flags", flags | NESTED)];
    code.call_method("replace", (), Some(&changed.into_py_dict(code.py())?))
}

#[cfg(test)]
mod tests {
    use pyo3::types::PyDict;

    use super::*;
    use crate::python::interpreter::objects::execute;

    const SOURCE: &str = "\
# coding: latin-1
def plain(a, b=(1, 2.5, 'text', b'bytes', frozenset({3})), *, c=None, **d):
    def inner(e): return a + e
    return inner(b[0])
def generator():
    yield from [65535, ...]
async def coroutine(): pass
class A:
    def method(self): return __class__
result = (plain(4), list(generator()), A().method(), [x for x in (1, 2)], 'é')
";

    /// Code does the same after it was prepared for many threads, and reports the same file and lines.
    #[test]
    fn prepared_code_does_the_same() {
        Python::initialize();
        Python::attach(|py| {
            let before = COMPILE
                .get(py)
                .unwrap()
                .call1((PyBytes::new(py, SOURCE.as_bytes()), "/a.py", "exec"))
                .unwrap()
                .cast_into::<PyCode>()
                .unwrap();
            let after = for_many_threads(&before).unwrap();
            let [first, second] = [&before, &after].map(|code| {
                let globals = PyDict::new(py);
                globals
                    .set_item("__builtins__", py.import("builtins").unwrap())
                    .unwrap();
                execute(code, &globals).unwrap();
                let text = globals.get_item("result").unwrap().unwrap().to_string();
                let line = globals.get_item("generator").unwrap().unwrap();
                let line = line
                    .getattr("__code__")
                    .unwrap()
                    .getattr("co_firstlineno")
                    .unwrap();
                (
                    text,
                    line.to_string(),
                    code.getattr("co_filename").unwrap().to_string(),
                )
            });
            assert_eq!(first, second);
            assert_eq!(first.1, "5");
            if cfg!(Py_GIL_DISABLED) {
                let is_immortal = py.import("sys").unwrap().getattr("_is_immortal").unwrap();
                for constant in after.getattr("co_consts").unwrap().try_iter().unwrap() {
                    let constant = constant.unwrap();
                    let answer = is_immortal.call1((&constant,)).unwrap();
                    assert!(
                        answer.is_truthy().unwrap() || constant.is_exact_instance_of::<PyCode>(),
                        "{constant}"
                    );
                }
            }
        });
    }

    #[test]
    fn functions_of_a_script_are_nested_and_those_of_its_classes_are_not() {
        Python::initialize();
        Python::attach(|py| {
            let code = COMPILE
                .get(py)
                .unwrap()
                .call1((SOURCE, "/a.py", "exec"))
                .unwrap();
            let code = for_many_threads(code.cast::<PyCode>().unwrap()).unwrap();
            let flags = |code: &Bound<'_, PyAny>| -> Vec<(String, bool)> {
                let constants = code.getattr("co_consts").unwrap();
                let constants = constants.cast_into::<PyTuple>().unwrap();
                let codes = constants
                    .iter()
                    .filter(|one| one.is_exact_instance_of::<PyCode>());
                codes
                    .map(|one| {
                        let flags: u32 = one.getattr("co_flags").unwrap().extract().unwrap();
                        (
                            one.getattr("co_name").unwrap().to_string(),
                            flags & NESTED != 0,
                        )
                    })
                    .collect()
            };
            let all = flags(&code);
            assert!(all.iter().all(|(_, is_nested)| *is_nested), "{all:?}");
            assert!(all.iter().any(|(name, _)| name == "plain"), "{all:?}");
            let class = code
                .getattr("co_consts")
                .unwrap()
                .cast_into::<PyTuple>()
                .unwrap();
            let class = class.iter().find(|one| {
                one.is_exact_instance_of::<PyCode>()
                    && one.getattr("co_name").unwrap().to_string() == "A"
            });
            let methods = flags(&class.unwrap());
            assert_eq!(methods, [("method".to_owned(), false)]);
        });
    }
}
