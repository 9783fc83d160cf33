//! What a listener does with those who connect.

use std::fmt;
use std::sync::Arc;

use crate::exchange::{Handler, Policy};
use crate::http::scheme::Scheme;

/// What a listener does with those who connect.
#[derive(Clone)]
pub enum Listening {
    /// Reads requests; the policy holds for handlers that have none of their own.
    Requests(Policy),
    /// Gives every connection to this handler before anything is read of it. Its request is
    /// [unread](crate::exchange::Request::is_unread), and only what it writes by itself is sent. If it
    /// leaves the connection open, requests are read from then on, and answered by the site.
    Connections(Arc<dyn Handler>),
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
        }
    }
}

impl Listening {
    /// The scheme of its connections.
    pub(super) fn scheme(&self) -> Scheme {
        match self {
            Self::Requests(_) | Self::Connections(_) => Scheme::Http,
        }
    }

    /// The policy for handlers that have none of their own.
    pub(super) fn policy(&self) -> Policy {
        match self {
            Self::Requests(policy) => *policy,
            Self::Connections(_) => Policy::default(),
        }
    }
}
