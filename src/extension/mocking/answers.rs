//! Answers that can be given any number of times.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use rustix_futex_sync::Mutex;

use crate::error::Error;
use crate::exchange::Response;
use crate::extension::owned::seconds;
use crate::mock::{Answer, IntoAnswer};
use crate::site::files::media_type;
use crate::wire_script::WireScript;

use super::raised::Raised;
use super::streams::Streamed;

/// An answer. Python code sees it as `wireserve._native.Answer`.
#[pyclass(name = "Answer", module = "wireserve._native", frozen)]
#[derive(Clone)]
pub(super) struct NativeAnswer(Arc<Kind>);

enum Kind {
    Response(Head, Vec<u8>),
    /// A file, opened for each response.
    File(Head, PathBuf),
    /// An iterator of bytes, which can be used once.
    Stream(Head, Mutex<Option<Py<PyAny>>>),
    Script(WireScript),
}

/// A response without its content.
struct Head {
    status: i64,
    reason: Option<Vec<u8>>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    /// Of content whose fields name no other.
    media_type: Option<String>,
    delay: Duration,
}

#[pymethods]
impl NativeAnswer {
    /// A response with these bytes as content.
    #[staticmethod]
    #[pyo3(signature = (status, reason, fields, media_type, delay, content))]
    fn response(
        status: i64,
        reason: Option<Vec<u8>>,
        fields: Vec<(Vec<u8>, Vec<u8>)>,
        media_type: Option<String>,
        delay: f64,
        content: Vec<u8>,
    ) -> PyResult<Self> {
        let head = Head::checked(status, reason, fields, media_type, delay)?;
        head.check_content(content.is_empty())?;
        Ok(Self::from(Kind::Response(head, content)))
    }

    /// A response with a file as content, which must exist now.
    #[staticmethod]
    #[pyo3(signature = (status, reason, fields, media_type, delay, path))]
    fn file(
        py: Python<'_>,
        status: i64,
        reason: Option<Vec<u8>>,
        fields: Vec<(Vec<u8>, Vec<u8>)>,
        media_type: Option<String>,
        delay: f64,
        path: PathBuf,
    ) -> PyResult<Self> {
        let head = Head::checked(status, reason, fields, media_type, delay)?;
        head.check_content(false)?;
        if !py.detach(|| path.is_file()) {
            let message = format!("expected a file, found none: {}", path.display());
            return Err(PyOSError::new_err(message));
        }
        Ok(Self::from(Kind::File(head, path)))
    }

    /// A response with the bytes of an iterator as chunks. It can be used once.
    #[staticmethod]
    #[pyo3(signature = (status, reason, fields, media_type, delay, pieces))]
    fn stream(
        status: i64,
        reason: Option<Vec<u8>>,
        fields: Vec<(Vec<u8>, Vec<u8>)>,
        media_type: Option<String>,
        delay: f64,
        pieces: Py<PyAny>,
    ) -> PyResult<Self> {
        let head = Head::checked(status, reason, fields, media_type, delay)?;
        head.check_content(false)?;
        Ok(Self::from(Kind::Stream(head, Mutex::new(Some(pieces)))))
    }

    /// Steps, as in a `.wire` file, instead of a response. The files that they name are in a folder.
    #[staticmethod]
    fn script(steps: &str, folder: PathBuf) -> PyResult<Self> {
        let script = WireScript::parse(steps.as_bytes());
        let script =
            script.map_err(|error| PyValueError::new_err(format!("wire script, {error}")))?;
        Ok(Self::of_script(match script.has_files() {
            true => script.files_in(folder),
            false => script,
        }))
    }

    /// These bytes instead of a response, after which the connection is closed.
    #[staticmethod]
    fn raw(bytes: Vec<u8>) -> Self {
        Self::of_script(WireScript::new().send(bytes).close())
    }

