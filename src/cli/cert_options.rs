//! The options of the command `cert`.

use clap::Args;

use crate::config::Config;

use super::error::CommandError;
use super::sources::{Sources, given};
use super::tls_options::CertificateFileOptions;
use super::trust::Part;

/// The options of the command `cert`.
#[derive(Debug, Args)]
pub(super) struct CertOptions {
    #[command(flatten)]
    sources: Sources,

    #[command(flatten)]
    certificate: CertificateFileOptions,

    /// A host name or address that the server listens on; may be repeated [default: 127.0.0.1]
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,

    /// Prints only the root certificate, as PEM
    #[arg(long, group = "part")]
    pem: bool,

    /// Prints only the hash of the server's public key, for Chromium's
    /// --ignore-certificate-errors-spki-list
    #[arg(long, group = "part")]
    spki: bool,

    /// Prints only the path of the root certificate
    #[arg(long, group = "part")]
    path: bool,

    /// Prints only the root's list of revoked certificates, as PEM; see docs/tls.md
    #[arg(long, group = "part")]
    crl: bool,
}

impl CertOptions {
    /// The configuration of the server.
    pub(super) fn config(&self) -> Result<Config, CommandError> {
        self.sources.config(Config {
            host: given(self.hosts.clone()),
            ssl: self.certificate.ssl()?,
            ..Config::default()
        })
    }

    /// What to print.
    pub(super) fn part(&self) -> Part {
        let parts = [
            (self.pem, Part::Pem),
            (self.spki, Part::Spki),
            (self.path, Part::Path),
            (self.crl, Part::Crl),
        ];
        let mut parts = parts.into_iter();
        let part = parts.find_map(|(is_asked, part)| is_asked.then_some(part));
        part.unwrap_or(Part::Everything)
    }
}
