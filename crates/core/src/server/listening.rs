//! What a listener does with its connections.

use std::fmt;
use std::sync::Arc;

use crate::exchange::{Handler, Policy, Request};
use crate::hosts::Port;
use crate::http::scheme::Scheme;
#[cfg(feature = "tls")]
use crate::tls::Configs;
use crate::wire::Wire;

use super::Builder;

/// What a listener does with its connections.
///
/// ```
/// use wireserve::{Listening, Policy, Server};
///
/// let strict = Listening::Requests(Policy::Strict);
/// let server = Server::builder().listener(0, strict).start()?;
/// assert_eq!(server.addresses().len(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Listening {
    /// Reads requests. The policy applies to handlers without a policy.
    Requests(Policy),
    /// Calls this handler for every connection before anything is read. Its request is empty
    /// (`request.is_unread()`), and only what it writes itself is sent. If it leaves the connection open, the
    /// site then answers the requests on it.
    Connections(Arc<dyn Handler>),
    /// Reads requests, which this handler answers, whatever their targets are.
    Handler(Arc<dyn Handler>),
}

impl Default for Listening {
    fn default() -> Self {
        Self::Requests(Policy::default())
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests(policy) => f.debug_tuple("Requests").field(policy).finish(),
            Self::Connections(_) => f.write_str("Connections"),
            Self::Handler(_) => f.write_str("Handler"),
        }
    }
}

impl Builder {
    /// Adds a listener with another [`Listening`]; port 0 asks for a free one. Its address follows
    /// the previous [addresses](crate::server::Server::addresses).
    ///
    /// See the example of [`Listening`].
    #[must_use]
    pub fn listener(mut self, port: impl Into<Port>, listening: Listening) -> Self {
        self.listeners.push((port.into(), listening));
        self
    }
}

/// What a listener does with its connections, and how their bytes arrive.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub(super) listening: Listening,
    /// The configurations of TLS; connections without are in the clear.
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Configs>,
}

impl Listener {
    /// The scheme of its connections.
    pub(super) fn scheme(&self) -> Scheme {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return Scheme::Https;
        }
        Scheme::Http
    }
}

#[cfg(feature = "tls")]
impl Listener {
    /// The configurations of TLS, if it begins after a request with CONNECT.
    pub(super) fn after_connect(&self) -> Option<&Configs> {
        let configs = self.tls.as_ref();
        configs.filter(|configs| configs.follow_connect())
    }

    /// Whether TLS follows the answer to this request.
    pub(super) fn secures_after(&self, request: &Request, wire: &Wire) -> bool {
        request.method() == b"CONNECT" && self.after_connect().is_some() && wire.tls().is_none()
    }
}

#[cfg(not(feature = "tls"))]
impl Listener {
    /// Nothing but HTTP is spoken.
    pub(super) fn secures_after(&self, _: &Request, _: &Wire) -> bool {
        false
    }
}

impl Listening {
    /// The handler that is part of it.
    pub(super) fn handler(&self) -> Option<&Arc<dyn Handler>> {
        match self {
            Self::Requests(_) => None,
            Self::Connections(handler) | Self::Handler(handler) => Some(handler),
        }
    }

    /// The policy for handlers without a policy.
    pub(super) fn policy(&self) -> Policy {
        match self {
            Self::Requests(policy) => *policy,
            Self::Connections(_) | Self::Handler(_) => Policy::default(),
        }
    }
}
