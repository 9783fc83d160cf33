//! How many connections wait for a request, each with its own thread.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Threads that may wait for as long as it takes. That is the shortest way to a response, but each takes memory.
const FEW: usize = 16;

/// The threads that wait for a request, each on its own connection.
#[derive(Debug, Default)]
pub struct Crowd {
    count: AtomicUsize,
    is_short_of_threads: AtomicBool,
}

impl Crowd {
    /// Counts the calling thread while the returned value lives.
    pub(crate) fn join(&self) -> Joined<'_> {
        self.count.fetch_add(1, Ordering::Relaxed);
        Joined(&self.count)
    }

    /// Whether idle connections should give their threads back: there are many, or others need them.
    pub(crate) fn is_large(&self) -> bool {
        self.count.load(Ordering::Relaxed) > FEW || self.is_short_of_threads.load(Ordering::Relaxed)
    }

    /// Notes whether no thread could be started for a connection.
    pub(crate) fn note_shortage(&self, is_short: bool) {
        self.is_short_of_threads.store(is_short, Ordering::Relaxed);
    }
}

/// A thread that waits.
pub(crate) struct Joined<'c>(&'c AtomicUsize);

impl Drop for Joined<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_threads_are_no_crowd() {
        let crowd = Crowd::default();
        let few: Vec<_> = (0..FEW).map(|_| crowd.join()).collect();
        assert!(!crowd.is_large());
        let one_more = crowd.join();
        assert!(crowd.is_large());
        drop((few, one_more));
        assert!(!crowd.is_large());
        crowd.note_shortage(true);
        assert!(crowd.is_large());
        crowd.note_shortage(false);
        assert!(!crowd.is_large());
    }
}
