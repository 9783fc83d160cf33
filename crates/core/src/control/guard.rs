//! Who may use the control interface. A page in a browser under test must not: it does not know the token, and
//! neither a page of another origin nor a host name that was pointed at 127.0.0.1 after the page was loaded (DNS
//! rebinding) is accepted. No response allows another origin to read it.

use crate::exchange::Request;
use crate::http::query;

use super::reply::Refusal;
use super::token::Token;

/// Names of the loopback interface.
const HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Where the token may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenIn {
    /// The field `Authorization` alone.
    Field,
    /// The field, or the parameter `token` of the query: a browser sends no field when it opens a page or an
    /// event stream.
    FieldOrQuery,
}

/// Refuses requests of clients that must not use the interface.
pub(super) fn admit(request: &Request, token: &Token, place: TokenIn) -> Result<(), Refusal> {
    check_host(request)?;
    check_origin(request)?;
    let mut fields = request.head().values("Authorization");
    let presented = match (fields.next(), fields.next()) {
        (Some(value), None) => bearer(value).map(<[u8]>::to_vec),
        (None, _) if place == TokenIn::FieldOrQuery => from_query(request),
        _ => None,
    };
    match presented {
        Some(presented) if token.is(&presented) => Ok(()),
        Some(_) => Err(Refusal::unauthorized("the token is another one")),
        None => Err(Refusal::unauthorized(
            "expected the field `Authorization: Bearer TOKEN`, with the token of the line that the server printed",
        )),
    }
}

fn check_host(request: &Request) -> Result<(), Refusal> {
    let port = own_port(request);
    let mut hosts = request.head().values("Host");
    let is_own = |host: &[u8]| is_own(host.trim_ascii(), port);
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_own(host) => Ok(()),
        _ => Err(Refusal::forbidden(format!(
            "expected the host 127.0.0.1:{port} or localhost:{port}"
        ))),
    }
}

fn check_origin(request: &Request) -> Result<(), Refusal> {
    let port = own_port(request);
    let mut origins = request.head().values("Origin");
    let is_own = |origin: &[u8]| {
        let host = origin.trim_ascii().strip_prefix(b"http://");
        host.is_some_and(|host| is_own(host, port))
    };
    match origins.all(is_own) {
        true => Ok(()),
        false => Err(Refusal::forbidden(
            "pages of other origins may not use the control interface",
        )),
    }
}

/// The interface listens on a port, never on a Unix socket.
fn own_port(request: &Request) -> u16 {
    request.local().port().unwrap_or_default()
}

fn is_own(host: &[u8], port: u16) -> bool {
    let host = host.to_ascii_lowercase();
    HOSTS.iter().any(|own| {
        let rest = host.strip_prefix(own.as_bytes());
        match rest {
            Some(b"") => port == 80,
            Some([b':', digits @ ..]) => digits == port.to_string().as_bytes(),
            _ => false,
        }
    })
}

/// The token of `Bearer TOKEN` (RFC 6750 §2.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    let (scheme, token) = value.split_at_checked(b"Bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"Bearer") && token.starts_with(b" ");
    is_bearer.then(|| token.trim_ascii())
}

fn from_query(request: &Request) -> Option<Vec<u8>> {
    let mut pairs = query::pairs(request.query());
    pairs
        .find(|(name, _)| name == b"token")
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::head::Head;

    fn admitted(target: &str, fields: &str, token: &Token, place: TokenIn) -> u16 {
        let fields = fields.replace("TOKEN", token.text());
        let target = target.replace("TOKEN", token.text());
        let head = format!("GET {target} HTTP/1.1\r\n{fields}\r\n");
        let head = Head::parse(head.into_bytes()).unwrap();
        let (client, own) = (
            "127.0.0.1:9".parse().unwrap(),
            "127.0.0.1:8001".parse().unwrap(),
        );
        let request = Request::new(head, (client, own));
        admit(&request, token, place).map_or_else(|refusal| refusal.status, |()| 200)
    }

    #[test]
    fn only_those_with_the_token_on_an_own_host_are_admitted() {
        use TokenIn::{Field, FieldOrQuery};
        let token = Token::random();
        let auth = "Authorization: Bearer TOKEN\r\n";
        let host = "Host: 127.0.0.1:8001\r\n";
        for (place, target, fields, status) in [
            (Field, "/", format!("{host}{auth}"), 200),
            (Field, "/", format!("Host: LOCALHOST:8001\r\n{auth}"), 200),
            (Field, "/", format!("Host: [::1]:8001\r\n{auth}"), 200),
            (
                Field,
                "/",
                format!("{host}authorization:bearer  TOKEN \r\n"),
                200,
            ),
            (
                Field,
                "/",
                format!("{host}{auth}Origin: http://127.0.0.1:8001\r\n"),
                200,
            ),
            (FieldOrQuery, "/?token=TOKEN", host.to_owned(), 200),
            // Without the token, or with another one.
            (Field, "/", host.to_owned(), 401),
            (Field, "/?token=TOKEN", host.to_owned(), 401),
            (
                Field,
                "/",
                format!("{host}Authorization: Basic TOKEN\r\n"),
                401,
            ),
            (
                Field,
                "/",
                format!("{host}Authorization: BearerTOKEN\r\n"),
                401,
            ),
            (Field, "/", format!("{host}{auth}{auth}"), 401),
            (FieldOrQuery, "/?token=", host.to_owned(), 401),
            (
                FieldOrQuery,
                "/?token=TOKEN",
                format!("{host}Authorization: Bearer x\r\n"),
                401,
            ),
            // A host name that leads here, and pages of other origins, even if they know the token.
            (Field, "/", auth.to_owned(), 403),
            (
                Field,
                "/",
                format!("Host: rebound.test:8001\r\n{auth}"),
                403,
            ),
            (Field, "/", format!("Host: 127.0.0.1\r\n{auth}"), 403),
            (Field, "/", format!("Host: 127.0.0.1:8000\r\n{auth}"), 403),
            (
                Field,
                "/",
                format!("Host: 127.0.0.1.test:8001\r\n{auth}"),
                403,
            ),
            (Field, "/", format!("{host}{host}{auth}"), 403),
            (
                Field,
                "/",
                format!("{host}{auth}Origin: http://127.0.0.1:8000\r\n"),
                403,
            ),
            (Field, "/", format!("{host}{auth}Origin: null\r\n"), 403),
            (
                FieldOrQuery,
                "/?token=TOKEN",
                format!("{host}Origin: https://127.0.0.1:8001\r\n"),
                403,
            ),
        ] {
            assert_eq!(
                admitted(target, &fields, &token, place),
                status,
                "{target} {fields}"
            );
        }
    }
}
