//! Requests: those that handlers answer, and those that were recorded.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyConnectionError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::exchange::body::BodyError;
use crate::http::query;
use crate::mock::Call;
use crate::python;
use crate::record::head::text;
use crate::record::{RecordedRequest, Recording, RequestHead};
use crate::text::percent;

/// A request. Python code sees it as `wireserve._native.Request`.
#[pyclass(name = "Request", module = "wireserve._native", frozen)]
pub(super) struct NativeRequest(Of);

enum Of {
    Call(Answered),
    Recorded(RecordedRequest),
}

/// A request that a function answers, or has answered.
struct Answered {
    call: Call,
    recording: Option<Arc<Recording>>,
    /// Once it has been read.
    body: OnceLock<Vec<u8>>,
    /// Why it could not be read, if the client has left.
    left: OnceLock<BodyError>,
    /// From then on, the body is that of the recorded request.
    is_over: AtomicBool,
}

/// Names and values, as text.
type Pairs = Vec<(String, String)>;

/// An offset, what is wrong there, the clause, and how severe it is.
type ShownProblem = (usize, &'static str, &'static str, &'static str);

impl From<RecordedRequest> for NativeRequest {
    fn from(request: RecordedRequest) -> Self {
        Self(Of::Recorded(request))
    }
}

#[pymethods]
impl NativeRequest {
    #[getter]
    fn method(&self) -> String {
        self.head().method().into_owned()
    }

    #[getter]
    fn target(&self) -> String {
        self.head().target().into_owned()
    }

    #[getter]
    fn path(&self) -> String {
        self.head().path().into_owned()
    }

    /// The parameters of the query, decoded.
    #[getter]
    fn query(&self) -> Pairs {
        self.head().queries().collect()
    }

    /// Names and values of the fields, without whitespace around the values.
    #[getter]
    fn fields(&self) -> Pairs {
        let trimmed = |(name, value): (&[u8], &[u8])| {
            let value = crate::http::list::trim(value);
            (text(name).into_owned(), text(value).into_owned())
        };
        self.head().fields().map(trimmed).collect()
    }

    /// What the groups of the route's pattern matched, decoded.
    #[getter]
    fn params(&self) -> Pairs {
        let Of::Call(answered) = &self.0 else {
            return Vec::new();
        };
        let groups = answered.call.groups().iter();
        groups
            .map(|(name, value)| {
                let value = percent::decode(value);
                (String::from(&**name), text(&value).into_owned())
            })
            .collect()
    }

    /// The body. Waits until it has arrived.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        match &self.0 {
            Of::Recorded(request) => Ok(PyBytes::new(py, request.body())),
            Of::Call(answered) => {
                let body = python::away(py, || answered.body());
                Ok(PyBytes::new(py, body.map_err(PyConnectionError::new_err)?))
            }
        }
    }

    /// The fields of an urlencoded form, decoded.
    fn form(&self, py: Python<'_>) -> PyResult<Pairs> {
        let body = self.body(py)?;
        let pairs = query::pairs(body.as_bytes());
        Ok(pairs
            .map(|(name, value)| (text(&name).into_owned(), text(&value).into_owned()))
            .collect())
    }

    #[getter]
    fn raw_head<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.head().raw_head())
    }

    #[getter]
    fn problems(&self) -> Vec<ShownProblem> {
        let problems = self.head().problems().into_iter();
        problems
            .map(|problem| {
                let (what, severity) = (problem.what.as_str(), problem.severity.as_str());
                (problem.offset, what, problem.clause, severity)
            })
            .collect()
    }

    #[getter]
    fn scheme(&self) -> String {
        self.head().request().arrival().scheme.to_string()
    }

    #[getter]
    fn client(&self) -> String {
        self.head().request().arrival().peer.to_string()
    }

    #[getter]
    fn connection(&self) -> u64 {
        self.head().connection()
    }

    #[getter]
    fn ordinal(&self) -> u64 {
        self.head().ordinal()
    }

    /// Why a recorded body is not complete.
    #[getter]
    fn body_error(&self) -> Option<String> {
        let error = self.recorded()?.body_error()?;
        Some(error.to_owned())
    }

    /// The status of the response to a recorded request.
    #[getter]
    fn status(&self) -> Option<i64> {
        self.recorded()?.status()
    }

    /// Seconds that a recorded exchange took.
    #[getter]
    fn took(&self) -> Option<f64> {
        Some(self.recorded()?.took()?.as_secs_f64())
    }

    /// Whether a route or a queued answer took the request.
    #[getter]
    fn is_matched(&self) -> bool {
        self.recorded().is_none_or(RecordedRequest::is_matched)
    }

    /// A recorded request, byte for byte.
    fn quoted(&self) -> String {
        match &self.0 {
            Of::Recorded(request) => request.to_string(),
            Of::Call(answered) => format!("{:?}\n", answered.call),
        }
    }
}

impl Answered {
    fn body(&self) -> Result<&[u8], String> {
        if let Some(body) = self.body.get() {
            return Ok(body);
        }
        if self.is_over.load(Ordering::Acquire) {
            let body = self.recorded_body()?;
            return Ok(self.body.get_or_init(|| body));
        }
        let body = self.call.body().map_err(|error| {
            if let Some(gone @ BodyError::Truncated { .. }) = error.cause() {
                self.left.get_or_init(|| gone.clone());
            }
            format!("{error:?}")
        })?;
        Ok(self.body.get_or_init(|| body))
    }

    /// The body, which the server has received after the function returned without it.
    fn recorded_body(&self) -> Result<Vec<u8>, String> {
        let recording = self.recording.as_ref();
        let Some(recorded) = recording.and_then(|recording| recording.find(&self.call)) else {
            return Err(
                "expected a request that the server has recorded, found it forgotten".to_owned(),
            );
        };
        match recorded.body_error() {
            None => Ok(recorded.body().to_vec()),
            Some(why) => Err(why.to_owned()),
        }
    }
}

impl NativeRequest {
    /// A request that a function is about to answer.
    pub(super) fn answered(call: Call, recording: Option<Arc<Recording>>) -> Self {
        Self(Of::Call(Answered {
            call,
            recording,
            body: OnceLock::new(),
            left: OnceLock::new(),
            is_over: AtomicBool::new(false),
        }))
    }

    /// Notes that the function has returned.
    pub(super) fn end(&self) {
        if let Of::Call(answered) = &self.0 {
            answered.is_over.store(true, Ordering::Release);
        }
    }

    /// Whether the client has left before the end of the body that the function asked for.
    pub(super) fn client_left(&self) -> Option<BodyError> {
        match &self.0 {
            Of::Call(answered) => answered.left.get().cloned(),
            Of::Recorded(_) => None,
        }
    }

    fn head(&self) -> &RequestHead {
        match &self.0 {
            Of::Call(answered) => &answered.call,
            Of::Recorded(request) => request,
        }
    }

    /// The request, if it was recorded.
    pub(super) fn recorded(&self) -> Option<&RecordedRequest> {
        match &self.0 {
            Of::Call(_) => None,
            Of::Recorded(request) => Some(request),
        }
    }
}
