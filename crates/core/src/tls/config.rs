//! The configurations of rustls for one listener. There are two, which differ in ALPN: a list of protocols
//! would make rustls refuse a client that offers only others, so `http/1.1` is in the list only for clients
//! that offer it.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::ring::Ticketer;
use rustls::server::{ClientHello, ServerSessionMemoryCache};
use rustls::{KeyLogFile, ServerConfig};

use super::faults::{self, HandshakeFault};
use super::{Handshakes, Start, Tls, TlsError, provider};

/// The name of HTTP/1.1 in ALPN (RFC 7301 §6).
const HTTP_1_1: &[u8] = b"http/1.1";

/// Sessions of TLS 1.2 without tickets that can be resumed; the oldest are forgotten.
const REMEMBERED_SESSIONS: usize = 1024;

/// The configurations for a listener's connections. They share what sessions are resumed with.
#[doc(hidden)]
#[derive(Clone)]
pub struct Configs {
    without_alpn: Arc<ServerConfig>,
    with_http_1_1: Arc<ServerConfig>,
    handshakes: Handshakes,
    start: Start,
}

impl Configs {
    /// Whether connections begin in the clear, until a request with CONNECT.
    pub fn follow_connect(&self) -> bool {
        self.start == Start::AfterConnect
    }

    /// The same configurations for connections that begin with TLS.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self {
            start: Start::AtOnce,
            ..self
        }
    }

    /// The fault that the handshake with a client should have.
    pub fn fault(&self, hello: &ClientHello<'_>) -> Option<HandshakeFault> {
        match self.handshakes {
            Handshakes::Whole => None,
            Handshakes::ByName => faults::handshake_fault(hello.server_name()),
            Handshakes::Faulty(fault) => Some(fault),
        }
    }

    /// The configuration for a client.
    pub fn choose(&self, hello: &ClientHello<'_>) -> Arc<ServerConfig> {
        let mut offered = hello.alpn().into_iter().flatten();
        match offered.any(|protocol| protocol == HTTP_1_1) {
            true => Arc::clone(&self.with_http_1_1),
            false => Arc::clone(&self.without_alpn),
        }
    }
}

impl fmt::Debug for Configs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configs").finish_non_exhaustive()
    }
}

impl Tls {
    /// The configurations for connections: TLS 1.2 and 1.3, with tickets, and with a key log if the
    /// environment variable `SSLKEYLOGFILE` names a file.
    ///
    /// # Errors
    /// When client certificates cannot be checked, or the system has no randomness.
    #[doc(hidden)]
    pub fn configs(&self) -> Result<Configs, TlsError> {
        let mut config = ServerConfig::builder_with_provider(provider().into())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Provider)?
            .with_client_cert_verifier(self.clients.verifier()?)
            .with_cert_resolver(Arc::clone(&self.certificates));
        config.ticketer = Ticketer::new().map_err(TlsError::Provider)?;
        config.session_storage = ServerSessionMemoryCache::new(REMEMBERED_SESSIONS);
        config.key_log = Arc::new(KeyLogFile::new());
        let mut with_http_1_1 = config.clone();
        with_http_1_1.alpn_protocols = vec![HTTP_1_1.to_vec()];
        Ok(Configs {
            without_alpn: Arc::new(config),
            with_http_1_1: Arc::new(with_http_1_1),
            handshakes: self.handshakes,
            start: self.start,
        })
    }
}
