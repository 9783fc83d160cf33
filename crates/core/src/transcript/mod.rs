//! Transcripts: the bytes of a connection in both directions, with times and exchanges, in memory, in a folder,
//! or both.
//!
//! [`TranscriptLimits`] bound what is kept of each connection and of all connections, whatever clients
//! send. An error of a transcript never affects the connection.
//!
//! See the example of [`Transcript`].

// A tape records one connection, entry by entry; a recorder creates the tapes of a server. Nothing here reads or
// writes a socket: `wire` calls the tape.

mod entry;
mod folder;
mod kept;
mod line;
mod recent;
mod recorder;
mod tape;
mod total;

pub use entry::{Bound, Entry, Opened, Side, What};
pub use line::Format;
pub use recent::{Dropped, Transcript};

// For the server and the tests of this repository: nothing that is public takes or returns them.
#[doc(hidden)]
pub use folder::Folder;
#[doc(hidden)]
pub use recorder::{Memory, Recorder};
#[doc(hidden)]
pub use tape::Tape;

/// The note of a server that ends TLS without close_notify.
#[doc(hidden)]
pub const WITHOUT_NOTIFY: &str = "the session ends without close_notify";

/// The note of a handler that takes the socket beneath TLS.
#[doc(hidden)]
pub const BELOW_TLS: &str = "the handler uses the socket beneath TLS, which is not recorded";

/// Maximum number of bytes that a transcript shows of one read or write. More bytes are counted, but not
/// kept. Most reads and writes are smaller.
///
/// See the example of [`TranscriptLimits`].
pub const SHOWN: usize = 64 * 1024;

/// Default limit of one connection's file, in bytes. Beyond it, a line for each read and write still has the
/// number of its bytes, but only the beginnings of requests and responses are shown ([`SHOWN_BEYOND`]).
///
/// See the example of [`TranscriptLimits`].
pub const MAX_CONNECTION: u64 = 16 * 1024 * 1024;

/// Maximum number of bytes that a file beyond the limit of its connection shows of each request, and of each
/// response: most heads are smaller.
///
/// See the example of [`TranscriptLimits`].
pub const SHOWN_BEYOND: usize = 8 * 1024;

/// Default limit of all files of one run together, in bytes, rounded up to disk blocks of 4096 bytes for
/// each file. At the limit, the files of ended connections are deleted, oldest first.
///
/// See the example of [`TranscriptLimits`].
pub const MAX_FOLDER: u64 = 1024 * 1024 * 1024;

/// Default number of connections that are kept in memory, the most recent ones.
///
/// See the example of [`TranscriptLimits`].
pub const KEPT_CONNECTIONS: usize = 64;

/// Default limit of each connection in memory, in bytes. Older entries are dropped.
///
/// See the example of [`TranscriptLimits`].
pub const KEPT_BYTES: usize = 1024 * 1024;

/// Default limit of all connections in memory together, in bytes. Beyond it, the oldest entries of the oldest
/// connections are dropped.
///
/// See the example of [`TranscriptLimits`].
pub const KEPT_IN_ALL: usize = KEPT_CONNECTIONS * KEPT_BYTES;

/// Limits of transcripts.
///
/// ```
/// use wireserve::Server;
/// use wireserve::transcript::{
///     KEPT_BYTES, KEPT_CONNECTIONS, KEPT_IN_ALL, MAX_CONNECTION, MAX_FOLDER, SHOWN, SHOWN_BEYOND,
///     TranscriptLimits,
/// };
///
/// let limits = TranscriptLimits { kept_connections: 2, ..TranscriptLimits::default() };
/// assert_eq!((limits.kept_bytes, limits.kept_in_all), (KEPT_BYTES, KEPT_IN_ALL));
/// assert_eq!((limits.connection, limits.folder), (MAX_CONNECTION, MAX_FOLDER));
/// assert!(SHOWN_BEYOND < SHOWN && limits.kept_connections < KEPT_CONNECTIONS);
/// let server = Server::builder().transcripts().transcript_limits(limits).start()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TranscriptLimits {
    /// Bytes of one connection's file, beyond which heads and lengths are kept and other bytes are cut. Default:
    /// [`MAX_CONNECTION`].
    pub connection: u64,
    /// Bytes of all files of one run. Default: [`MAX_FOLDER`].
    pub folder: u64,
    /// Number of connections in memory. Default: [`KEPT_CONNECTIONS`].
    pub kept_connections: usize,
    /// Bytes of each connection in memory, with 128 bytes for each entry. Default: [`KEPT_BYTES`].
    pub kept_bytes: usize,
    /// Bytes of all connections in memory, counted like those of each. Default: [`KEPT_IN_ALL`].
    pub kept_in_all: usize,
}

impl Default for TranscriptLimits {
    fn default() -> Self {
        Self {
            connection: MAX_CONNECTION,
            folder: MAX_FOLDER,
            kept_connections: KEPT_CONNECTIONS,
            kept_bytes: KEPT_BYTES,
            kept_in_all: KEPT_IN_ALL,
        }
    }
}
