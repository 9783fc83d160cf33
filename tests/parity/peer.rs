//! The client of a case: over TCP as it is, or through TLS. The bytes of a case are the same.

use std::time::Duration;

use crate::support::client::{Arrival, Client};
use crate::support::tls::TlsClient;

/// One connection to a server.
pub enum Peer {
    Plain(Client),
    Tls(Box<TlsClient>),
}

impl Peer {
    /// Sends bytes. It is no failure if the server has closed meanwhile.
    pub fn send(&mut self, bytes: &[u8]) {
        match self {
            Self::Plain(client) => client.send(bytes),
            Self::Tls(client) => client.send(bytes),
        }
    }

    /// Closes this direction of the connection; through TLS, close_notify precedes FIN.
    pub fn half_close(&mut self) {
        match self {
            Self::Plain(client) => client.half_close(),
            Self::Tls(client) => {
                client.close_notify();
                client.fin();
            }
        }
    }

    /// All that has arrived.
    pub fn pending(&self) -> &[u8] {
        match self {
            Self::Plain(client) => client.pending(),
            Self::Tls(client) => client.pending(),
        }
    }

    /// Whether the server has ended its side, by whatever means.
    pub fn ended(&self) -> bool {
        match self {
            Self::Plain(client) => client.ended(),
            Self::Tls(client) => client.ended().is_some(),
        }
    }

    /// Waits at most `within` for more bytes or for the end.
    pub fn arrival(&mut self, within: Duration) -> Arrival {
        match self {
            Self::Plain(client) => client.arrival(within),
            Self::Tls(client) => client.arrival(within),
        }
    }

    /// This end's port.
    pub fn port(&self) -> u16 {
        match self {
            Self::Plain(client) => client.port(),
            Self::Tls(client) => client.stream.local_addr().expect("connected").port(),
        }
    }
}
