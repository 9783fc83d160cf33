//! The memory that all requests in progress on a server may take together. There are two budgets: one for
//! heads, and one for the bodies that handlers have in memory and the content that pipes and listings make. A
//! [`Share`] is what one request takes of a budget, until its exchange is over.
//!
//! The first bytes of each share are not counted (`FREE_OF_HEADS`, `FREE_OF_MEMORY`). Nearly all requests need
//! no more, so they need no counter that all connections share, and are never refused because of others. A
//! request that is alone may exceed the budget: the limits of single requests are others.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::fault::Fault;

/// Bytes of each head that are not counted.
const FREE_OF_HEADS: usize = 16 * 1024;

/// Bytes of each request in memory that are not counted.
pub const FREE_OF_MEMORY: usize = 64 * 1024;

/// How long a request waits until others leave enough. The one before it may have been answered, but not yet
/// have given back its share.
const PATIENCE: Duration = Duration::from_millis(500);

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(1);

/// The most bytes of heads by default: 32 of the largest heads.
pub const MAX_HEADS: usize = 32 << 20;

/// The most bytes of bodies and content by default: four of the largest forms. While it is decoded, a form takes
/// a few times as much.
pub const MAX_MEMORY: usize = 64 << 20;

/// The budgets of a server.
#[derive(Debug)]
pub struct Budgets {
    /// For heads, from the arrival of their first bytes.
    pub heads: Budget,
    /// For bodies that handlers have in memory, and for content that is made for a request.
    pub memory: Budget,
}

impl Budgets {
    /// Budgets with these limits in bytes, of which nothing is taken.
    pub fn new(heads: usize, memory: usize) -> Self {
        Self {
            heads: Budget::new(heads, FREE_OF_HEADS),
            memory: Budget::new(memory, FREE_OF_MEMORY),
        }
    }
}

impl Default for Budgets {
    fn default() -> Self {
        Self::new(MAX_HEADS, MAX_MEMORY)
    }
}

/// Bytes that all requests in progress may take together.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    /// Bytes of each share that are not counted.
    free: usize,
    /// The sum of all shares.
    taken: AtomicUsize,
}

impl Budget {
    fn new(limit: usize, free: usize) -> Self {
        Self {
            limit,
            free,
            taken: AtomicUsize::new(0),
        }
    }

    /// Takes more for a share that has taken `own` before.
    fn take(&self, more: usize, own: usize) -> Result<(), Full> {
        let before = self.taken.fetch_add(more, Ordering::Relaxed);
        let is_alone = before <= own;
        if before + more > self.limit && !is_alone {
            self.give_back(more);
            return Err(Full { limit: self.limit });
        }
        Ok(())
    }

    fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// What is counted of so many bytes: a multiple of what is not, so that shares seldom change.
    fn counted(&self, bytes: usize) -> usize {
        let bytes = bytes.saturating_sub(self.free);
        bytes.checked_next_multiple_of(self.free).unwrap_or(bytes)
    }
}

/// A request needs more than the others leave of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "other requests in progress leave too little of the {limit} bytes for bodies and content (limits.memory)"
)]
#[doc(hidden)]
pub struct Full {
    /// The bytes of the whole budget.
    pub limit: usize,
}

impl From<Full> for Fault {
    /// The same request may be answered later.
    fn from(full: Full) -> Self {
        Self::new(503, full.to_string())
    }
}

/// What one request takes of a budget. The owner releases it; a share does not know its budget.
#[derive(Debug, Default)]
pub struct Share {
    /// A multiple of the budget's `free`.
    taken: AtomicUsize,
}

impl Share {
    /// Takes what so many bytes need, if it is more than before.
    ///
    /// # Errors
    /// [`Full`]; the share is then as before.
    #[inline]
    pub fn grow_to(&self, budget: &Budget, bytes: usize) -> Result<(), Full> {
        if bytes <= budget.free {
            return Ok(());
        }
        let wanted = budget.counted(bytes);
        let before = self.taken.fetch_max(wanted, Ordering::Relaxed);
        self.changed(budget, before, wanted.max(before))
    }

