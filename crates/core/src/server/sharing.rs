//! Sharing the sockets of a server with servers in other processes: the workers of `--workers`.

use std::io;

use super::opening::Sockets;
use super::{Builder, Server};

impl Builder {
    /// Uses these sockets instead of opening others: those of a server in another process that was asked for the
    /// same listeners.
    #[doc(hidden)]
    pub fn inherit(mut self, sockets: Sockets) -> Self {
        self.inherited = Some(sockets);
        self
    }
}

impl Server {
    /// Other descriptors of all sockets of a server that listens.
    ///
    /// # Errors
    /// When the process has no descriptors left.
    #[doc(hidden)]
    pub fn sockets(&self) -> io::Result<Sockets> {
        let listeners = self
            .listening
            .iter()
            .map(|(listener, _)| listener.duplicate());
        let reserved = self.reserved.iter().map(|reserved| reserved.duplicate());
        Ok(Sockets {
            listeners: listeners.collect::<io::Result<_>>()?,
            reserved: reserved.collect::<io::Result<_>>()?,
        })
    }

    /// Refuses connections from now on, on the other descriptors of the sockets, too.
    #[doc(hidden)]
    pub fn end_sharing(&self) {
        for (listener, _) in &self.listening {
            if let Err(error) = listener.refuse() {
                log::debug!("connections are accepted until all workers have ended: {error}");
            }
        }
    }
}
