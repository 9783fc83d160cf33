//! What the connections in memory take together, as each of them knows it.

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// The recording of a connection in memory, among others.
#[derive(Debug)]
pub(super) struct InMemory {
    /// Bytes of the connection.
    pub(super) limit: usize,
    /// What all connections take.
    pub(super) total: Arc<Total>,
    /// All connections.
    pub(super) others: Weak<dyn MakesRoom>,
}

/// The connections in memory, of which the oldest give way.
pub(super) trait MakesRoom: Debug + Send + Sync {
    /// Drops what is beyond the limit of all.
    fn make_room(&self);
}

/// What all connections take.
#[derive(Debug)]
pub(super) struct Total {
    bytes: AtomicUsize,
    limit: usize,
}

impl Total {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            bytes: AtomicUsize::new(0),
            limit,
        }
    }

    pub(super) fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Bytes beyond the limit.
    pub(super) fn excess(&self) -> usize {
        self.bytes
            .load(Ordering::Relaxed)
            .saturating_sub(self.limit)
    }

    /// Whether a connection must drop entries of its own.
    pub(super) fn is_far_exceeded(&self) -> bool {
        self.excess() > self.limit / 4
    }
}