    /// Takes what so many bytes need, and gives back what they do not need.
    ///
    /// # Errors
    /// [`Full`]; the share is then as before.
    pub fn resize(&self, budget: &Budget, bytes: usize) -> Result<(), Full> {
        let wanted = budget.counted(bytes);
        let before = self.taken.swap(wanted, Ordering::Relaxed);
        self.changed(budget, before, wanted)
    }

    fn changed(&self, budget: &Budget, before: usize, wanted: usize) -> Result<(), Full> {
        let Some(more) = wanted.checked_sub(before) else {
            budget.give_back(before - wanted);
            return Ok(());
        };
        if more == 0 {
            return Ok(());
        }
        budget.take(more, before).inspect_err(|_| {
            self.taken.fetch_sub(more, Ordering::Relaxed);
        })
    }

    /// Gives everything back.
    #[inline]
    pub fn release(&self, budget: &Budget) {
        if self.taken.load(Ordering::Relaxed) > 0 {
            budget.give_back(self.taken.swap(0, Ordering::Relaxed));
        }
    }
}

/// Makes attempts until one succeeds, for half a second.
///
/// # Errors
/// [`Full`] of the last attempt.
pub fn wait_for_room(attempt: impl Fn() -> Result<(), Full>) -> Result<(), Full> {
    let mut result = attempt();
    let began = Instant::now();
    while result.is_err() && began.elapsed() < PATIENCE {
        thread::sleep(PAUSE);
        result = attempt();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: usize = 1000;

    fn taken(budget: &Budget) -> usize {
        budget.taken.load(Ordering::Relaxed)
    }

    #[test]
    fn shares_of_one_sum() {
        let budget = Budget::new(3 * FREE, FREE);
        let full = Err(Full { limit: 3 * FREE });
        let (one, other) = (Share::default(), Share::default());
        assert_eq!(one.grow_to(&budget, FREE), Ok(()));
        assert_eq!(taken(&budget), 0);
        assert_eq!(one.grow_to(&budget, FREE + 1), Ok(()));
        assert_eq!(one.grow_to(&budget, 3 * FREE), Ok(()));
        assert_eq!(one.grow_to(&budget, 2 * FREE), Ok(()));
        assert_eq!(taken(&budget), 2 * FREE);
        assert_eq!(other.grow_to(&budget, 2 * FREE), Ok(()));
        assert_eq!(other.grow_to(&budget, 2 * FREE + 1), full);
        assert_eq!(other.grow_to(&budget, 2 * FREE), Ok(()));
        one.release(&budget);
        assert_eq!(other.grow_to(&budget, 4 * FREE), Ok(()));
        other.release(&budget);
        assert_eq!(taken(&budget), 0);
    }

    #[test]
    fn a_share_shrinks() {
        let budget = Budget::new(3 * FREE, FREE);
        let share = Share::default();
        for (bytes, counted) in [(4 * FREE, 3), (2 * FREE, 1), (0, 0), (3 * FREE, 2)] {
            assert_eq!(share.resize(&budget, bytes), Ok(()));
            assert_eq!(taken(&budget), counted * FREE);
        }
    }

    #[test]
    fn one_that_is_alone_may_exceed_the_limit() {
        let budget = Budget::new(3 * FREE, FREE);
        let (one, other) = (Share::default(), Share::default());
        assert_eq!(one.grow_to(&budget, 9 * FREE), Ok(()));
        assert_eq!(one.grow_to(&budget, 20 * FREE), Ok(()));
        let full = Err(Full { limit: 3 * FREE });
        assert_eq!(other.grow_to(&budget, 2 * FREE), full);
        assert_eq!(other.resize(&budget, 2 * FREE), full);
        assert_eq!(other.grow_to(&budget, FREE), Ok(()));
        one.release(&budget);
        assert_eq!(taken(&budget), 0);
        assert_eq!(one.grow_to(&budget, usize::MAX), Ok(()));
    }
}
