//! The outcome of a script: the return value of `main` is applied to its `response` (reference §4), which
//! is then sent unless the script has written a response itself.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyList, PyMemoryView, PyString, PyTuple};

use crate::exchange::response::{ContentForHead, RequiredHeaders};
use crate::exchange::{Content, Response as Outgoing};
use crate::http::headers::Headers;

use crate::python::classes::headers::{ResponseHeaders, pair_of};
use crate::python::classes::overrides::Overrides;
use crate::python::classes::response::Response;
use crate::python::conversions::content::IterableChunks;
use crate::python::conversions::text::{isomorphic, writer_bytes};
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;
use crate::python::pipes::trickled::Trickled;

static MISFIT: Imported = Imported::new("wptserve.content", "misfit");

/// Applies the value that `handler` has returned, as error messages call it. Only a real tuple is taken apart; `None` leaves the response as it is.
pub(crate) fn apply(
    value: &Bound<'_, PyAny>,
    response: &Bound<'_, Response>,
    handler: &str,
) -> PyResult<()> {
    // What the script has sent itself cannot be replaced.
    if value.is_none() || response.get().turn.is_written() {
        return Ok(());
    }
    let (headers, content) = match value.cast::<PyTuple>() {
        Err(_) => (None, value.clone()),
        Ok(tuple) => match tuple.len() {
            2 => (Some(tuple.get_item(0)?), tuple.get_item(1)?),
            3 => {
                response.get().assign_status(&tuple.get_item(0)?)?;
                (Some(tuple.get_item(1)?), tuple.get_item(2)?)
            }
            length => {
                let message =
                    format!("{handler} returned a tuple of {length} items, expected 2 or 3");
                return Err(PyValueError::new_err(message));
            }
        },
    };
    if let Some(pairs) = headers {
        if is_mapping(&pairs)? {
            let message = format!(
                "{handler} returned a dict of headers, expected pairs of name and value: return its \
                 .items()"
            );
            return Err(PyValueError::new_err(message));
        }
        let headers = response.get().get_headers(response.py())?;
        match headers.cast_exact::<ResponseHeaders>() {
            Ok(headers) => {
                let appended = headers.get().append_all(&pairs);
                appended.map_err(|error| describe_headers(&pairs, error, handler))?;
            }
            Err(_) => {
                headers.call_method1(intern!(response.py(), "update"), (pairs,))?;
            }
        }
    }
    if let Some(misfit) = misfit(&content)?
        && !is_customised(response)?
    {
        let message = format!("{handler} returned {misfit}");
        return Err(PyTypeError::new_err(message));
    }
    response.get().replace_content(content);
    Ok(())
}

/// Whether iterating over this yields keys and not pairs.
fn is_mapping(pairs: &Bound<'_, PyAny>) -> PyResult<bool> {
    if pairs.is_instance_of::<PyList>() || pairs.is_instance_of::<PyTuple>() {
        return Ok(false);
    }
    let keys = intern!(pairs.py(), "keys");
    Ok(pairs.is_instance_of::<PyDict>()
        || !pairs.is_exact_instance_of::<ResponseHeaders>() && pairs.hasattr(keys)?)
}

/// The error of what was returned as headers, or one that names it if it is nothing like them.
fn describe_headers(pairs: &Bound<'_, PyAny>, error: PyErr, handler: &str) -> PyErr {
    match (pairs.try_iter(), pairs.repr()) {
        (Err(_), Ok(found)) => PyTypeError::new_err(format!(
            "{handler} returned {found} as headers, expected pairs of name and value"
        )),
        _ => error,
    }
}

/// Why content cannot be sent, as far as that is known before any of it is.
fn misfit(content: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if is_bytes_or_text(content) || content.is_exact_instance_of::<Trickled>() {
        return Ok(None);
    }
    MISFIT.get(content.py())?.call1((content,))?.extract()
}

fn is_bytes_or_text(content: &Bound<'_, PyAny>) -> bool {
    content.is_instance_of::<PyBytes>() || content.is_instance_of::<PyString>()
}

