//! Models of the slot that threads acquire before the GIL. A thread that *blocks unseen* waits for other
//! threads while it holds the slot.

#[path = "../../src/python/interpreter/slot.rs"]
#[allow(dead_code, reason = "the gate decides when the watchdog sleeps")]
mod slot;

use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Condvar, Mutex};
use loom::thread::{self, JoinHandle};

use crate::{PREEMPTIONS, check};
use slot::{BUSY_LOOKS, Slot, Watchdog};

/// Low, since each further attempt multiplies the number of orders.
const PATIENCE: u32 = 4;

/// The slot, and the resource that it protects.
struct Room {
    slot: Slot,
    inside: AtomicUsize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            slot: Slot::new(PATIENCE),
            inside: AtomicUsize::new(0),
        }
    }
}

impl Room {
    fn visit(&self) {
        let ticket = self.slot.enter();
        self.work();
        self.slot.leave(ticket);
    }

    /// The watchdog lets others past a holder that blocks unseen: one look sees the holder, one that it is still there.
    fn let_past_blocked_holder(&self) {
        let mut watchdog = Watchdog::new();
        self.slot.wait_for_others();
        watchdog.look(&self.slot, || true);
        watchdog.look(&self.slot, || true);
    }

    /// Work under mutual exclusion. The slot must also order it after the previous holder's work: a load
    /// without that order might see an old store.
    fn work(&self) {
        assert_eq!(self.inside.load(Ordering::Relaxed), 0, "inside");
        self.inside.store(1, Ordering::Relaxed);
        self.inside.store(0, Ordering::Relaxed);
    }
}

/// Starts a thread with access to the room.
fn with(room: &Arc<Room>, run: impl FnOnce(&Room) + 'static) -> JoinHandle<()> {
    let room = Arc::clone(room);
    thread::spawn(move || run(&room))
}

fn join(thread: JoinHandle<()>) {
    thread.join().unwrap();
}

/// Without the watchdog, all threads get the slot, one at a time.
pub fn everyone_gets_in() {
    check(PREEMPTIONS, || {
        let room = Arc::default();
        let others = [with(&room, Room::visit), with(&room, Room::visit)];
        room.visit();
        others.into_iter().for_each(join);
    });
}

/// The same for threads that return immediately, while wake-ups for their last visit may be pending.
pub fn everyone_gets_in_again() {
    check(PREEMPTIONS, || {
        let room = Arc::default();
        let other = with(&room, |room| {
            room.visit();
            room.visit();
        });
        room.visit();
        room.visit();
        other.join().unwrap();
    });
}

/// A thread that takes the slot only if it is free keeps nobody out.
pub fn every_thread_gets_in_past_one_that_tries() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let others = [with(&room, Room::visit), with(&room, Room::visit)];
        if let Some(ticket) = room.slot.try_enter() {
            room.work();
            assert_eq!(room.slot.try_enter(), None);
            room.slot.leave(ticket);
        }
        others.into_iter().for_each(join);
    });
}

/// A thread that only tries is let past a holder that blocks unseen until another thread had the slot. The watchdog
/// may sleep when it tries.
pub fn a_blocked_holder_is_passed_by_one_that_tries() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let ticket = room.slot.enter();
        let watchdog = with(&room, Room::let_past_blocked_holder);
        assert_eq!(room.slot.try_enter(), None);
        watchdog.join().unwrap();
        let tried = room.slot.try_enter().expect("the slot is free");
        // No longer its own to release.
        room.slot.leave(ticket);
        assert_eq!(room.slot.try_enter(), None);
        room.slot.leave(tried);
        room.visit();
    });
}

/// One thread queues and another tries while the watchdog looks: all get in, and the slot is free in the end.
pub fn one_that_tries_and_one_that_queues_pass_a_blocked_holder() {
    check(PREEMPTIONS - 1, || {
        let room = Arc::<Room>::default();
        let ticket = room.slot.enter();
        let other = with(&room, Room::visit);
        let watchdog = with(&room, Room::let_past_blocked_holder);
        if let Some(tried) = room.slot.try_enter() {
            room.work();
            room.slot.leave(tried);
        }
        other.join().unwrap();
        room.slot.leave(ticket);
        watchdog.join().unwrap();
        room.visit();
    });
}

/// A thread that was passed over too often is handed the slot directly.
pub fn patience_ends() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let was_in = Arc::new(AtomicUsize::new(0));
        let ticket = room.slot.enter();
        let other = with(&room, {
            let was_in = Arc::clone(&was_in);
            move |room| {
                let ticket = room.slot.enter();
                room.work();
                was_in.store(1, Ordering::Relaxed);
                room.slot.leave(ticket);
            }
        });
        room.slot.wait_for_others();
        room.slot.leave(ticket);
        for _ in 0..PATIENCE {
            room.visit();
        }
        room.visit();
        assert_eq!(was_in.load(Ordering::Relaxed), 1, "was handed the slot");
        other.join().unwrap();
    });
}

