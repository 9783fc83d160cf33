//! Opening the ports of a server: listeners for the schemes that are served, port numbers for the
//! others.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};

use crate::hosts::{Port, port};
use crate::http::scheme::Scheme;
use crate::wire::listener::{self, Reserved};

/// The opened ports.
pub(super) struct Opening {
    /// The listeners of `http`, then of the other served schemes, then those without a scheme.
    pub(super) listeners: Vec<TcpListener>,
    /// The number of listeners of `http`. `http <= listeners.len()`
    pub(super) http: usize,
    /// The schemes of the first listeners; the others have none.
    pub(super) schemes: Vec<String>,
    /// The ports of all schemes except `http`.
    pub(super) shown: Vec<(String, Vec<u16>)>,
    pub(super) reserved: Vec<Reserved>,
}

/// What can be spoken on the ports of schemes besides HTTP in the clear.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    /// Whether there are certificates.
    pub(super) tls: bool,
    /// Whether there is a handler for WebSockets.
    pub(super) websockets: bool,
}

impl Opening {
    /// Opens all ports.
    ///
    /// # Errors
    /// The first address that cannot be listened on; the message has it.
    pub(super) fn new(
        host: &str,
        ports: &BTreeMap<String, Vec<Port>>,
        own: impl Iterator<Item = Port>,
        served: Served,
    ) -> io::Result<Self> {
        let is_served = |scheme: &str| {
            let has_websockets = served.websockets || !port::is_for_websockets(scheme);
            has_websockets
                && match port::spoken(scheme) {
                    Some(Scheme::Http) => true,
                    Some(Scheme::Https) => served.tls,
                    None => false,
                }
        };
        let mut opened = Self {
            listeners: Vec::new(),
            http: 0,
            schemes: Vec::new(),
            shown: Vec::new(),
            reserved: Vec::new(),
        };
        for &port in ports.get("http").map_or(&[][..], Vec::as_slice) {
            opened.listen(host, port)?;
            opened.schemes.push("http".to_owned());
        }
        opened.http = opened.listeners.len();
        for (scheme, ports) in ports.iter().filter(|(scheme, _)| *scheme != "http") {
            let open = |&port: &Port| match port {
                port if is_served(scheme) => {
                    opened.schemes.push(scheme.clone());
                    opened.listen(host, port)
                }
                Port::Number(number) | Port::Preferred(number) => Ok(number),
                Port::Free => opened.reserve(host),
            };
            let numbers = ports.iter().map(open).collect::<io::Result<_>>()?;
            opened.shown.push((scheme.clone(), numbers));
        }
        for port in own {
            opened.listen(host, port)?;
        }
        Ok(opened)
    }

    /// The addresses of the listeners.
    pub(super) fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(TcpListener::local_addr).collect()
    }

    fn listen(&mut self, host: &str, port: Port) -> io::Result<u16> {
        let (number, listener) = match port {
            Port::Free => (0, listener::listen(host, 0)),
            Port::Number(number) => (number, listener::listen(host, number)),
            Port::Preferred(number) => match listener::listen(host, number) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    (0, listener::listen(host, 0))
                }
                listener => (number, listener),
            },
        };
        let listener = listener.map_err(|error| named(host, number, &error))?;
        let number = listener.local_addr()?.port();
        self.listeners.push(listener);
        Ok(number)
    }

    fn reserve(&mut self, host: &str) -> io::Result<u16> {
        let reserved = Reserved::new(host).map_err(|error| named(host, 0, &error))?;
        let number = reserved.port();
        self.reserved.push(reserved);
        Ok(number)
    }
}

fn named(host: &str, port: u16, error: &io::Error) -> io::Error {
    let message = format!("cannot listen on {host}:{port}: {error}");
    io::Error::new(error.kind(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(ports: &BTreeMap<String, Vec<Port>>, served: Served) -> io::Result<Opening> {
        Opening::new("127.0.0.1", ports, [].into_iter(), served)
    }

    #[test]
    fn ports_of_all_kinds() {
        let taken = listener::listen("127.0.0.1", 0).unwrap();
        let taken = taken.local_addr().map(|address| (taken, address.port()));
        let (_taken, number) = taken.unwrap();
        let ports = [
            ("http", vec![Port::Preferred(number), Port::Free]),
            ("http-local", vec![Port::Free]),
            ("https", vec![Port::Number(number), Port::Free]),
        ];
        let ports = ports.map(|(scheme, ports)| (scheme.to_owned(), ports));
        let opened = open(&BTreeMap::from(ports), Served::default()).unwrap();
        let addresses = opened.addresses().unwrap();
        assert_eq!((addresses.len(), opened.http), (3, 2));
        assert_eq!(opened.schemes, ["http", "http", "http-local"]);
        assert!(addresses.iter().all(|address| address.port() != number));
        let reserved = opened.reserved[0].port();
        let shown = [
            ("http-local".to_owned(), vec![addresses[2].port()]),
            ("https".to_owned(), vec![number, reserved]),
        ];
        assert_eq!(opened.shown, shown);

        let ports = BTreeMap::from([("http".to_owned(), vec![Port::Number(number)])]);
        let error = open(&ports, Served::default()).err().unwrap().to_string();
        assert!(error.contains(&number.to_string()), "{error}");
    }

    #[test]
    fn what_is_served_decides_where_it_listens() {
        let ports = ["h2", "https", "https-local", "ws", "wss"];
        let ports = ports.map(|scheme| (scheme.to_owned(), vec![Port::Free]));
        let ports = BTreeMap::from(ports);
        for (tls, websockets, expected) in [
            (false, false, &[][..]),
            (false, true, &["ws"]),
            (true, false, &["https", "https-local"]),
            (true, true, &["https", "https-local", "ws", "wss"]),
        ] {
            let opened = open(&ports, Served { tls, websockets }).unwrap();
            assert_eq!(opened.schemes, expected);
        }
    }
}
