//! Why a configuration cannot be used.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system reports.
        source: io::Error,
    },
    /// The file is not JSON, or has an unknown key or an unexpected value; or a line of an alias file
    /// is malformed.
    #[error("{path}: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The key, what was expected, what was found, and the line and column.
        reason: String,
    },
    /// The file of aliases cannot be read.
    #[error("cannot read the alias file {path}")]
    UnreadableAliases {
        /// The file.
        path: PathBuf,
        /// What the system reports.
        source: io::Error,
    },
    /// Transcripts are configured, but not where to write them.
    #[error("no folder for transcripts: add `--transcript DIR`, or `folder` to `transcript`")]
    NoTranscriptFolder,
    /// The control interface cannot be configured like this.
    #[error("{0}")]
    Control(&'static str),
    /// Certificates should be read from files, but this key is missing.
    #[error("no certificate: add `ssl.pregenerated.{0}`, or use the type `generated`")]
    NoCertificateFile(&'static str),
}
