//! Waiting for what is not announced: it is polled, and a test fails if it does not happen in time.

use std::thread;
use std::time::{Duration, Instant};

use super::client::DEADLINE;

/// How long to wait between two looks.
const LOOK: Duration = Duration::from_millis(2);

/// Waits until something holds; the test fails if it does not in time.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}");
        thread::sleep(LOOK);
    }
}
