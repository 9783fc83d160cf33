//! How a listener speaks TLS: the keys `tls`, `certificate`, `handshake` and `client_certificates` of `listeners`.

use std::path::PathBuf;

use serde::Deserialize;

/// How the connections of a listener go through TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListenerTls {
    /// Its certificate.
    pub certificate: ListenerCertificate,
    /// The fault of all its handshakes: `{"port": 8447, "handshake": "stall"}`.
    pub handshake: Option<String>,
    /// Whether clients are asked for certificates.
    pub client_certificates: Option<ClientCertificateFiles>,
}

/// The certificate of a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ListenerCertificate {
    /// The server's: `{"port": 8443, "requests": "strict", "tls": true}`.
    #[default]
    Server,
    /// One with this fault: `{"port": 8445, "certificate": "expired"}`.
    Faulty(String),
    /// The one with the fault that the client's server name asks for, or a faulty handshake:
    /// `{"port": 8446, "certificate": "by-name"}`.
    ByName,
}

/// Asks clients for certificates that a root in this file has issued:
/// `{"port": 8448, "client_certificates": {"require": "clients.pem"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificateFiles {
    /// Accepts clients without a certificate.
    Request(PathBuf),
    /// Refuses clients without a certificate.
    Require(PathBuf),
}

/// The value of `certificate` for [`ListenerCertificate::ByName`].
const BY_NAME: &str = "by-name";

/// The keys of a listener that are about TLS.
pub(super) struct TlsKeys {
    pub(super) tls: Option<bool>,
    pub(super) certificate: Option<String>,
    pub(super) handshake: Option<String>,
    pub(super) client_certificates: Option<ClientCertificateFiles>,
}

impl TlsKeys {
    /// What the keys mean; `None` if the listener does not speak TLS.
    ///
    /// # Errors
    /// Which key contradicts `tls`.
    pub(super) fn read(self) -> Result<Option<ListenerTls>, String> {
        let Self {
            tls,
            certificate,
            handshake,
            client_certificates,
        } = self;
        let given = [
            certificate.is_some().then_some("certificate"),
            handshake.is_some().then_some("handshake"),
            client_certificates
                .is_some()
                .then_some("client_certificates"),
        ];
        let given = given.into_iter().flatten().next();
        match (tls, given) {
            (Some(false), Some(key)) => {
                let reason = "requires TLS: expected `tls` to be true, or absent";
                return Err(format!("`{key}` {reason}"));
            }
            (Some(false) | None, None) => return Ok(None),
            (Some(true), _) | (None, Some(_)) => {}
        }
        Ok(Some(ListenerTls {
            certificate: match certificate {
                None => ListenerCertificate::Server,
                Some(name) if name == BY_NAME => ListenerCertificate::ByName,
                Some(name) => ListenerCertificate::Faulty(name),
            },
            handshake,
            client_certificates,
        }))
    }
}

impl ListenerTls {
    /// The path, which is relative to the folder of the configuration file.
    pub(super) fn path(&mut self) -> Option<&mut PathBuf> {
        Some(self.client_certificates.as_mut()?.path())
    }
}

impl ClientCertificateFiles {
    /// The path, relative to the same folder.
    pub(super) fn path(&mut self) -> &mut PathBuf {
        match self {
            Self::Request(path) | Self::Require(path) => path,
        }
    }

    /// The key: whether clients without a certificate are accepted.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Require(_) => "require",
        }
    }
}
