//! How long connections are kept: limits that a test may change at any time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::wire::Wire;

use super::roster::Membership;

/// Limits of connections. 0 is without a limit.
#[derive(Debug, Default)]
pub struct KeepAlive {
    /// Nanoseconds that a connection may wait for a request.
    idle: AtomicU64,
    /// Requests of one connection.
    requests: AtomicU64,
}

impl KeepAlive {
    pub(crate) fn idle_limit(&self) -> Option<Duration> {
        let nanos = self.idle.load(Ordering::Relaxed);
        (nanos > 0).then_some(Duration::from_nanos(nanos))
    }

    /// Waits until bytes of a request are buffered; `false` when there will be none.
    pub(super) fn wait_for_request(&self, wire: &Wire, membership: &Membership) -> bool {
        let mut inbound = wire.inbound();
        if inbound.buffered().is_empty() {
            inbound.release_head();
            membership.idle();
            let idle_limit = self.idle_limit();
            if idle_limit.is_some_and(|limit| !wire.is_readable_within(limit))
                || inbound.fill_first() == 0
            {
                return false;
            }
            return membership.busy();
        }
        true
    }

    /// Whether a connection ends with its request of this number.
    pub(super) fn is_last(&self, request: u64) -> bool {
        let limit = self.requests.load(Ordering::Relaxed);
        limit > 0 && request >= limit
    }

    /// The limit of the requests of one connection.
    #[cfg(feature = "control")]
    pub(crate) fn requests(&self) -> Option<u64> {
        let requests = self.requests.load(Ordering::Relaxed);
        (requests > 0).then_some(requests)
    }

    /// Limits how long a connection may be idle.
    pub fn set_idle_limit(&self, time: Option<Duration>) {
        let nanos = time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        self.idle.store(nanos, Ordering::Relaxed);
    }

    /// Limits the requests of one connection.
    pub fn set_requests(&self, count: Option<u64>) {
        self.requests.store(count.unwrap_or(0), Ordering::Relaxed);
    }

    pub(super) fn clear(&self) {
        self.set_idle_limit(None);
        self.set_requests(None);
    }
}
