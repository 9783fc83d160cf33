//! Places of connections that have just ended. A worker that accepts a connection leaves the next one to the
//! other workers, so that they share a burst. While connections end as fast as they come, none of them gets more
//! connections by this, and the pause would only limit their rate.

use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

use crate::wire::listener::Pause;

/// How long a place counts. A burst that comes later is shared, however many connections there were before it.
const FRESH: Duration = Duration::from_millis(1);

/// The most places that count at a time. All connections of a client may end at once, and begin again.
const MOST: usize = 4;

/// Places that can be taken without a pause.
#[derive(Debug, Default)]
pub(super) struct Freed(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// `places <= MOST`
    places: usize,
    /// When the last of them was freed.
    at: Option<Instant>,
}

impl Freed {
    /// Adds the place of a connection that has been served.
    pub(super) fn add(&self, now: Instant) {
        let mut state = self.0.lock();
        state.places = MOST.min(state.places + 1);
        state.at = Some(now);
    }

    /// Takes a place for the next connection.
    pub(super) fn take(&self, now: Instant) -> Pause {
        let mut state = self.0.lock();
        let is_fresh = |at| now.saturating_duration_since(at) < FRESH;
        if !state.at.is_some_and(is_fresh) {
            state.places = 0;
        }
        match state.places.checked_sub(1) {
            Some(left) => {
                state.places = left;
                Pause::None
            }
            None => Pause::ForOthers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_once_and_soon() {
        let freed = Freed::default();
        let now = Instant::now();
        assert_eq!(freed.take(now), Pause::ForOthers);
        freed.add(now);
        assert_eq!(freed.take(now), Pause::None);
        assert_eq!(freed.take(now), Pause::ForOthers);
        freed.add(now);
        assert_eq!(freed.take(now + FRESH), Pause::ForOthers);
        assert_eq!(freed.take(now), Pause::ForOthers, "it is forgotten");
    }

    #[test]
    fn few_places_count() {
        let freed = Freed::default();
        let now = Instant::now();
        for _ in 0..=MOST {
            freed.add(now);
        }
        for _ in 0..MOST {
            assert_eq!(freed.take(now), Pause::None);
        }
        assert_eq!(freed.take(now), Pause::ForOthers);
    }
}
