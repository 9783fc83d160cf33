//! A connection that is open, as far as it outlives the thread that serves it.

use std::sync::Arc;

use crate::exchange::arrival::Previous;
use crate::wire::Wire;

use super::listening::Listener;
use super::roster::Membership;

/// A connection before its first request, or between two.
pub(super) struct OpenConnection {
    pub(super) wire: Arc<Wire>,
    pub(super) listener: Arc<Listener>,
    pub(super) membership: Membership,
    pub(super) stage: Stage,
}

/// Where the life of a connection begins, or continues.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    Accepted,
    /// It has rested, and something has arrived.
    Rested(Progress),
    /// It should rest and cannot.
    Kept(Progress),
}

/// What a connection knows of its earlier requests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Requests that have been read.
    pub(super) requests: u64,
    pub(super) previous: Option<Previous>,
}

impl AsRef<Wire> for OpenConnection {
    fn as_ref(&self) -> &Wire {
        &self.wire
    }
}
