//! Events: names that one exchange waits for and another, or a test, makes happen; and the opening of
//! connections, which is counted here too. An event that has happened stays so until it is cleared, so
//! it does not matter who comes first.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::Duration;

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Condvar, Instant, Mutex, MutexGuard};

/// How often a wait looks whether its client is still there.
const LOOK: Duration = Duration::from_millis(10);

/// The events of a server.
#[derive(Debug, Default)]
pub struct Events {
    state: Mutex<State>,
    changed: Condvar,
    connections: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    happened: HashSet<String>,
    /// Threads that wait for any of them.
    waiting: usize,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// What was waited for has happened.
    Happened,
    /// The limit passed first.
    TooLate,
    /// There is no reason to wait any more.
    GivenUp,
}

impl Events {
    /// Makes an event happen, and wakes all who wait for it.
    pub fn set(&self, name: &str) {
        let mut state = self.state();
        state.happened.insert(name.to_owned());
        self.wake(state);
    }

    /// Makes an event one that has not happened.
    pub fn clear(&self, name: &str) {
        self.state().happened.remove(name);
    }

    /// Whether an event has happened.
    pub fn has_happened(&self, name: &str) -> bool {
        self.state().happened.contains(name)
    }

    /// Waits for an event, and says whether it happened within this time.
    pub fn wait(&self, name: &str, within: Duration) -> bool {
        let limit = Instant::now().checked_add(within);
        self.wait_while_there(name, limit, || true) == Waited::Happened
    }

    /// Connections that were opened so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Counts a connection and says its number, from 1 on.
    pub(crate) fn connection_opened(&self) -> u64 {
        // Under the lock, or a wait that has just looked would miss it.
        let state = self.state();
        let before = self.connections.fetch_add(1, Ordering::Relaxed);
        self.wake(state);
        before + 1
    }

    /// Waits for an event up to a limit, as long as `is_there` says so.
    pub(crate) fn wait_while_there(
        &self,
        name: &str,
        limit: Option<Instant>,
        is_there: impl Fn() -> bool,
    ) -> Waited {
        self.wait_until(limit, is_there, |state| state.happened.contains(name))
    }

    /// Waits until more than `known` connections have been opened.
    pub(crate) fn wait_for_connection(
        &self,
        known: u64,
        limit: Option<Instant>,
        is_there: impl Fn() -> bool,
    ) -> Waited {
        self.wait_until(limit, is_there, |_| self.connections() > known)
    }

    fn wait_until(
        &self,
        limit: Option<Instant>,
        is_there: impl Fn() -> bool,
        has_happened: impl Fn(&State) -> bool,
    ) -> Waited {
        let mut state = self.state();
        loop {
            if has_happened(&state) {
                return Waited::Happened;
            }
            let left = limit.map_or(LOOK, |limit| {
                limit.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return Waited::TooLate;
            }
            if !is_there() {
                return Waited::GivenUp;
            }
            state.waiting += 1;
            state = self
                .changed
                .wait_timeout(state, left.min(LOOK))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            state.waiting -= 1;
        }
    }

    /// A call into the kernel, even if nobody waits; so it is made only if somebody does.
    fn wake(&self, state: MutexGuard<'_, State>) {
        let is_waited_for = state.waiting > 0;
        drop(state);
        if is_waited_for {
            self.changed.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn it_does_not_matter_who_comes_first() {
        let events = Events::default();
        events.set("early");
        assert!(events.wait("early", Duration::ZERO));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| events.wait("late", Duration::from_secs(10)));
            events.set("late");
            assert!(waiting.join().unwrap());
        });
        events.clear("late");
        assert!(!events.has_happened("late"));
        assert!(!events.wait("late", Duration::from_millis(1)));
    }

    #[test]
    fn a_wait_ends_with_its_reason() {
        let events = Events::default();
        let gone = events.wait_while_there("never", None, || false);
        assert_eq!(gone, Waited::GivenUp);
        let known = events.connection_opened();
        let limit = Instant::now() + Duration::from_millis(1);
        let none = events.wait_for_connection(known, Some(limit), || true);
        assert_eq!(none, Waited::TooLate);
        events.connection_opened();
        let another = events.wait_for_connection(known, None, || true);
        assert_eq!(another, Waited::Happened);
    }
}