/// The response as it will be sent. Its header fields move out of the script's object, unless content
/// that is made later may still look at them.
pub(crate) fn outgoing(response: &Bound<'_, Response>) -> PyResult<Outgoing> {
    let py = response.py();
    let from = response.get();
    let own = Response::own(response)?;
    let status = from.status_parts(py);
    let encoding = own
        .get(intern!(py, "encoding"))?
        .map(|encoding| encoding.extract::<String>())
        .transpose()?;
    let reason = match &status.message {
        Some(message) => Some(isomorphic(message.bind(py))?.into_owned()),
        None => None,
    };
    let content = match from.content_if_any(py) {
        Some(content) => self::content(&content, encoding.as_deref(), response)?,
        None => Content::Empty,
    };
    Ok(Outgoing {
        status: status.code,
        reason,
        headers: match from.headers_if_any(py) {
            Some(headers) => match headers.cast_exact::<ResponseHeaders>() {
                Ok(headers) if is_made_later(&content, response) => headers.get().copy(),
                Ok(headers) => headers.get().take(),
                Err(_) => fields(&headers, encoding.as_deref())?,
            },
            None => Headers::default(),
        },
        content,
        required_headers: if own.is_true(intern!(py, "add_required_headers"), true)? {
            RequiredHeaders::Add
        } else {
            RequiredHeaders::Omit
        },
        content_for_head: if own.is_true(intern!(py, "send_body_for_head_request"), false)? {
            ContentForHead::Send
        } else {
            ContentForHead::Suppress
        },
        fault: status.fault,
        ..Outgoing::default()
    })
}

/// Whether Python makes the content while it is sent.
pub(crate) fn is_made_later(content: &Content, response: &Bound<'_, Response>) -> bool {
    matches!(content, Content::Chunks(_)) && !is_trickled(response)
}

/// Whether the content is what the pipe `trickle` left, which needs no Python while it is sent.
fn is_trickled(response: &Bound<'_, Response>) -> bool {
    let content = response.get().content_if_any(response.py());
    content.is_some_and(|content| content.is_exact_instance_of::<Trickled>())
}

/// Whether the script has replaced a method that takes part in sending, or what the status line and HEAD depend on, so
/// that the response must be sent through the Python methods.
pub(crate) fn is_customised(response: &Bound<'_, Response>) -> PyResult<bool> {
    const OF_RESPONSE: [&str; 4] = [
        "write",
        "write_status_headers",
        "write_content",
        "iter_content",
    ];
    const OF_WRITER: [&str; 7] = [
        "write",
        "write_status",
        "write_header",
        "write_default_headers",
        "end_headers",
        "write_content",
        "write_raw_content",
    ];
    if response.get().asked().has_own_line() || Response::own(response)?.has_any(&OF_RESPONSE)? {
        return Ok(true);
    }
    match response.get().writer_if_any(response.py()) {
        Some(writer) => Overrides::of(&writer)?.has_any(&OF_WRITER),
        None => Ok(false),
    }
}

/// A list that a script has put in place of `response.headers` is sent in its order, in the writer's
/// encoding.
fn fields(headers: &Bound<'_, PyAny>, encoding: Option<&str>) -> PyResult<Headers> {
    let mut fields = Headers::default();
    for pair in headers.try_iter()? {
        let (name, value) = pair_of(&pair?)?;
        let value = match value.cast::<PyInt>() {
            Ok(number) => number.str()?.into_any(),
            Err(_) => value,
        };
        fields.push(
            writer_bytes(&name, encoding)?,
            writer_bytes(&value, encoding)?,
        );
    }
    Ok(fields)
}

fn content(
    content: &Bound<'_, PyAny>,
    encoding: Option<&str>,
    response: &Bound<'_, Response>,
) -> PyResult<Content> {
    if is_bytes_or_text(content) {
        return Ok(Content::Bytes(
            writer_bytes(content, encoding)?.into_owned(),
        ));
    }
    if content
        .cast_exact::<PyList>()
        .is_ok_and(|list| list.is_empty())
    {
        return Ok(Content::Empty);
    }
    if let Ok(trickled) = content.cast_exact::<Trickled>() {
        return Ok(trickled
            .get()
            .take()
            .map_or(Content::Empty, Content::Chunks));
    }
    if let Some(misfit) = misfit(content)? {
        let message = format!("the content is {misfit}");
        return Err(PyTypeError::new_err(message));
    }
    if !content.hasattr(intern!(content.py(), "read"))?
        && let Ok(view) = PyMemoryView::from(content)
    {
        let bytes = view.call_method0(intern!(content.py(), "tobytes"))?;
        return Ok(Content::Bytes(bytes.cast::<PyBytes>()?.as_bytes().to_vec()));
    }
    let chunks = IterableChunks::new(content, response)?;
    Ok(Content::Chunks(Box::new(chunks)))
}
