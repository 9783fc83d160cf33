//! Models of the sleep of the thread that sends gathered heads.

#[path = "../../src/wire/flusher.rs"]
mod flusher;

use std::sync::{Arc, Weak};

use loom::thread;

use crate::{PREEMPTIONS, check};
use flusher::Flusher;

/// Nothing is done with it here but handing it over.
struct Wire;

/// Every wire is taken: one that comes while the thread goes to sleep wakes it, also when it has slept
/// before.
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
