//! The schemes of URLs that HTTP/1.1 is spoken for (RFC 9110 §4.2).

use std::fmt;

/// The scheme of a connection, which its listener decides.
///
/// ```
/// use wireserve::message::Scheme;
///
/// assert_eq!((Scheme::Http.as_str(), Scheme::Http.port()), ("http", 80));
/// assert_eq!((Scheme::Https.to_string().as_str(), Scheme::Https.port()), ("https", 443));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// `http`: bytes go over TCP as they are.
    #[default]
    Http,
    /// `https`: bytes go through TLS.
    Https,
}

impl Scheme {
    /// The scheme as URLs have it.
    ///
    /// See the example of [`Scheme`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port of URLs without one (RFC 9110 §4.2).
    ///
    /// See the example of [`Scheme`].
    pub fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
