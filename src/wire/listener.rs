//! Listening sockets: IPv4 or IPv6, address reuse, a deep backlog, and a way to wake the thread that waits in
//! `accept`; and ports that are kept free of listeners.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

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

/// Binds and listens.
///
/// # Errors
/// Those of name resolution, `bind` and `listen`, an address in use above all.
pub fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    let (socket, address) = socket(host, port)?;
    socket.set_reuse_address(true)?;
    // Linux gives both to the connections; some calls less for each.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&KEEPALIVE)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A port on which connections are refused for as long as this lives, since no other process can listen
/// there.
#[derive(Debug)]
pub struct Reserved {
    port: u16,
    /// Bound, and not listening.
    _socket: Socket,
}

impl Reserved {
    /// Takes a free port.
    ///
    /// # Errors
    /// Those of name resolution and `bind`.
    pub fn new(host: &str) -> io::Result<Self> {
        let (socket, address) = socket(host, 0)?;
        socket.bind(&address.into())?;
        let bound = socket.local_addr()?.as_socket();
        Ok(Self {
            port: bound.map_or(0, |address| address.port()),
            _socket: socket,
        })
    }

    /// Its number.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn socket(host: &str, port: u16) -> io::Result<(Socket, SocketAddr)> {
    let address = (host, port)
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the host name has no address"))?;
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    Ok((socket, address))
}

/// Makes `accept` return with an error, now and from now on.
pub fn wake(listener: &TcpListener, address: SocketAddr) {
    // Linux ends the wait on shutdown; elsewhere a connection to ourselves does.
    if SockRef::from(listener).shutdown(Shutdown::Both).is_err() {
        drop(TcpStream::connect(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_and_a_port_in_use() {
        for host in ["127.0.0.1", "::1"] {
            let listener = listen(host, 0).unwrap();
            let address = listener.local_addr().unwrap();
            assert_eq!(address.ip().to_string(), host);
            let error = listen(host, address.port()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        }
    }

    #[test]
    fn connections_use_keepalive() {
        let listener = listen("127.0.0.1", 0).unwrap();
        let _peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (connection, _) = listener.accept().unwrap();
        let socket = SockRef::from(&connection);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap().as_secs(), 60);
    }

    #[test]
    fn a_reserved_port_refuses_connections() {
        let reserved = Reserved::new("127.0.0.1").unwrap();
        let error = TcpStream::connect(("127.0.0.1", reserved.port())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        let error = listen("127.0.0.1", reserved.port()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn wake_ends_accept() {
        let listener = listen("127.0.0.1", 0).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::scope(|scope| {
            let accepting = scope.spawn(|| listener.accept().map(drop));
            wake(&listener, address);
            assert!(accepting.join().unwrap().is_err());
        });
    }
}
