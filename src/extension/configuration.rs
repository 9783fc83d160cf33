//! The configuration that a Python program has computed, as templates see it.

use std::io;
use std::net::SocketAddr;
#[cfg(feature = "tls")]
use std::path::Path;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Map, Value};

use crate::server::embedding::Configuration;

/// The configuration that a Python function returns once the addresses are known: as an object, which is left in
/// `shown`, and as JSON.
pub(super) fn later(configure: Py<PyAny>, shown: Arc<OnceLock<Py<PyAny>>>) -> Configuration {
    Box::new(move |addresses| {
        let port = addresses.first().map_or(0, SocketAddr::port);
        let configured = Python::attach(|py| {
            let returned = configure.bind(py).call1((port,))?;
            let (config, text): (Py<PyAny>, String) = returned.extract()?;
            let _ = shown.set(config);
            parse(&text)
        });
        configured.map_err(io::Error::from)
    })
}

/// The keys and values of a JSON object.
fn parse(text: &str) -> PyResult<Map<String, Value>> {
    serde_json::from_str(text)
        .map_err(|error| PyValueError::new_err(format!("expected a JSON object: {error}")))
}

/// Certificates from files.
#[cfg(feature = "tls")]
pub(super) fn certificates(certificate: &Path, key: &Path) -> PyResult<crate::tls::Tls> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| {
            let message = format!("{}: {error}", path.display());
            pyo3::exceptions::PyOSError::new_err(message)
        })
    };
    crate::tls::Tls::from_pem(&read(certificate)?, &read(key)?).map_err(|error| {
        let message = format!("{}, {}: {error}", certificate.display(), key.display());
        PyValueError::new_err(message)
    })
}
