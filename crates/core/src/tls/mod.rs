//! HTTPS: what a listener needs to speak TLS. [`Tls`] has the certificates and what is asked of clients;
//! `config` turns them into the configurations of rustls. The sessions themselves are in `wire`.
//!
//! The cryptography is that of ring, and is named wherever rustls needs it: a process that embeds the
//! server may install another provider as its default.
//!
//! See the example of [`Tls`].

pub mod certificates;
mod client_certificates;
mod config;
mod error;
pub mod faults;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ResolvesServerCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

pub use client_certificates::{ClientCertificates, ClientRoots};
#[doc(hidden)]
pub use config::Configs;
pub use error::TlsError;
use faults::{FaultyHosts, HandshakeFault};

/// How a listener speaks TLS: its certificates, and what it asks of clients.
///
/// ```
/// use std::time::SystemTime;
///
/// use wireserve::Server;
/// use wireserve::tls::Tls;
/// use wireserve::tls::certificates::{Stored, Subjects, pem};
///
/// let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
/// let server = Server::builder().tls(Tls::with_certificates(made.pair.resolver())).start()?;
/// // What the client must trust, and where it must connect to:
/// let root = pem(&[made.root]);
/// assert!(root.starts_with("-----BEGIN CERTIFICATE-----\n"));
/// assert!(server.tls_address().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Tls {
    certificates: Arc<dyn ResolvesServerCert>,
    clients: ClientCertificates,
    files: Option<CertificateFiles>,
    handshakes: Handshakes,
    start: Start,
}

/// When a connection begins to go through TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// With its first byte.
    AtOnce,
    /// After the answer to a request with the method CONNECT.
    AfterConnect,
}

/// Which handshakes do not come to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handshakes {
    /// None on purpose.
    Whole,
    /// Those of clients that ask for a name below the domain of faulty hosts.
    ByName,
    /// All, in this way.
    Faulty(HandshakeFault),
}

/// The files that `request.server.config.ssl_config` shows to handlers.
///
/// ```
/// # use std::time::SystemTime;
/// # use wireserve::tls::certificates::{Stored, Subjects};
/// use wireserve::tls::{CertificateFiles, Tls};
///
/// let files = CertificateFiles { key: "a.key".into(), certificate: "a.pem".into(), ca: None };
/// # let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
/// let tls = Tls::with_certificates(made.pair.resolver()).files(files.clone());
/// assert_eq!(tls.shown_files(), Some(&files));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The private key of the certificate.
    pub key: PathBuf,
    /// The certificate, and the intermediate ones if there are any.
    pub certificate: PathBuf,
    /// The root that clients should trust.
    pub ca: Option<PathBuf>,
}

