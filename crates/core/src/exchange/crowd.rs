//! Whether a server has so many connections that those without a request should have no thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Connections that may keep their threads while they are idle. That is the shortest way to a response, but each
/// thread takes memory.
const FEW: usize = 16;

/// What decides whether the idle connections of a server keep their threads. Each wait for a request reads it; only the
/// beginning or end of a connection changes it.
#[derive(Debug, Default)]
pub struct Crowd {
    connections: AtomicUsize,
    is_short_of_threads: Arc<AtomicBool>,
}

impl Crowd {
    /// Notes how many connections are open.
    pub(crate) fn note_connections(&self, count: usize) {
        self.connections.store(count, Ordering::Relaxed);
    }

    /// Whether idle connections should give their threads back: there are many, or others need them.
    pub(crate) fn is_large(&self) -> bool {
        self.connections.load(Ordering::Relaxed) > FEW
            || self.is_short_of_threads.load(Ordering::Relaxed)
    }

    /// Set while no thread can be started.
    pub(crate) fn shortage(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_short_of_threads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_connections_are_no_crowd() {
        let crowd = Crowd::default();
        for (count, is_large) in [(0, false), (FEW, false), (FEW + 1, true), (FEW, false)] {
            crowd.note_connections(count);
            assert_eq!(crowd.is_large(), is_large, "{count}");
        }
        for is_short in [true, false] {
            crowd.shortage().store(is_short, Ordering::Relaxed);
            assert_eq!(crowd.is_large(), is_short);
        }
    }
}
