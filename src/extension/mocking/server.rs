//! A server for tests in the process of a Python program.
//!
//! Its methods are called attached. Each detaches before it locks or waits: a handler may need the interpreter first.

use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use pyo3::exceptions::{PyBaseException, PyRuntimeError, PyTimeoutError, PyValueError};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use rustix_futex_sync::Mutex;

use crate::exchange::Mount;
use crate::extension::owned::{self, Owned, seconds};
use crate::python::{self, ScriptHandler};
use crate::record::{RecordLimits, RecordedRequest, Recording};
use crate::server::embedding::Findings;
use crate::server::{Builder, Server, Shared};
use crate::site::Site;
use crate::site::files::Files;
use crate::site::routing::router::Method;

use super::answers::NativeAnswer;
use super::functions::Interface;
use super::raised::Raised;
use super::requests::NativeRequest;
use super::routes::{NativeRoute, at_least_one};

/// How often a wait looks for signals, such as that of Ctrl-C.
const LOOK: Duration = Duration::from_millis(100);

/// Transcripts of the most recent connections, as text.
const SHOWN: usize = 8;

/// A server for tests. Python code sees it as `wireserve._native.MockServer`.
#[pyclass(name = "MockServer", module = "wireserve._native", frozen, weakref)]
pub(super) struct MockServer {
    server: Owned,
    shared: Arc<Shared>,
    interface: Arc<Interface>,
    raised: Mutex<Raised>,
    /// When it was started or reset.
    began: Mutex<SystemTime>,
    /// What it found when it was stopped.
    findings: Mutex<Option<Findings>>,
    url: String,
    secure_url: Option<String>,
    /// The certificate that clients must trust, as PEM.
    root: Option<String>,
}

