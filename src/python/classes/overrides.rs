//! The attributes that a script has set on an object. Plain settings (`response.encoding`,
//! `writer.default_status`) are class attributes, as they would be in Python: setting one, or replacing a
//! method, puts it into the object's dictionary.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::python::interpreter::objects::attributes_of;
use crate::python::interpreter::once_value::OnceValue;

/// The attributes in an object's dictionary, which most scripts leave empty.
pub(crate) struct Overrides<'py>(Option<Bound<'py, PyDict>>);

/// Caches an object's dictionary, which is looked at many times.
#[derive(Default)]
pub(crate) struct OverridesCell(OnceValue<Py<PyDict>>);

impl<'py> Overrides<'py> {
    /// The attributes of an object whose class has a dictionary for them.
    pub(crate) fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        Ok(Self::in_use(&attributes_of(object)?))
    }

    fn in_use(attributes: &Bound<'py, PyDict>) -> Self {
        Self((!attributes.is_empty()).then(|| attributes.clone()))
    }

    /// An attribute, if it has been set.
    pub(crate) fn get(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.0 {
            Some(attributes) => attributes.get_item(name),
            None => Ok(None),
        }
    }

    /// Whether an attribute is true in Python's sense, `default` if it has not been set.
    pub(crate) fn is_true(&self, name: &Bound<'py, PyString>, default: bool) -> PyResult<bool> {
        self.get(name)?
            .map_or(Ok(default), |value| value.is_truthy())
    }

    /// Whether one of these has been set.
    pub(crate) fn has_any(&self, names: &[&str]) -> PyResult<bool> {
        let Some(attributes) = &self.0 else {
            return Ok(false);
        };
        for name in names {
            if attributes.contains(name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl OverridesCell {
    /// The attributes of the object that this is a field of.
    pub(crate) fn of<'py>(&self, object: &Bound<'py, PyAny>) -> PyResult<Overrides<'py>> {
        let py = object.py();
        let make = || attributes_of(object).map(Bound::unbind);
        let attributes = self.0.get_or_try_init(py, make)?;
        Ok(Overrides::in_use(attributes.bind(py)))
    }

    /// Removes all attributes: a replaced method may refer to the object itself.
    pub(crate) fn clear(&self, py: Python<'_>) {
        if let Some(attributes) = self.0.get(py) {
            attributes.bind(py).clear();
        }
    }
}
