//! Why a listener cannot speak TLS.

use rustls::pki_types::pem;
use rustls::server::VerifierBuilderError;

/// Why a listener cannot speak TLS: what was given for it is malformed.
///
/// ```
/// use wireserve::tls::{Tls, TlsError};
///
/// let error = Tls::from_pem(b"not PEM", b"").expect_err("there is no certificate");
/// assert!(matches!(error, TlsError::NoCertificate));
/// assert_eq!(error.to_string(), "no certificate in the PEM data");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The chain is not PEM.
    #[error("cannot read the certificate: {0}")]
    Chain(pem::Error),
    /// There is PEM data, but no certificate in it.
    #[error("no certificate in the PEM data")]
    NoCertificate,
    /// There is no private key, or it is not PEM.
    #[error("cannot read the private key: {0}")]
    Key(pem::Error),
    /// The private key is of a kind that is not supported, or belongs to another certificate.
    #[error("the private key does not fit the certificate: {0}")]
    Pair(rustls::Error),
    /// A root for client certificates cannot be used.
    #[error("cannot use the root for client certificates: {0}")]
    Root(rustls::Error),
    /// No client certificate could be checked.
    #[error("cannot check client certificates: {0}")]
    Clients(VerifierBuilderError),
    /// The provider of the cryptography failed.
    #[error("cannot configure TLS: {0}")]
    Provider(rustls::Error),
}
