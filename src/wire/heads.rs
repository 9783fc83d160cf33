//! The memory for request heads on all connections of a server together. A `Share` is the part of one
//! connection, from the arrival of the head until the end of the exchange.
//!
//! Heads of up to `FREE` bytes are not counted. Nearly all are that small, and need no counter that all
//! connections share; they are also never refused because of others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of each head that are not counted.
pub(super) const FREE: usize = 16 * 1024;

/// The most bytes by default: 32 of the largest heads.
pub const MAX_HEADS: usize = 32 << 20;

/// Bytes of heads on all connections of a server.
#[derive(Debug)]
pub struct Heads {
    limit: usize,
    /// The sum of all shares.
    taken: AtomicUsize,
}

impl Heads {
    /// No heads, with this limit.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            taken: AtomicUsize::new(0),
        }
    }
}

impl Default for Heads {
    fn default() -> Self {
        Self::new(MAX_HEADS)
    }
}

/// All heads together have reached the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// What one connection's head takes.
#[derive(Debug, Default)]
pub(super) struct Share {
    heads: Arc<Heads>,
    /// A multiple of [`FREE`].
    taken: usize,
}

impl Share {
    pub(super) fn of(heads: Arc<Heads>) -> Self {
        Self { heads, taken: 0 }
    }

    /// Takes what a head of this length needs.
    pub(super) fn grow_to(&mut self, length: usize) -> Result<(), Full> {
        let wanted = length.saturating_sub(FREE).next_multiple_of(FREE);
        if wanted <= self.taken {
            return Ok(());
        }
        let more = wanted - self.taken;
        let before = self.heads.taken.fetch_add(more, Ordering::Relaxed);
        if before + more > self.heads.limit {
            self.heads.taken.fetch_sub(more, Ordering::Relaxed);
            return Err(Full);
        }
        self.taken = wanted;
        Ok(())
    }

    /// Gives everything back.
    pub(super) fn release(&mut self) {
        if self.taken > 0 {
            self.heads.taken.fetch_sub(self.taken, Ordering::Relaxed);
            self.taken = 0;
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_one_sum() {
        let heads = Arc::new(Heads::new(3 * FREE));
        let mut one = Share::of(Arc::clone(&heads));
        let mut other = Share::of(Arc::clone(&heads));
        assert_eq!(one.grow_to(FREE), Ok(()));
        assert_eq!(heads.taken.load(Ordering::Relaxed), 0);
        assert_eq!(one.grow_to(FREE + 1), Ok(()));
        assert_eq!(one.grow_to(3 * FREE), Ok(()));
        assert_eq!(other.grow_to(2 * FREE), Ok(()));
        assert_eq!(other.grow_to(2 * FREE + 1), Err(Full));
        assert_eq!(other.grow_to(2 * FREE), Ok(()));
        one.release();
        assert_eq!(other.grow_to(4 * FREE), Ok(()));
        drop(other);
        assert_eq!(heads.taken.load(Ordering::Relaxed), 0);
    }
}
