//! Listening sockets: of TCP, with address reuse and a deep backlog, and Unix sockets; how a listener refuses
//! connections for a while, and how the thread that waits in `accept` is woken; and ports that are kept free of
//! listeners.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix_futex_sync::Mutex;
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};

use crate::http::address::Address;

use super::inherited::InheritedSocket;
pub use super::inherited::Pause;
use super::socket_file::SocketFile;

/// Connections that the kernel holds until they are accepted. The reference's number; with fewer, some
/// of a burst of clients time out and connect a second later.
pub const BACKLOG: i32 = 2000;

/// A client that closed its socket has sent only FIN, exactly like one that still reads. While the server
/// sends nothing, keepalive probes tell them apart: after a minute of silence the system of a closed
/// socket answers with RST, and a machine that is gone leaves four probes unanswered.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(4);

/// A listening socket.
#[derive(Debug)]
pub struct Listener {
    address: Address,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Tcp(Socket),
    /// A Unix socket that has refused connections cannot listen again, so that another one replaces it.
    Unix(Mutex<Arc<UnixSocket>>),
    /// Other processes accept on it, too.
    Inherited(InheritedSocket),
}

#[derive(Debug)]
struct UnixSocket {
    socket: Socket,
    /// Removed when the listener is dropped.
    _file: SocketFile,
}

/// A connection that was accepted, and the addresses of its ends.
#[derive(Debug)]
pub struct Accepted {
    pub(super) socket: Socket,
    pub(super) peer: Address,
    pub(super) local: Address,
}

/// Which connections a listener on the unspecified IPv6 address accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DualStack {
    /// Those over IPv4 as well, if that is the system's default.
    AsTheSystem,
    /// Only those over IPv6, which leaves the port to a listener for IPv4.
    Off,
}

impl Listener {
    /// Binds and listens on an IP address; port 0 takes a free one.
    ///
    /// # Errors
    /// Those of `bind` and `listen`, an address in use above all.
    pub fn tcp(mut address: SocketAddr, dual_stack: DualStack) -> io::Result<Self> {
        // Linux keeps a port that was asked for while the socket refuses connections, and releases one that
        // it chose itself. So it chooses for another socket, which shares the port until one listens.
        let chosen = (address.port() == 0).then(|| bound(address, dual_stack));
        let chosen = chosen.transpose()?;
        if let Some((_, free)) = &chosen {
            address.set_port(free.port());
        }
        let (socket, address) = bound(address, dual_stack)?;
        drop(chosen);
        socket.listen(BACKLOG)?;
        Ok(Self {
            address: address.into(),
            kind: Kind::Tcp(socket),
        })
    }

    /// Listens on a Unix socket with this path. Its file is removed when the listener is dropped.
    ///
    /// # Errors
    /// When another process listens there, when the path leads to anything but a socket, or when the
    /// socket cannot be made there.
    pub fn unix(path: &Path) -> io::Result<Self> {
        let path: Arc<Path> = std::path::absolute(path)?.into();
        let socket = UnixSocket::listen(&path)?;
        Ok(Self {
            address: Address::Unix(Some(path)),
            kind: Kind::Unix(Mutex::new(Arc::new(socket))),
        })
    }

    /// Accepts on a socket that another process has made listen, and that this one shares with others.
    ///
    /// # Errors
    /// When it is no such socket.
    pub fn inherited(socket: OwnedFd) -> io::Result<Self> {
        let socket = InheritedSocket::new(socket)?;
        let address = socket.address()?;
        let address = match address.as_socket() {
            Some(address) => Address::Ip(address),
            None => Address::Unix(address.as_pathname().map(Arc::from)),
        };
        Ok(Self {
            address,
            kind: Kind::Inherited(socket),
        })
    }

