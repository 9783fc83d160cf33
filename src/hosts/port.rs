//! Ports as they are asked for, before anybody listens: a number, a number that may be replaced when
//! it is taken, or any free one. And which schemes this server speaks.

/// A port of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// This one and no other.
    Number(u16),
    /// This one, or a free one when somebody else listens there.
    Preferred(u16),
    /// A free one, which the system picks; `"auto"` or 0 in a configuration.
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

/// Whether ports of this scheme are listened on, and not only shown. `http-local`, `http-public` and
/// `http-private` differ from `http` in their ports alone.
pub fn is_served(scheme: &str) -> bool {
    scheme == "http" || scheme.starts_with("http-")
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
