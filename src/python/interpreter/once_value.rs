//! Values that are made at their first use, by a thread that is attached to the interpreter.
//!
//! pyo3's `PyOnceLock` and `intern!` (0.30) detach while their lock is held. A child that another thread forks
//! meanwhile inherits the lock, and its threads wait for it for good. Here, no lock is held while a value is made.
//! Several threads may make one at the same time; all of them use the first that is complete.

use std::convert::Infallible;
use std::sync::OnceLock;

use pyo3::exceptions::PyException;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// A value that is made at its first use.
pub(crate) struct OnceValue<T>(OnceLock<T>);

impl<T> OnceValue<T> {
    /// A value that is not made yet.
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The value, if it is made.
    pub(crate) fn get(&self, _py: Python<'_>) -> Option<&T> {
        self.0.get()
    }

    /// The value. Until one is kept, each call makes one.
    pub(crate) fn get_or_try_init<E>(
        &self,
        py: Python<'_>,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<&T, E> {
        if let Some(value) = self.get(py) {
            return Ok(value);
        }
        let value = make()?;
        Ok(self.0.get_or_init(|| value))
    }

    /// Keeps a value that was made elsewhere.
    ///
    /// # Errors
    /// With that value, when there is one already.
    pub(crate) fn set(&self, _py: Python<'_>, value: T) -> Result<(), T> {
        self.0.set(value)
    }
}

impl<T> Default for OnceValue<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A `str` that Python interns, for [`intern!`](intern).
pub(crate) struct Interned {
    text: &'static str,
    value: OnceValue<Py<PyString>>,
}

impl Interned {
    /// This text.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            value: OnceValue::new(),
        }
    }

    /// The `str`, interned at the first call.
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        let intern = || Ok::<_, Infallible>(PyString::intern(py, self.text).unbind());
        let Ok(value) = self.value.get_or_try_init(py, intern);
        value.bind(py)
    }
}

/// The `str` of a literal, interned at the first use of this place: `intern!(py, "name")`.
macro_rules! intern {
    ($py:expr, $text:literal) => {{
        use $crate::python::interpreter::once_value::Interned;
        static INTERNED: Interned = Interned::new($text);
        INTERNED.get($py)
    }};
}

pub(crate) use intern;

/// Makes values that pyo3 itself keeps in a `PyOnceLock`, before any thread forks.
pub(crate) fn make_those_of_pyo3(py: Python<'_>) {
    // Compared with each exception that is raised.
    py.get_type::<PanicException>();
    // Part of the message of each exception, and interned before Python 3.11.
    drop(py.get_type::<PyException>().qualname());
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn no_thread_waits_for_a_value_that_another_one_makes() {
        static NUMBER: OnceValue<u32> = OnceValue::new();
        Python::initialize();
        let (making, is_made) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel();
        let first = thread::spawn(move || {
            Python::attach(|py| {
                let make = || {
                    making.send(()).unwrap();
                    py.detach(move || may_go_on.recv())
                };
                *NUMBER.get_or_try_init(py, make).unwrap()
            })
        });
        is_made.recv().unwrap();
        Python::attach(|py| {
            let failed = NUMBER.get_or_try_init(py, || Err("on purpose"));
            assert_eq!(failed, Err("on purpose"));
            assert_eq!(NUMBER.get_or_try_init(py, || Ok::<_, ()>(2)), Ok(&2));
            assert_eq!(NUMBER.set(py, 3), Err(3));
        });
        go_on.send(1).unwrap();
        assert_eq!(first.join().unwrap(), 2);
    }

    #[test]
    fn a_text_is_interned_once() {
        Python::initialize();
        Python::attach(|py| {
            let [first, second] = [0, 1].map(|_| intern!(py, "wireserve").as_ptr());
            assert_eq!(first, second);
            let interned = PyString::intern(py, "wireserve");
            assert_eq!(interned.as_ptr(), first);
        });
    }
}
