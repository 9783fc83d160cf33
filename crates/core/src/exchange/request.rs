//! A request, as ranges of the exact bytes of its head: nothing is decoded until it is used. The
//! names are the reference's (reference §2.1, §8.7).

use std::borrow::Cow;

use crate::http::Malformed;
use crate::http::address::Address;
use crate::http::framing::{self, Framing, Trust};
use crate::http::head::Head;
use crate::http::list;
use crate::http::request_line::Version;
use crate::http::target::{self, Parts};
use crate::text::latin1;

use super::arrival::Arrival;
use super::fate::Fate;

/// A request: its head and the connection it came on.
#[derive(Debug)]
pub struct Request {
    head: Head,
    /// The target that a rewrite has put in place of the head's target.
    rewritten: Option<Vec<u8>>,
    arrival: Arrival,
    /// Into `request_path`.
    parts: Parts,
    /// Why `Host` is malformed, if it is.
    host: Result<(), Malformed>,
    /// How the body is framed, or why that is malformed.
    framing: Result<(Framing, Trust), Malformed>,
    /// Whether other recipients may find another end of the body.
    is_misframed: bool,
}

impl Request {
    /// A request from its head and its arrival.
    pub fn new(head: Head, arrival: impl Into<Arrival>) -> Self {
        Self::with_target(head, None, arrival)
    }

    /// The request of a connection from which nothing has been read: it has no head and no body.
    pub fn unread(arrival: Arrival) -> Self {
        Self::new(Head::nothing(), arrival)
    }

    /// Like [`Request::new`], but with the target of a rewrite, if there is one. Path, query and
    /// URL come from it; the head stays as received.
    pub fn with_target(
        head: Head,
        rewritten: Option<Vec<u8>>,
        arrival: impl Into<Arrival>,
    ) -> Self {
        let target = rewritten.as_deref().unwrap_or_else(|| head.target());
        let arrival = arrival.into();
        let scheme = arrival.scheme.as_str();
        let parts = target::split(target, scheme);
        let host = head.trimmed("Host").map_or(Ok(()), target::check_host);
        let framing = framing::decide(
            head.values("Content-Length"),
            head.values("Transfer-Encoding"),
            head.version(),
        );
        let is_sound = matches!(framing, Ok((_, Trust::Sound)));
        let is_misframed = !is_sound || head.is_misframed();
        Self {
            head,
            rewritten,
            arrival,
            parts,
            host,
            framing,
            is_misframed,
        }
    }

    /// How the request arrived.
    pub fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    /// Whether nothing of a request has been read.
    pub fn is_unread(&self) -> bool {
        self.head.bytes().is_empty()
    }

    /// Why only handlers with [`Policy::Raw`](super::Policy::Raw) accept this request: the length
    /// of its body or its host is malformed.
    pub fn malformed(&self) -> Option<&Malformed> {
        self.host.as_ref().err().or_else(|| self.unframed())
    }

    /// Why the framing of the body is malformed, if it is.
    pub fn unframed(&self) -> Option<&Malformed> {
        self.framing.as_ref().err()
    }

    /// The exact bytes of the head, with the empty lines that precede it.
    pub fn raw_head(&self) -> Vec<u8> {
        [&self.arrival.skipped, self.head.bytes()].concat()
    }

