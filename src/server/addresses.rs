//! Where a server listens: addresses, schemes and URLs.

use std::net::SocketAddr;

use crate::http::scheme::Scheme;

use super::Server;

impl Server {
    /// The addresses of the listeners: those of `http` in the order of their ports, then all
    /// others.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.shared.addresses
    }

    /// The first address.
    pub fn address(&self) -> SocketAddr {
        self.addresses()[0]
    }

    /// The schemes of the first addresses, in their order. The others are those of
    /// [`Builder::listener`].
    #[cfg(feature = "cli")]
    pub(crate) fn schemes(&self) -> &[String] {
        &self.schemes
    }

    /// The addresses, and what is spoken on each.
    #[cfg(feature = "tls")]
    pub(crate) fn spoken(&self) -> impl Iterator<Item = (SocketAddr, Scheme)> {
        let addresses = self.addresses().iter().copied();
        addresses.zip(self.spoken.iter().copied())
    }

    /// The URL of a path (or of a path and query) on the first address.
    pub fn url(&self, path: &str) -> String {
        url(self.address(), self.spoken[0], path)
    }
}

/// The URL of a path on an address.
pub(super) fn url(address: SocketAddr, scheme: Scheme, path: &str) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{address}{slash}{path}")
}
