//! How long connections are kept, and whether new ones are: limits that a test may change at any time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Limits of connections. 0 is without a limit.
#[derive(Debug, Default)]
pub(super) struct KeepAlive {
    /// Whether new connections are reset.
    pub(super) refuse: AtomicBool,
    /// Nanoseconds that a connection may wait for a request.
    pub(super) idle: AtomicU64,
    /// Requests of one connection.
    pub(super) requests: AtomicU64,
}

impl KeepAlive {
    pub(super) fn refuses(&self) -> bool {
        self.refuse.load(Ordering::Relaxed)
    }

    pub(super) fn idle_limit(&self) -> Option<Duration> {
        let nanos = self.idle.load(Ordering::Relaxed);
        (nanos > 0).then_some(Duration::from_nanos(nanos))
    }

    /// Whether a connection ends with its request of this number.
    pub(super) fn is_last(&self, request: u64) -> bool {
        let limit = self.requests.load(Ordering::Relaxed);
        limit > 0 && request >= limit
    }

    pub(super) fn clear(&self) {
        self.refuse.store(false, Ordering::Relaxed);
        self.idle.store(0, Ordering::Relaxed);
        self.requests.store(0, Ordering::Relaxed);
    }
}
