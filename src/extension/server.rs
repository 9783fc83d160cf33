//! A server in the process of a Python program.
//!
//! Its methods are called attached. Each detaches before it locks, waits or joins: a handler may need the
//! interpreter first.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::exchange::Mount;
use crate::hosts::Port;
use crate::python;
use crate::server::{Builder, Server};
use crate::site::Site;
use crate::site::routing::unrouted::Answers;
use crate::wire::per_process;

use super::configuration;
use super::leaving::{self, Slot};
use super::logging;
use super::routes::Routes;

/// How long stopping waits for the threads of connections that have been cut. Most end at once; one whose handler
/// is asleep or computes ends on its own.
const STOP_LIMIT: Duration = Duration::from_millis(200);

/// A server. Python code sees it as `wireserve._native.Server`.
#[pyclass(
    name = "Server",
    module = "wireserve._native",
    frozen,
    subclass,
    weakref
)]
pub(super) struct HttpServer {
    server: Arc<Slot>,
    /// Whose doc root handlers see.
    mount: Mount,
    answers: Answers,
    address: SocketAddr,
    /// The process that made it, by its number of forks.
    process: usize,
}

#[pymethods]
impl HttpServer {
    /// Listens on an address; port 0 asks for a free one. Connections wait until `start` is called.
    #[new]
    ///
    /// `configure` is called with the port, and returns the configuration of the server as handlers see it, and as a
    /// JSON object, which templates see.
    #[pyo3(signature = (host="127.0.0.1", port=0, *, doc_root=None, certificate=None, key=None, configure=None,
                        latency=0.0, as_wptserve=false))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        py: Python<'_>,
        host: &str,
        port: u16,
        doc_root: Option<PathBuf>,
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
        configure: Option<Py<PyAny>>,
        latency: f64,
        as_wptserve: bool,
    ) -> PyResult<Self> {
        let doc_root = doc_root.unwrap_or_else(|| PathBuf::from("/nonexistent"));
        let mount = Mount::top(doc_root);
        let answers = match as_wptserve {
            true => Answers::Reference,
            false => Answers::Rfc,
        };
        let mut builder = Server::builder()
            .host(host)
            .site(empty_site(&mount, answers))
            .validators(!as_wptserve)
            .latency(seconds(latency)?);
        builder = match (certificate, key) {
            (None, None) => builder.scheme("http", [Port::from(port)]),
            (Some(certificate), Some(key)) => secured(builder, port, &certificate, &key)?,
            _ => {
                let message = "expected both a certificate and a key, found only one of them";
                return Err(PyValueError::new_err(message));
            }
        };
        let shown = Arc::new(OnceLock::new());
        if let Some(configure) = configure {
            builder = builder.configuration(configuration::later(configure, Arc::clone(&shown)));
        }
        python::join_interpreter(py)?;
        leaving::prepare(py)?;
        logging::start(py)?;
        let server = py.detach(|| builder.listen())?;
        if let Some(config) = shown.get() {
            python::show_configuration(py, server.context(), config.clone_ref(py))?;
        }
        let address = server.address();
        let listeners = server.listeners();
        let server = Arc::new(Mutex::new(Some(server)));
        leaving::remember(&server, listeners);
        Ok(Self {
            server,
            mount,
            answers,
            address,
            process: per_process::forks(),
        })
    }

    /// Starts answering.
    fn start(&self, py: Python<'_>) -> PyResult<()> {
        self.with_server(py, |server| server.accept().map_err(PyErr::from))
    }

    /// Stops listening, lets exchanges finish for `grace` seconds, and cuts the connections that remain. Handlers that
    /// continue to run keep their threads. A server that has stopped stays so.
    #[pyo3(signature = (grace=0.0))]
    fn stop(&self, py: Python<'_>, grace: f64) -> PyResult<()> {
        self.check_process()?;
        let grace = seconds(grace)?;
        // A handler that stops its own server cannot wait for itself.
        let limit = match python::answers_request() {
            true => Duration::ZERO,
            false => STOP_LIMIT,
        };
        py.detach(|| {
            let server = self.server.lock().take();
            if let Some(server) = server {
                server.stop_within(grace, limit);
            }
        });
        Ok(())
    }

    /// Replaces all routes and rewrites. `routes` are methods, patterns and handlers, `rewrites` methods, paths and
    /// the paths that take their places. Of several routes that match, the last one answers. Applies to requests
    /// that are read from now on.
    fn replace_routes(
        &self,
        py: Python<'_>,
        routes: Vec<(String, String, Bound<'_, PyAny>)>,
        rewrites: Vec<(String, String, String)>,
    ) -> PyResult<()> {
        let routes = Routes::of(routes, rewrites, &self.mount)?;
        self.with_server(py, |server| {
            server.change(|site| {
                *site = empty_site(&self.mount, self.answers);
                routes.add_to(site)
            })
        })
    }

    /// Adds a route, which wins over all routes before it.
    fn register(
        &self,
        py: Python<'_>,
        method: String,
        pattern: String,
        handler: Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let routes = Routes::of(vec![(method, pattern, handler)], Vec::new(), &self.mount)?;
        self.with_server(py, |server| server.change(|site| routes.add_to(site)))
    }

    /// The address that it listens on.
    #[getter]
    fn host(&self) -> String {
        self.address.ip().to_string()
    }

    /// The port that it listens on.
    #[getter]
    fn port(&self) -> u16 {
        self.address.port()
    }

    /// The number of open connections.
    #[getter]
    fn connections(&self, py: Python<'_>) -> PyResult<usize> {
        self.with_server(py, |server| Ok(server.connections()))
    }
}

