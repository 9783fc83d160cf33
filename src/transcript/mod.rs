//! Transcripts: what went over a connection in both directions, when, and in which exchange. A [`Tape`]
//! records one connection, line by line as things happen; a [`Recorder`] gives every connection of a
//! server its tape and knows where tapes go, into memory, into a folder, or both. Nothing here reads or
//! writes a socket: `wire` does, and tells the tape.
//!
//! Whatever a client sends, what is kept has a bound, for each connection and for all of them together
//! ([`Limits`]); and nothing that goes wrong with a transcript disturbs what it records.

mod entry;
mod folder;
mod kept;
mod line;
mod recorder;
mod tape;

pub use entry::{Bound, Entry, Opened, Side, What};
pub use folder::Folder;
pub use kept::{Dropped, Transcript};
pub use line::Format;
pub use recorder::{Memory, Recorder};
pub use tape::Tape;

/// Bytes of a segment that a transcript shows, the first ones. Most reads and writes are smaller; a
/// line of more is nothing that one reads.
pub const SHOWN: usize = 64 * 1024;

/// Bytes of one connection's file; beyond it, its recording ends with a line that says so.
pub const MAX_CONNECTION: u64 = 16 * 1024 * 1024;

/// Bytes of all files of one run together, the blocks of the disk counted; beyond it, the oldest
/// finished ones are deleted.
pub const MAX_FOLDER: u64 = 1024 * 1024 * 1024;

/// Connections that are kept in memory, the last ones.
pub const KEPT_CONNECTIONS: usize = 64;

/// Bytes that are kept of each connection in memory, the last ones.
pub const KEPT_BYTES: usize = 1024 * 1024;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one connection's file, see [`MAX_CONNECTION`].
    pub connection: u64,
    /// Bytes of all files of one run, see [`MAX_FOLDER`].
    pub folder: u64,
    /// Connections in memory, see [`KEPT_CONNECTIONS`].
    pub kept_connections: usize,
    /// Bytes of each connection in memory, see [`KEPT_BYTES`].
    pub kept_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connection: MAX_CONNECTION,
            folder: MAX_FOLDER,
            kept_connections: KEPT_CONNECTIONS,
            kept_bytes: KEPT_BYTES,
        }
    }
}
