//! Models of how the thread that sends gathered heads sleeps and wakes up.

#[path = "../../src/wire/flusher.rs"]
mod flusher;

use std::sync::{Arc, Weak};

use loom::thread;

use crate::{PREEMPTIONS, check};
use flusher::Flusher;

/// A placeholder, which is only handed over.
struct Wire;

/// Every wire is taken: a wire that is added while the thread goes to sleep wakes it, also after an
/// earlier sleep.
pub fn every_wire_is_taken() {
    check(PREEMPTIONS, || {
        let flusher = Arc::<Flusher>::default();
        let flushing = thread::spawn({
            let flusher = Arc::clone(&flusher);
            move || {
                let mut due = Vec::new();
                while due.len() < 3 {
                    flusher.rest();
                    let before = due.len();
                    flusher.take(&mut due);
                    assert!(due.len() > before, "woke up for nothing");
                }
            }
        });
        let writing = thread::spawn({
            let flusher = Arc::clone(&flusher);
            move || flusher.watch(Weak::<Wire>::new())
        });
        flusher.watch(Weak::new());
        flusher.watch(Weak::new());
        writing.join().unwrap();
        flushing.join().unwrap();
    });
}
