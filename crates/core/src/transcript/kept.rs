//! The connections in memory, oldest first, and what all of them take together. Room is made when a connection is
//! accepted and when an exchange begins; until then, what they take may exceed the limit by a quarter, beyond which
//! a connection drops its own oldest entries.

use std::collections::VecDeque;
use std::sync::Arc;

use rustix_futex_sync::Mutex;

use super::TranscriptLimits;
use super::tape::Tape;
use super::total::{InMemory, MakesRoom, Total};

/// The connections in memory.
#[derive(Debug)]
pub(super) struct Kept {
    /// Of the most recent connections, oldest first.
    tapes: Mutex<VecDeque<Arc<Tape>>>,
    total: Arc<Total>,
    limits: TranscriptLimits,
}

impl Kept {
    pub(super) fn new(limits: TranscriptLimits) -> Self {
        Self {
            tapes: Mutex::default(),
            total: Arc::new(Total::new(limits.kept_in_all)),
            limits,
        }
    }

    /// What another connection needs to know.
    pub(super) fn for_another(self: &Arc<Self>) -> InMemory {
        let others: Arc<dyn MakesRoom> = Arc::<Self>::clone(self);
        InMemory {
            limit: self.limits.kept_bytes,
            total: Arc::clone(&self.total),
            others: Arc::downgrade(&others),
        }
    }

    pub(super) fn tapes(&self) -> Vec<Arc<Tape>> {
        self.tapes.lock().iter().cloned().collect()
    }

    pub(super) fn add(&self, tape: &Arc<Tape>) {
        let mut tapes = self.tapes.lock();
        tapes.push_back(Arc::clone(tape));
        while tapes.len() > self.limits.kept_connections
            && let Some(tape) = tapes.pop_front()
        {
            tape.forget();
        }
        drop(tapes);
        self.make_room();
    }

    /// Forgets the connections that are over, and what the others carried so far.
    #[cfg(feature = "control")]
    pub(super) fn clear(&self) {
        self.tapes.lock().retain(|tape| tape.start_over());
    }
}

impl MakesRoom for Kept {
    /// Drops the oldest entries of the oldest connections that are beyond the limit of all.
    fn make_room(&self) {
        if self.total.excess() == 0 {
            return;
        }
        let mut tapes = self.tapes.lock();
        // A little more, so that not every exchange makes room.
        let mut wanted = self.total.excess() + self.total.limit() / 16;
        for tape in tapes.iter() {
            if wanted == 0 {
                break;
            }
            wanted = wanted.saturating_sub(tape.shed(wanted));
        }
        tapes.retain(|tape| !tape.is_spent());
    }
}
