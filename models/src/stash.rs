//! Models of the stash's lock.

#[path = "../../crates/core/src/stash/lock.rs"]
mod lock;

use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::{PREEMPTIONS, check};
use lock::Lock;

#[derive(Default)]
struct Room {
    lock: Lock,
    inside: AtomicUsize,
}

impl Room {
    /// Acquires the lock as a script does.
    fn acquire(&self) {
        if !self.lock.try_acquire() {
            self.lock.acquire();
        }
    }

    fn visit(&self) {
        self.acquire();
        assert_eq!(self.inside.fetch_add(1, Ordering::Relaxed), 0, "inside");
        self.inside.fetch_sub(1, Ordering::Relaxed);
        self.lock.release().unwrap();
    }
}

/// All threads get the lock, one at a time.
pub fn everyone_gets_the_lock() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let others = [(); 2].map(|()| {
            let room = Arc::clone(&room);
            thread::spawn(move || room.visit())
        });
        room.visit();
        for other in others {
            other.join().unwrap();
        }
        assert!(room.lock.release().is_err(), "the lock is not held");
    });
}

/// A thread other than the holder may release the lock while a third waits.
pub fn another_may_release() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        room.acquire();
        let waiting = thread::spawn({
            let room = Arc::clone(&room);
            move || room.visit()
        });
        let releasing = thread::spawn({
            let room = Arc::clone(&room);
            move || room.lock.release().unwrap()
        });
        releasing.join().unwrap();
        waiting.join().unwrap();
        room.visit();
    });
}
