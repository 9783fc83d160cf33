//! Requests as they were received: attributes of `request` that show exact bytes and the times of their
//! arrival. Only `problems` judges them. Each attribute is computed anew when it is read.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::exchange::Body;
use crate::exchange::body::BodyError;
use crate::http::chunk_line::trailer_fields;
use crate::http::chunked::Decoder;
use crate::http::framing::Framing;
use crate::http::problems::{self, Severity};
use crate::http::{raw_lines, target};

use crate::python::classes::input_file;
use crate::python::classes::request::Request;
use crate::python::interpreter::gate;

#[pymethods]
impl Request {
    /// The exact bytes of the head, with the empty lines that were skipped before it.
    #[getter]
    fn raw_head<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.facts().raw_head())
    }

    /// The head line by line; joined, the lines are `raw_head`.
    #[getter]
    fn raw_lines(&self, py: Python<'_>) -> PyResult<Vec<RawLine>> {
        let head = self.facts().raw_head();
        let part = |range: &std::ops::Range<usize>| PyBytes::new(py, &head[range.clone()]).unbind();
        raw_lines::split(&head)
            .iter()
            .map(|line| {
                Ok(RawLine {
                    raw: part(&line.range),
                    offset: line.range.start,
                    kind: line.kind.as_str(),
                    name: part(&line.name),
                    separator: part(&line.separator),
                    value: part(&line.value),
                    line_end: part(&line.line_end),
                    flags: PyTuple::new(py, flags_of(line))?.unbind(),
                })
            })
            .collect()
    }

    /// Violations of the RFCs in the head and in the part of the body that has been read.
    #[getter]
    fn problems(&self, py: Python<'_>) -> Vec<Problem> {
        if self.facts().is_unread() {
            return Vec::new();
        }
        let head = self.facts().raw_head();
        let mut found: Vec<_> = problems::Problem::find(&head)
            .iter()
            .map(|problem| Problem {
                offset: problem.offset as u64,
                what: problem.what.as_str().to_owned(),
                clause: problem.clause,
                is_violation: problem.severity == Severity::Violation,
            })
            .collect();
        let body = self.body();
        let failed_at = || body.chunks(Decoder::failed_at).flatten();
        let broken = gate::away(py, || failed_at().zip(body.broken()));
        if let Some((offset, BodyError::Malformed(malformed))) = broken {
            found.push(Problem {
                offset: head.len() as u64 + offset,
                what: malformed.to_string(),
                clause: "RFC 9112 §7.1",
                is_violation: true,
            });
        }
        found
    }

    /// The target as it was received, before any rewrite.
    #[getter]
    fn raw_target<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.facts().head().target())
    }

    /// `origin`, `absolute`, `authority`, `asterisk` or `other` (RFC 9112 §3.2).
    #[getter]
    fn target_form(&self) -> &'static str {
        let head = self.facts().head();
        target::form(head.method(), head.target()).as_str()
    }

    /// The version as it was received; empty for an HTTP/0.9 request.
    #[getter]
    fn raw_version<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.facts().head().version_bytes())
    }

    /// How the body is framed: `("none", 0)`, `("length", n)`, `("chunked", None)`, or
    /// `("unreadable", reason)`.
    #[getter]
    fn framing<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let facts = self.facts();
        match (facts.unframed(), facts.framing()) {
            (Some(malformed), _) => {
                let reason = malformed.to_string();
                ("unreadable", reason).into_pyobject(py)
            }
            (None, Framing::Chunked) => ("chunked", py.None()).into_pyobject(py),
            (None, Framing::Length(0)) => ("none", 0).into_pyobject(py),
            (None, Framing::Length(length)) => ("length", length).into_pyobject(py),
        }
    }

    /// The chunks of the body, which is received up to its end or to the first malformed byte.
    #[getter]
    fn chunks(&self, py: Python<'_>) -> PyResult<Vec<Chunk>> {
        let Some(decoder) = self.received_chunks(py)? else {
            return Ok(Vec::new());
        };
        let shown = decoder.chunks().map(|chunk| {
            let extensions = chunk.extensions().map(|(name, value)| {
                let value = value.map(|value| PyBytes::new(py, &value));
                (PyBytes::new(py, name), value)
            });
            Ok(Chunk {
                line: PyBytes::new(py, chunk.line).unbind(),
                size: chunk.size,
                offset: chunk.offset,
                extensions: PyList::new(py, extensions.collect::<Vec<_>>())?.unbind(),
            })
        });
        shown.collect()
    }

    /// The trailer section as it was received, without the empty line at its end.
    #[getter]
    fn raw_trailers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let decoder = self.received_chunks(py)?;
        let trailers = decoder.as_ref().map_or(&[][..], Decoder::trailers);
        Ok(PyBytes::new(py, trailers))
    }

    /// Names and values of the trailer fields, as bytes.
    #[getter]
    fn trailers<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)>> {
        let raw = self.raw_trailers(py)?;
        let fields = trailer_fields(raw.as_bytes()).into_iter();
        Ok(fields
            .map(|(name, value)| (PyBytes::new(py, name), PyBytes::new(py, value)))
            .collect())
    }

    /// The body as it was received, with its chunk framing.
    #[getter]
    fn raw_body<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let body = self.body();
        let bytes = gate::away(py, || body.undecoded());
        let bytes = bytes.map_err(|error| input_file::raise(py, error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The connection, and the place of this request on it.
    #[getter]
    fn connection(slf: &Bound<'_, Self>) -> Connection {
        Connection {
            request: slf.clone().unbind(),
        }
    }

    /// When the bytes of this request arrived: for each read from the socket, the seconds since the
    /// connection was accepted, the offset from the beginning of `raw_head`, and the length. The first
    /// may begin before this request, with the end of the previous one.
    #[getter]
    fn segments(&self, py: Python<'_>) -> Vec<(f64, i64, usize)> {
        let (body, start) = (self.body(), self.facts().arrival().offset);
        let (accepted, segments) = gate::away(py, || body.segments_from(start));
        let offset =
            |at: u64| i64::try_from(i128::from(at) - i128::from(start)).unwrap_or(i64::MAX);
        segments
            .iter()
            .map(|segment| {
                let since = segment.at.saturating_duration_since(accepted);
                (since.as_secs_f64(), offset(segment.offset), segment.length)
            })
            .collect()
    }
}

fn flags_of(line: &raw_lines::RawLine) -> Vec<&'static str> {
    line.flags().map(raw_lines::Flag::as_str).collect()
}

