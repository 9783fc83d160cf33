//! Why certificates cannot be made or kept.

use std::io;
use std::path::PathBuf;

/// Why certificates cannot be made or kept.
///
/// See the example of [`Store::in_cache`](super::Store::in_cache).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Neither `XDG_CACHE_HOME` nor `HOME` is an absolute path.
    #[error("expected an absolute path in HOME or XDG_CACHE_HOME, found none")]
    NoCacheFolder,
    /// A file or folder cannot be used.
    #[error("cannot use {path}")]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// What the system reports.
        source: io::Error,
    },
    /// Other users can change the folder, and so read what is encrypted.
    #[error("expected a folder that only its owner can change, found {0}: run `chmod 700` on it")]
    Open(PathBuf),
    /// The folder is another user's.
    #[error("expected a folder of this user, found one of another user: {0}")]
    Foreign(PathBuf),
    /// Another process has held the lock for too long.
    #[error("another process has held {0} for too long")]
    Locked(PathBuf),
    /// The library cannot make a certificate.
    #[error("cannot make a certificate")]
    Make(#[from] rcgen::Error),
    /// The certificate that was made cannot be used.
    #[error("cannot use the certificate that was made")]
    Use(#[from] rustls::Error),
    /// The certificate that was made is refused by a client that trusts its root.
    #[error("clients would refuse the certificate that was made for {0}")]
    Refused(String),
}
