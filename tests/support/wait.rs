//! Waits for conditions that can only be polled; a test fails if one does not hold in time.

use std::thread;
use std::time::{Duration, Instant};

use super::client::DEADLINE;

/// Time between two checks.
const LOOK: Duration = Duration::from_millis(2);

/// Waits until a condition holds; the test fails if it does not in time.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}");
        thread::sleep(LOOK);
    }
}