impl Request {
    /// Decodes the framing of a chunked body. Malformed chunks are shown up to the first wrong byte.
    fn received_chunks(&self, py: Python<'_>) -> PyResult<Option<Decoder>> {
        if self.facts().framing() != Framing::Chunked {
            return Ok(None);
        }
        let body = self.body();
        let received = gate::away(py, || match body.receive() {
            Ok(()) | Err(BodyError::Malformed(_) | BodyError::Truncated { .. }) => {
                Ok(body.chunks(Decoder::clone))
            }
            Err(error) => Err(error),
        });
        received.map_err(|error| input_file::raise(py, error))
    }
}

/// A line of the head.
#[pyclass(module = "wptserve.request", frozen, get_all)]
pub(crate) struct RawLine {
    raw: Py<PyBytes>,
    offset: usize,
    /// `skipped`, `request_line`, `field`, `continuation`, `no_colon` or `end`.
    kind: &'static str,
    name: Py<PyBytes>,
    separator: Py<PyBytes>,
    value: Py<PyBytes>,
    line_end: Py<PyBytes>,
    flags: Py<PyTuple>,
}

#[pymethods]
impl RawLine {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (raw, flags) = (self.raw.bind(py).repr()?, self.flags.bind(py).repr()?);
        Ok(format!("<RawLine {} {raw} {flags}>", self.kind))
    }
}

/// What is wrong with a request.
#[pyclass(module = "wptserve.request", frozen, get_all)]
pub(crate) struct Problem {
    /// From the beginning of `raw_head`, which `raw_body` follows.
    offset: u64,
    what: String,
    clause: &'static str,
    is_violation: bool,
}

#[pymethods]
impl Problem {
    fn __repr__(&self) -> String {
        let Self {
            offset,
            what,
            clause,
            ..
        } = self;
        format!("<Problem at {offset}: {what} ({clause})>")
    }
}

/// A chunk of the body.
#[pyclass(module = "wptserve.request", frozen, get_all)]
pub(crate) struct Chunk {
    /// The size line without its CRLF.
    line: Py<PyBytes>,
    size: u64,
    /// Where the size line begins in `raw_body`.
    offset: u64,
    /// Names and values, `None` for a name alone.
    extensions: Py<PyList>,
}

#[pymethods]
impl Chunk {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let line = self.line.bind(py).repr()?;
        Ok(format!("<Chunk {line} at {}>", self.offset))
    }
}

/// The connection of a request.
#[pyclass(module = "wptserve.request", frozen)]
pub(crate) struct Connection {
    request: Py<Request>,
}

#[pymethods]
impl Connection {
    /// Its number among the connections of the server, counted from 1.
    #[getter]
    fn id(&self) -> u64 {
        self.request.get().facts().arrival().connection
    }

    /// The number of this request on the connection, counted from 1; 0 before a request has been read.
    #[getter]
    fn ordinal(&self) -> u64 {
        self.request.get().facts().arrival().ordinal
    }

    /// Bytes that have arrived after this request.
    #[getter]
    fn following<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let body: &Body = self.request.get().body();
        let following = gate::away(py, || body.following());
        PyBytes::new(py, &following)
    }

    /// How the previous request ended; `None` for the first one. The status, 0 if it is not known; the
    /// bytes that were sent; and the bytes of its body that its handler left unread.
    #[getter]
    fn previous(&self) -> Option<(i64, u64, u64)> {
        let previous = self.request.get().facts().arrival().previous?;
        Some((previous.status, previous.sent, previous.drained))
    }
}