impl Tls {
    /// One certificate for all names: a chain that begins with it, and its private key, both as PEM.
    ///
    /// See the example of [`Builder::tls`](crate::server::Builder::tls).
    ///
    /// # Errors
    /// When there is no certificate or no key, when the key is of a kind that is not supported, or when it
    /// does not belong to the certificate.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.map_err(TlsError::Chain)?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(TlsError::Key)?;
        let certified = CertifiedKey::from_der(chain, key, &provider());
        let certified = certified.map_err(TlsError::Pair)?;
        Ok(Self::with_certificates(Arc::new(SingleCertAndKey::from(
            certified,
        ))))
    }

    /// Certificates that are chosen for each client, by the name that it asks for.
    ///
    /// See the example of [`Tls`].
    pub fn with_certificates(certificates: Arc<dyn ResolvesServerCert>) -> Self {
        Self {
            certificates,
            clients: ClientCertificates::default(),
            files: None,
            handshakes: Handshakes::Whole,
            start: Start::AtOnce,
        }
    }

    /// Hosts whose certificates or handshakes are faulty, for tests of clients.
    ///
    /// See the example of [`FaultyHosts`].
    pub fn with_faulty_hosts(hosts: Arc<FaultyHosts>) -> Self {
        Self {
            handshakes: Handshakes::ByName,
            ..Self::with_certificates(hosts)
        }
    }

    /// Asks clients for certificates.
    ///
    /// See the example of [`ClientCertificates`].
    #[must_use]
    pub fn client_certificates(mut self, clients: ClientCertificates) -> Self {
        self.clients = clients;
        self
    }

    /// Ends all handshakes in this way, for tests of clients.
    ///
    /// See the example of [`HandshakeFault`].
    #[must_use]
    pub fn faulty_handshakes(mut self, fault: HandshakeFault) -> Self {
        self.handshakes = Handshakes::Faulty(fault);
        self
    }

    /// Begins in the clear, and speaks TLS after a request with CONNECT, whatever its target is: the server is
    /// a proxy for itself. Requests before it are answered in the clear. This applies to the ports of `https` and
    /// its variants, not to those of `wss` and to other listeners.
    ///
    /// ```
    /// # use std::io::{Read as _, Write as _};
    /// # use std::net::TcpStream;
    /// # use std::time::SystemTime;
    /// # use wireserve::Server;
    /// # use wireserve::tls::certificates::{Stored, Subjects};
    /// use wireserve::tls::Tls;
    ///
    /// # let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
    /// let tls = Tls::with_certificates(made.pair.resolver()).encrypt_after_connect();
    /// let server = Server::builder().tls(tls).start()?;
    /// let mut socket = TcpStream::connect(server.tls_address().ok_or("no TLS")?)?;
    /// socket.write_all(b"CONNECT web.test:443 HTTP/1.1\r\nHost: web.test:443\r\n\r\n")?;
    /// let mut answer = [0; 15];
    /// socket.read_exact(&mut answer)?;
    /// assert_eq!(&answer, b"HTTP/1.1 200 OK");
    /// // After the end of this head, the client begins the handshake.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn encrypt_after_connect(mut self) -> Self {
        self.start = Start::AfterConnect;
        self
    }

    /// Whether it begins in the clear.
    pub(crate) fn encrypts_after_connect(&self) -> bool {
        self.start == Start::AfterConnect
    }

    /// Sets the files that handlers are shown.
    ///
    /// See the example of [`CertificateFiles`].
    #[must_use]
    pub fn files(mut self, files: CertificateFiles) -> Self {
        self.files = Some(files);
        self
    }

    /// The files that handlers are shown, if the certificates are in files.
    ///
    /// See the example of [`CertificateFiles`].
    pub fn shown_files(&self) -> Option<&CertificateFiles> {
        self.files.as_ref()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("clients", &self.clients)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// The cryptography that all sessions use.
///
/// ```
/// # use std::net::TcpStream;
/// # use std::sync::Arc;
/// # use std::time::SystemTime;
/// # use wireserve::tls::certificates::{Stored, Subjects};
/// # use wireserve::tls::Tls;
/// use rustls::{ClientConfig, ClientConnection, RootCertStore};
/// use wireserve::tls::provider;
/// # let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
/// # let server = wireserve::Server::builder().tls(Tls::with_certificates(made.pair.resolver())).start()?;
///
/// // A client of rustls that trusts the root of a server's certificate:
/// let mut roots = RootCertStore::empty();
/// roots.add(made.root)?;
/// let config = ClientConfig::builder_with_provider(provider().into())
///     .with_safe_default_protocol_versions()?
///     .with_root_certificates(roots)
///     .with_no_client_auth();
/// let mut client = ClientConnection::new(Arc::new(config), "web.test".try_into()?)?;
/// client.complete_io(&mut TcpStream::connect(server.tls_address().ok_or("no TLS")?)?)?;
/// assert!(!client.is_handshaking());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn provider() -> CryptoProvider {
    ring::default_provider()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_certificate_and_key() {
        let made = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let tls = Tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        assert!(tls.configs().is_ok());

        for (chain, key, expected) in [
            ("", key.as_str(), "no certificate in the PEM data"),
            (chain.as_str(), "", "cannot read the private key: "),
            (
                chain.as_str(),
                &other.signing_key.serialize_pem(),
                "the private key does not fit the certificate: ",
            ),
        ] {
            let error = Tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
        }
    }
}
