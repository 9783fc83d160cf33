//! The request target as a URL's parts (reference §8.7.2): which bytes are the path that routes match
//! and which the query. The target itself stays as the client sent it.

use std::ops::Range;

use super::Malformed;
use super::grammar::broken_authority;

/// Where path and query stand in a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The path, not decoded; empty for `*` and for CONNECT's `host:port`.
    pub path: Range<usize>,
    /// What is behind the first `?`, without the fragment.
    pub query: Range<usize>,
}

/// Splits a target as `urlsplit(scheme://host:port + target)` does, absolute form included.
pub fn split(target: &[u8], scheme: &str) -> Parts {
    let authority = if is_absolute(target, scheme) {
        scheme.len() + "://".len()
    } else {
        0
    };
    let find = |from: usize, stops: &[u8]| {
        target[from..]
            .iter()
            .position(|byte| stops.contains(byte))
            .map_or(target.len(), |at| from + at)
    };
    let path = find(authority, b"/?#");
    let fragment = find(path, b"#");
    let query = find(path, b"?#");
    Parts {
        path: path..query,
        query: (query + 1).min(fragment)..fragment,
    }
}

/// The forms of a target (RFC 9112 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetForm {
    /// A path and perhaps a query (RFC 9112 §3.2.1).
    Origin,
    /// A whole URL, of any scheme (RFC 9112 §3.2.2).
    Absolute,
    /// Host and port (RFC 9112 §3.2.3).
    Authority,
    /// `*` (RFC 9112 §3.2.4).
    Asterisk,
    /// None of these.
    Other,
}

impl TargetForm {
    /// Its name in JSON and Python.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Absolute => "absolute",
            Self::Authority => "authority",
            Self::Asterisk => "asterisk",
            Self::Other => "other",
        }
    }
}

/// The form that a target has, whether or not it suits the method. The method decides where a target
/// has two readings: `a:` is a host without a port number for CONNECT, else a URL of the scheme `a`.
pub fn form(method: &[u8], target: &[u8]) -> TargetForm {
    let colon = target.iter().position(|&byte| byte == b':');
    let is_scheme = |text: &[u8]| {
        text.first().is_some_and(u8::is_ascii_alphabetic)
            && text
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
    };
    match target {
        b"*" => TargetForm::Asterisk,
        [b'/', ..] => TargetForm::Origin,
        _ if is_host_and_port(target) && (method == b"CONNECT" || !target.ends_with(b":")) => {
            TargetForm::Authority
        }
        _ if colon.is_some_and(|colon| is_scheme(&target[..colon])) => TargetForm::Absolute,
        _ => TargetForm::Other,
    }
}

/// `host:port`, the port being any number of digits.
fn is_host_and_port(target: &[u8]) -> bool {
    let digits = target.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let host = target[..target.len() - digits.count()].strip_suffix(b":");
    host.is_some_and(|host| !host.is_empty()) && broken_authority(target).is_none()
}

/// Whether the target is a whole URL of this server's scheme (RFC 9112 §3.2.2).
pub fn is_absolute(target: &[u8], scheme: &str) -> bool {
    target
        .strip_prefix(scheme.as_bytes())
        .is_some_and(|rest| rest.starts_with(b"://"))
}

/// The target as handlers see it: several leading slashes are one, which keeps `//host/` from being
/// read as a URL without a scheme (CPython gh-87389).
pub fn collapse_slashes(target: &[u8]) -> &[u8] {
    let slashes = target.iter().take_while(|&&byte| byte == b'/').count();
    &target[slashes.saturating_sub(1)..]
}

/// Refuses a `Host` that would change what the rest of the URL means, or that no URL parser takes: one
/// with blanks, `/`, `?`, `#` or half a pair of brackets. Missing and empty values are the client's
/// right to send, and a port that is no number is for the handler to see.
///
/// # Errors
/// [`Malformed::Host`].
pub fn check_host(host: &[u8]) -> Result<(), Malformed> {
    let breaks_url = |byte: &u8| byte.is_ascii_control() || b" /?#\\".contains(byte);
    let brackets = (host.contains(&b'['), host.contains(&b']'));
    if host.iter().any(breaks_url) || brackets.0 != brackets.1 {
        return Err(Malformed::Host(host.to_vec()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_query() {
        for (target, path, query) in [
            ("/", "/", ""),
            ("/a/b?c=d#e", "/a/b", "c=d"),
            ("/a#b?c", "/a", ""),
            ("/a?", "/a", ""),
            ("/a??b", "/a", "?b"),
            ("http://h/x?y", "/x", "y"),
            ("http://h?y", "", "y"),
            ("http://h", "", ""),
            ("https://h/x", "//h/x", ""),
            ("*", "", ""),
            ("h:443", "", ""),
            ("?q", "", "q"),
        ] {
            let parts = split(target.as_bytes(), "http");
            assert_eq!(&target[parts.path], path, "{target}");
            assert_eq!(&target[parts.query], query, "{target}");
        }
    }

    #[test]
    fn forms() {
        use TargetForm as T;
        for (method, target, form) in [
            ("GET", "/", T::Origin),
            ("GET", "//h/x", T::Origin),
            ("CONNECT", "/x", T::Origin),
            ("GET", "http://h/x", T::Absolute),
            ("GET", "HTTPS://h", T::Absolute),
            ("GET", "urn:x", T::Absolute),
            ("CONNECT", "http://h/", T::Absolute),
            ("CONNECT", "h:443", T::Authority),
            ("CONNECT", "h:", T::Authority),
            ("CONNECT", "[::1]:443", T::Authority),
            ("GET", "h:443", T::Authority),
            ("GET", "h:", T::Absolute),
            ("CONNECT", "h", T::Other),
            ("CONNECT", ":443", T::Other),
            ("CONNECT", "[::1]", T::Other),
            ("CONNECT", "u@h:443", T::Other),
            ("OPTIONS", "*", T::Asterisk),
            ("GET", "*", T::Asterisk),
            ("GET", "x", T::Other),
            ("GET", "?q", T::Other),
            ("GET", "**", T::Other),
            ("GET", "", T::Other),
        ] {
            let found = super::form(method.as_bytes(), target.as_bytes());
            assert_eq!(found, form, "{method} {target}");
        }
    }

    #[test]
    fn slashes() {
        assert_eq!(collapse_slashes(b"///a//b"), b"/a//b");
        assert_eq!(collapse_slashes(b"/a"), b"/a");
        assert_eq!(collapse_slashes(b"*"), b"*");
    }

    #[test]
    fn hosts() {
        for good in [
            "", "a", "a:80", "a:", "[::1]", "[::1]:80", "\u{e9}", "A.b_c", "u@h:x:1",
        ] {
            assert_eq!(check_host(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in ["a b", "a/b", "[::1", "a]", "a\tb", "?", "a#", "a\\b"] {
            assert!(check_host(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
