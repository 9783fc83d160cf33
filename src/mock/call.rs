//! [`Call`]: the request that a handler answers.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::{Error, causes};
use crate::exchange::body::BodyError;
use crate::exchange::{Body, Events, Exchange, RouteMatch};
use crate::record::head::{self, RequestHead};
use crate::text::percent;

causes! {
    BodyError: "cannot read the body of the request";
}

/// The request that a handler answers. The parts of its head are those of [`RequestHead`].
///
/// ```
/// use wireserve::{Server, json};
///
/// let server = Server::start();
/// server.get("/hello/{name}", |x| format!("Hello, {}", x.param("name")));
/// server.get("/find", |x| x.query("q"));
/// server.get("/me", |x| x.field("Authorization").map(|_| "it is you"));
/// server.post("/login", |x| x.form("user"));
/// server.post("/sum", |x| Ok(json(&x.json::<Vec<i64>>()?.iter().sum::<i64>())));
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
    /// Still on the wire, or already read.
    Wire(Arc<Body>),
    /// Of a recorded request.
    Kept(Vec<u8>),
}

impl Call {
    pub(super) fn new(exchange: &Exchange<'_>) -> Self {
        Self {
            head: RequestHead::new(Arc::clone(&exchange.request)),
            body: Source::Wire(Arc::clone(&exchange.body)),
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
    #[cfg(feature = "python")]
    pub(crate) fn groups(&self) -> &RouteMatch {
        &self.groups
    }

    /// The whole body, decoded. Waits until it has arrived.
    ///
    /// # Errors
    /// When the client leaves before the end, or the framing is malformed.
    pub fn body(&self) -> Result<Vec<u8>, Error> {
        match &self.body {
            Source::Wire(body) => Ok(body.read_all()?),
            Source::Kept(body) => Ok(body.clone()),
        }
    }

    /// The whole body as text.
    ///
    /// # Errors
    /// As [`Call::body`], and when it is not UTF-8.
    pub fn text(&self) -> Result<String, Error> {
        Ok(String::from_utf8(self.body()?)?)
    }

    /// The whole body as JSON.
    ///
    /// # Errors
    /// As [`Call::body`], and when it is not JSON or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(serde_json::from_slice(&self.body()?)?)
    }

    /// The first field of this name in an urlencoded form, decoded.
    ///
    /// # Errors
    /// As [`Call::body`].
    pub fn form(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(head::form_value(&self.body()?, name))
    }

    /// The events that handlers, wire scripts and the test wait for and set.
    pub fn events(&self) -> &Events {
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
