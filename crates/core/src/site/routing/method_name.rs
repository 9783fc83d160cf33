//! The names of methods in rules: routes and rewrites.

use thiserror::Error;

use crate::http::grammar::is_tchar;

/// The methods of RFC 9110 §9.3 and RFC 5789.
const KNOWN: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// Why a text is not a method.
///
/// ```
/// use wireserve::{Exchange, RouteError, Server};
///
/// let added = Server::builder().route("A B", "/", |_: &mut Exchange<'_>| Ok(()));
/// assert!(matches!(added, Err(RouteError::Method(_))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MethodError {
    /// It is not a token.
    #[error("expected a method or `*`, found {0:?}, which is not a token (RFC 9110 §5.6.2)")]
    NotToken(String),
    /// A known method, but not in upper case. No usual request would match it.
    #[error("expected `{expected}`, found `{found}`: methods are case-sensitive (RFC 9110 §9.1)")]
    Case {
        /// The text.
        found: String,
        /// The method.
        expected: &'static str,
    },
}

/// Checks the method of a rule: `*` or any token, but not another spelling of a known method.
///
/// # Errors
/// When no usual request could match.
pub fn check(method: &str) -> Result<(), MethodError> {
    if method.is_empty() || !method.bytes().all(is_tchar) {
        return Err(MethodError::NotToken(method.to_owned()));
    }
    let known = KNOWN
        .iter()
        .find(|known| known.eq_ignore_ascii_case(method));
    match known {
        Some(known) if *known != method => Err(MethodError::Case {
            found: method.to_owned(),
            expected: known,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_rules() {
        for method in ["*", "GET", "PROPFIND", "foo", "M-SEARCH", "X!"] {
            assert_eq!(check(method), Ok(()), "{method}");
        }
        for (method, named) in [
            ("", "\"\""),
            ("GET POST", "\"GET POST\""),
            ("GET,POST", "token"),
            ("GET\n", "\\n"),
            ("GÉT", "token"),
            ("get", "`GET`"),
            ("Post", "`POST`"),
            ("patch", "`PATCH`"),
        ] {
            let error = check(method).unwrap_err().to_string();
            assert!(error.contains(named), "{method}: {error}");
        }
    }
}
