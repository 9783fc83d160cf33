//! The two header mappings of scripts: `RequestHeaders`, a real `dict` of lists with lower-case keys,
//! read-only by its own methods; and `ResponseHeaders` over [`Headers`], which is ordered and writable
//! (reference §2.2, §2.6, §8.2). Duplicate request fields are kept, joined with `, ` by `[]` and `get`,
//! or with `; ` for cookies (a departure: the reference loses them).

use pyo3::exceptions::{PyException, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use rustix_futex_sync::Mutex;

use crate::exchange::Request;
use crate::http::headers::Headers;

use crate::python::classes::fallback::Fallback;
use crate::python::conversions::text::{header_bytes, isomorphic};
use crate::python::interpreter::once_value::intern;

/// The fields of a request.
#[pyclass(name = "RequestHeaders", module = "wptserve.request", extends = PyDict, subclass, dict)]
pub(crate) struct RequestHeaders;

impl RequestHeaders {
    /// The fields in the order of their first appearance.
    pub(crate) fn of<'py>(py: Python<'py>, request: &Request) -> PyResult<Bound<'py, Self>> {
        let headers = Bound::new(py, Self)?;
        let dict = headers.cast::<PyDict>()?;
        for (name, value) in request.head().fields() {
            push(dict, name, PyBytes::new(py, value))?;
        }
        Ok(headers)
    }
}

fn push(dict: &Bound<'_, PyDict>, name: &[u8], value: Bound<'_, PyBytes>) -> PyResult<()> {
    let key = PyBytes::new(dict.py(), &name.to_ascii_lowercase());
    match dict.get_item(&key)? {
        Some(values) => values.cast::<PyList>()?.append(value),
        None => dict.set_item(key, PyList::new(dict.py(), [value])?),
    }
}

#[pymethods]
impl RequestHeaders {
    /// From a mapping of names to text, as `http.client` parses it.
    #[new]
    fn new(_items: &Bound<'_, PyAny>) -> Self {
        Self
    }

    fn __init__(slf: &Bound<'_, Self>, items: &Bound<'_, PyAny>) -> PyResult<()> {
        let dict = slf.cast::<PyDict>()?;
        if !items.hasattr(intern!(slf.py(), "raw_items"))?
            && items.hasattr("getallmatchingheaders")?
        {
            return lines_of(items, dict);
        }
        for item in items.call_method0("items")?.try_iter()? {
            let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            push(
                dict,
                &isomorphic(&name)?,
                PyBytes::new(slf.py(), &isomorphic(&value)?),
            )?;
        }
        Ok(())
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        joined(slf, &key)?.map_or_else(|| Err(missing(slf.py(), &isomorphic(&key)?)), Ok)
    }

    fn __setitem__(&self, _name: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyException::new_err("request headers are read-only"))
    }

    /// As of a dict: the key is the name in lower case, as bytes.
    fn __delitem__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<()> {
        slf.cast::<PyDict>()?.del_item(key)
    }

    fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(values(slf, key)?.is_some())
    }

    /// The value of a field, several joined with `, `, or `default`.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(joined(slf, key)?.or(default))
    }

    /// All values of a field.
    #[pyo3(signature = (key, default=Fallback::Missing))]
    fn get_list<'py>(
        slf: &Bound<'py, Self>,
        key: Bound<'py, PyAny>,
        default: Fallback<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match (values(slf, &key)?, default) {
            (Some(values), _) => Ok(values),
            (None, Fallback::Value(default)) => Ok(default),
            (None, Fallback::Missing) => Err(missing(slf.py(), &isomorphic(&key)?)),
        }
    }

    /// Names with joined values.
    fn iteritems<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let pairs = slf
            .cast::<PyDict>()?
            .keys()
            .iter()
            .map(|key| Ok((key.clone(), joined(slf, &key)?)))
            .collect::<PyResult<Vec<_>>>()?;
        Ok(PyList::new(slf.py(), pairs)?.try_iter()?.into_any())
    }

    /// Joined values.
    fn itervalues<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let values = slf
            .cast::<PyDict>()?
            .keys()
            .iter()
            .map(|key| joined(slf, &key))
            .collect::<PyResult<Vec<_>>>()?;
        Ok(PyList::new(slf.py(), values)?.try_iter()?.into_any())
    }
}

/// Adds the fields of an object that has a list of field lines for each name, and none of all fields.
fn lines_of(items: &Bound<'_, PyAny>, dict: &Bound<'_, PyDict>) -> PyResult<()> {
    for name in items.call_method0("keys")?.try_iter()? {
        let name = name?;
        let key = isomorphic(&name)?;
        let lines = items.call_method1("getallmatchingheaders", (&name,))?;
        if lines.len()? < 2 {
            let value = items.get_item(&name)?;
            push(dict, &key, PyBytes::new(dict.py(), &isomorphic(&value)?))?;
            continue;
        }
        for line in lines.try_iter()? {
            let line = line?;
            let line = isomorphic(&line)?;
            let value = line.splitn(2, |&byte| byte == b':').nth(1);
            let value = value.unwrap_or_default().trim_ascii();
            push(dict, &key, PyBytes::new(dict.py(), value))?;
        }
    }
    Ok(())
}

fn values<'py>(
    headers: &Bound<'py, RequestHeaders>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let key = PyBytes::new(headers.py(), &isomorphic(key)?.to_ascii_lowercase());
    headers.cast::<PyDict>()?.get_item(key)
}

