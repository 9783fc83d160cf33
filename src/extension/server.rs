//! A server in the process of a Python program.
//!
//! Its methods are called attached. Each detaches before it locks, waits or joins: a handler may need the
//! interpreter first.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::exchange::Mount;
use crate::hosts::Port;
use crate::python;
use crate::server::{Builder, Server};
use crate::site::Site;
use crate::site::routing::unrouted::Answers;

use super::configuration;
use super::owned::{self, Owned, seconds};
use super::routes::Routes;

/// A server. Python code sees it as `wireserve._native.Server`.
#[pyclass(
    name = "Server",
    module = "wireserve._native",
    frozen,
    subclass,
    weakref
)]
pub(super) struct HttpServer {
    server: Owned,
    /// Whose doc root handlers see.
    mount: Mount,
    answers: Answers,
    address: SocketAddr,
}

#[pymethods]
impl HttpServer {
    /// Listens on an address; port 0 asks for a free one. Connections wait until `start` is called.
    #[new]
    ///
    /// `configure` is called with the port, and returns the configuration of the server as handlers see it, and as a
    /// JSON object, which templates see.
    #[pyo3(signature = (host="127.0.0.1", port=0, *, doc_root=None, certificate=None, key=None,
                        encrypt_after_connect=false, configure=None, latency=0.0, as_wptserve=false))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        py: Python<'_>,
        host: &str,
        port: u16,
        doc_root: Option<PathBuf>,
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
        encrypt_after_connect: bool,
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
            (Some(certificate), Some(key)) => {
                secured(builder, port, &certificate, &key, encrypt_after_connect)?
            }
            _ => {
                let message = "expected both a certificate and a key, found only one of them";
                return Err(PyValueError::new_err(message));
            }
        };
        let shown = Arc::new(OnceLock::new());
        if let Some(configure) = configure {
            builder = builder.configuration(configuration::later(configure, Arc::clone(&shown)));
        }
        owned::prepare(py)?;
        let server = py.detach(|| builder.listen())?;
        if let Some(config) = shown.get() {
            python::show_configuration(py, server.context(), config.clone_ref(py))?;
        }
        let address = server.address();
        Ok(Self {
            server: Owned::new(server),
            mount,
            answers,
            address,
        })
    }

    /// Starts answering.
    fn start(&self, py: Python<'_>) -> PyResult<()> {
        self.server.with(py, |server| Ok(server.accept()?))
    }

    /// Stops listening, lets exchanges finish for `grace` seconds, and cuts the connections that remain. Handlers that
    /// continue to run keep their threads. A server that has stopped stays so.
    #[pyo3(signature = (grace=0.0))]
    fn stop(&self, py: Python<'_>, grace: f64) -> PyResult<()> {
        self.server.stop(py, seconds(grace)?).map(drop)
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
        self.server.with(py, |server| {
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
        self.server
            .with(py, |server| server.change(|site| routes.add_to(site)))
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
        self.server.with(py, |server| Ok(server.connections()))
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
    encrypt_after_connect: bool,
) -> PyResult<Builder> {
    let tls = configuration::certificates(certificate, key)?;
    let tls = match encrypt_after_connect {
        true => tls.encrypt_after_connect(),
        false => tls,
    };
    let builder = builder.scheme("http", Vec::new()).tls(tls);
    Ok(builder.scheme("https", [Port::from(port)]))
}

#[cfg(not(feature = "tls"))]
fn secured(
    _: Builder,
    _: u16,
    _: &std::path::Path,
    _: &std::path::Path,
    _: bool,
) -> PyResult<Builder> {
    Err(PyValueError::new_err(
        "this wireserve was built without HTTPS",
    ))
}