    /// Another descriptor of the socket, for a process that accepts on it, too.
    ///
    /// # Errors
    /// When the process has no descriptor left.
    pub fn duplicate(&self) -> io::Result<OwnedFd> {
        match &self.kind {
            Kind::Tcp(socket) => Ok(socket.try_clone()?.into()),
            Kind::Unix(current) => Ok(current.lock().socket.try_clone()?.into()),
            Kind::Inherited(socket) => socket.duplicate(),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The descriptor of a TCP socket.
    pub fn descriptor(&self) -> Option<RawFd> {
        match &self.kind {
            Kind::Tcp(socket) => Some(socket.as_raw_fd()),
            Kind::Unix(_) | Kind::Inherited(_) => None,
        }
    }

    /// Waits for a connection. Only a socket that other processes share knows a pause before.
    ///
    /// # Errors
    /// Those of `accept`, also after [`Listener::refuse`] and [`Listener::wake`].
    pub fn accept(&self, pause: Pause) -> io::Result<Accepted> {
        match &self.kind {
            Kind::Tcp(listening) => self.accepted_over_ip(listening.accept()?),
            Kind::Unix(current) => {
                let current = Arc::clone(&current.lock());
                Ok(self.accepted_over_unix(current.socket.accept()?))
            }
            Kind::Inherited(shared) => {
                let accepted = shared.accept(pause)?;
                // Some systems pass this on to connections.
                accepted.0.set_nonblocking(false)?;
                match &self.address {
                    Address::Ip(_) => self.accepted_over_ip(accepted),
                    Address::Unix(_) => Ok(self.accepted_over_unix(accepted)),
                }
            }
        }
    }

    fn accepted_over_unix(&self, (socket, peer): (Socket, SockAddr)) -> Accepted {
        Accepted {
            socket,
            peer: Address::Unix(peer.as_pathname().map(Arc::from)),
            local: self.address.clone(),
        }
    }

    fn accepted_over_ip(&self, (socket, peer): (Socket, SockAddr)) -> io::Result<Accepted> {
        // With one address, it is that of every connection, which saves a system call for each.
        let local = match &self.address {
            Address::Ip(any) if any.ip().is_unspecified() => ip(&socket.local_addr()?)?,
            only => only.clone(),
        };
        Ok(Accepted {
            peer: ip(&peer)?,
            socket,
            local,
        })
    }

    /// Refuses connections from now on, also those that wait to be accepted. The port stays taken.
    ///
    /// # Errors
    /// Where the system cannot do it.
    pub fn refuse(&self) -> io::Result<()> {
        match &self.kind {
            Kind::Tcp(socket) => socket.shutdown(Shutdown::Both),
            Kind::Unix(current) => current.lock().socket.shutdown(Shutdown::Both),
            Kind::Inherited(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Listens again after [`Listener::refuse`].
    ///
    /// # Errors
    /// When another process listens there by now.
    pub fn listen_again(&self) -> io::Result<()> {
        match (&self.kind, &self.address) {
            (Kind::Tcp(socket), _) => socket.listen(BACKLOG),
            (Kind::Unix(current), Address::Unix(Some(path))) => {
                // The file of the old socket is stale, and is not removed with it if a new one is there.
                *current.lock() = Arc::new(UnixSocket::listen(path)?);
                Ok(())
            }
            (Kind::Unix(_) | Kind::Inherited(_), _) => Ok(()),
        }
    }

    /// Makes `accept` return with an error, now and from now on.
    pub fn wake(&self) {
        if let Kind::Inherited(socket) = &self.kind {
            return socket.wake();
        }
        // Linux ends the wait on shutdown; elsewhere a connection to ourselves does.
        if self.refuse().is_err()
            && let Some(address) = self.address.ip()
        {
            drop(TcpStream::connect(address));
        }
    }
}

impl UnixSocket {
    fn listen(path: &Path) -> io::Result<Self> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        let file = SocketFile::bind(&socket, path)?;
        socket.listen(BACKLOG)?;
        Ok(Self {
            socket,
            _file: file,
        })
    }
}

/// The first address of a host, with port 0.
///
/// # Errors
/// Those of name resolution.
pub fn resolve(host: &str) -> io::Result<SocketAddr> {
    (host, 0)
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the host name has no address"))
}

/// A socket that can listen, and where.
fn bound(address: SocketAddr, dual_stack: DualStack) -> io::Result<(Socket, SocketAddr)> {
    let socket = socket(address)?;
    socket.set_reuse_address(true)?;
    if dual_stack == DualStack::Off && address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Linux gives both to the connections; some calls less for each.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&KEEPALIVE)?;
    socket.bind(&address.into())?;
    let address = socket.local_addr()?.as_socket().unwrap_or(address);
    Ok((socket, address))
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let domain = Domain::for_address(address);
    Socket::new(domain, Type::STREAM, Some(Protocol::TCP))
}

fn ip(address: &SockAddr) -> io::Result<Address> {
    let address = address.as_socket().map(Address::Ip);
    address.ok_or_else(|| io::ErrorKind::Unsupported.into())
}

/// A port on which connections are refused for as long as this lives, since no other process can listen
/// there.
#[derive(Debug)]
pub struct Reserved {
    port: u16,
    /// Bound, and not listening.
    socket: Socket,
}

impl Reserved {
    /// Takes a free port of this address.
    ///
    /// # Errors
    /// Those of `bind`.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = socket(address)?;
        socket.bind(&address.into())?;
        let bound = socket.local_addr()?.as_socket();
        Ok(Self {
            port: bound.map_or(0, |address| address.port()),
            socket,
        })
    }

    /// The port of a socket that another process has reserved.
    ///
    /// # Errors
    /// When it is no such socket.
    pub fn inherited(socket: OwnedFd) -> io::Result<Self> {
        let socket = Socket::from(socket);
        let bound = socket.local_addr()?.as_socket();
        Ok(Self {
            port: bound.map_or(0, |address| address.port()),
            socket,
        })
    }

    /// Another descriptor of the socket.
    ///
    /// # Errors
    /// When the process has no descriptor left.
    pub fn duplicate(&self) -> io::Result<OwnedFd> {
        Ok(self.socket.try_clone()?.into())
    }

    /// Its number.
    pub fn port(&self) -> u16 {
        self.port
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;
    use std::thread;

    use socket2::SockRef;

    use super::*;

    fn listen(host: &str) -> Listener {
        Listener::tcp(resolve(host).unwrap(), DualStack::AsTheSystem).unwrap()
    }

    fn connect(listener: &Listener) -> io::Result<TcpStream> {
        TcpStream::connect(listener.address().ip().unwrap())
    }

    #[test]
    fn both_families_and_a_port_in_use() {
        for host in ["127.0.0.1", "::1"] {
            let listener = listen(host);
            let address = listener.address().ip().unwrap();
            assert_eq!(address.ip().to_string(), host);
            let error = Listener::tcp(address, DualStack::Off).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        }
    }

    #[test]
    fn connections_use_keepalive() {
        let listener = listen("127.0.0.1");
        let _peer = connect(&listener).unwrap();
        let accepted = listener.accept(Pause::ForOthers).unwrap();
        let socket = SockRef::from(&accepted.socket);
        assert!(socket.keepalive().unwrap() && socket.tcp_nodelay().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap().as_secs(), 60);
    }

    #[test]
    fn a_reserved_port_refuses_connections() {
        let mut address = resolve("127.0.0.1").unwrap();
        let reserved = Reserved::new(address).unwrap();
        address.set_port(reserved.port());
        let error = TcpStream::connect(address).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        let error = Listener::tcp(address, DualStack::AsTheSystem).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn wake_ends_accept() {
        let folder = tempfile::tempdir().unwrap();
        let unix = Listener::unix(&folder.path().join("a")).unwrap();
        for listener in [listen("127.0.0.1"), unix] {
            thread::scope(|scope| {
                let accepting = scope.spawn(|| listener.accept(Pause::ForOthers).map(drop));
                listener.wake();
                assert!(accepting.join().unwrap().is_err());
            });
        }
    }

    /// A port that the system chose is still the listener's afterwards.
    #[test]
    fn refused_connections_and_listening_again() {
        let listener = listen("127.0.0.1");
        for _ in 0..2 {
            listener.refuse().unwrap();
            let error = connect(&listener).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
            listener.listen_again().unwrap();
            let client = connect(&listener).unwrap();
            let accepted = listener.accept(Pause::ForOthers).unwrap();
            assert_eq!(accepted.peer, client.local_addr().unwrap().into());
        }

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let listener = Listener::unix(&path).unwrap();
        for _ in 0..2 {
            listener.refuse().unwrap();
            let error = UnixStream::connect(&path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
            listener.listen_again().unwrap();
            let _client = UnixStream::connect(&path).unwrap();
            let accepted = listener.accept(Pause::ForOthers).unwrap();
            assert_eq!(accepted.peer, Address::Unix(None));
            assert_eq!(accepted.local, *listener.address());
        }
        drop(listener);
        assert!(!path.exists());
    }
}
