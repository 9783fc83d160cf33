//! A script's request as templates look names up in it: through its attributes, which the script may have
//! replaced. Exceptions of the objects come through as they are.

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyString};

use crate::exchange::Links;
use crate::pipes::Raised;
use crate::pipes::template::{Index, Location, Object, Scope, Value, Wrong};
use crate::python::classes::request::Request;
use crate::python::interpreter::gate;
use crate::python::interpreter::once_value::intern;
use crate::text::latin1;
use crate::wire::budget::{FREE_OF_MEMORY, Full};

/// A request object.
pub(super) struct ScriptRequest<'a, 'py>(&'a Bound<'py, PyAny>);

impl<'a, 'py> ScriptRequest<'a, 'py> {
    pub(super) fn new(request: &'a Bound<'py, PyAny>) -> Self {
        Self(request)
    }

    fn attribute<T>(&self, name: &str) -> PyResult<T>
    where
        T: for<'x> FromPyObject<'x, 'py, Error: Into<PyErr>>,
    {
        self.0.getattr(name)?.extract().map_err(Into::into)
    }

    fn url_parts(&self) -> PyResult<Location> {
        let url = self.0.getattr(intern!(self.0.py(), "url_parts"))?;
        Ok(Location {
            scheme: url.getattr("scheme")?.extract()?,
            hostname: url.getattr("hostname")?.extract()?,
            port: url.getattr("port")?.extract()?,
            path: url.getattr("path")?.extract()?,
            query: url.getattr("query")?.extract()?,
        })
    }

    fn config_value(&self, key: &str) -> PyResult<Option<Value<'py>>> {
        let py = self.0.py();
        let server = self.0.getattr(intern!(py, "server"))?;
        let config = server.getattr(intern!(py, "config"))?;
        if !config.contains(key)? {
            return Ok(None);
        }
        value(&config.get_item(key)?).map(Some)
    }

    fn field(&self, name: &str) -> PyResult<Option<Value<'py>>> {
        let headers = self.0.getattr("headers")?;
        let found = headers.call_method1("get", (name,))?;
        if found.is_none() {
            return Ok(None);
        }
        value(&found).map(Some)
    }
}

impl<'py> Scope<'py> for ScriptRequest<'_, 'py> {
    fn is_wanted(&self) -> bool {
        let Ok(request) = self.0.cast::<Request>() else {
            return true;
        };
        // Other scripts run meanwhile.
        let turn = request.get().turn();
        gate::away(self.0.py(), || turn.is_wanted())
    }

    fn hold(&self, bytes: usize) -> Result<(), Full> {
        match self.0.cast::<Request>() {
            Ok(request) if bytes > FREE_OF_MEMORY => {
                // This may wait.
                let turn = request.get().turn();
                gate::away(self.0.py(), || turn.hold(bytes))
            }
            _ => Ok(()),
        }
    }

    fn headers(&self) -> Result<Value<'py>, Wrong> {
        let headers = self.0.getattr("headers").map_err(raised)?;
        Ok(Value::Object(Rc::new(Items(headers))))
    }

    fn header(&self, name: &str) -> Result<Option<Value<'py>>, Wrong> {
        self.field(name).map_err(raised)
    }

    fn parameters(&self) -> Result<Value<'py>, Wrong> {
        let parameters = self.0.getattr("GET").map_err(raised)?;
        Ok(Value::Object(Rc::new(Parameters(parameters))))
    }

    fn location(&self) -> Result<Location, Wrong> {
        self.url_parts().map_err(raised)
    }

    fn config(&self, key: &str) -> Result<Option<Value<'py>>, Wrong> {
        self.config_value(key).map_err(raised)
    }

    fn url_base(&self) -> Result<String, Wrong> {
        self.attribute("url_base").map_err(raised)
    }

    fn request_path(&self) -> Result<String, Wrong> {
        self.attribute("request_path").map_err(raised)
    }

    fn doc_root(&self) -> Result<(PathBuf, Links), Wrong> {
        let request = self.0.cast::<Request>().ok();
        let links = request.map_or(Links::Within, |request| request.get().links());
        let root = self.attribute("doc_root").map_err(raised)?;
        Ok((root, links))
    }

    fn blocking(&self, work: &mut (dyn FnMut() + Send)) {
        gate::away(self.0.py(), work);
    }
}

/// An object with items.
struct Items<'py>(Bound<'py, PyAny>);

impl<'py> Object<'py> for Items<'py> {
    fn item(&self, index: &Index) -> Result<Value<'py>, Wrong> {
        let found = match index {
            Index::Number(number) => self.0.get_item(number),
            Index::Key(key) => self.0.get_item(key),
        };
        found.and_then(|found| value(&found)).map_err(raised)
    }
}

/// `request.GET`, whose keys are bytes. A missing parameter is empty, as in the reference.
struct Parameters<'py>(Bound<'py, PyAny>);

impl<'py> Parameters<'py> {
    fn first(&self, index: &Index) -> PyResult<Bound<'py, PyAny>> {
        let py = self.0.py();
        let first = intern!(py, "first");
        match index {
            Index::Number(number) => self.0.call_method1(first, (number,)),
            Index::Key(key) => match latin1::encode(key) {
                Ok(key) => self.0.call_method1(first, (PyBytes::new(py, &key),)),
                // Raises the error of Python's codec.
                Err(_) => PyString::new(py, key).call_method1("encode", ("iso-8859-1",)),
            },
        }
    }
}

impl<'py> Object<'py> for Parameters<'py> {
    fn item(&self, index: &Index) -> Result<Value<'py>, Wrong> {
        match self.first(index) {
            Ok(found) => value(&found).map_err(raised),
            Err(error) if error.is_instance_of::<PyKeyError>(self.0.py()) => {
                Ok(Value::Text(String::new()))
            }
            Err(error) => Err(raised(error)),
        }
    }
}

impl fmt::Debug for Items<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An object as a value of templates.
fn value<'py>(object: &Bound<'py, PyAny>) -> PyResult<Value<'py>> {
    if let Ok(text) = object.cast::<PyString>() {
        return Ok(Value::Text(text.to_str()?.to_owned()));
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Value::Bytes(bytes.as_bytes().to_vec()));
    }
    if let Ok(truth) = object.cast::<PyBool>() {
        return Ok(Value::Truth(truth.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return Ok(Value::Number(object.extract()?));
    }
    if object.is_none() {
        return Ok(Value::Nothing);
    }
    Ok(Value::Object(Rc::new(Items(object.clone()))))
}

fn raised(error: PyErr) -> Wrong {
    Wrong::Raised(Raised(Arc::new(error)))
}
