//! Functions and classes of Python modules that Rust code calls, imported at their first use.

use pyo3::prelude::*;

use crate::python::interpreter::host;
use crate::python::interpreter::once_value::OnceValue;

/// A function or class of a module, imported once.
pub(crate) struct Imported {
    module: &'static str,
    name: &'static str,
    value: OnceValue<Py<PyAny>>,
}

impl Imported {
    /// `name` of `module`. A module of `wptserve` is found wherever that package is ([`host`]).
    pub(crate) const fn new(module: &'static str, name: &'static str) -> Self {
        Self {
            module,
            name,
            value: OnceValue::new(),
        }
    }

    /// The value, importing its module at the first call.
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let value = self.value.get_or_try_init(py, || {
            let module = py.import(&*host::module_name(self.module))?;
            Ok::<_, PyErr>(module.getattr(self.name)?.unbind())
        })?;
        Ok(value.bind(py))
    }
}
