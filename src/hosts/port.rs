//! Requested ports, before the server listens, and the schemes that this server supports.

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

/// Whether the server listens on ports of this scheme. Ports of other schemes are only shown.
/// `http-local`, `http-public` and `http-private` differ from `http` only in their ports.
pub fn is_served(scheme: &str) -> bool {
    scheme == "http" || scheme.starts_with("http-")
}

/// Whether the ports of this scheme are for WebSockets. The server listens on them if it has a handler for
/// WebSockets.
pub fn is_for_websockets(scheme: &str) -> bool {
    scheme == "ws"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn served_schemes() {
        for (scheme, served) in [
            ("http", true),
            ("http-local", true),
            ("http-public", true),
            ("https", false),
            ("https-local", false),
            ("h2", false),
            ("ws", false),
        ] {
            assert_eq!(is_served(scheme), served, "{scheme}");
        }
        assert_eq!(Port::from(0), Port::Free);
        assert_eq!(Port::from(80), Port::Number(80));
    }
}
