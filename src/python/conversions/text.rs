//! Text to and from Python, in the encodings that the reference uses: ISO 8859-1 for parts of a request
//! and for `response.headers`, `response.encoding` for the writer.

use std::borrow::Cow;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyString};

use crate::python::interpreter::once_value::intern;
use crate::text::latin1;

/// Bytes as `str`, one character a byte.
pub(crate) fn latin1_str<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyString> {
    PyString::new(py, &latin1::decode(bytes))
}

/// `bytes` as they are, `str` by ISO 8859-1; the reference's `isomorphic_encode`.
pub(crate) fn isomorphic<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return encode(text, "iso-8859-1");
    }
    let message = format!("expected bytes or str, not {}", value.repr()?);
    Err(PyTypeError::new_err(message))
}

/// A header name or value for `response.headers`: [`isomorphic`], and integers in decimal.
pub(crate) fn header_bytes<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if value.is_instance_of::<PyInt>() {
        // A bool is the number 0 or 1, as in `b"%i" % True`.
        let number = value.call_method0(intern!(value.py(), "__int__"))?;
        return Ok(Cow::Owned(number.str()?.to_str()?.as_bytes().to_vec()));
    }
    isomorphic(value)
}

/// What the writer sends for a value: `bytes` as they are, `str` in the response's encoding.
pub(crate) fn writer_bytes<'a>(
    value: &'a Bound<'_, PyAny>,
    encoding: Option<&str>,
) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return encode(text, encoding.unwrap_or("utf8"));
    }
    let message = format!(
        "data {} should be bytes or str, not {}",
        value.repr()?,
        value.get_type()
    );
    Err(PyValueError::new_err(message))
}

fn encode<'a>(text: &'a Bound<'_, PyString>, encoding: &str) -> PyResult<Cow<'a, [u8]>> {
    // Most text is ASCII, which is the same in every encoding that a header or a body is sent in.
    if matches!(encoding, "utf8" | "utf-8" | "iso-8859-1")
        && let Ok(utf8) = text.to_str()
        && (encoding != "iso-8859-1" || utf8.is_ascii())
    {
        return Ok(Cow::Borrowed(utf8.as_bytes()));
    }
    let encoded = text.call_method1(intern!(text.py(), "encode"), (encoding,))?;
    Ok(Cow::Owned(encoded.cast::<PyBytes>()?.as_bytes().to_vec()))
}
