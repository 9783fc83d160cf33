//! Connections that the server has ended and whose clients have not. A connection's thread would wait for most
//! clients' FIN for less than a millisecond, and sleep and wake up for it. Here one thread looks at all of them
//! from time to time, so that the threads of the connections can serve others.
//!
//! Nothing is lost: whatever is added is looked at until it is over. The thread takes a job of the pool, and
//! returns it when there has been nothing to look at for a while.

use std::mem;
use std::sync::PoisonError;
use std::time::Duration;

use super::threads::Watcher;
use crate::sync::{Instant, Mutex, MutexGuard, thread};

/// Between two looks. A descriptor and the room of a connection stay in use for this long.
const TICK: Duration = Duration::from_millis(1);

/// The longest time between two looks at one connection. Clients that stay are seldom looked at.
const LONGEST: Duration = Duration::from_millis(32);

/// Looks at nothing before the thread returns to the pool.
const IDLE_LOOKS: u32 = 4;

/// What has ended on one side.
pub(super) trait Ended {
    /// Looks whether it has ended on the other side as well. Does not wait.
    fn look(&mut self) -> Look;
}

/// When something must be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It has ended, or is no longer awaited.
    Never,
    /// After a while, which becomes longer.
    Later,
    /// It is busy.
    Soon,
}

/// All that lingers.
pub(super) struct Lingering<E> {
    state: Mutex<State<E>>,
}

struct State<E> {
    fresh: Vec<E>,
    activity: Activity,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Activity {
    /// No thread looks.
    Resting,
    Looking,
}

impl<E> Default for Lingering<E> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                fresh: Vec::new(),
                activity: Activity::Resting,
            }),
        }
    }
}

impl<E: Ended> Lingering<E> {
    /// Adds one, and returns whether a thread runs [`Lingering::watch`].
    pub(super) fn add(&self, ended: E) -> Watcher {
        let mut state = self.state();
        state.fresh.push(ended);
        match mem::replace(&mut state.activity, Activity::Looking) {
            Activity::Looking => Watcher::Runs,
            Activity::Resting => Watcher::IsNeeded,
        }
    }

    /// Looks at all of them until each is over.
    pub(super) fn watch(&self) {
        let mut all: Vec<Watched<E>> = Vec::new();
        let mut idle = 0;
        loop {
            let now = Instant::now();
            all.retain_mut(|one| one.next > now || !one.is_over(now));
            let mut state = self.state();
            if all.is_empty() && state.fresh.is_empty() {
                idle += 1;
                if idle > IDLE_LOOKS {
                    state.activity = Activity::Resting;
                    return;
                }
            } else {
                idle = 0;
            }
            let fresh = mem::take(&mut state.fresh);
            drop(state);
            all.extend(fresh.into_iter().map(|ended| Watched {
                ended,
                next: now,
                pause: TICK,
            }));
            thread::sleep(TICK);
        }
    }

    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Watched<E> {
    ended: E,
    /// When it is looked at next.
    next: Instant,
    /// Until the look after that.
    pause: Duration,
}

impl<E: Ended> Watched<E> {
    fn is_over(&mut self, now: Instant) -> bool {
        let look = self.ended.look();
        if look == Look::Soon {
            self.pause = TICK;
        }
        self.next = now + self.pause;
        self.pause = LONGEST.min(self.pause * 2);
        look == Look::Never
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Over after so many looks; counts its end.
    struct Countdown(usize, Arc<AtomicUsize>);

    impl Ended for Countdown {
        fn look(&mut self) -> Look {
            self.0 = self.0.saturating_sub(1);
            match self.0 {
                0 => Look::Never,
                1 => Look::Soon,
                _ => Look::Later,
            }
        }
    }

    impl Drop for Countdown {
        fn drop(&mut self) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn everything_is_looked_at_until_it_is_over() {
        let over = Arc::<AtomicUsize>::default();
        let lingering = Lingering::default();
        for round in 0..2 {
            assert_eq!(
                lingering.add(Countdown(1, Arc::clone(&over))),
                Watcher::IsNeeded
            );
            for looks in [2, 3, 7] {
                let added = lingering.add(Countdown(looks, Arc::clone(&over)));
                assert_eq!(added, Watcher::Runs);
            }
            lingering.watch();
            assert_eq!(over.load(Ordering::Relaxed), 4 * (round + 1));
        }
    }
}
