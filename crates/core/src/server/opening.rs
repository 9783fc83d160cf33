//! Opening the ports of a server, each on all of its hosts: listeners for the schemes that are served, port
//! numbers for the others; and its Unix sockets.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use crate::hosts::{Port, port};
use crate::http::scheme::Scheme;
use crate::wire::listener::{self, DualStack, Listener, Reserved};

/// How often a free port of the first host is tried on the others.
const ATTEMPTS: usize = 64;

/// The opened ports.
pub(super) struct Opening {
    hosts: Vec<Host>,
    /// The listeners of `http`, then of the other served schemes, then those without a scheme, then Unix
    /// sockets; and what each is for.
    pub(super) listeners: Vec<(Listener, Origin)>,
    /// The addresses of `http` on the first host.
    pub(super) http: Vec<SocketAddr>,
    /// The ports of all schemes except `http`.
    pub(super) shown: Vec<(String, Vec<u16>)>,
    pub(super) reserved: Vec<Reserved>,
    inherited: Option<Sockets>,
}

/// Why a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// For a scheme.
    Scheme(String),
    /// For the listener of this position among those that [`Builder::listener`](super::Builder::listener) has
    /// added.
    Listener(usize),
    /// On a Unix socket.
    Unix,
}

/// A host to listen on.
struct Host {
    /// As it was given, for messages.
    name: String,
    /// Its first address.
    address: SocketAddr,
}

/// What a server is asked to open.
pub(super) struct Asked<'a> {
    pub(super) hosts: &'a [String],
    /// By scheme.
    pub(super) ports: &'a BTreeMap<String, Vec<Port>>,
    /// Those of listeners without a scheme.
    pub(super) own: Vec<Port>,
    pub(super) unix: &'a [PathBuf],
    pub(super) served: Served,
    /// The sockets of another process that was asked for the same.
    pub(super) inherited: Option<Sockets>,
}

/// The sockets of a server, in the order in which it opened them.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Those that listen.
    pub listeners: VecDeque<OwnedFd>,
    /// Those that keep ports free of listeners.
    pub reserved: VecDeque<OwnedFd>,
}

impl Sockets {
    fn next_listener(&mut self) -> io::Result<Listener> {
        let socket = self.listeners.pop_front().ok_or_else(too_few)?;
        Listener::inherited(socket)
    }

    fn next_reserved(&mut self) -> io::Result<Reserved> {
        let socket = self.reserved.pop_front().ok_or_else(too_few)?;
        Reserved::inherited(socket)
    }
}

fn too_few() -> io::Error {
    io::Error::other(
        "expected as many sockets as listeners, found fewer: was the configuration changed?",
    )
}

/// What can be spoken on the ports of schemes besides HTTP in the clear.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    /// Whether there are certificates.
    pub(super) tls: bool,
    /// Whether there is a handler for WebSockets.
    pub(super) websockets: bool,
}

impl Served {
    fn includes(self, scheme: &str) -> bool {
        let has_websockets = self.websockets || !port::is_for_websockets(scheme);
        has_websockets
            && match port::spoken(scheme) {
                Some(Scheme::Http) => true,
                Some(Scheme::Https) => self.tls,
                None => false,
            }
    }
}

impl Opening {
    /// Opens all ports and sockets.
    ///
    /// # Errors
    /// The first address that cannot be listened on; the message has it.
    pub(super) fn new(asked: Asked<'_>) -> io::Result<Self> {
        let mut opened = Self {
            hosts: Host::all(asked.hosts)?,
            listeners: Vec::new(),
            http: Vec::new(),
            shown: Vec::new(),
            reserved: Vec::new(),
            inherited: asked.inherited,
        };
        for &port in asked.ports.get("http").map_or(&[][..], Vec::as_slice) {
            let first = opened.listen(port, &Origin::Scheme("http".to_owned()))?;
            opened.http.push(first);
        }
        let others = asked.ports.iter().filter(|(scheme, _)| *scheme != "http");
        for (scheme, ports) in others {
            let open = |&port: &Port| match port {
                port if asked.served.includes(scheme) => {
                    let first = opened.listen(port, &Origin::Scheme(scheme.clone()))?;
                    Ok(first.port())
                }
                Port::Number(number) | Port::Preferred(number) => Ok(number),
                Port::Free => opened.reserve(),
            };
            let numbers = ports.iter().map(open).collect::<io::Result<_>>()?;
            opened.shown.push((scheme.clone(), numbers));
        }
        for (index, port) in asked.own.into_iter().enumerate() {
            opened.listen(port, &Origin::Listener(index))?;
        }
        for path in asked.unix {
            let listener = match &mut opened.inherited {
                Some(sockets) => sockets.next_listener(),
                None => Listener::unix(path),
            };
            let listener = listener.map_err(|error| named(&path.display(), &error))?;
            opened.listeners.push((listener, Origin::Unix));
        }
        Ok(opened)
    }

