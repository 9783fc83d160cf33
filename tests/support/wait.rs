//! Waiting for what nobody announces: it is asked for again and again, without a pause, and a test
//! fails if it is not so in time.

use std::thread;
use std::time::Instant;

use super::client::DEADLINE;

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(
            Instant::now() < deadline,
            "waited {DEADLINE:?} until {what}"
        );
        thread::yield_now();
    }
}
