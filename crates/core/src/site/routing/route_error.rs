//! Why a route cannot be added.

use thiserror::Error;

use super::method_name::MethodError;
use super::pattern::PatternError;

/// Why a route cannot be added: its method or its pattern is malformed.
///
/// ```
/// use wireserve::{Exchange, RouteError, Server};
///
/// let added = Server::builder().route("get", "/", |_: &mut Exchange<'_>| Ok(()));
/// let Err(RouteError::Method(error)) = added else { panic!("expected an error") };
/// assert_eq!(
///     error.to_string(),
///     "expected `GET`, found `get`: methods are case-sensitive (RFC 9110 §9.1)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The method is no token, or a known one in another case.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The pattern is malformed.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}