    /// The addresses of the listeners, without those of Unix sockets.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        let listeners = self.listeners.iter();
        listeners
            .filter_map(|(listener, _)| listener.address().ip())
            .collect()
    }

    /// Listens on a port of every host, and returns the address on the first one.
    fn listen(&mut self, port: Port, origin: &Origin) -> io::Result<SocketAddr> {
        let listeners = match (&mut self.inherited, port) {
            (Some(sockets), _) => self.hosts.iter().map(|_| sockets.next_listener()).collect(),
            (None, Port::Free) => self.listen_on_free(),
            (None, Port::Number(number)) => self.listen_on(number),
            (None, Port::Preferred(number)) => match self.listen_on(number) {
                Err(error) if is_in_use(&error) => self.listen_on_free(),
                listeners => listeners,
            },
        }?;
        let first = listeners.first().and_then(|first| first.address().ip());
        let first = first.ok_or(io::ErrorKind::InvalidInput)?;
        let listeners = listeners.into_iter();
        self.listeners
            .extend(listeners.map(|listener| (listener, origin.clone())));
        Ok(first)
    }

    /// Listens on a port of every host that is free on all of them.
    fn listen_on_free(&self) -> io::Result<Vec<Listener>> {
        let mut result = self.listen_on(0);
        for _ in 1..ATTEMPTS {
            match result {
                Err(error) if is_in_use(&error) => result = self.listen_on(0),
                _ => break,
            }
        }
        result
    }

    /// Listens on a port of every host; 0 is a free one of the first host.
    fn listen_on(&self, mut port: u16) -> io::Result<Vec<Listener>> {
        let mut listeners = Vec::with_capacity(self.hosts.len());
        for host in &self.hosts {
            let listener = host.listen(port, self.dual_stack())?;
            if let Some(number) = listener.address().port() {
                port = number;
            }
            listeners.push(listener);
        }
        Ok(listeners)
    }

    /// With one host, `::` is every address. With several, another one of them may be for IPv4.
    fn dual_stack(&self) -> DualStack {
        match self.hosts.len() {
            1 => DualStack::AsTheSystem,
            _ => DualStack::Off,
        }
    }

    fn reserve(&mut self) -> io::Result<u16> {
        let host = self.hosts.first().ok_or(io::ErrorKind::InvalidInput)?;
        let reserved = match &mut self.inherited {
            Some(sockets) => sockets.next_reserved(),
            None => Reserved::new(host.address),
        };
        let reserved = reserved.map_err(|error| host.named(0, &error))?;
        let number = reserved.port();
        self.reserved.push(reserved);
        Ok(number)
    }
}

impl Host {
    /// The hosts, without repetitions of an address.
    fn all(names: &[String]) -> io::Result<Vec<Self>> {
        let mut hosts = Vec::<Self>::with_capacity(names.len());
        for name in names {
            let address =
                listener::resolve(name).map_err(|error| named(&format_args!("{name}"), &error))?;
            if hosts.iter().all(|host| host.address != address) {
                let name = name.clone();
                hosts.push(Self { name, address });
            }
        }
        Ok(hosts)
    }