fn joined<'py>(
    headers: &Bound<'py, RequestHeaders>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(values) = values(headers, key)? else {
        return Ok(None);
    };
    let list = values.cast::<PyList>()?;
    if list.len() == 1 {
        return Ok(Some(list.get_item(0)?));
    }
    // A cookie may contain a comma (RFC 6265 §4.2.1).
    let separator: &[u8] = match isomorphic(key)?.eq_ignore_ascii_case(b"cookie") {
        true => b"; ",
        false => b", ",
    };
    let separator = PyBytes::new(headers.py(), separator);
    Ok(Some(separator.call_method1("join", (list,))?))
}

/// The fields of a response.
#[pyclass(
    name = "ResponseHeaders",
    module = "wptserve.response",
    frozen,
    subclass,
    dict,
    weakref
)]
#[derive(Default)]
pub(crate) struct ResponseHeaders(Mutex<Headers>);

impl ResponseHeaders {
    /// Takes the fields out.
    pub(crate) fn take(&self) -> Headers {
        std::mem::take(&mut self.0.lock())
    }

    /// The fields.
    pub(crate) fn copy(&self) -> Headers {
        self.0.lock().clone()
    }

    fn list<'py>(&self, py: Python<'py>, key: &[u8]) -> Option<Vec<Bound<'py, PyBytes>>> {
        let headers = self.0.lock();
        let values = headers.values(key).map(|value| PyBytes::new(py, value));
        let values: Vec<_> = values.collect();
        (!values.is_empty()).then_some(values)
    }

    /// Adds each (name, value) pair of an iterable.
    pub(crate) fn append_all(&self, pairs: &Bound<'_, PyAny>) -> PyResult<()> {
        for pair in pairs.try_iter()? {
            let (name, value) = pair_of(&pair?)?;
            self.append(&name, &value)?;
        }
        Ok(())
    }
}

/// The two items of a pair, which may be any sequence or iterable of two.
pub(crate) fn pair_of<'py>(
    pair: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    match pair.cast::<PyTuple>() {
        Ok(tuple) if tuple.len() == 2 => Ok((tuple.get_item(0)?, tuple.get_item(1)?)),
        _ => {
            let items: Vec<_> = pair.try_iter()?.collect::<PyResult<_>>()?;
            let [name, value] = <[_; 2]>::try_from(items).map_err(|items| {
                let message = format!(
                    "expected a header as a pair of name and value, found {} items",
                    items.len()
                );
                pyo3::exceptions::PyValueError::new_err(message)
            })?;
            Ok((name, value))
        }
    }
}

#[pymethods]
impl ResponseHeaders {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Replaces all values of a name.
    fn set(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let (key, value) = (header_bytes(key)?, header_bytes(value)?);
        self.0.lock().set(key, value);
        Ok(())
    }

    /// Adds a value to a name.
    fn append(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let (key, value) = (header_bytes(key)?, header_bytes(value)?);
        self.0.lock().append(key, value);
        Ok(())
    }

    /// All values of a name; an empty list, or `default`, if it is not there.
    #[pyo3(signature = (key, default=Fallback::Missing))]
    fn get<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        default: Fallback<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        match (self.list(py, &header_bytes(key)?), default) {
            (Some(values), _) => Ok(PyList::new(py, values)?.into_any()),
            (None, Fallback::Value(default)) => Ok(default),
            (None, Fallback::Missing) => Ok(PyList::empty(py).into_any()),
        }
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let name = header_bytes(key)?;
        match self.list(key.py(), &name) {
            Some(values) => PyList::new(key.py(), values),
            None => Err(missing(key.py(), &name)),
        }
    }

    fn __setitem__(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.set(key, value)
    }

    fn __delitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<()> {
        let name = header_bytes(key)?;
        if self.0.lock().remove(&name) {
            Ok(())
        } else {
            Err(missing(key.py(), &name))
        }
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        // This may run a script's code, so it comes before the lock.
        let name = header_bytes(key)?;
        Ok(self.0.lock().contains(&name))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.items(py)?.try_iter()?.into_any())
    }

    /// (name, value) pairs as they will be sent.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let headers = self.0.lock();
        let pairs: Vec<_> = headers
            .iter()
            .map(|(name, value)| (PyBytes::new(py, name), PyBytes::new(py, value)))
            .collect();
        drop(headers);
        PyList::new(py, pairs)
    }

    /// Adds each (name, value) pair.
    fn update(&self, items_iter: &Bound<'_, PyAny>) -> PyResult<()> {
        self.append_all(items_iter)
    }

    /// Lower-case names to (name, values), in order; a snapshot.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let data = py.import("collections")?.getattr("OrderedDict")?.call0()?;
        let groups: Vec<_> = self
            .0
            .lock()
            .groups()
            .map(|(name, values)| {
                let values = values.map(|value| PyBytes::new(py, value));
                (name.to_vec(), values.collect::<Vec<_>>())
            })
            .collect();
        for (name, values) in groups {
            let key = PyBytes::new(py, &name.to_ascii_lowercase());
            data.set_item(key, (PyBytes::new(py, &name), values))?;
        }
        Ok(data)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.data(py)?.repr()?.to_str()?.to_owned())
    }
}

fn missing(py: Python<'_>, name: &[u8]) -> PyErr {
    PyKeyError::new_err(PyBytes::new(py, &name.to_ascii_lowercase()).unbind())
}
