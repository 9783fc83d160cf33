//! What is asked: a path of the site or the URL of a server that runs, and the bytes of the request.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};

use httparse::{EMPTY_HEADER, Status};

use super::persistence;

/// Methods whose requests may be sent twice (RFC 9110 §9.2.2).
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

/// The most field lines of a request file.
const MAX_FIELDS: usize = 128;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To the site that is started: the target of the request. It begins with `/` unless a file has another form.
    Path(String),
    /// To a server that runs.
    Url(Url),
}

/// The URL of a server that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Host and port, as in `Host`.
    pub authority: String,
    /// Path and query.
    pub target: String,
}

/// A request, in its exact bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The method.
    pub method: String,
    /// The target of the request line.
    pub target: String,
    /// Whether it asks the server to close the connection after its response.
    pub closes: bool,
    /// When it is sent again on another connection.
    pub repeats: Repeats,
}

/// When a request is sent again because the connection has ended before the server could know of it, as far as one can
/// tell (RFC 9112 §9.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// The method is not idempotent (RFC 9110 §9.2.2).
    Never,
    /// The server has closed the connection. One that reads on after that, as ours does, does not reset it.
    IfClosed,
    /// The server has closed or reset it.
    IfEnded,
}

/// A request as a file has it, for any target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    method: String,
    target: String,
    /// The rest of the request line, with its line end.
    version: Vec<u8>,
    /// The field lines, with the empty line.
    fields: Vec<u8>,
    has_host: bool,
    closes: bool,
    body: Vec<u8>,
}

impl Target {
    /// Reads `http://HOST[:PORT]/PATH`, or a path of the site, with or without its first slash.
    ///
    /// # Errors
    /// What was found, and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(format!(
                "expected a path or a URL without spaces, percent-encoded, found {text:?}"
            ));
        }
        if text.contains('#') {
            return Err(format!(
                "expected a path or a URL without a fragment, which is not sent, found {text:?}; a # in a name is %23"
            ));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            let path = text.strip_prefix("./").unwrap_or(text);
            return Ok(Self::Path(format!("/{}", path.trim_start_matches('/'))));
        };
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(format!("expected a URL with http://, found {text:?}"));
        }
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(at);
        if authority.is_empty() || authority.contains('@') {
            return Err(format!("expected http://HOST[:PORT]/PATH, found {text:?}"));
        }
        Ok(Self::Url(Url {
            authority: authority.to_owned(),
            target: match target.starts_with('/') {
                true => target.to_owned(),
                false => format!("/{target}"),
            },
        }))
    }

    /// As it is named in reports.
    pub fn shown(&self) -> String {
        match self {
            Self::Path(path) => path.clone(),
            Self::Url(url) => format!("http://{}{}", url.authority, url.target),
        }
    }

    /// The target of its request line.
    pub fn of_request_line(&self) -> &str {
        match self {
            Self::Path(path) => path,
            Self::Url(url) => &url.target,
        }
    }
}

impl Url {
    /// The first address of its host.
    ///
    /// # Errors
    /// When the host is unknown.
    pub fn address(&self) -> io::Result<SocketAddr> {
        let has_port = self
            .authority
            .rsplit(']')
            .next()
            .is_some_and(|end| end.contains(':'));
        let mut addresses = match has_port {
            true => self.authority.to_socket_addrs()?,
            false => format!("{}:80", self.authority).to_socket_addrs()?,
        };
        addresses
            .next()
            .ok_or_else(|| io::Error::other("the host has no address"))
    }
}

impl Request {
    /// A GET.
    pub fn get(target: &str, host: &str) -> Self {
        Self {
            bytes: format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes(),
            method: "GET".to_owned(),
            target: target.to_owned(),
            closes: false,
            repeats: Repeats::IfEnded,
        }
    }
}