#[pymethods]
impl MockServer {
    /// Starts a server. `request` makes of a native request what functions see, `answer` an answer of what they
    /// return.
    #[new]
    #[pyo3(signature = (request, answer, *, host="127.0.0.1", port=0, folder=None, https=false, transcripts=false))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        py: Python<'_>,
        request: Py<PyAny>,
        answer: Py<PyAny>,
        host: &str,
        port: u16,
        folder: Option<PathBuf>,
        https: bool,
        transcripts: bool,
    ) -> PyResult<Self> {
        let mut builder = Server::builder()
            .host(host)
            .ports([port])
            .record(RecordLimits::default());
        if let Some(folder) = folder {
            builder = builder.site(site_of(folder));
        }
        if transcripts {
            builder = builder.transcripts();
        }
        owned::prepare(py)?;
        let (server, root) = py.detach(|| start(builder, host, https))?;
        Ok(Self {
            shared: Arc::clone(server.shared()),
            interface: Arc::new(Interface {
                request: request.into(),
                answer: answer.into(),
                recording: server.shared().recording().cloned(),
            }),
            raised: Mutex::default(),
            began: Mutex::new(SystemTime::now()),
            findings: Mutex::default(),
            url: without_slash(server.url("/")),
            secure_url: secure_url(&server),
            root,
            server: Owned::new(server),
        })
    }

    /// Stops listening, lets exchanges finish for `grace` seconds, and cuts the connections that remain.
    fn stop(&self, py: Python<'_>, grace: f64) -> PyResult<()> {
        if let Some(findings) = self.server.stop(py, seconds(grace)?)? {
            py.detach(|| *self.findings.lock() = Some(findings));
        }
        Ok(())
    }

    /// Forgets all routes, queues, faults, expectations, events, recorded requests and transcripts, and cuts all
    /// connections. The folder stays.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        let shared = &self.shared;
        self.server.with(py, |_| {
            *self.began.lock() = SystemTime::now();
            shared.renew();
            Ok(())
        })?;
        let raised = mem::take(&mut *self.raised.lock());
        drop(raised);
        Ok(())
    }

    /// Adds a route.
    fn route(
        &self,
        py: Python<'_>,
        method: &str,
        pattern: &str,
        answerer: &Bound<'_, PyAny>,
    ) -> PyResult<NativeRoute> {
        let raised = Arc::clone(&self.raised.lock());
        let interface = Arc::clone(&self.interface);
        let route = NativeRoute::new(method, pattern, answerer, interface, raised)?;
        self.change(py, |shared| shared.mocks().push(route.route()))?;
        Ok(route)
    }

    /// Answers the next request in this way, whatever it asks for.
    fn enqueue(&self, py: Python<'_>, answer: &NativeAnswer) -> PyResult<()> {
        self.change(py, |shared| shared.mocks().enqueue(answer.make()))
    }

    /// Plays steps on the next connection before anything is read.
    fn enqueue_connection(&self, py: Python<'_>, answer: &NativeAnswer) -> PyResult<()> {
        let Some(steps) = answer.steps() else {
            let message = "expected a wire script for a connection, found a response";
            return Err(PyValueError::new_err(message));
        };
        self.change(py, |shared| {
            shared.mocks().enqueue_connection(steps.clone());
        })
    }

    fn delay(&self, py: Python<'_>, time: f64) -> PyResult<()> {
        let time = seconds(time)?;
        self.change(py, |shared| {
            shared.mocks().change_faults(|faults| faults.delay = time);
        })
    }

    fn bytes_per_second(&self, py: Python<'_>, bytes: Option<u64>) -> PyResult<()> {
        bytes.map_or(Ok(()), at_least_one)?;
        self.change(py, |shared| {
            let mocks = shared.mocks();
            mocks.change_faults(|faults| faults.bytes_per_second = bytes);
        })
    }

    fn reset_after(&self, py: Python<'_>, bytes: Option<u64>) -> PyResult<()> {
        self.change(py, |shared| {
            let mocks = shared.mocks();
            mocks.change_faults(|faults| faults.reset_after = bytes);
        })
    }

    fn refuse_connections(&self, py: Python<'_>, refuse: bool) -> PyResult<()> {
        let shared = &self.shared;
        self.server
            .with(py, |_| Ok(shared.door().set_refuses(refuse)?))
    }

    fn idle_limit(&self, py: Python<'_>, time: Option<f64>) -> PyResult<()> {
        let time = time.map(seconds).transpose()?;
        self.change(py, |shared| shared.keep_alive().set_idle_limit(time))
    }

    fn requests_per_connection(&self, py: Python<'_>, count: Option<u64>) -> PyResult<()> {
        self.change(py, |shared| shared.keep_alive().set_requests(count))
    }

    /// The recorded requests.
    fn requests(&self, py: Python<'_>) -> PyResult<Vec<NativeRequest>> {
        self.server.check_process()?;
        let recording = self.recording()?;
        let requests = python::away(py, || recording.requests());
        Ok(requests.into_iter().map(NativeRequest::from).collect())
    }

    /// Requests that were recorded, but not kept.
    #[getter]
    fn dropped_requests(&self, py: Python<'_>) -> PyResult<u64> {
        let recording = self.recording()?;
        Ok(py.detach(|| recording.dropped()))
    }

    /// The next recorded request that was not taken before.
    fn take_request(&self, py: Python<'_>, within: f64) -> PyResult<NativeRequest> {
        self.server.check_process()?;
        let recording = self.recording()?;
        let found = waiting(py, within, |until| recording.take_until(until))?;
        // One whose body is still arriving is better than none.
        let found: Option<RecordedRequest> =
            found.or_else(|| py.detach(|| recording.take(Duration::ZERO).ok()));
        let found = found.ok_or_else(|| {
            let message = format!("expected a request within {within} seconds, found none");
            PyTimeoutError::new_err(message)
        })?;
        Ok(NativeRequest::from(found))
    }

    fn set_event(&self, py: Python<'_>, name: &str) {
        py.detach(|| self.shared.events().set(name));
    }

    fn clear_event(&self, py: Python<'_>, name: &str) {
        py.detach(|| self.shared.events().clear(name));
    }

    /// Waits for an event; `False` if it is not set in time.
    fn wait_event(&self, py: Python<'_>, name: &str, within: f64) -> PyResult<bool> {
        self.server.check_process()?;
        let events = self.shared.events();
        let wait = |until: Instant| {
            let left = until.saturating_duration_since(Instant::now());
            events.wait(name, left).then_some(())
        };
        Ok(waiting(py, within, wait)?.is_some())
    }

    /// What handlers have failed with, and the expectations that are not met.
    fn findings(&self, py: Python<'_>) -> (Vec<String>, Option<String>) {
        let findings = py.detach(|| {
            let found = self.findings.lock().clone();
            found.unwrap_or_else(|| self.shared.findings())
        });
        let mut failed = findings.failed;
        let raised = Arc::clone(&self.raised.lock());
        failed.extend(raised.lock().failures.iter().cloned());
        (failed, findings.unmet)
    }

    /// The route that an unmatched request comes closest to, and why it did not take it.
    fn nearest_route(&self, py: Python<'_>, request: &NativeRequest) -> Option<String> {
        let recorded = request.recorded()?;
        py.detach(|| self.shared.mocks().nearest_route(recorded))
    }

    /// The exceptions that functions have raised.
    fn raised(&self, py: Python<'_>) -> Vec<Py<PyBaseException>> {
        let raised = Arc::clone(&self.raised.lock());
        let raised = raised.lock();
        let kept = raised.kept.iter();
        kept.map(|error| error.clone_ref(py)).collect()
    }

    /// The transcripts of the most recent connections, as text.
    fn transcripts(&self, py: Python<'_>) -> Vec<String> {
        py.detach(|| {
            let recorder = self.shared.recorder();
            let all = recorder.map(|recorder| recorder.transcripts());
            let mut all = all.unwrap_or_default();
            // That of a connection which was cut by a reset may have its end only now.
            let began = *self.began.lock();
            all.retain(|one| one.opened().at >= began);
            let latest = &all[all.len().saturating_sub(SHOWN)..];
            latest.iter().map(ToString::to_string).collect()
        })
    }

    /// The URL of `http`, without a slash at its end.
    #[getter]
    fn url(&self) -> &str {
        &self.url
    }

    /// The URL of `https`.
    #[getter]
    fn secure_url(&self) -> Option<&str> {
        self.secure_url.as_deref()
    }

    #[getter]
    fn root(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// The number of open connections.
    #[getter]
    fn connections(&self, py: Python<'_>) -> usize {
        py.detach(|| self.shared.connections())
    }

    /// An exception refers to the frames that it came through, and they to the server.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(raised) = self.raised.try_lock() else {
            return Ok(());
        };
        let Some(raised) = raised.try_lock() else {
            return Ok(());
        };
        let mut kept = raised.kept.iter();
        kept.try_for_each(|error| visit.call(&**error))
    }

    fn __clear__(&self) {
        let raised = self
            .raised
            .try_lock()
            .map(|mut raised| mem::take(&mut *raised));
        drop(raised);
    }
}

