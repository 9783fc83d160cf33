//! [`Call`]: the request that a handler answers.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::{Error, causes};
use crate::exchange::body::BodyError;
use crate::exchange::{Body, Events, Exchange, RouteMatch, Turn};
use crate::record::head::{self, RequestHead};
use crate::text::percent;

causes! {
    BodyError: "cannot read the body of the request";
}

impl Exchange<'_> {
    /// The request: its head, what the route's pattern matched, and its whole body.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::{Exchange, Fault, Handler, Server};
    ///
    /// struct Hello;
    ///
    /// impl Handler for Hello {
    ///     fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
    ///         let call = exchange.call();
    ///         exchange.response.content = format!("{}: {}", call.param("name"), call.text()?).into();
    ///         Ok(())
    ///     }
    /// }
    /// # let server = Server::builder().route("POST", "/{name}", Hello)?.start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"POST /you HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")?;
    /// # assert!(std::io::read_to_string(client)?.ends_with("\r\n\r\nyou: hi"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn call(&self) -> Call {
        Call::new(self)
    }
}

/// The request that a handler answers. The parts of its head are those of [`RequestHead`].
///
/// ```
/// use std::io::Write;
/// use std::net::TcpStream;
///
/// use wireserve::{Server, json};
///
/// let server = Server::start();
/// server.get("/hello/{name}", |x| format!("Hello, {}", x.param("name")));
/// server.get("/find", |x| x.query("q"));
/// server.post("/login", |x| x.form("user"));
/// server.post("/sum", |x| Ok(json(&x.json::<Vec<i64>>()?.iter().sum::<i64>())));
///
/// let mut client = TcpStream::connect(server.address())?;
/// client.write_all(b"GET /find?q=it HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// assert!(std::io::read_to_string(client)?.ends_with("\r\n\r\nit"));
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone)]
pub struct Call {
    head: RequestHead,
    body: Source,
    groups: RouteMatch,
    events: Arc<Events>,
}

#[derive(Clone)]
enum Source {
    /// Still on the wire, or already read. A client may wait for `100 Continue` before it sends it.
    Wire(Arc<Body>, Arc<Turn>),
    /// Of a recorded request.
    Kept(Vec<u8>),
}

impl Call {
    fn new(exchange: &Exchange<'_>) -> Self {
        Self {
            head: RequestHead::new(Arc::clone(&exchange.request)),
            body: Source::Wire(Arc::clone(&exchange.body), Arc::clone(exchange.turn())),
            groups: exchange.route_match.clone(),
            events: Arc::clone(exchange.events()),
        }
    }

    /// A request that was recorded.
    pub(super) fn recorded(head: RequestHead, body: Vec<u8>) -> Self {
        Self {
            head,
            body: Source::Kept(body),
            groups: RouteMatch::new(),
            events: Arc::default(),
        }
    }

    /// What a group of the route's pattern matched, decoded. `"*"` is the name of a `*`.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.get("/{folder}/*", |x| format!("{} in {}", x.param("*"), x.param("folder")));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /a%20b/c/d HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /a%20b/c/d gets:
    /// assert!(answer.ends_with("\r\n\r\nc/d in a b"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the pattern has no group of this name.
    #[track_caller]
    pub fn param(&self, name: &str) -> String {
        let group = self.groups.iter().find(|(its_name, _)| **its_name == *name);
        let Some((_, value)) = group else {
            let names: Vec<_> = self.groups.iter().map(|(name, _)| &**name).collect();
            panic!("expected the name of a group in the pattern ({names:?}), found {name:?}");
        };
        head::text(&percent::decode(value)).into_owned()
    }

    /// What the groups of the route's pattern matched, not decoded.
    #[doc(hidden)]
    #[cfg(feature = "python")]
    pub fn groups(&self) -> &RouteMatch {
        &self.groups
    }

    /// The whole body, decoded. Waits until it has arrived. A client that has sent `Expect: 100-continue` is told
    /// to continue first.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.put("/file", |x| Ok(format!("{} bytes", x.body()?.len())));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"PUT /file HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that uploads `abc` in a chunk gets:
    /// assert!(answer.ends_with("\r\n\r\n3 bytes"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the client leaves before the end, or the framing is malformed.
    pub fn body(&self) -> Result<Vec<u8>, Error> {
        match &self.body {
            Source::Wire(body, turn) => {
                // A client that is gone is found by reading.
                let _ = turn.send_continue(self.request());
                Ok(turn.wire().wait(|| body.read_all())?)
            }
            Source::Kept(body) => Ok(body.clone()),
        }
    }

    /// The whole body as text.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.post("/upper", |x| Ok(x.text()?.to_uppercase()));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"POST /upper HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that posts `hi` gets:
    /// assert!(answer.ends_with("\r\n\r\nHI"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Call::body`], and when it is not UTF-8.
    pub fn text(&self) -> Result<String, Error> {
        Ok(String::from_utf8(self.body()?)?)
    }

    /// The whole body as JSON.
    ///
    /// ```
    /// # use std::io::Write;
    /// use std::collections::HashMap;
    ///
    /// let server = wireserve::Server::start();
    /// server.post("/items", |x| {
    ///     let item: HashMap<String, u64> = x.json()?;
    ///     Ok(format!("item {}", item["id"]))
    /// });
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"POST /items HTTP/1.1\r\nContent-Length: 8\r\nConnection: close\r\n\r\n{\"id\":7}")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that posts `{"id":7}` gets:
    /// assert!(answer.ends_with("\r\n\r\nitem 7"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Call::body`], and when it is not JSON or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(serde_json::from_slice(&self.body()?)?)
    }

    /// The first field of this name in an urlencoded form, decoded.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.post("/login", |x| x.form("user")); // 404 without this field
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"POST /login HTTP/1.1\r\nContent-Length: 9\r\nConnection: close\r\n\r\nuser=it+s")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that posts `user=it+s` gets:
    /// assert!(answer.ends_with("\r\n\r\nit s"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Call::body`].
    pub fn form(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(head::form_value(&self.body()?, name))
    }

    /// The events that handlers, wire scripts and the test wait for and set.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::time::Duration;
    /// let server = wireserve::Server::start();
    /// server.get("/", |x| {
    ///     x.events().set("asked");
    ///     204
    /// });
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// // Once a client has asked for `/`:
    /// assert!(server.events().wait("asked", Duration::from_secs(5)));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn events(&self) -> &Arc<Events> {
        &self.events
    }
}

impl Deref for Call {
    type Target = RequestHead;

    fn deref(&self) -> &RequestHead {
        &self.head
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.fmt(f)
    }
}
