//! The address of one end of a connection, as a value: of an IP socket, or of a Unix socket.

use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// The address of one end of a connection.
///
/// ```
/// use std::net::SocketAddr;
///
/// use wireserve::Address;
///
/// let address = Address::from(SocketAddr::from(([127, 0, 0, 1], 80)));
/// assert_eq!((address.to_string().as_str(), address.port()), ("127.0.0.1:80", Some(80)));
/// assert_eq!((address.host(), address.pair().1), ("127.0.0.1".to_owned(), 80));
/// assert_eq!((Address::Unix(None).to_string().as_str(), Address::Unix(None).ip()), ("unix:", None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// The path of a Unix socket, if it has one. Those of clients usually have none.
    Unix(Option<Arc<Path>>),
}

/// The host of URLs that lead to a Unix socket, as most clients send it.
const LOCAL_HOST: &str = "localhost";

impl Address {
    /// The IP address and the port; `None` for a Unix socket.
    ///
    /// See the example of [`Address`].
    pub fn ip(&self) -> Option<SocketAddr> {
        match self {
            Self::Ip(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// The port; `None` for a Unix socket.
    ///
    /// See the example of [`Address`].
    pub fn port(&self) -> Option<u16> {
        self.ip().map(|address| address.port())
    }

    /// The host of URLs that lead there: the IP address, or `localhost`.
    ///
    /// See the example of [`Address`].
    pub fn host(&self) -> String {
        match self.ip() {
            Some(address) => address.ip().to_string(),
            None => LOCAL_HOST.to_owned(),
        }
    }

    /// What Python's `socket` would call the address, as a pair: a Unix socket has no host and no port.
    ///
    /// See the example of [`Address`].
    pub fn pair(&self) -> (String, u16) {
        self.ip().map_or_else(
            || (String::new(), 0),
            |address| (address.ip().to_string(), address.port()),
        )
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}

/// `127.0.0.1:80`, `[::1]:80`, `unix:/run/x.sock`, or `unix:` without a path; always on one line.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Unix(path) => {
                f.write_str("unix:")?;
                let path = path.as_deref().map(Path::to_string_lossy);
                let mut characters = path.as_deref().unwrap_or_default().chars();
                characters.try_for_each(|character| match character.is_control() {
                    true => write!(f, "{}", character.escape_default()),
                    false => f.write_char(character),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_text_and_in_urls() {
        let ip = |text: &str| Address::from(text.parse::<SocketAddr>().unwrap());
        let unix = |path: &str| Address::Unix(Some(Path::new(path).into()));
        for (address, text, host, port) in [
            (ip("127.0.0.1:80"), "127.0.0.1:80", "127.0.0.1", Some(80)),
            (ip("[::1]:8000"), "[::1]:8000", "::1", Some(8000)),
            (unix("/run/a b"), "unix:/run/a b", "localhost", None),
            (unix("/a\nb"), "unix:/a\\nb", "localhost", None),
            (Address::Unix(None), "unix:", "localhost", None),
        ] {
            assert_eq!(address.to_string(), text);
            assert_eq!((&*address.host(), address.port()), (host, port));
        }
        assert_eq!(ip("[::1]:80").pair(), ("::1".to_owned(), 80));
        assert_eq!(unix("/run/x").pair(), (String::new(), 0));
    }
}