    fn listen(&self, port: u16, dual_stack: DualStack) -> io::Result<Listener> {
        let mut address = self.address;
        address.set_port(port);
        Listener::tcp(address, dual_stack).map_err(|error| self.named(port, &error))
    }

    fn named(&self, port: u16, error: &io::Error) -> io::Error {
        named(&format_args!("{}:{port}", self.name), error)
    }
}

fn is_in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

fn named(place: &dyn std::fmt::Display, error: &io::Error) -> io::Error {
    let message = format!("cannot listen on {place}: {error}");
    io::Error::new(error.kind(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(
        hosts: &[&str],
        ports: &BTreeMap<String, Vec<Port>>,
        served: Served,
    ) -> io::Result<Opening> {
        let hosts: Vec<_> = hosts.iter().map(|&host| host.to_owned()).collect();
        Opening::new(Asked {
            hosts: &hosts,
            ports,
            own: Vec::new(),
            unix: &[],
            served,
            inherited: None,
        })
    }

    fn schemes(opened: &Opening) -> Vec<&str> {
        let origins = opened.listeners.iter().map(|(_, origin)| match origin {
            Origin::Scheme(scheme) => scheme.as_str(),
            other => panic!("expected a scheme, found {other:?}"),
        });
        origins.collect()
    }

    #[test]
    fn ports_of_all_kinds() {
        let local = listener::resolve("127.0.0.1").unwrap();
        let taken = Listener::tcp(local, DualStack::AsTheSystem).unwrap();
        let number = taken.address().port().unwrap();
        let ports = [
            ("http", vec![Port::Preferred(number), Port::Free]),
            ("http-local", vec![Port::Free]),
            ("https", vec![Port::Number(number), Port::Free]),
        ];
        let ports = ports.map(|(scheme, ports)| (scheme.to_owned(), ports));
        let opened = open(&["127.0.0.1"], &BTreeMap::from(ports), Served::default()).unwrap();
        let addresses = opened.addresses();
        assert_eq!((addresses.len(), opened.http.len()), (3, 2));
        assert_eq!(schemes(&opened), ["http", "http", "http-local"]);
        assert!(addresses.iter().all(|address| address.port() != number));
        let reserved = opened.reserved[0].port();
        let shown = [
            ("http-local".to_owned(), vec![addresses[2].port()]),
            ("https".to_owned(), vec![number, reserved]),
        ];
        assert_eq!(opened.shown, shown);

        let ports = BTreeMap::from([("http".to_owned(), vec![Port::Number(number)])]);
        let error = open(&["127.0.0.1"], &ports, Served::default());
        let error = error.err().unwrap().to_string();
        let expected = format!("cannot listen on 127.0.0.1:{number}: ");
        assert!(error.starts_with(&expected), "{error}");
    }

    #[test]
    fn several_hosts_share_each_port() {
        let ports = BTreeMap::from([("http".to_owned(), vec![Port::Free, Port::Free])]);
        for (hosts, expected) in [
            (&["127.0.0.1", "::1"][..], &["127.0.0.1", "::1"][..]),
            (&["::1", "127.0.0.1", "::1"], &["::1", "127.0.0.1"]),
            (&["::", "0.0.0.0"], &["::", "0.0.0.0"]),
        ] {
            let opened = open(hosts, &ports, Served::default()).unwrap();
            let addresses = opened.addresses();
            let (first, second) = addresses.split_at(expected.len());
            assert_eq!(opened.http, [first[0], second[0]]);
            for addresses in [first, second] {
                let hosts: Vec<_> = addresses.iter().map(|one| one.ip().to_string()).collect();
                assert_eq!(hosts, expected);
                let port = addresses[0].port();
                assert!(addresses.iter().all(|address| address.port() == port));
            }
        }
        // Every port of the one is one of the other.
        let error = open(&["0.0.0.0", "127.0.0.1"], &ports, Served::default());
        let error = error.err().unwrap().to_string();
        assert!(error.starts_with("cannot listen on 127.0.0.1:"), "{error}");
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
            let opened = open(&["127.0.0.1"], &ports, Served { tls, websockets }).unwrap();
            assert_eq!(schemes(&opened), expected);
        }
    }
}
