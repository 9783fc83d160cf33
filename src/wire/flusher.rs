//! The wires that have begun to hold bytes back, on their way to the thread that looks at them, and
//! that thread's sleep. What it does with them is `gather`'s business. A wire that was handed over
//! is taken: the thread never sleeps while there is one.

use std::sync::{PoisonError, Weak};

use super::Wire;
use crate::sync::{Condvar, Mutex, MutexGuard};

#[derive(Default)]
pub(super) struct Flusher {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// Held something back since the last tick.
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
    /// Hands over a wire, and wakes the thread if need be.
    pub(super) fn watch(&self, wire: Weak<Wire>) {
        let mut state = self.state();
        state.fresh.push(wire);
        if state.activity == Activity::Asleep {
            state.activity = Activity::Ticking;
            self.wake.notify_one();
        }
    }

    /// Adds what was handed over since the last time.
    pub(super) fn take(&self, due: &mut Vec<Weak<Wire>>) {
        due.append(&mut self.state().fresh);
    }

    /// Sleeps until there is something to take.
    pub(super) fn rest(&self) {
        let mut state = self.state();
        while state.fresh.is_empty() {
            state.activity = Activity::Asleep;
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.activity = Activity::Ticking;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
