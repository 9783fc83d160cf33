//! How a request came: on which connection, as the how-manieth, behind what.

use std::net::SocketAddr;

/// The place of a request on its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The client's address.
    pub peer: SocketAddr,
    /// The address that the client connected to.
    pub local: SocketAddr,
    /// The number of the connection among those of the server, from 1 on.
    pub connection: u64,
    /// The number of the request among those of the connection, from 1 on; 0 where none has been read.
    pub ordinal: u64,
    /// Bytes of the connection before this request and what was skipped in front of it.
    pub offset: u64,
    /// The empty lines in front of it (RFC 9112 §2.2).
    pub skipped: Vec<u8>,
    /// The request before it on the connection.
    pub previous: Option<Previous>,
}

/// How the request before ended; its connection was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// The status of its response, 0 where the handler wrote none that we know of.
    pub status: i64,
    /// Bytes that were sent in answer to it.
    pub sent: u64,
    /// Bytes of its body that no handler had read, decoded.
    pub drained: u64,
}

impl From<(SocketAddr, SocketAddr)> for Arrival {
    /// The first request of the first connection, from `peer` to `local`.
    fn from((peer, local): (SocketAddr, SocketAddr)) -> Self {
        Self {
            peer,
            local,
            connection: 1,
            ordinal: 1,
            offset: 0,
            skipped: Vec::new(),
            previous: None,
        }
    }
}
