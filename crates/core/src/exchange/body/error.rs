//! Why a body cannot be read to its end, and the fault that this becomes.

use std::fmt;
use std::io;

use crate::fault::Fault;
use crate::http::Malformed;
use crate::wire::budget::Full;

/// Why a body cannot be read to its end.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// The client left before it had sent everything.
    Truncated {
        /// Bytes that arrived.
        received: u64,
        /// Those of them that the call would have returned.
        partial: Vec<u8>,
    },
    /// A chunked body is malformed.
    Malformed(Malformed),
    /// The temporary file failed, with the system's message.
    Spool(String),
    /// A position outside the body.
    OutOfRange,
    /// The bytes did not arrive within the time limit.
    TooLate,
    /// There are more bytes than this limit.
    TooLarge(u64),
    /// Other requests leave too little of the server's memory. Smaller pieces can be read.
    NoRoom(Full),
    /// More than [`UNDECODED`](super::UNDECODED) bytes came in more chunks than are recorded, so the undecoded
    /// body cannot be shown.
    NotKept,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { received, .. } => {
                write!(
                    f,
                    "the client left after {received} bytes of the request body"
                )
            }
            Self::Malformed(malformed) => f.write_str(&Fault::from(malformed.clone()).message),
            Self::Spool(error) => write!(f, "cannot store the request body: {error}"),
            Self::OutOfRange => f.write_str("the position is outside the request body"),
            Self::TooLate => f.write_str("the request body did not arrive in time"),
            Self::TooLarge(limit) => {
                write!(
                    f,
                    "the request body is larger than {limit} bytes (limits.body)"
                )
            }
            Self::NoRoom(full) => full.fmt(f),
            Self::NotKept => {
                f.write_str("the request body has too many chunks to be shown undecoded")
            }
        }
    }
}

impl std::error::Error for BodyError {}

impl From<BodyError> for Fault {
    /// The answer to a request whose body cannot be read.
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::Malformed(malformed) => return malformed.into(),
            BodyError::TooLarge(_) => 413,
            BodyError::NoRoom(_) => 503,
            BodyError::Truncated { .. } | BodyError::TooLate | BodyError::OutOfRange => 400,
            BodyError::Spool(_) | BodyError::NotKept => 500,
        };
        Self::new(status, error.to_string())
    }
}

impl From<Full> for BodyError {
    fn from(full: Full) -> Self {
        Self::NoRoom(full)
    }
}

impl From<io::Error> for BodyError {
    fn from(error: io::Error) -> Self {
        Self::Spool(error.to_string())
    }
}

impl BodyError {
    /// The client left after so many bytes.
    pub(crate) fn truncated(received: u64) -> Self {
        Self::Truncated {
            received,
            partial: Vec::new(),
        }
    }
}