/// A holder that blocks unseen until another thread had the slot does not deadlock.
pub fn a_blocked_holder_is_passed() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let ticket = room.slot.enter();
        let other = with(&room, Room::visit);
        let watchdog = with(&room, Room::let_past_blocked_holder);
        other.join().unwrap();
        watchdog.join().unwrap();
        room.slot.leave(ticket);
        room.visit();
    });
}

/// A holder that was passed does not release the slot of the next holder.
pub fn a_passed_holder_gives_nothing_back() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let ticket = room.slot.enter();
        let other = with(&room, Room::visit);
        room.let_past_blocked_holder();
        room.slot.leave(ticket);
        room.visit();
        other.join().unwrap();
    });
}

/// The same with two blocked holders, of which the second passed the first.
pub fn blocked_holders_are_passed() {
    check(PREEMPTIONS - 1, || {
        let room = Arc::<Room>::default();
        let meeting = Arc::new(Meeting::default());
        let ticket = room.slot.enter();
        let others = [(); 2].map(|()| {
            let meeting = Arc::clone(&meeting);
            with(&room, move |room| {
                let ticket = room.slot.enter();
                meeting.meet();
                room.slot.leave(ticket);
            })
        });
        let mut watchdog = Watchdog::new();
        room.slot.wait_for_others();
        watchdog.look(&room.slot, || true);
        watchdog.look(&room.slot, || true);
        room.slot.wait_for_others();
        watchdog.look(&room.slot, || true);
        others.into_iter().for_each(join);
        room.slot.leave(ticket);
        room.visit();
    });
}

/// A holder that computes until another thread had the slot does not deadlock either.
pub fn a_holder_at_work_is_passed() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let ticket = room.slot.enter();
        let other = with(&room, Room::visit);
        let mut watchdog = Watchdog::new();
        room.slot.wait_for_others();
        for _ in 0..=BUSY_LOOKS {
            watchdog.look(&room.slot, || false);
        }
        other.join().unwrap();
        room.slot.leave(ticket);
        room.visit();
    });
}

/// The watchdog may look at any moment, also while holders leave: no thread loses the slot permanently.
pub fn looks_come_at_any_moment() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let ticket = room.slot.enter();
        let other = with(&room, |room| {
            let ticket = room.slot.enter();
            room.slot.leave(ticket);
        });
        let watchdog = with(&room, |room| {
            let mut watchdog = Watchdog::new();
            watchdog.look(&room.slot, || true);
            watchdog.look(&room.slot, || true);
        });
        room.slot.leave(ticket);
        let ticket = room.slot.enter();
        room.slot.leave(ticket);
        other.join().unwrap();
        watchdog.join().unwrap();
        room.visit();
    });
}

/// A thread that took the slot while the watchdog checked for activity is not passed, since the watchdog
/// has not seen it.
pub fn a_new_holder_is_not_passed() {
    check(PREEMPTIONS - 1, || {
        let room = Arc::<Room>::default();
        let ticket = room.slot.enter();
        let others = [with(&room, Room::visit), with(&room, Room::visit)];
        let mut watchdog = Watchdog::new();
        room.slot.wait_for_others();
        watchdog.look(&room.slot, || true);
        watchdog.look(&room.slot, || {
            room.slot.leave(ticket);
            true
        });
        others.into_iter().for_each(join);
    });
}

/// Two threads that wait for each other in `away` both hold the slot before and after.
pub fn away_gives_back_and_takes_again() {
    check(PREEMPTIONS, || {
        let room = Arc::default();
        let meeting = Arc::new(Meeting::default());
        let visit = |meeting: Arc<Meeting>| {
            move |room: &Room| {
                let ticket = room.slot.enter();
                room.work();
                let (ticket, ()) = room.slot.away(ticket, || meeting.meet());
                room.work();
                room.slot.leave(ticket);
            }
        };
        let other = with(&room, visit(Arc::clone(&meeting)));
        visit(meeting)(&room);
        other.join().unwrap();
    });
}

/// The watchdog wakes up for a queue that forms while it goes to sleep, and for a queue that forms after
/// one that it missed.
pub fn no_queue_is_slept_through() {
    check(PREEMPTIONS, || {
        let room = Arc::<Room>::default();
        let watchdog = with(&room, |room| room.slot.wait_for_others());
        let ticket = room.slot.enter();
        let first = with(&room, Room::visit);
        room.slot.leave(ticket);
        first.join().unwrap();
        let ticket = room.slot.enter();
        let second = with(&room, Room::visit);
        // Blocks until the watchdog has seen the queue.
        watchdog.join().unwrap();
        room.slot.leave(ticket);
        second.join().unwrap();
    });
}

/// A rendezvous of two threads.
#[derive(Default)]
struct Meeting {
    here: Mutex<usize>,
    complete: Condvar,
}

impl Meeting {
    fn meet(&self) {
        let mut here = self.here.lock().unwrap();
        *here += 1;
        self.complete.notify_all();
        while *here < 2 {
            here = self.complete.wait(here).unwrap();
        }
    }
}
