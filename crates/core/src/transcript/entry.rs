//! The data of a transcript: how the connection began, then entries. `line.rs` formats them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::http::address::Address;

use super::SHOWN;

/// How a connection began.
///
/// See the example of [`Entry`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Number of the connection on its server, counted from 1.
    pub connection: u64,
    /// The client's address.
    pub client: Address,
    /// The address that the client connected to.
    pub server: Address,
    /// When the server accepted the connection.
    pub at: SystemTime,
}

/// A side of the connection.
///
/// See the example of [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client.
    Client,
    /// This server.
    Server,
}

/// An event on a connection.
///
/// ```
/// # use std::io::Write;
/// use wireserve::transcript::{Opened, Side, What};
/// # let server = wireserve::Server::builder().transcripts().start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
/// # let address = client.local_addr()?;
/// # std::io::read_to_string(client)?;
/// // After a client at `address` has sent a request:
/// let transcript = &server.transcripts()[0];
/// let Opened { connection, client, .. } = transcript.opened();
/// assert_eq!((*connection, client), (1, &address.into()));
/// let first = &transcript.entries()[0];
/// assert_eq!((first.exchange, first.from()), (1, Some(Side::Client)));
/// assert!(matches!(first.what, What::Bytes { length: 18, .. }));
/// assert!(first.bytes().starts_with(b"GET "));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Time since the connection was accepted.
    pub time: Duration,
    /// Number of the exchange that the event belongs to, counted from 1; 0 before the first byte of a
    /// request. Bytes that belong to two exchanges have the number of the first one, and what happens after
    /// an exchange that of the exchange before.
    pub exchange: u64,
    /// The event.
    pub what: What,
}

/// The kinds of events, with their data.
///
/// See the example of [`Entry`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One read from the socket, or one write to it.
    Bytes {
        /// The side that sent the bytes.
        from: Side,
        /// The bytes, up to the first [`SHOWN`].
        bytes: Arc<[u8]>,
        /// Number of bytes sent or received. `length >= bytes.len()`
        length: u64,
    },
    /// The side has sent FIN: it sends no more.
    Fin(Side),
    /// The side has reset the connection.
    Reset(Side),
    /// The server has shut down both directions, because it stops or needs room for another connection.
    Cut,
    /// The server has closed the socket.
    Closed,
    /// A line of text from a handler or the server.
    Note(Arc<str>),
    /// A limit is reached.
    Reached(Bound),
}

/// A limit of a recording, in bytes.
///
/// ```
/// use wireserve::transcript::{Bound, Entry, What};
///
/// /// Whether a transcript has only the beginnings of later requests.
/// fn is_cut(entries: &[Entry]) -> bool {
///     entries.iter().any(|entry| matches!(entry.what, What::Reached(Bound::Connection(_))))
/// }
/// assert!(!is_cut(&[]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The limit of one connection, [`TranscriptLimits::connection`](super::TranscriptLimits::connection): from
    /// now on, only the beginnings of requests and responses are shown.
    Connection(u64),
    /// The limit of the folder, [`TranscriptLimits::folder`](super::TranscriptLimits::folder), with no
    /// ended transcript left to delete: recording has stopped.
    Folder(u64),
}

impl Entry {
    /// The side that sent the bytes; `None` if the entry has no bytes.
    ///
    /// See the example of [`Entry`].
    pub fn from(&self) -> Option<Side> {
        match self.what {
            What::Bytes { from, .. } => Some(from),
            _ => None,
        }
    }

    /// The bytes, up to the first [`SHOWN`]; empty if the entry has no bytes.
    ///
    /// See the example of [`Entry`].
    pub fn bytes(&self) -> &[u8] {
        match &self.what {
            What::Bytes { bytes, .. } => bytes,
            _ => b"",
        }
    }
}

impl Entry {
    /// The same entry with fewer bytes.
    pub(super) fn cut_to(&self, shown: usize) -> Self {
        let mut entry = self.clone();
        if let What::Bytes { bytes, .. } = &mut entry.what
            && bytes.len() > shown
        {
            *bytes = bytes[..shown].into();
        }
        entry
    }
}

impl What {
    /// The first `length` bytes of two adjacent parts.
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
    fn a_segment_has_the_bytes_that_were_taken() {
        let long = vec![b'x'; SHOWN];
        for (parts, length, shown) in [
            ([&b"ab"[..], &b"cd"[..]], 4, &b"abcd"[..]),
            ([b"ab", b"cd"], 3, b"abc"),
            ([b"ab", b"cd"], 1, b"a"),
            ([b"", b"cd"], 2, b"cd"),
            // Bytes beyond the parts are counted, but not shown.
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