impl MockServer {
    /// Changes what a running server does, detached.
    fn change(&self, py: Python<'_>, change: impl FnOnce(&Shared) + Send) -> PyResult<()> {
        let shared = &self.shared;
        self.server.with(py, |_| {
            change(shared);
            Ok(())
        })
    }

    fn recording(&self) -> PyResult<&Arc<Recording>> {
        let recording = self.shared.recording();
        recording.ok_or_else(|| PyRuntimeError::new_err("the server records no requests"))
    }
}

/// Waits detached, and lets Python handle signals meanwhile. `wait` gives up at a time.
fn waiting<T: Send>(
    py: Python<'_>,
    within: f64,
    wait: impl Fn(Instant) -> Option<T> + Sync,
) -> PyResult<Option<T>> {
    let deadline = Instant::now() + seconds(within)?;
    loop {
        let until = deadline.min(Instant::now() + LOOK);
        if let Some(found) = python::away(py, || wait(until)) {
            return Ok(Some(found));
        }
        py.check_signals()?;
        if Instant::now() >= deadline {
            return Ok(None);
        }
    }
}

/// The files of a folder, its scripts included.
fn site_of(folder: PathBuf) -> Site {
    let mut site = Site::new(folder.clone());
    let scripts = ScriptHandler::new(Files::mounted(Mount::top(folder)));
    let registered = site.register(Method::Any, "*.py", Arc::new(scripts));
    registered.expect("this pattern is valid");
    site
}

fn without_slash(mut url: String) -> String {
    url.truncate(url.trim_end_matches('/').len());
    url
}

/// Starts the server, and returns the root of its certificate as well.
#[cfg(feature = "tls")]
fn start(builder: Builder, host: &str, https: bool) -> PyResult<(Server, Option<String>)> {
    use crate::tls::Tls;
    use crate::tls::certificates::{Stored, Subjects, pem};

    if !https {
        return Ok((builder.start()?, None));
    }
    let subjects = Subjects::new(["localhost", "127.0.0.1", "::1", host]);
    let made = Stored::in_memory(&subjects, SystemTime::now())
        .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let tls = Tls::with_certificates(made.pair.resolver());
    Ok((builder.tls(tls).start()?, Some(pem(&[made.root]))))
}

#[cfg(not(feature = "tls"))]
fn start(builder: Builder, _: &str, https: bool) -> PyResult<(Server, Option<String>)> {
    match https {
        false => Ok((builder.start()?, None)),
        true => Err(PyValueError::new_err(
            "this wireserve was built without HTTPS",
        )),
    }
}

#[cfg(feature = "tls")]
fn secure_url(server: &Server) -> Option<String> {
    server.tls_url("/").map(without_slash)
}

#[cfg(not(feature = "tls"))]
fn secure_url(_: &Server) -> Option<String> {
    None
}
