//! How a request arrived: its connection, its position among the requests of that connection, and
//! the previous request.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::http::address::Address;
use crate::http::scheme::Scheme;
use crate::wire::TlsInfo;

/// The position of a request on its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The client's address.
    pub peer: Address,
    /// The address that the client connected to.
    pub local: Address,
    /// The scheme of the listener that accepted the connection.
    pub scheme: Scheme,
    /// The number of the connection among the connections of the server, counted from 1.
    pub connection: u64,
    /// The number of the request among the requests of the connection, counted from 1; 0 if no
    /// request has been read.
    pub ordinal: u64,
    /// Bytes of the connection before this request and the empty lines that precede it.
    pub offset: u64,
    /// The empty lines that precede it (RFC 9112 §2.2).
    pub skipped: Vec<u8>,
    /// The previous request of the connection.
    pub previous: Option<Previous>,
    /// What the TLS handshake of the connection has agreed on; `None` in the clear.
    pub tls: Option<Arc<TlsInfo>>,
}

/// How the previous request ended; its connection was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// The status of its response; 0 if the handler wrote it to the socket directly.
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
            peer: peer.into(),
            local: local.into(),
            scheme: Scheme::Http,
            connection: 1,
            ordinal: 1,
            offset: 0,
            skipped: Vec::new(),
            previous: None,
            tls: None,
        }
    }
}
