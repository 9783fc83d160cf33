//! Requested ports, before the server listens, and the schemes that this server supports.

use crate::http::scheme::Scheme;

/// A requested port.
///
/// ```
/// use wireserve::Port;
///
/// assert_eq!(Port::from(8000), Port::Number(8000));
/// assert_eq!(Port::from(0), Port::Free);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Exactly this port. Listening fails if it is in use.
    Number(u16),
    /// This port, or a free one if it is in use.
    Preferred(u16),
    /// A free port that the system chooses; `"auto"` or 0 in a configuration.
    Free,
}

impl From<u16> for Port {
    fn from(number: u16) -> Self {
        match number {
            0 => Self::Free,
            number => Self::Number(number),
        }
    }
}

/// What is spoken on the ports of a scheme, where WebSockets begin as HTTP (RFC 6455 §1.3); `None` if
/// the server does not support it. Such ports are only shown. `http-local`, `http-public` and
/// `http-private` differ from `http` only in their ports, and so do the variants of `https`.
pub fn spoken(scheme: &str) -> Option<Scheme> {
    match scheme.split('-').next() {
        Some("http" | "ws") => Some(Scheme::Http),
        Some("https" | "wss") => Some(Scheme::Https),
        _ => None,
    }
}

/// Whether the ports of this scheme are for WebSockets. The server listens on them if it has a handler for
/// WebSockets.
pub fn is_for_websockets(scheme: &str) -> bool {
    matches!(scheme, "ws" | "wss")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn served_schemes() {
        for (scheme, expected) in [
            ("http", Some(Scheme::Http)),
            ("http-local", Some(Scheme::Http)),
            ("http-public", Some(Scheme::Http)),
            ("https", Some(Scheme::Https)),
            ("https-local", Some(Scheme::Https)),
            ("h2", None),
            ("ws", Some(Scheme::Http)),
            ("wss", Some(Scheme::Https)),
        ] {
            assert_eq!(spoken(scheme), expected, "{scheme}");
        }
        assert_eq!(Port::from(0), Port::Free);
        assert_eq!(Port::from(80), Port::Number(80));
    }
}