impl Template {
    /// Reads a request: head, empty line, body. Line ends may be LF alone; they are sent as they are.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        if file.starts_with(b"\r") || file.starts_with(b"\n") {
            return Err("expected a request line, found an empty line before it".to_owned());
        }
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        let length = match request.parse(file) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => {
                return Err("expected an empty line after the head, found none".to_owned());
            }
            Err(error) => return Err(format!("expected the head of a request, found: {error}")),
        };
        let method = request.method.unwrap_or_default().to_owned();
        let target = request.path.unwrap_or_default().to_owned();
        let (head, body) = file.split_at(length);
        let body = body.to_vec();
        let line_end = head
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(length, |at| at + 1);
        let (line, field_lines) = head.split_at(line_end);
        let version = line
            .iter()
            .rposition(|&byte| byte == b' ')
            .unwrap_or(line.len());
        let value = |name: &str| {
            let mut fields = request.headers.iter();
            let field = fields.find(|field| field.name.eq_ignore_ascii_case(name));
            field.map(|field| String::from_utf8_lossy(field.value).trim().to_owned())
        };
        let mut template = Self {
            method,
            target,
            version: line[version..].to_vec(),
            fields: field_lines.to_vec(),
            has_host: value("Host").is_some(),
            closes: persistence::closes(request.version, request.headers),
            body,
        };
        match (value("Content-Length"), value("Transfer-Encoding")) {
            (None, None) if template.body.is_empty() => {}
            (None, None) => {
                let length = template.body.len();
                template.insert(&format!("Content-Length: {length}\r\n"));
            }
            (Some(length), None) if length != template.body.len().to_string() => {
                return Err(format!(
                    "expected a body of {length} bytes, as Content-Length says, found {}",
                    template.body.len()
                ));
            }
            _ => {}
        }
        Ok(template)
    }

    /// The method of its request line.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The target of its request line.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The request for a target; `Host` is added if it is missing.
    pub fn request(&self, target: &str, host: &str) -> Request {
        let mut with_host = self.clone();
        if !self.has_host {
            with_host.insert(&format!("Host: {host}\r\n"));
        }
        let mut bytes = format!("{} {target}", self.method).into_bytes();
        bytes.extend_from_slice(&self.version);
        bytes.extend_from_slice(&with_host.fields);
        bytes.extend_from_slice(&self.body);
        Request {
            bytes,
            method: self.method.clone(),
            target: target.to_owned(),
            closes: self.closes,
            repeats: match IDEMPOTENT.contains(&self.method.as_str()) {
                true => Repeats::IfEnded,
                false => Repeats::Never,
            },
        }
    }

    /// Puts a field line before the others.
    fn insert(&mut self, line: &str) {
        self.fields.splice(0..0, line.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_urls() {
        for (text, shown, target) in [
            ("a.py", "/a.py", "/a.py"),
            ("./a.py?b=c", "/a.py?b=c", "/a.py?b=c"),
            ("/a/b.py", "/a/b.py", "/a/b.py"),
            ("http://h:1/a?b", "http://h:1/a?b", "/a?b"),
            ("http://h", "http://h/", "/"),
            ("http://h:1?b", "http://h:1/?b", "/?b"),
            ("HTTP://h/a", "http://h/a", "/a"),
        ] {
            let parsed = Target::parse(text).unwrap();
            assert_eq!(
                (&*parsed.shown(), parsed.of_request_line()),
                (shown, target)
            );
        }
        for text in [
            "",
            "a b",
            "https://h/",
            "http:///x",
            "é",
            "a#b",
            "http://u:p@h/",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_port_is_optional() {
        for (authority, address) in [
            ("127.0.0.1", "127.0.0.1:80"),
            ("127.0.0.1:8000", "127.0.0.1:8000"),
            ("[::1]", "[::1]:80"),
            ("[::1]:8000", "[::1]:8000"),
        ] {
            let url = Url {
                authority: authority.to_owned(),
                target: "/".to_owned(),
            };
            assert_eq!(url.address().unwrap().to_string(), address);
        }
    }

    #[test]
    fn a_request_file_is_sent_as_it_is() {
        let file = b"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok";
        let template = Template::read(file).unwrap();
        assert_eq!(template.target(), "/a");
        let request = template.request("/a", "other");
        assert_eq!((&request.bytes[..], &*request.method), (&file[..], "PUT"));
        let elsewhere = template.request("/b?c", "other").bytes;
        assert!(elsewhere.starts_with(b"PUT /b?c HTTP/1.1\r\nHost: h\r\n"));
    }

    #[test]
    fn whether_a_request_asks_for_the_end_of_its_connection() {
        for (file, closes) in [
            (&b"GET / HTTP/1.1\r\n\r\n"[..], false),
            (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", true),
            (b"GET / HTTP/1.0\r\n\r\n", true),
            (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false),
        ] {
            let request = Template::read(file).unwrap().request("/", "h");
            assert_eq!(request.closes, closes, "{request:?}");
        }
        assert!(!Request::get("/", "h").closes);
    }

    #[test]
    fn requests_that_may_be_sent_twice() {
        for (method, repeats) in [
            ("PUT", Repeats::IfEnded),
            ("POST", Repeats::Never),
            ("PATCH", Repeats::Never),
        ] {
            let file = format!("{method} / HTTP/1.1\r\n\r\n");
            let request = Template::read(file.as_bytes()).unwrap().request("/", "h");
            assert_eq!(request.repeats, repeats, "{method}");
        }
        assert_eq!(Request::get("/", "h").repeats, Repeats::IfEnded);
    }

    #[test]
    fn what_a_request_file_lacks_is_added() {
        let request = Template::read(b"POST /a HTTP/1.1\nA: b\n\nbody\n").unwrap();
        assert_eq!(
            request.request("/a", "h:1").bytes,
            b"POST /a HTTP/1.1\nHost: h:1\r\nContent-Length: 5\r\nA: b\n\nbody\n"
        );
    }

    #[test]
    fn what_is_wrong_with_a_request_file_is_said() {
        for (file, reason) in [
            (&b"GET / HTTP/1.1\r\n"[..], "an empty line after the head"),
            (b"\x00\r\n\r\n", "the head of a request"),
            (
                b"\r\nGET / HTTP/1.1\r\n\r\n",
                "found an empty line before it",
            ),
            (b"\nGET / HTTP/1.1\n\n", "found an empty line before it"),
            (
                b"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nok",
                "a body of 3 bytes, as Content-Length says, found 2",
            ),
        ] {
            let found = Template::read(file).unwrap_err();
            assert!(found.contains(reason), "{found}");
        }
    }
}
