//! What a transcript consists of: a connection's beginning, then entries. Values only; how they look is
//! `line.rs`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::SHOWN;

/// How a connection began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Which of its server's connections it is, counted from 1.
    pub connection: u64,
    /// The client's address.
    pub client: SocketAddr,
    /// The address that the client connected to.
    pub server: SocketAddr,
    /// When it was accepted.
    pub at: SystemTime,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The peer.
    Client,
    /// This server.
    Server,
}

/// One thing that happened on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Since the connection was accepted.
    pub time: Duration,
    /// The number of the exchange it belongs to, counted from 1; 0 before the first request's bytes.
    /// See [`Tape`](super::Tape) for what belongs to which.
    pub exchange: u64,
    /// What it was.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One read from the socket, or one write to it.
    Bytes {
        /// Whose bytes.
        from: Side,
        /// The bytes, of a long segment the first [`SHOWN`].
        bytes: Arc<[u8]>,
        /// How many there were. `length >= bytes.len()`
        length: u64,
    },
    /// This side sends no more.
    Fin(Side),
    /// This side has given the connection up.
    Reset(Side),
    /// The server has ended both halves at once: it stops, or makes room.
    Cut,
    /// The server has let go of the socket.
    Closed,
    /// A line of free text.
    Note(Arc<str>),
    /// What happens from here on is not recorded.
    Ends(Bound),
}

/// Which limit has been reached, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// That of one connection.
    Connection(u64),
    /// That of the folder, with nothing finished in it to delete.
    Folder(u64),
}

impl Entry {
    /// Whose bytes these are; none where there are no bytes.
    pub fn from(&self) -> Option<Side> {
        match self.what {
            What::Bytes { from, .. } => Some(from),
            _ => None,
        }
    }

    /// The bytes, of a long segment the first [`SHOWN`]; empty where there are none.
    pub fn bytes(&self) -> &[u8] {
        match &self.what {
            What::Bytes { bytes, .. } => bytes,
            _ => b"",
        }
    }
}

impl What {
    /// A segment in two parts, of which `length` bytes count.
    pub(super) fn segment(from: Side, parts: [&[u8]; 2], length: u64) -> Self {
        let mut shown = usize::try_from(length).unwrap_or(SHOWN).min(SHOWN);
        let mut bytes = Vec::with_capacity(shown);
        for part in parts {
            let taken = &part[..shown.min(part.len())];
            bytes.extend_from_slice(taken);
            shown -= taken.len();
        }
        Self::Bytes {
            from,
            bytes: bytes.into(),
            length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_what_was_taken_of_its_parts() {
        let long = vec![b'x'; SHOWN];
        for (parts, length, shown) in [
            ([&b"ab"[..], &b"cd"[..]], 4, &b"abcd"[..]),
            ([b"ab", b"cd"], 3, b"abc"),
            ([b"ab", b"cd"], 1, b"a"),
            ([b"", b"cd"], 2, b"cd"),
            // The rest has been seen by whoever sent it, and is counted.
            ([b"ab", b""], 9, b"ab"),
            ([&long, b"cd"], SHOWN as u64 + 2, &long),
        ] {
            let What::Bytes {
                bytes, length: all, ..
            } = What::segment(Side::Client, parts, length)
            else {
                panic!("no bytes");
            };
            assert_eq!((&*bytes, all), (shown, length));
        }
    }
}
