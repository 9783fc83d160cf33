//! What all threads of a server share: the site as it is now, the limits, and who is connected.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::config::Limits;
use crate::exchange::ServerContext;
use crate::site::Site;
use crate::transcript::Recorder;

use super::roster::Roster;
use super::threads::Threads;

/// What all threads of a server share.
pub(super) struct Shared {
    /// All addresses that are listened on.
    pub(super) addresses: Vec<SocketAddr>,
    /// What its exchanges share.
    pub(super) context: Arc<ServerContext>,
    /// Replaced as a whole when a route is added.
    pub(super) site: RwLock<Arc<Site>>,
    /// The limits in force.
    pub(super) limits: Limits,
    pub(super) roster: Arc<Roster>,
    /// Gives connections their tapes; none when there are no transcripts.
    pub(super) recorder: Option<Arc<Recorder>>,
    pub(super) threads: Threads,
    /// Clients that are being told that there is no room for them.
    pub(super) refusing: Arc<Roster>,
    /// Set once, when no new requests are to be answered.
    pub(super) stopping: AtomicBool,
}

impl Shared {
    /// The site as it is now.
    pub(super) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether new requests are still answered.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
