//! What the client asked, as facts over the head's exact bytes: nothing is decoded before somebody
//! asks. The names are the reference's (contract §2.1, §8.7).

use std::net::SocketAddr;

use crate::http::Malformed;
use crate::http::framing::{self, Framing, Trust};
use crate::http::head::Head;
use crate::http::request_line::Version;
use crate::http::target::{self, Parts};
use crate::text::latin1;

/// A request: its head and the connection it came on.
#[derive(Debug)]
pub struct Request {
    head: Head,
    /// What a rewrite put in the place of the head's target.
    rewritten: Option<Vec<u8>>,
    scheme: &'static str,
    peer: SocketAddr,
    local: SocketAddr,
    /// Into `request_path`.
    parts: Parts,
    framing: Framing,
    trust: Trust,
}

/// Whether the client wants the connection to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientWish {
    /// HTTP/1.1 without `Connection: close`, or an older version with `keep-alive`.
    Keep,
    /// The connection is to be closed behind the response.
    Close,
}

impl Request {
    /// A request from a head that arrived on a connection between the two addresses.
    ///
    /// # Errors
    /// When the body's length or the host has no reading.
    pub fn new(head: Head, peer: SocketAddr, local: SocketAddr) -> Result<Self, Malformed> {
        Self::with_target(head, None, peer, local)
    }

    /// Like [`Request::new`], for another target than the head's, if there is one: path, query and URL
    /// are this one's, while the head stays as it came.
    ///
    /// # Errors
    /// Those of [`Request::new`].
    pub fn with_target(
        head: Head,
        rewritten: Option<Vec<u8>>,
        peer: SocketAddr,
        local: SocketAddr,
    ) -> Result<Self, Malformed> {
        let target = rewritten.as_deref().unwrap_or_else(|| head.target());
        let parts = target::split(target::collapse_slashes(target), SCHEME);
        if let Some(host) = head.first("Host") {
            target::check_host(host)?;
        }
        let (framing, trust) = framing::decide(
            head.values("Content-Length"),
            head.values("Transfer-Encoding"),
            head.version(),
        )?;
        Ok(Self {
            head,
            rewritten,
            scheme: SCHEME,
            peer,
            local,
            parts,
            framing,
            trust,
        })
    }

    /// The head, with everything as it came.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The method, case kept.
    pub fn method(&self) -> &[u8] {
        self.head.method()
    }

    /// The target as handlers see it: raw, but rewritten where a rule says so, and with several leading
    /// slashes made one.
    pub fn request_path(&self) -> &[u8] {
        let target = self.rewritten.as_deref();
        target::collapse_slashes(target.unwrap_or_else(|| self.head.target()))
    }

    /// The path of the URL, not decoded: what routes match.
    pub fn path(&self) -> &[u8] {
        &self.request_path()[self.parts.path.clone()]
    }

    /// The query of the URL, without `?`.
    pub fn query(&self) -> &[u8] {
        &self.request_path()[self.parts.query.clone()]
    }

    /// The whole URL. It has the host and port of the `Host` field, in the client's spelling, or else
    /// the address of this server; an absolute target is the URL.
    pub fn url(&self) -> String {
        let path = latin1::decode(self.request_path());
        if target::is_absolute(self.request_path(), self.scheme) {
            return path.into_owned();
        }
        let port = self.local.port().to_string();
        let own = self.local.ip().to_string();
        let field = self.head.first("Host").map(latin1::decode);
        let (host, port) = match &field {
            None => (own.as_str(), port.as_str()),
            Some(host) => host.split_once(':').unwrap_or((host, &port)),
        };
        format!("{}://{host}:{port}{path}", self.scheme)
    }

    /// The client's address.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// The address that the client connected to.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// How the body ends.
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the client waits for `100 Continue` (RFC 9110 §10.1.1).
    pub fn expects_continue(&self) -> bool {
        self.head.version() >= Version::HTTP_11
            && self
                .head
                .first("Expect")
                .is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue"))
    }

    /// What the client wants to become of the connection. `Connection` counts only if `close` or
    /// `keep-alive` is all it says, as in the reference (contract §8.2).
    pub fn client_wish(&self) -> ClientWish {
        if self.trust == Trust::Doubtful {
            return ClientWish::Close;
        }
        let connection = self.head.first("Connection").unwrap_or_default();
        if connection.eq_ignore_ascii_case(b"close") {
            ClientWish::Close
        } else if connection.eq_ignore_ascii_case(b"keep-alive")
            || self.head.version() >= Version::HTTP_11
        {
            ClientWish::Keep
        } else {
            ClientWish::Close
        }
    }
}

/// What every connection speaks so far.
pub const SCHEME: &str = "http";

#[cfg(test)]
mod tests {
    use super::*;

    fn request(head: &str) -> Request {
        let address = "127.0.0.1:80".parse().unwrap();
        let head = Head::parse(head.as_bytes().to_vec()).unwrap();
        Request::new(head, address, address).unwrap()
    }

    #[test]
    fn urls() {
        for (head, url) in [
            ("GET /x?y HTTP/1.1\r\n\r\n", "http://127.0.0.1:80/x?y"),
            (
                "GET //x HTTP/1.1\r\nHost: Foo.TEST\r\n\r\n",
                "http://Foo.TEST:80/x",
            ),
            ("GET /#f HTTP/1.1\r\nHost: a:81\r\n\r\n", "http://a:81/#f"),
            (
                "GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n",
                "http://[::1]:81/",
            ),
            ("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", "http://b/x"),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "http://a:80*"),
        ] {
            assert_eq!(request(head).url(), url);
        }
    }

    #[test]
    fn a_rewritten_target_is_all_but_the_head_s() {
        let address = "127.0.0.1:80".parse().unwrap();
        let head = b"GET /old?q HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
        let head = Head::parse(head).unwrap();
        let target = Some(b"//new?q#f".to_vec());
        let request = Request::with_target(head, target, address, address).unwrap();
        assert_eq!(request.request_path(), b"/new?q#f");
        assert_eq!((request.path(), request.query()), (&b"/new"[..], &b"q"[..]));
        assert_eq!(request.url(), "http://a:80/new?q#f");
        assert_eq!(request.head().target(), b"/old?q");
    }

    #[test]
    fn wishes() {
        use ClientWish::{Close, Keep};
        for (version, fields, wish) in [
            ("HTTP/1.1", "", Keep),
            ("HTTP/1.1", "Connection: CLOSE\r\n", Close),
            ("HTTP/1.1", "Connection: close, x\r\n", Keep),
            ("HTTP/1.0", "", Close),
            ("HTTP/1.0", "Connection: Keep-Alive\r\n", Keep),
            (
                "HTTP/1.1",
                "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                Close,
            ),
        ] {
            let head = format!("GET / {version}\r\n{fields}\r\n");
            assert_eq!(request(&head).client_wish(), wish, "{head:?}");
        }
        assert_eq!(request("GET /\r\n\r\n").client_wish(), Close);
    }
}
