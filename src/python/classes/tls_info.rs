//! `request.tls`: what the TLS handshake of the request's connection has agreed on.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::python::classes::request::Request;

/// What a handshake has agreed on.
#[pyclass(name = "Tls", module = "wptserve.request", frozen, get_all)]
pub(crate) struct Tls {
    /// `TLSv1.2` or `TLSv1.3`.
    version: &'static str,
    /// The cipher suite as IANA names it.
    cipher: &'static str,
    /// As OpenSSL does, and Python's `ssl`.
    openssl_cipher: &'static str,
    cipher_bits: u16,
    /// The host that the client asked for.
    server_name: Option<String>,
    alpn: Option<String>,
    resumed: bool,
    /// As DER, the client's own first.
    client_certificates: Vec<Py<PyBytes>>,
}

#[pymethods]
impl Request {
    /// What the TLS handshake of the connection has agreed on; `None` without TLS.
    #[getter]
    fn tls(&self, py: Python<'_>) -> Option<Tls> {
        let info = self.facts().arrival().tls.as_ref()?;
        let bytes = |der: &Vec<u8>| PyBytes::new(py, der).unbind();
        Some(Tls {
            version: info.version.as_str(),
            cipher: info.cipher.name,
            openssl_cipher: info.cipher.openssl_name,
            cipher_bits: info.cipher.bits,
            server_name: info.server_name.clone(),
            alpn: info
                .alpn
                .as_ref()
                .map(|name| String::from_utf8_lossy(name).into_owned()),
            resumed: info.resumed,
            client_certificates: info.client_certificates.iter().map(bytes).collect(),
        })
    }
}