    /// The text that the patterns of routes are matched with: the path. Targets without a path
    /// (`*`, and the authority of CONNECT) are matched with a slash before them.
    pub fn route_path(&self) -> Cow<'_, [u8]> {
        if self.method() == b"CONNECT" {
            match self.request_path() {
                b"*" => Cow::Borrowed(b"/*"),
                target => Cow::Owned([b"/", target].concat()),
            }
        } else if self.is_for_the_server() {
            Cow::Borrowed(b"/*")
        } else {
            Cow::Borrowed(self.path())
        }
    }

    /// Whether the target is the server as a whole: asterisk-form, or OPTIONS for a URL without path and
    /// query (RFC 9112 §3.2.4).
    pub fn is_for_the_server(&self) -> bool {
        let target = self.request_path();
        // Almost every target is in origin-form.
        if target.starts_with(b"/") {
            return false;
        }
        target == b"*"
            || self.method() == b"OPTIONS"
                && self.parts.path.is_empty()
                && self.parts.path.end == target.len()
                && target::is_absolute(target, self.scheme())
    }

    /// The head as received.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The method as received; it is case-sensitive.
    pub fn method(&self) -> &[u8] {
        self.head.method()
    }

    /// The target as handlers see it: as received, unless it was rewritten.
    pub fn request_path(&self) -> &[u8] {
        let target = self.rewritten.as_deref();
        target.unwrap_or_else(|| self.head.target())
    }

    /// The path of the URL, not decoded; `/` for a URL without a path (RFC 9110 §4.2.3).
    pub fn path(&self) -> &[u8] {
        let target = self.request_path();
        match &target[self.parts.path.clone()] {
            b"" if target::is_absolute(target, self.scheme()) => b"/",
            path => path,
        }
    }

    /// The query of the URL, without `?`.
    pub fn query(&self) -> &[u8] {
        &self.request_path()[self.parts.query.clone()]
    }

    /// The whole URL. It has the host and port of the `Host` field, in the client's spelling, or else
    /// the address of this server; an absolute target is the URL.
    pub fn url(&self) -> String {
        let path = latin1::decode(self.request_path());
        if target::is_absolute(self.request_path(), self.scheme()) {
            return path.into_owned();
        }
        let local = &self.arrival.local;
        // A URL that leads to a Unix socket has no port of its own.
        let port = local.port().unwrap_or_else(|| self.arrival.scheme.port());
        let port = port.to_string();
        let own = local.host();
        let field = self.head.trimmed("Host").map(latin1::decode);
        let (host, port) = match &field {
            None => (own.as_str(), port.as_str()),
            Some(host) => host.split_once(':').unwrap_or((host, &port)),
        };
        format!("{}://{host}:{port}{path}", self.scheme())
    }

    /// The client's address.
    pub fn peer(&self) -> &Address {
        &self.arrival.peer
    }

    /// The scheme of the listener that accepted the connection.
    pub fn scheme(&self) -> &'static str {
        self.arrival.scheme.as_str()
    }

    /// The address that the client connected to.
    pub fn local(&self) -> &Address {
        &self.arrival.local
    }

    /// How the body is framed. A body with malformed framing has no bytes; what follows the head then
    /// belongs to no request.
    pub fn framing(&self) -> Framing {
        let framing = self.framing.as_ref();
        framing.map_or(Framing::Length(0), |(framing, _)| *framing)
    }

    /// Whether the client waits for `100 Continue` (RFC 9110 §10.1.1). Other expectations are left to the
    /// handler.
    pub fn expects_continue(&self) -> bool {
        self.head.version() >= Version::HTTP_11
            && list::contains(self.head.values("Expect"), "100-continue")
    }

    /// The contribution of the request to the fate of the connection: [`Fate::Keep`] for HTTP/1.1
    /// without the connection option `close` and for older versions with `keep-alive` (RFC 9112
    /// §9.3), otherwise [`Fate::Close`]. A problem of framing is [`Fate::Abort`], since the next
    /// request may be part of the body: not even a wire script may continue. It is joined once the
    /// response is sent.
    pub fn fate(&self) -> Fate {
        let has_option = |option| list::contains(self.head.values("Connection"), option);
        if self.is_unread() {
            Fate::Keep
        } else if self.is_misframed {
            Fate::Abort
        } else if has_option("close") {
            Fate::Close
        } else if self.head.version() >= Version::HTTP_11 || has_option("keep-alive") {
            Fate::Keep
        } else {
            Fate::Close
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(head: &str) -> Request {
        let address = "127.0.0.1:80".parse().unwrap();
        let head = Head::parse(head.as_bytes().to_vec()).unwrap();
        Request::new(head, (address, address))
    }

    #[test]
    fn urls() {
        for (head, url) in [
            ("GET /x?y HTTP/1.1\r\n\r\n", "http://127.0.0.1:80/x?y"),
            (
                "GET //x HTTP/1.1\r\nHost: Foo.TEST\r\n\r\n",
                "http://Foo.TEST:80//x",
            ),
            ("GET / HTTP/1.1\r\nHost: a:81 \t\r\n\r\n", "http://a:81/"),
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
        let unix = Address::Unix(Some(std::path::Path::new("/run/x").into()));
        let address = "127.0.0.1:80".parse().unwrap();
        for (fields, url) in [
            ("Host: a.test\r\n", "http://a.test:80/x"),
            ("", "http://localhost:80/x"),
        ] {
            let head = format!("GET /x HTTP/1.1\r\n{fields}\r\n");
            let head = Head::parse(head.into_bytes()).unwrap();
            let arrival = Arrival {
                local: unix.clone(),
                ..Arrival::from((address, address))
            };
            assert_eq!(Request::new(head, arrival).url(), url);
        }
    }

    #[test]
    fn a_rewritten_target_is_all_but_the_head_s() {
        let address = "127.0.0.1:80".parse().unwrap();
        let head = b"GET /old?q HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
        let head = Head::parse(head).unwrap();
        let target = Some(b"/new?q#f".to_vec());
        let request = Request::with_target(head, target, (address, address));
        assert_eq!(request.request_path(), b"/new?q#f");
        assert_eq!((request.path(), request.query()), (&b"/new"[..], &b"q"[..]));
        assert_eq!(request.url(), "http://a:80/new?q#f");
        assert_eq!(request.head().target(), b"/old?q");
    }

    #[test]
    fn targets_without_a_path() {
        for (line, path, query, route_path) in [
            ("GET http://a.test", "/", "", "/"),
            ("GET http://a.test?x", "/", "x", "/"),
            ("GET HTTP://a.test#f", "/", "", "/"),
            ("GET Http://a.test/b", "/b", "", "/b"),
            ("OPTIONS http://a.test", "/", "", "/*"),
            ("OPTIONS http://a.test?", "/", "", "/"),
            ("OPTIONS http://a.test/", "/", "", "/"),
            ("OPTIONS *", "", "", "/*"),
            ("CONNECT a.test:443", "", "", "/a.test:443"),
            ("GET //a/b", "//a/b", "", "//a/b"),
        ] {
            let request = request(&format!("{line} HTTP/1.1\r\nHost: a.test\r\n\r\n"));
            let found = (request.path(), request.query(), &*request.route_path());
            let expected = (path.as_bytes(), query.as_bytes(), route_path.as_bytes());
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn expectations() {
        for (fields, expects) in [
            ("Expect: 100-continue\r\n", true),
            ("Expect: 100-Continue \t\r\n", true),
            ("Expect: a, 100-continue\r\n", true),
            ("Expect: a\r\nExpect: ,100-continue\r\n", true),
            ("Expect: a=\"x, 100-continue\"\r\n", false),
            ("Expect: 200-ok\r\n", false),
            ("", false),
        ] {
            let request = request(&format!("POST / HTTP/1.1\r\n{fields}\r\n"));
            assert_eq!(request.expects_continue(), expects, "{fields:?}");
        }
    }

    #[test]
    fn wishes() {
        use Fate::{Abort, Close, Keep};
        for (version, fields, fate) in [
            ("HTTP/1.1", "", Keep),
            ("HTTP/1.1", "Connection: CLOSE\r\n", Close),
            ("HTTP/1.1", "Connection: close \t\r\n", Close),
            ("HTTP/1.1", "Connection: close, x\r\n", Close),
            ("HTTP/1.1", "Connection: x , Close\r\n", Close),
            ("HTTP/1.1", "Connection: , ,close\r\n", Close),
            ("HTTP/1.1", "Connection: x\r\nConnection: close\r\n", Close),
            ("HTTP/1.1", "Connection: keep-alive, close\r\n", Close),
            ("HTTP/1.1", "Connection: closed\r\n", Keep),
            ("HTTP/1.0", "", Close),
            ("HTTP/1.0", "Connection: Keep-Alive\r\n", Keep),
            ("HTTP/1.0", "Connection: x, keep-alive \r\n", Keep),
            ("HTTP/1.0", "Connection: keep-alive, close\r\n", Close),
            (
                "HTTP/1.1",
                "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                Abort,
            ),
            ("HTTP/1.1", "Content-Length: +0\r\n", Abort),
            ("HTTP/1.1", "X : y\r\nA: b\r\n", Abort),
            ("HTTP/1.1", "X : y\r\nContent-Length: 3\r\n", Abort),
            ("HTTP/1.1", "transfer-encoding : chunked\r\n", Abort),
            ("HTTP/1.1", "X: y\rContent-Length: 0\r\n", Abort),
            ("HTTP/1.1", "X: y\rZ: 0\r\n", Abort),
            ("HTTP/1.1", "X:\r\n y\r\nContent-Length: 0\r\n", Abort),
            ("HTTP/1.1", " Content-Length: 3\r\n", Abort),
            ("HTTP/1.1", "X: \u{e9}\u{1}\nY: z\n", Keep),
        ] {
            let head = format!("GET / {version}\r\n{fields}\r\n");
            assert_eq!(request(&head).fate(), fate, "{head:?}");
        }
        assert_eq!(request("GET /\r\n\r\n").fate(), Close);
    }
}
