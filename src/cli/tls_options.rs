//! The options of the command for HTTPS.

use std::path::{self, Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::config::{
    ClientCertificateFiles, Config, Listener, ListenerCertificate, ListenerTls, Pregenerated,
    Purpose, Ssl, SslKind,
};
use crate::exchange::Policy;

use super::error::CommandError;

/// HTTPS listeners and their certificates.
#[derive(Debug, Args)]
pub(super) struct TlsOptions {
    /// Listens on PORT for HTTPS, too, or on a free port for 0; may be repeated
    #[arg(long = "tls-port", value_name = "PORT")]
    tls_ports: Vec<u16>,

    /// Listens on PORT for WebSockets over TLS, too, like --ws-port; may be repeated
    #[arg(long = "wss-port", value_name = "PORT")]
    wss_ports: Vec<u16>,

    /// Listens on PORT for HTTPS, too, with certificates and handshakes that clients must refuse, for
    /// hosts such as expired.tls.localhost; see docs/tls.md
    #[arg(long, value_name = "PORT")]
    bad_tls: Option<u16>,

    /// Uses a certificate with this fault for HTTPS, for example expired; good is one without
    #[arg(long, value_name = "FAULT", conflicts_with = "cert")]
    certificate: Option<String>,

    /// Asks clients of HTTPS for certificates, and accepts those that a root in this file has issued
    #[arg(long, value_name = "FILE")]
    client_ca: Option<PathBuf>,

    /// Whether clients without a certificate are accepted (request) or refused (require) [default:
    /// require]
    #[arg(
        long,
        value_name = "request|require",
        requires = "client_ca",
        hide_possible_values = true
    )]
    client_cert: Option<ClientCert>,

    #[command(flatten)]
    files: CertificateFileOptions,
}

/// What happens to clients without a certificate.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ClientCert {
    Request,
    Require,
}

/// A certificate in files.
#[derive(Debug, Args)]
pub(super) struct CertificateFileOptions {
    /// The certificate of HTTPS, as PEM, followed by intermediates [default: one that is made]
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,

    /// The private key of the certificate, as PEM (PKCS #8, PKCS #1 or SEC1), without a password
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
}

impl TlsOptions {
    /// The configuration with these options in addition.
    pub(super) fn over(self, mut config: Config) -> Result<Config, CommandError> {
        config.ssl = self.files.ssl()?;
        let ports = config.ports.with("https", self.tls_ports);
        config.ports = ports.with("wss", self.wss_ports);
        config.certificate = self.certificate;
        let roots = self.client_ca.as_deref().map(absolute).transpose()?;
        config.client_certificates = roots.map(|file| match self.client_cert {
            Some(ClientCert::Request) => ClientCertificateFiles::Request(file),
            Some(ClientCert::Require) | None => ClientCertificateFiles::Require(file),
        });
        config.listeners.extend(self.bad_tls.map(|port| Listener {
            port: port.into(),
            purpose: Purpose::Requests(Policy::default()),
            place: None,
            tls: Some(ListenerTls {
                certificate: ListenerCertificate::ByName,
                ..ListenerTls::default()
            }),
        }));
        Ok(config)
    }
}

impl CertificateFileOptions {
    /// The keys of the configuration that mean the same.
    pub(super) fn ssl(&self) -> Result<Option<Ssl>, CommandError> {
        let (Some(cert), Some(key)) = (&self.cert, &self.key) else {
            return Ok(None);
        };
        Ok(Some(Ssl {
            kind: Some(SslKind::Pregenerated),
            pregenerated: Pregenerated {
                host_key_path: Some(absolute(key)?),
                host_cert_path: Some(absolute(cert)?),
                ca_cert_path: None,
            },
            ..Ssl::default()
        }))
    }
}

fn absolute(path: &Path) -> Result<PathBuf, CommandError> {
    path::absolute(path).map_err(|source| CommandError::CertificateFile {
        path: path.to_owned(),
        source,
    })
}
