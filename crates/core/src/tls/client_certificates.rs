//! Certificates of clients: whether a listener asks for them, and which it accepts.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use super::{TlsError, provider};

/// Whether a listener asks clients for certificates, and whose it accepts. The handshake with a client
/// whose certificate is not accepted fails.
///
/// ```
/// # use std::time::SystemTime;
/// # use wireserve::Server;
/// # use wireserve::tls::certificates::{Stored, Subjects, pem};
/// use wireserve::tls::{ClientCertificates, ClientRoots, Tls};
/// # let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
/// # let root = pem(&[made.root]);
///
/// let roots = ClientRoots::from_pem(root.as_bytes())?;
/// let tls = Tls::with_certificates(made.pair.resolver())
///     .client_certificates(ClientCertificates::Require(roots));
/// let server = Server::builder().tls(tls).start()?;
/// assert!(server.tls_url("/").is_some());
/// assert!(ClientRoots::from_pem(b"not PEM").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ClientCertificates {
    /// It does not ask.
    #[default]
    None,
    /// It asks, and accepts clients without a certificate.
    Request(ClientRoots),
    /// It asks, and the handshake with a client without a certificate fails.
    Require(ClientRoots),
}

/// The roots that client certificates must be signed by.
///
/// See the example of [`ClientCertificates`].
#[derive(Clone, Debug)]
pub struct ClientRoots(Arc<RootCertStore>);

impl ClientRoots {
    /// The certificates of the roots, as PEM.
    ///
    /// See the example of [`ClientCertificates`].
    ///
    /// # Errors
    /// When the file has no certificate, or when one is malformed.
    pub fn from_pem(roots: &[u8]) -> Result<Self, TlsError> {
        let mut store = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(roots) {
            let root = root.map_err(TlsError::Chain)?;
            store.add(root).map_err(TlsError::Root)?;
        }
        match store.is_empty() {
            true => Err(TlsError::NoCertificate),
            false => Ok(Self(Arc::new(store))),
        }
    }
}

impl ClientCertificates {
    /// What rustls checks them with.
    pub(super) fn verifier(&self) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
        let builder = |roots: &ClientRoots| {
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots.0), provider().into())
        };
        let builder = match self {
            Self::None => return Ok(WebPkiClientVerifier::no_client_auth()),
            Self::Request(roots) => builder(roots).allow_unauthenticated(),
            Self::Require(roots) => builder(roots),
        };
        builder.build().map_err(TlsError::Clients)
    }
}