impl HttpServer {
    /// Does something with the server, detached.
    fn with_server<T: Send>(
        &self,
        py: Python<'_>,
        act: impl FnOnce(&mut Server) -> PyResult<T> + Send,
    ) -> PyResult<T> {
        self.check_process()?;
        py.detach(|| match self.server.lock().as_mut() {
            Some(server) => act(server),
            None => Err(PyRuntimeError::new_err(
                "the server has been stopped: make another one",
            )),
        })
    }

    fn check_process(&self) -> PyResult<()> {
        match self.process == per_process::forks() {
            true => Ok(()),
            false => Err(PyRuntimeError::new_err(
                "the server was made in another process, of which this one is a fork: make another one",
            )),
        }
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        if self.process != per_process::forks() {
            // Its threads are in the parent, and cannot be waited for.
            return leaving::leak(&self.server);
        }
        let Some(mut server) = self.server.try_lock() else {
            return;
        };
        if let Some(server) = server.take() {
            // This thread is attached, and a handler may need the interpreter to end.
            std::thread::spawn(move || server.stop_within(Duration::ZERO, STOP_LIMIT));
        }
    }
}

fn empty_site(mount: &Mount, answers: Answers) -> Site {
    let mut site = Site::bare(Arc::clone(mount.root()));
    site.answer_as(answers);
    site
}

#[cfg(feature = "tls")]
fn secured(
    builder: Builder,
    port: u16,
    certificate: &std::path::Path,
    key: &std::path::Path,
) -> PyResult<Builder> {
    let tls = configuration::certificates(certificate, key)?;
    let builder = builder.scheme("http", Vec::new()).tls(tls);
    Ok(builder.scheme("https", [Port::from(port)]))
}

#[cfg(not(feature = "tls"))]
fn secured(_: Builder, _: u16, _: &std::path::Path, _: &std::path::Path) -> PyResult<Builder> {
    Err(PyValueError::new_err(
        "this wireserve was built without HTTPS",
    ))
}

fn seconds(number: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(number).map_err(|_| {
        let message = format!("expected a number of seconds, found {number}");
        PyValueError::new_err(message)
    })
}
