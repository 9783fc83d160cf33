//! The parts of the request's URL as templates name them, `location[host]`. The host and port are parsed
//! as Python's `urlsplit` does: the host in lower case and without brackets, the port a number. A missing
//! port is written as `None`.

use crate::exchange::Request;
use crate::text::latin1;

use super::Wrong;
use super::tokens::Index;
use super::values::{Object, Value};

/// The parts of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The scheme.
    pub scheme: String,
    /// The host, in lower case.
    pub hostname: Option<String>,
    /// The port, if the URL names one.
    pub port: Option<u16>,
    /// The path, not decoded.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
}

impl Location {
    /// The parts of a request's URL.
    pub(super) fn of(request: &Request) -> Result<Self, Wrong> {
        let url = request.url();
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (hostname, port) = host_and_port(authority);
        Ok(Self {
            scheme: scheme.to_owned(),
            hostname: (!hostname.is_empty()).then(|| lower(hostname)),
            port: number(port)?,
            path: latin1::decode(request.path()).into_owned(),
            query: latin1::decode(request.query()).into_owned(),
        })
    }

    fn host(&self) -> String {
        let hostname = self.hostname.as_deref().unwrap_or("None");
        match self.port {
            Some(port) => format!("{hostname}:{port}"),
            None => format!("{hostname}:None"),
        }
    }
}

impl<'e> Object<'e> for Location {
    fn item(&self, index: &Index) -> Result<Value<'e>, Wrong> {
        let Index::Key(name) = index else {
            return Err(Wrong::no_item(index));
        };
        Ok(Value::Text(match name.as_str() {
            "scheme" => self.scheme.clone(),
            "host" => self.host(),
            "server" => format!("{}://{}", self.scheme, self.host()),
            "path" | "pathname" => self.path.clone(),
            "query" => format!("?{}", self.query),
            "hostname" => return Ok(self.hostname.clone().map_or(Value::Nothing, Value::Text)),
            "port" => {
                let port = self.port.map(i128::from);
                return Ok(port.map_or(Value::Nothing, Value::Number));
            }
            _ => return Err(Wrong::no_item(index)),
        }))
    }
}

/// The host without brackets, and the text after its colon.
fn host_and_port(authority: &str) -> (&str, &str) {
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (hostname, rest) = match host.split_once('[') {
        Some((_, bracketed)) => bracketed.split_once(']').unwrap_or((bracketed, "")),
        None => return host.split_once(':').unwrap_or((host, "")),
    };
    (hostname, rest.split_once(':').map_or("", |(_, port)| port))
}

/// The host in lower case, but for an IPv6 zone.
fn lower(hostname: &str) -> String {
    match hostname.split_once('%') {
        Some((host, zone)) => format!("{}%{zone}", host.to_lowercase()),
        None => hostname.to_lowercase(),
    }
}

fn number(port: &str) -> Result<Option<u16>, Wrong> {
    if port.is_empty() {
        return Ok(None);
    }
    // Signs would do for `parse`.
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    let number = port.parse().ok().filter(|_| is_number);
    number
        .map(Some)
        .ok_or_else(|| Wrong::BadPort(port.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipes::template::Fixture;

    fn parts(head: &str) -> Result<Vec<String>, Wrong> {
        let location = Location::of(&Fixture::new(head).request)?;
        let names = ["server", "hostname", "port", "path", "query"];
        let text = |name: &&str| {
            location
                .item(&Index::Key((*name).to_owned()))
                .unwrap()
                .text()
        };
        Ok(names
            .iter()
            .map(|name| text(name).unwrap_or_default())
            .collect())
    }

    #[test]
    fn parts_of_urls() {
        for (head, expected) in [
            (
                "GET /a HTTP/1.1",
                ["http://127.0.0.1:80", "127.0.0.1", "80", "/a", "?"],
            ),
            (
                "GET /%41?b=%41#c HTTP/1.1\r\nHost: A.Test:8000",
                ["http://a.test:8000", "a.test", "8000", "/%41", "?b=%41"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: a",
                ["http://a:80", "a", "80", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: a:",
                ["http://a:None", "a", "", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: ",
                ["http://None:80", "", "80", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: u:p@H:1",
                ["http://h:1", "h", "1", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: u@H:1",
                ["http://h:1", "h", "1", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: [::F]:81",
                ["http://::f:81", "::f", "81", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: [::1]",
                ["http://::1:None", "::1", "", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: [FE80::1%25En0]:1",
                ["http://fe80::1%25En0:1", "fe80::1%25En0", "1", "/", "?"],
            ),
            (
                "GET http://B/c?d HTTP/1.1\r\nHost: a",
                ["http://b:None", "b", "", "/c", "?d"],
            ),
            (
                "GET http://b HTTP/1.1\r\nHost: a",
                ["http://b:None", "b", "", "/", "?"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: a:00",
                ["http://a:0", "a", "0", "/", "?"],
            ),
        ] {
            let found = parts(&format!("{head}\r\n\r\n"));
            assert_eq!(found.unwrap(), expected, "{head}");
        }
        for port in ["x", "65536", "+1", "-1", "1:2", "\u{663}"] {
            let found = parts(&format!("GET / HTTP/1.1\r\nHost: a:{port}\r\n\r\n"));
            assert!(matches!(found, Err(Wrong::BadPort(_))), "{port}");
        }
        assert!(parts("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").is_err());
    }
}
