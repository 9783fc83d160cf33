//! The response to a request that no route takes (RFC 9110 §9.1, §15.5.6, §15.6.2): 501 for a method
//! that this server does not know and for CONNECT, since it is no proxy; 405 with `Allow` for a method
//! that is used on something that exists; 204 with `Allow` for `OPTIONS *`; otherwise 404.

use crate::exchange::{Request, Response};
use crate::fault::Fault;

use super::router::{KNOWN, Router};

/// The response to this request.
pub fn answer(router: &Router, request: &Request, answers: Answers) -> Response {
    let method = request.method();
    match (method, answers) {
        (b"CONNECT", _) => {
            let mut response = Response::from(not_implemented(method));
            // The client may have sent bytes for the tunnel already.
            response.headers.append("Connection", "close");
            response
        }
        (b"OPTIONS", _) if request.is_for_the_server() => {
            let mut response = Response {
                status: 204,
                ..Response::default()
            };
            response
                .headers
                .append("Allow", router.methods().join(", "));
            response
        }
        (_, Answers::Reference) => Fault::no_route().into(),
        _ if !is_known(router, method) => not_implemented(method).into(),
        _ => match router.allowed(request) {
            allowed if allowed.is_empty() => Fault::no_route().into(),
            allowed => not_allowed(method, &allowed.join(", ")),
        },
    }
}

/// Which answers are given where the reference departs from RFC 9110 and a page of web-platform-tests
/// could see the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// Those of RFC 9110.
    #[default]
    Rfc,
    /// The reference's: 404 for every request without a route, several slashes at the beginning of a
    /// target as one, and JSON for every fault, since a page can look into a frame that shows one.
    Reference,
}

fn is_known(router: &Router, method: &[u8]) -> bool {
    KNOWN.iter().any(|known| known.as_bytes() == method) || router.names(method)
}

fn not_implemented(method: &[u8]) -> Fault {
    let method = method.escape_ascii();
    Fault::new(
        501,
        format!("this server does not implement the method {method}"),
    )
}

fn not_allowed(method: &[u8], allowed: &str) -> Response {
    let method = method.escape_ascii();
    let message = format!("the method {method} is not allowed here, only {allowed}");
    let mut response = Response::from(Fault::new(405, message));
    response.headers.append("Allow", allowed);
    response
}
