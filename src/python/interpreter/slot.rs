//! One slot, and the queue of threads that wait for it. It knows nothing of Python: `gate` says what
//! the slot is for, and runs the watchdog.
//!
//! The slot is not handed over on leaving: whoever comes first takes it, so that it is not idle while a
//! thread wakes up. A thread that was passed over too often is handed it. Whoever leaves calls the
//! first of the queue, so that a free slot always has somebody on the way to it.
//!
//! A holder that waits in a way we cannot see is noticed by the watchdog, which lets others pass, twice
//! as many each time. It sleeps while nobody queues, and never longer.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::thread::{self, Thread};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// Most threads let past at one look. A thousand blocked handlers take ten looks.
const MAX_BURST: usize = 512;

/// Looks after which another thread is let past a holder that is at work, so that a handler that
/// computes for ever does not lock the others out: they then share the GIL as Python's threads do.
pub(crate) const BUSY_LOOKS: u32 = 5;

/// Who holds the slot; 0 is nobody.
pub(crate) type Ticket = u64;

/// The slot. One thread holds it, unless the watchdog let others past.
pub(crate) struct Slot {
    /// Times that a queued thread is passed over by others before it is handed the slot.
    patience: u32,
    state: Mutex<State>,
    /// Wakes the watchdog when a queue forms.
    queued: Condvar,
}

#[derive(Default)]
struct State {
    holder: Ticket,
    last: Ticket,
    queue: VecDeque<Waiter>,
    watch: Watch,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Watch {
    #[default]
    Asleep,
    Looking,
}

struct Waiter {
    thread: Thread,
    ticket: Ticket,
    /// One of [`turn`]; changed under the slot's lock.
    turn: Arc<AtomicU8>,
    passed_over: u32,
}

/// What a waiter is to do.
mod turn {
    /// Keep waiting.
    pub(crate) const WAIT: u8 = 0;
    /// The slot was given back: take it if it is still there.
    pub(crate) const TRY: u8 = 1;
    /// Go on: admitted.
    pub(crate) const ADMITTED: u8 = 2;
}

impl Waiter {
    fn call(&self, turn: u8) {
        self.turn.store(turn, Ordering::Release);
        self.thread.unpark();
    }
}

impl Slot {
    /// A free slot, for threads that are passed over so often at most.
    pub(crate) fn new(patience: u32) -> Self {
        Self {
            patience,
            state: Mutex::default(),
            queued: Condvar::default(),
        }
    }

    /// Waits for the slot, and says what to leave it with.
    pub(crate) fn enter(&self) -> Ticket {
        let mut state = self.state();
        state.last += 1;
        let ticket = state.last;
        if state.holder == 0 {
            state.holder = ticket;
            return ticket;
        }
        let turn = Arc::new(AtomicU8::new(turn::WAIT));
        state.queue.push_back(Waiter {
            thread: thread::current(),
            ticket,
            turn: Arc::clone(&turn),
            passed_over: 0,
        });
        if state.watch == Watch::Asleep {
            state.watch = Watch::Looking;
            self.queued.notify_one();
        }
        drop(state);
        self.wait(ticket, &turn);
        ticket
    }

    fn wait(&self, ticket: Ticket, turn: &AtomicU8) {
        loop {
            match turn.load(Ordering::Acquire) {
                turn::ADMITTED => return,
                turn::TRY => {
                    let mut state = self.state();
                    // It may have been admitted before the lock was there.
                    if turn.load(Ordering::Acquire) == turn::ADMITTED {
                        return;
                    }
                    if state.holder == 0 {
                        state.take(ticket);
                        return;
                    }
                    turn.store(turn::WAIT, Ordering::Relaxed);
                }
                _ => thread::park(),
            }
        }
    }

    /// Gives the slot back.
    pub(crate) fn leave(&self, ticket: Ticket) {
        let mut state = self.state();
        // If others were let past this thread, the slot is not its to give.
        if state.holder != ticket {
            return;
        }
        state.holder = 0;
        match state.queue.front_mut() {
            None => {}
            Some(front) if front.passed_over < self.patience => {
                front.passed_over += 1;
                front.turn.store(turn::TRY, Ordering::Release);
                let thread = front.thread.clone();
                drop(state);
                // Behind the lock: whoever comes now need not wait for the system to wake somebody.
                thread.unpark();
            }
            Some(_) => state.admit(1),
        }
    }

    /// Runs what may wait, without the slot, and enters again.
    pub(crate) fn away<T>(&self, ticket: Ticket, wait: impl FnOnce() -> T) -> (Ticket, T) {
        self.leave(ticket);
        let result = wait();
        (self.enter(), result)
    }

    /// The watchdog's sleep: until somebody queues.
    pub(crate) fn wait_for_queue(&self) {
        let mut state = self.state();
        while state.queue.is_empty() {
            // Said before each wait: the queue that ended the last one may be gone already.
            state.watch = Watch::Asleep;
            state = self
                .queued
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.watch = Watch::Looking;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A thread that has been waiting takes the slot. It is hardly ever far from the front.
    fn take(&mut self, ticket: Ticket) {
        self.holder = ticket;
        let waits = |waiter: &Waiter| waiter.ticket == ticket;
        if let Some(at) = self.queue.iter().position(waits) {
            self.queue.remove(at);
        }
    }

    /// Lets waiters past whoever has the slot; the last of them holds it then.
    fn admit(&mut self, count: usize) {
        for _ in 0..count.min(self.queue.len()) {
            if let Some(waiter) = self.queue.pop_front() {
                self.holder = waiter.ticket;
                waiter.call(turn::ADMITTED);
            }
        }
    }
}

/// What the watchdog remembers from look to look.
pub(crate) struct Watchdog {
    /// The holder at the last look.
    seen: Ticket,
    /// Looks that found this holder before.
    looks: u32,
    /// Looks without a queue.
    idle: u32,
    burst: usize,
}

impl Watchdog {
    pub(crate) fn new() -> Self {
        Self {
            seen: 0,
            looks: 0,
            idle: 0,
            burst: 1,
        }
    }

    /// Looks without a queue since there was one.
    pub(crate) fn idle(&self) -> u32 {
        self.idle
    }

    /// Looks at the queue. A holder that was there at the last look is passed if nobody uses what the
    /// slot is for: it waits for something else. If somebody does, it is at work, and more threads
    /// would only make it slower. The question may take long; it is asked without the lock.
    pub(crate) fn look(&mut self, slot: &Slot, is_unused: impl FnOnce() -> bool) {
        let state = slot.state();
        let (holder, is_queued) = (state.holder, !state.queue.is_empty());
        drop(state);
        self.idle = if is_queued { 0 } else { self.idle + 1 };
        if !is_queued || holder == 0 || holder != self.seen {
            (self.seen, self.looks, self.burst) = (holder, 0, 1);
            return;
        }
        let is_unused = is_unused();
        let mut state = slot.state();
        if state.holder != self.seen {
            return;
        }
        self.looks += 1;
        if is_unused {
            state.admit(self.burst);
            self.burst = (self.burst * 2).min(MAX_BURST);
        } else if self.looks.is_multiple_of(BUSY_LOOKS) {
            state.admit(1);
        }
        self.seen = state.holder;
    }
}
