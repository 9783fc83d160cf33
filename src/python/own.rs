//! The attributes that a script has set on one of our objects. Plain settings (`response.encoding`,
//! `writer.default_status`) are class attributes here as they would be in Python: setting one puts it
//! into the object's own dictionary, and so does replacing a method.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// An object's own attributes, none of which most scripts ever set.
pub(super) struct Own<'py>(Option<Bound<'py, PyDict>>);

impl<'py> Own<'py> {
    /// The attributes of an object whose class has a dictionary for them.
    pub(super) fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let attributes = object.getattr(intern!(object.py(), "__dict__"))?;
        let attributes = attributes.cast_into::<PyDict>()?;
        Ok(Self((!attributes.is_empty()).then_some(attributes)))
    }

    /// An attribute, if it has been set.
    pub(super) fn get(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.0 {
            Some(attributes) => attributes.get_item(name),
            None => Ok(None),
        }
    }

    /// Whether an attribute is true in Python's sense, `default` if it has not been set.
    pub(super) fn is_true(&self, name: &Bound<'py, PyString>, default: bool) -> PyResult<bool> {
        self.get(name)?
            .map_or(Ok(default), |value| value.is_truthy())
    }

    /// Whether one of these has been set.
    pub(super) fn has_any(&self, names: &[&str]) -> PyResult<bool> {
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
