//! Names of the fields that were written: `writer._headers_seen`, a set of lower-case names. It becomes
//! a Python set when a script first looks at it.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PySet};
use rustix_futex_sync::Mutex;

use crate::python::classes::cell::PyCell;
use crate::python::interpreter::once_value::intern;

/// Names of fields.
pub(super) struct SeenFields {
    /// `None` once they are in `set`.
    names: Mutex<Option<Names>>,
    /// In lower case.
    set: PyCell,
}

/// Names in one text, as they were written; only those whose lower case is that of ASCII.
#[derive(Default)]
struct Names {
    text: Vec<u8>,
    /// Where each name ends.
    ends: Vec<usize>,
}

/// A name that is added.
pub(super) enum Name<'a> {
    /// ASCII, in any case.
    Ascii(&'a [u8]),
    /// In lower case, and encoded. ASCII letters in it may be part of the encoding, as in UTF-7.
    Lower(Vec<u8>),
}

impl Default for SeenFields {
    fn default() -> Self {
        Self {
            names: Mutex::new(Some(Names::default())),
            set: PyCell::default(),
        }
    }
}

impl SeenFields {
    /// Adds a name.
    pub(super) fn add(&self, py: Python<'_>, name: &Name<'_>) -> PyResult<()> {
        if let Name::Ascii(name) = name
            && let Some(names) = &mut *self.names.lock()
        {
            names.push(name);
            return Ok(());
        }
        let name = match name {
            Name::Ascii(name) => PyBytes::new(py, &name.to_ascii_lowercase()),
            Name::Lower(name) => PyBytes::new(py, name),
        };
        self.set(py)?.call_method1(intern!(py, "add"), (name,))?;
        Ok(())
    }

    /// Whether a name has been added.
    pub(super) fn contains(&self, py: Python<'_>, lower_case: &[u8]) -> PyResult<bool> {
        if let Some(names) = &*self.names.lock() {
            let is_same = |name: &[u8]| name.eq_ignore_ascii_case(lower_case);
            return Ok(names.iter().any(is_same));
        }
        self.set(py)?.contains(PyBytes::new(py, lower_case))
    }

    /// The set.
    pub(super) fn set<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let set = self
            .set
            .get_or_make(py, || Ok(PySet::empty(py)?.into_any()))?;
        // Names that were added before are moved now, and forgotten once the set has all of them; from then on, names
        // are added to the set.
        let mut moved = 0;
        loop {
            let names = self.names_after(moved);
            if names.is_empty() {
                return Ok(set);
            }
            moved += names.len();
            for name in names {
                set.call_method1(intern!(py, "add"), (PyBytes::new(py, &name),))?;
            }
        }
    }

    /// The names after the first `moved`, in lower case. Without any, no name is added to them from now on.
    fn names_after(&self, moved: usize) -> Vec<Vec<u8>> {
        let mut names = self.names.lock();
        let after = names.iter().flat_map(Names::iter).skip(moved);
        let after: Vec<_> = after.map(<[u8]>::to_ascii_lowercase).collect();
        if after.is_empty() {
            *names = None;
        }
        after
    }

    /// Replaces it by a script's value, which has all names that count.
    pub(super) fn replace(&self, set: Bound<'_, PyAny>) {
        *self.names.lock() = None;
        self.set.set(set);
    }
}

impl Names {
    fn push(&mut self, name: &[u8]) {
        if self.ends.capacity() == 0 {
            self.text = Vec::with_capacity(TYPICAL_TEXT);
            self.ends = Vec::with_capacity(TYPICAL_COUNT);
        }
        self.text.extend_from_slice(name);
        self.ends.push(self.text.len());
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let name = &self.text[start..end];
            start = end;
            name
        })
    }
}

/// Room for the names of most heads.
const TYPICAL_TEXT: usize = 128;
const TYPICAL_COUNT: usize = 8;
