//! Hands wires that have begun to hold bytes back to the thread that sends them (`gather`), and puts that
//! thread to sleep. It never sleeps while there is a wire to take.

use std::sync::{PoisonError, Weak};

use super::Wire;
use crate::sync::{Condvar, Mutex, MutexGuard};

#[derive(Default)]
pub(super) struct Flusher {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    /// Wires that have held something back since the last tick.
    fresh: Vec<Weak<Wire>>,
    activity: Activity,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Activity {
    #[default]
    Asleep,
    Ticking,
}

impl Flusher {
    /// Hands over a wire, and wakes the thread if it sleeps.
    pub(super) fn watch(&self, wire: Weak<Wire>) {
        let mut queue = self.queue();
        queue.fresh.push(wire);
        if queue.activity == Activity::Asleep {
            queue.activity = Activity::Ticking;
            self.wake.notify_one();
        }
    }

    /// Moves the wires that were handed over since the last call to `due`.
    pub(super) fn take(&self, due: &mut Vec<Weak<Wire>>) {
        due.append(&mut self.queue().fresh);
    }

    /// Sleeps until there is a wire to take.
    pub(super) fn rest(&self) {
        let mut queue = self.queue();
        while queue.fresh.is_empty() {
            queue.activity = Activity::Asleep;
            queue = self
                .wake
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        queue.activity = Activity::Ticking;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
