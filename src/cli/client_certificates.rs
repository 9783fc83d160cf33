//! What a listener asks of clients: reads the roots that a configuration names.

use std::fs;
use std::path::PathBuf;

use crate::config::ClientCertificateFiles;
use crate::tls::{ClientCertificates, ClientRoots};

use super::error::CommandError;

/// What is asked of clients.
pub(super) fn read(files: &ClientCertificateFiles) -> Result<ClientCertificates, CommandError> {
    let read = |path: &PathBuf| {
        let text = fs::read(path).map_err(|source| CommandError::ClientRootsFile {
            path: path.clone(),
            source,
        })?;
        ClientRoots::from_pem(&text).map_err(|source| CommandError::ClientRoots {
            path: path.clone(),
            source,
        })
    };
    Ok(match files {
        ClientCertificateFiles::Request(path) => ClientCertificates::Request(read(path)?),
        ClientCertificateFiles::Require(path) => ClientCertificates::Require(read(path)?),
    })
}
