//! The request target (reference §8.7.2): its form, and which bytes are the path that routes match and
//! the query. The target itself is kept as received.

use std::ops::Range;

use super::Malformed;
use super::grammar::invalid_authority;

/// The path and query of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The path, not decoded; empty for asterisk-form and authority-form.
    pub path: Range<usize>,
    /// The query without `?` and without the fragment, not decoded.
    pub query: Range<usize>,
}

/// Splits a target as Python's `urlsplit` does for `scheme://host:port` + target. An absolute-form
/// target is split as the URL that it is.
pub fn split(target: &[u8], scheme: &str) -> Parts {
    let authority = if is_absolute(target, scheme) {
        scheme.len() + "://".len()
    } else {
        0
    };
    let end = |from: usize, found: Option<usize>| found.map_or(target.len(), |at| from + at);
    let path = match target {
        [b'/', ..] => 0,
        _ => end(
            authority,
            memchr::memchr3(b'/', b'?', b'#', &target[authority..]),
        ),
    };
    let query = end(path, memchr::memchr2(b'?', b'#', &target[path..]));
    let fragment = match target.get(query) {
        Some(b'?') => end(query, memchr::memchr(b'#', &target[query..])),
        _ => query,
    };
    Parts {
        path: path..query,
        query: (query + 1).min(fragment)..fragment,
    }
}

/// The form of a request target (RFC 9112 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetForm {
    /// origin-form: a path with an optional query (RFC 9112 §3.2.1).
    Origin,
    /// absolute-form: a URL with any scheme (RFC 9112 §3.2.2).
    Absolute,
    /// authority-form: host and port (RFC 9112 §3.2.3).
    Authority,
    /// asterisk-form: `*` (RFC 9112 §3.2.4).
    Asterisk,
    /// None of the four forms.
    Other,
}

impl TargetForm {
    /// The name in JSON and Python.
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

/// The form of a target, even if the method does not allow it. The method only resolves an ambiguity:
/// `a:` is a host with an empty port for CONNECT, and otherwise a URL with the scheme `a`.
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

/// Whether a target is `host:port`, with any number of digits as port.
fn is_host_and_port(target: &[u8]) -> bool {
    let digits = target.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let host = target[..target.len() - digits.count()].strip_suffix(b":");
    host.is_some_and(|host| !host.is_empty()) && invalid_authority(target).is_none()
}

/// Whether a target is a URL with this server's scheme (RFC 9112 §3.2.2), which is case-insensitive
/// (RFC 3986 §3.1).
#[inline]
pub fn is_absolute(target: &[u8], scheme: &str) -> bool {
    // Almost every target is in origin-form.
    if target.starts_with(b"/") {
        return false;
    }
    target
        .split_at_checked(scheme.len())
        .is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(scheme.as_bytes()) && rest.starts_with(b"://")
        })
}

/// The target as the reference's handlers see it: leading slashes are reduced to one, so that `//host/`
/// is not parsed as a URL without a scheme (CPython gh-87389).
pub fn collapse_slashes(target: &[u8]) -> &[u8] {
    let slashes = target.iter().take_while(|&&byte| byte == b'/').count();
    &target[slashes.saturating_sub(1)..]
}

/// Refuses a `Host` that would change the other parts of the URL or that URL parsers refuse: one with
/// whitespace, control characters, `/`, `?`, `#`, `\`, or an unpaired bracket. Empty values and invalid
/// ports are left to the handler.
///
/// # Errors
/// [`Malformed::Host`].
pub fn check_host(host: &[u8]) -> Result<(), Malformed> {
    let mut found = 0;
    for &byte in host {
        found |= HOST_BYTES[usize::from(byte)];
    }
    match found {
        0 | BRACKETS => Ok(()),
        _ => Err(Malformed::Host(host.to_vec())),
    }
}

const OPENS: u8 = 1;
const CLOSES: u8 = 2;
const BRACKETS: u8 = OPENS | CLOSES;
const BREAKS_URL: u8 = 4;

/// What each byte means for [`check_host`]; 0 for a byte that is always accepted.
const HOST_BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = match byte as u8 {
            b'[' => OPENS,
            b']' => CLOSES,
            b' ' | b'/' | b'?' | b'#' | b'\\' => BREAKS_URL,
            other if other.is_ascii_control() => BREAKS_URL,
            _ => 0,
        };
        byte += 1;
    }
    bytes
};

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
            ("HTTP://h/x?y", "/x", "y"),
            ("https://h/x", "//h/x", ""),
            ("//a/b", "//a/b", ""),
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
