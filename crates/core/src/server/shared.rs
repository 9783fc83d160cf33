//! The state that all threads of a server share: the site, the limits and the open connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix_futex_sync::RwLock;

use crate::config::Limits;
use crate::error::Error;
use crate::exchange::ServerContext;
use crate::mock::Mocks;
use crate::phases::Phases;
use crate::record::Recording;
use crate::site::Site;
use crate::transcript::Recorder;
use crate::wire::budget::Budgets;

use super::door::Door;
use super::ended::EndedConnection;
use super::freed::Freed;
use super::keep_alive::KeepAlive;
use super::lingering::Lingering;
use super::open::OpenConnection;
use super::resting::Resting;
use super::roster::Roster;
use super::threads::Threads;

/// The state that all threads of a server share.
pub struct Shared {
    /// The addresses of the listeners, without Unix sockets.
    pub(super) addresses: Vec<SocketAddr>,
    /// What its exchanges share.
    pub(super) context: Arc<ServerContext>,
    /// Replaced as a whole when a route is added.
    pub(super) site: RwLock<Arc<Site>>,
    pub(super) limits: Limits,
    /// Whether the end of each exchange is logged.
    pub(super) access_log: bool,
    /// Counts where the time of requests goes, if the server is measured.
    pub(super) phases: Option<Arc<Phases>>,
    /// How long every request waits before it is answered.
    pub(super) latency: Duration,
    /// What all requests in progress take.
    pub(super) budgets: Arc<Budgets>,
    pub(super) roster: Arc<Roster>,
    /// Records transcripts, if they are on.
    pub(super) recorder: Option<Arc<Recorder>>,
    pub(super) threads: Threads,
    /// Places of connections that have just ended.
    pub(super) freed: Freed,
    /// Connections that wait for a request without a thread of their own.
    pub(super) resting: Resting<OpenConnection>,
    /// Connections that have ended on this side only.
    pub(super) lingering: Lingering<EndedConnection>,
    /// Connections beyond the limit, which are being refused with a response.
    pub(super) refusing: Arc<Roster>,
    /// Set once; new requests are no longer answered.
    pub(super) stopping: AtomicBool,
    /// What a test has told the server to answer; asked before the site.
    pub(super) mocks: Mocks,
    /// Records requests, if that is on.
    pub(super) recording: Option<Arc<Recording>>,
    pub(super) keep_alive: KeepAlive,
    pub(super) door: Door,
    /// Whether a failed expectation prints transcripts, as a panic of the test does.
    pub(super) shows_transcripts: AtomicBool,
}

impl Shared {
    /// The current site.
    pub(super) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read())
    }

    /// Forgets everything that a test has told the server, and what the server knows of its clients.
    pub(crate) fn reset(&self) {
        self.mocks.clear();
        self.context.panics.clear();
        self.keep_alive.clear();
        if let Err(error) = self.door.set_refuses(false) {
            log::error!("connections are still refused: {error}");
        }
        self.context.events.clear_all();
        self.context.counters.clear();
        if let Some(recording) = &self.recording {
            recording.clear();
        }
    }

    /// Checks all expectations, and that no handler has failed.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        let mut texts = self.failed();
        texts.extend(self.mocks.unmet(self.recording.as_deref()));
        match texts.is_empty() {
            true => Ok(()),
            false => Err(Error::new(texts.join("\n"))),
        }
    }

    /// What handlers have failed with.
    pub(super) fn failed(&self) -> Vec<String> {
        let mut texts = self.mocks.failed();
        texts.extend(self.context.panics.all());
        texts
    }

    /// Whether the server no longer answers new requests.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
