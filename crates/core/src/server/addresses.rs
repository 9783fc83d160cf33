//! Where a server listens: hosts, ports and Unix sockets in the builder; then addresses and URLs.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::hosts::Port;
use crate::http::address::Address;
use crate::http::scheme::Scheme;

use super::opening::Origin;
use super::{Builder, Server};

/// One listener of a server.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it listens.
    pub address: Address,
    /// Whether its connections go through TLS.
    pub spoken: Scheme,
    /// Why the server listens there.
    pub origin: Origin,
}

impl Builder {
    /// Listens on this host name or address instead of 127.0.0.1.
    ///
    /// ```
    /// let server = wireserve::Server::builder().host("::1").start()?;
    /// assert!(server.url("/").starts_with("http://[::1]:"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn host(self, host: impl Into<String>) -> Self {
        self.hosts([host])
    }

    /// Listens on each of these host names or addresses, with the same port numbers on all of them. Without
    /// any, on 127.0.0.1.
    ///
    /// ```
    /// let server = wireserve::Server::builder().hosts(["127.0.0.1", "::1"]).start()?;
    /// let [v4, v6] = *server.addresses() else {
    ///     panic!("expected two addresses")
    /// };
    /// assert_eq!(v4.port(), v6.port());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn hosts<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.hosts = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Listens on a Unix socket with this path, too, where the site answers requests as on the ports of
    /// `http`. The file of the socket is removed when the server stops; one that a killed server has left is
    /// replaced. May be called several times.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use std::os::unix::net::UnixStream;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("server.sock");
    /// let server = wireserve::Server::builder().ports([]).unix(&path).start()?;
    /// server.get("/", |_| "hello");
    ///
    /// let mut client = UnixStream::connect(&path)?;
    /// client.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    /// let mut answer = String::new();
    /// client.read_to_string(&mut answer)?;
    /// assert!(answer.ends_with("\r\n\r\nhello"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn unix(mut self, path: impl Into<PathBuf>) -> Self {
        self.unix.push(path.into());
        self
    }

    /// Listens on these ports instead of a free one; 0 asks for a free one.
    ///
    /// ```
    /// let server = wireserve::Server::builder().ports([0, 0]).start()?;
    /// let [first, second] = *server.addresses() else { panic!("expected two addresses") };
    /// assert_ne!(first.port(), second.port());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn ports(self, ports: impl Into<Vec<u16>>) -> Self {
        let ports = ports.into().into_iter().map(Port::from);
        self.scheme("http", ports.collect::<Vec<_>>())
    }

    /// Sets the ports of a scheme. The server listens on those of `http` and of schemes that begin with
    /// `http-`; with certificates (`Builder::tls`) on those of `https` and of schemes that begin with
    /// `https-`; with [`Builder::websockets`] on those of `ws`, and with both on those of `wss`. Templates and
    /// `request.server.config` also show those of other schemes;
    /// connections to their free ports are refused.
    ///
    /// ```
    /// use wireserve::{Port, Server};
    ///
    /// // A second origin, whose port templates show as `{{ports[http-other][0]}}`.
    /// let server = Server::builder().scheme("http-other", [Port::Free]).start()?;
    /// assert_eq!(server.addresses().len(), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn scheme(mut self, scheme: &str, ports: impl Into<Vec<Port>>) -> Self {
        self.ports.insert(scheme.to_owned(), ports.into());
        self
    }
}

impl Server {
    /// The addresses of the listeners: those of `http` in the order of their ports, then all
    /// others. With [several hosts](Builder::hosts), those of a port follow each other. Unix sockets have
    /// none.
    ///
    /// ```
    /// let server = wireserve::Server::builder().ports([0, 0]).start()?;
    /// assert_eq!(server.addresses().len(), 2);
    /// assert_eq!(server.address(), server.addresses()[0]);
    /// assert_eq!(server.url("/a?b"), format!("http://{}/a?b", server.address()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.shared.addresses
    }

    /// The first address.
    ///
    /// See the example of [`Server::addresses`].
    ///
    /// # Panics
    /// If the server listens on Unix sockets only.
    #[track_caller]
    pub fn address(&self) -> SocketAddr {
        let first = self.addresses().first();
        *first.expect("expected a server with a port, found only Unix sockets")
    }

    /// Where it listens, with Unix sockets at the end.
    #[doc(hidden)]
    #[cfg(any(feature = "cli", feature = "tls"))]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The URL of a path (or of a path and query) on the first address.
    ///
    /// See the example of [`Server::addresses`].
    ///
    /// # Panics
    /// As [`Server::address`].
    #[track_caller]
    pub fn url(&self, path: &str) -> String {
        url(self.address(), self.places[0].spoken, path)
    }
}

/// The URL of a path on an address.
pub(super) fn url(address: SocketAddr, scheme: Scheme, path: &str) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{address}{slash}{path}")
}
