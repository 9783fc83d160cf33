//! `MultiDict`: a real `dict` whose stored values are lists, so that `items()` and `dict(…)` give
//! lists, while `[]`, `get` and `first` give one value (reference §2.3).
//!
//! Keys are bytes. A look-up with text finds the key with the same ISO 8859-1 bytes, as look-ups of
//! headers do and as wptserve's documentation shows; the reference finds nothing then.

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use crate::fault::Fault;
use crate::http::query;
use crate::text::latin1;

use crate::python::classes::fallback::Fallback;
use crate::python::interpreter::gate;
use crate::python::scripts::failure::http_exception;

/// Several values for each key.
#[pyclass(name = "MultiDict", module = "wptserve.request", extends = PyDict, subclass, dict)]
#[derive(Default)]
pub(crate) struct MultiDict;

#[pymethods]
impl MultiDict {
    #[new]
    fn new() -> Self {
        Self
    }

    fn __setitem__(
        slf: &Bound<'_, Self>,
        name: Bound<'_, PyAny>,
        value: Bound<'_, PyAny>,
    ) -> PyResult<()> {
        slf.cast::<PyDict>()?
            .set_item(name, PyList::new(slf.py(), [value])?)
    }

    fn __delitem__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<()> {
        let dict = slf.cast::<PyDict>()?;
        match key_as_bytes(dict, key)? {
            Some(bytes) => dict.del_item(bytes),
            None => dict.del_item(key),
        }
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        one(slf, &key, 0)?.ok_or_else(|| PyKeyError::new_err(key.unbind()))
    }

    /// Adds a value after the existing values of the key.
    fn add(slf: &Bound<'_, Self>, name: Bound<'_, PyAny>, value: Bound<'_, PyAny>) -> PyResult<()> {
        add(slf, name, value)
    }

    /// The first value of a key.
    #[pyo3(signature = (key, default=Fallback::Missing))]
    fn first<'py>(
        slf: &Bound<'py, Self>,
        key: Bound<'py, PyAny>,
        default: Fallback<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        one(slf, &key, 0)?.map_or_else(|| default.or_key_error(key), Ok)
    }

    /// The last value of a key.
    #[pyo3(signature = (key, default=Fallback::Missing))]
    fn last<'py>(
        slf: &Bound<'py, Self>,
        key: Bound<'py, PyAny>,
        default: Fallback<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        one(slf, &key, -1)?.map_or_else(|| default.or_key_error(key), Ok)
    }

    /// The first value of a key, or `default`.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        slf: &Bound<'py, Self>,
        key: Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(one(slf, &key, 0)?.or(default))
    }

    /// All values of a key; an empty list if the key is missing.
    fn get_list<'py>(
        slf: &Bound<'py, Self>,
        key: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match values(slf, &key)? {
            Some(values) => Ok(values),
            None => Ok(PyList::empty(slf.py()).into_any()),
        }
    }

    fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(values(slf, key)?.is_some())
    }
}

/// Adds a value after the existing values of the key.
pub(crate) fn add(
    multidict: &Bound<'_, MultiDict>,
    name: Bound<'_, PyAny>,
    value: Bound<'_, PyAny>,
) -> PyResult<()> {
    let dict = multidict.cast::<PyDict>()?;
    // Without a GIL, another thread may add the same key.
    with_critical_section(dict.as_any(), || match dict.get_item(&name)? {
        Some(values) => values.cast::<PyList>()?.append(value),
        None => dict.set_item(name, PyList::new(multidict.py(), [value])?),
    })
}

/// Adds the pairs of urlencoded text, whose percent-encoding is decoded while other scripts run.
#[pyfunction]
pub(crate) fn add_urlencoded(
    form: &Bound<'_, MultiDict>,
    text: &Bound<'_, PyBytes>,
    limit: usize,
) -> PyResult<()> {
    let py = form.py();
    let bytes = text.as_bytes();
    let pairs = gate::away(py, || query::pairs_within(bytes, limit));
    add_pairs(form, pairs, "a form")
}

/// Adds pairs of a query or a form; too many are answered with 400.
pub(crate) fn add_pairs(
    multidict: &Bound<'_, MultiDict>,
    pairs: Result<Vec<query::Pair>, query::TooMany>,
    what: &str,
) -> PyResult<()> {
    let py = multidict.py();
    let pairs = pairs.map_err(|query::TooMany(limit)| {
        let message = format!("{what} has more than {limit} parameters (limits.parameters)");
        http_exception(py, &Fault::new(400, message))
    })?;
    for (name, value) in pairs {
        let (name, value) = (PyBytes::new(py, &name), PyBytes::new(py, &value));
        add(multidict, name.into_any(), value.into_any())?;
    }
    Ok(())
}

/// The value at an index of a key's list; `None` if the key is missing or its list is empty.
fn one<'py>(
    multidict: &Bound<'py, MultiDict>,
    key: &Bound<'py, PyAny>,
    index: isize,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match values(multidict, key)? {
        Some(values) if values.is_truthy()? => Ok(Some(values.get_item(index)?)),
        _ => Ok(None),
    }
}

/// The list of values of a key.
fn values<'py>(
    multidict: &Bound<'py, MultiDict>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let dict = multidict.cast::<PyDict>()?;
    match key_as_bytes(dict, key)? {
        Some(bytes) => dict.get_item(bytes),
        None => dict.get_item(key),
    }
}

/// The bytes of a key that is text, if the text itself is no key.
fn key_as_bytes<'py>(
    dict: &Bound<'py, PyDict>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let Ok(text) = key.cast::<PyString>() else {
        return Ok(None);
    };
    if dict.contains(key)? {
        return Ok(None);
    }
    let bytes = latin1::encode(&text.to_string_lossy()).ok();
    Ok(bytes.map(|bytes| PyBytes::new(dict.py(), &bytes)))
}
