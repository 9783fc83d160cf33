//! Why a configuration cannot be used.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// The most processes that accept connections: more than processors of large machines, so that a mistake does not start
/// thousands.
pub(super) const MAX_WORKERS: usize = 256;

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
    /// The number of workers is 0 or too large.
    #[error("workers: expected a number from 1 to {MAX_WORKERS}, found {0}")]
    Workers(usize),
    /// Something belongs to one process, and there are several.
    #[error("expected one worker with {0}, which belong to one process; found more")]
    NotWithWorkers(&'static str),
    /// The control interface cannot be configured like this.
    #[error("{0}")]
    Control(&'static str),
    /// Certificates should be read from files, but this key is missing.
    #[error("no certificate: add `ssl.pregenerated.{0}`, or use the type `generated`")]
    NoCertificateFile(&'static str),
}