    fn __repr__(&self) -> String {
        match &*self.0 {
            Kind::Response(head, content) => {
                format!("<Answer {} with {} bytes>", head.status, content.len())
            }
            Kind::File(head, path) => format!("<Answer {} with {}>", head.status, path.display()),
            Kind::Stream(head, _) => format!("<Answer {} with a stream>", head.status),
            Kind::Script(script) => format!("<Answer of {} steps>", script.steps().len()),
        }
    }
}

impl From<Kind> for NativeAnswer {
    fn from(kind: Kind) -> Self {
        Self(Arc::new(kind))
    }
}

impl NativeAnswer {
    pub(super) fn of_script(script: WireScript) -> Self {
        Self::from(Kind::Script(script))
    }

    /// The steps, if it is no response.
    pub(super) fn steps(&self) -> Option<&WireScript> {
        match &*self.0 {
            Kind::Script(script) => Some(script),
            Kind::Response(..) | Kind::File(..) | Kind::Stream(..) => None,
        }
    }

    /// The answer to one request. Exceptions of a stream are kept.
    pub(super) fn make_once(&self, raised: &Raised) -> Answer {
        let Kind::Stream(head, pieces) = &*self.0 else {
            return self.make();
        };
        let Some(pieces) = pieces.lock().take() else {
            return Error::new("a stream can be used once").into_answer();
        };
        let chunks = Streamed::new(pieces, Arc::clone(raised));
        head.response().streamed(Box::new(chunks)).into_answer()
    }

    /// The answer to any number of requests.
    pub(super) fn make(&self) -> Answer {
        match &*self.0 {
            Kind::Stream(..) => Error::new("a stream can be used once").into_answer(),
            Kind::Script(script) => script.clone().into_answer(),
            // These end with their head.
            Kind::Response(head, content)
                if matches!(head.status, 204 | 304) && content.is_empty() =>
            {
                head.response().into_answer()
            }
            Kind::Response(head, content) => head.response().content(content.clone()).into_answer(),
            Kind::File(head, path) => head.over(path),
        }
    }
}

impl Head {
    fn checked(
        status: i64,
        reason: Option<Vec<u8>>,
        fields: Vec<(Vec<u8>, Vec<u8>)>,
        media_type: Option<String>,
        delay: f64,
    ) -> PyResult<Self> {
        if !(200..=999).contains(&status) {
            return Err(PyValueError::new_err(format!(
                "expected a status from 200 to 999, found {status}; a wire script can send any"
            )));
        }
        Ok(Self {
            status,
            reason,
            fields,
            media_type,
            delay: seconds(delay)?,
        })
    }

    /// Clients take content after such a head for the next response.
    fn check_content(&self, is_empty: bool) -> PyResult<()> {
        if is_empty || !matches!(self.status, 204 | 304) {
            return Ok(());
        }
        Err(PyValueError::new_err(format!(
            "expected no content with the status {}, which ends with its head (RFC 9112 §6.3), found some; a wire script \
             can send it",
            self.status
        )))
    }

    fn response(&self) -> Response {
        let response = Response::new(self.status).delay(self.delay);
        self.with_fields(response, self.media_type.as_deref())
    }

    /// The answer that serves a file, with what differs.
    fn over(&self, path: &Path) -> Answer {
        path.into_answer().map_response(|response| {
            let mut served = Response::new(self.status).delay(self.delay);
            served.content = response.content;
            let media_type = self.media_type.as_deref();
            self.with_fields(served, media_type.or_else(|| Some(media_type::of(path))))
        })
    }

    fn with_fields(&self, mut response: Response, media_type: Option<&str>) -> Response {
        response.reason = self.reason.clone();
        let is_type = |name: &[u8]| name.eq_ignore_ascii_case(b"Content-Type");
        let has_type = self.fields.iter().any(|(name, _)| is_type(name));
        if let Some(media_type) = media_type.filter(|_| !has_type) {
            response = response.field("Content-Type", media_type);
        }
        for (name, value) in &self.fields {
            response = response.field(name, value);
        }
        response
    }
}
