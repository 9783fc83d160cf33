//! Coverage of Python code for libFuzzer, which only sees blocks of compiled code: a trace function runs one
//! of 4096 blocks for each pair of consecutive lines. Two pairs may share a block.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::hint::black_box;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyModule;
use pyo3::{intern, wrap_pyfunction};

/// The end of a script, which has its `main` traced.
pub(crate) const COUNTED: &str = r#"

import sys
# Otherwise the lines of an import would count as coverage of the first input that needs the module.
import email.parser, http.cookies, urllib.parse, uuid
import wptserve.form, wptserve.request, wptserve.stash
from fuzzed_lines import traced

uncounted = main


def main(request, response):
    sys.settrace(traced)
    try:
        return uncounted(request, response)
    finally:
        sys.settrace(None)
"#;

/// Files whose lines count, by the ends of their names; and folders, ours and the package `email`.
const FILES: [&str; 3] = ["/http/cookies.py", "/urllib/parse.py", "/uuid.py"];
const FOLDERS: [&str; 2] = ["<wireserve>/", "/email/"];

/// Makes the trace function importable.
pub(crate) fn install() -> PyResult<()> {
    Python::attach(|py| {
        let module = PyModule::new(py, "fuzzed_lines")?;
        module.add("traced", traced_function(py)?)?;
        let modules = py.import("sys")?.getattr("modules")?;
        modules.set_item("fuzzed_lines", module)
    })
}

fn traced_function(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static FUNCTION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let function = || Ok::<_, PyErr>(wrap_pyfunction!(traced, py)?.into_any().unbind());
    Ok(FUNCTION.get_or_try_init(py, function)?.bind(py).clone())
}

/// A function for `sys.settrace`. It is called when a function begins; if it returns itself, it is also
/// called at each line of that function.
#[pyfunction]
fn traced<'py>(
    frame: &Bound<'py, PyAny>,
    event: &str,
    _argument: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = frame.py();
    match event {
        "call" => match number_of_code(frame)? {
            Some(_) => traced_function(py).map(Some),
            None => {
                BEFORE.set(0);
                Ok(None)
            }
        },
        "line" => {
            if let Some(code) = number_of_code(frame)? {
                let line: u64 = frame.getattr(intern!(py, "f_lineno"))?.extract()?;
                let here = code.wrapping_add(line).wrapping_mul(SPREADING);
                first((BEFORE.replace(here).rotate_left(1) ^ here) >> 52);
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// 2⁶⁴ divided by the golden ratio: the top bits of a product with it depend on all others.
const SPREADING: u64 = 0x9e37_79b9_7f4a_7c15;

thread_local! {
    /// The line that ran last.
    static BEFORE: Cell<u64> = const { Cell::new(0) };
    /// The code objects seen so far, by address. They are kept alive, so that no address is reused.
    static MET: RefCell<HashMap<usize, Met>> = RefCell::default();
}

struct Met {
    number: Option<u64>,
    _code: Py<PyAny>,
}

/// A number for a code object, the same in every process; `None` if its lines do not count.
fn number_of_code(frame: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
    let py = frame.py();
    let code = frame.getattr(intern!(py, "f_code"))?;
    let address = code.as_ptr() as usize;
    if let Some(number) = MET.with_borrow(|met| met.get(&address).map(|met| met.number)) {
        return Ok(number);
    }
    let file: String = code.getattr("co_filename")?.extract()?;
    let counts = FILES.iter().any(|end| file.ends_with(end))
        || FOLDERS.iter().any(|folder| file.contains(folder));
    let number = if counts {
        let name: String = code.getattr("co_name")?.extract()?;
        let line: u64 = code.getattr("co_firstlineno")?.extract()?;
        let mut hasher = DefaultHasher::new();
        (file.rsplit('/').next(), name, line).hash(&mut hasher);
        Some(hasher.finish())
    } else {
        None
    };
    let met = Met {
        number,
        _code: code.unbind(),
    };
    MET.with_borrow_mut(|all| all.insert(address, met));
    Ok(number)
}

/// 4096 blocks: three levels of `match` with sixteen arms each.
macro_rules! blocks {
    ($($digit:literal)*) => {
        fn first(number: u64) {
            match number >> 8 {
                $($digit => second::<$digit>(number),)*
                _ => {}
            }
        }

        fn second<const FIRST: u64>(number: u64) {
            match number >> 4 & 15 {
                $($digit => third::<FIRST, $digit>(number),)*
                _ => {}
            }
        }

        fn third<const FIRST: u64, const SECOND: u64>(number: u64) {
            match number & 15 {
                // The compiler would merge equal blocks.
                $($digit => {
                    black_box((FIRST, SECOND, $digit));
                })*
                _ => {}
            }
        }
    };
}

blocks!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
