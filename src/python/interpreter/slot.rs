//! One slot, and the queue of threads that wait for it. It does not depend on Python: `gate` uses the
//! slot and runs the watchdog.
//!
//! A thread that leaves does not hand the slot over: the first thread to arrive takes it, so that it is
//! not idle while another wakes up. A thread that was passed over too often is handed the slot. A thread
//! that leaves wakes the first of the queue, so that a free slot always has a thread on its way to it.
//!
//! The watchdog notices a holder that waits in a way the server cannot see, and lets others pass, twice
//! as many each time. If none waits, but one has tried to enter without waiting, it frees the slot. It sleeps
//! only while no other thread wants the slot.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::thread::{self, Thread};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// Most threads let past at one check. A thousand blocked handlers take ten checks.
const MAX_BURST: usize = 512;

/// Checks after which another thread is let past a holder that computes, so that an endless computation
/// does not lock the others out: they then share the GIL as Python's threads do.
pub(crate) const BUSY_LOOKS: u32 = 5;

/// The ticket of the slot's holder; 0 while the slot is free.
pub(crate) type Ticket = u64;

/// The slot. One thread holds it, unless the watchdog let others past.
pub(crate) struct Slot {
    /// How often a queued thread is passed over by others before it is handed the slot.
    patience: u32,
    state: Mutex<State>,
    /// Wakes the watchdog when another thread wants the slot.
    wanted: Condvar,
}

#[derive(Default)]
struct State {
    holder: Ticket,
    last: Ticket,
    queue: VecDeque<Waiter>,
    /// Whether a thread has tried to enter without waiting since the slot was free.
    was_tried: bool,
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

/// What a waiting thread does next.
mod turn {
    /// Keep waiting.
    pub(crate) const WAIT: u8 = 0;
    /// The slot was released: take it if it is still free.
    pub(crate) const TRY: u8 = 1;
    /// Admitted.
    pub(crate) const ADMITTED: u8 = 2;
}

impl Waiter {
    fn call(&self, turn: u8) {
        self.turn.store(turn, Ordering::Release);
        self.thread.unpark();
    }
}

impl Slot {
    /// A free slot; a queued thread is passed over at most `patience` times.
    pub(crate) fn new(patience: u32) -> Self {
        Self {
            patience,
            state: Mutex::default(),
            wanted: Condvar::default(),
        }
    }

    /// Waits for the slot, and returns the ticket to leave it with.
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
        self.wake_watchdog(&mut state);
        drop(state);
        self.wait(ticket, &turn);
        ticket
    }

    /// Takes the slot if it is free.
    pub(crate) fn try_enter(&self) -> Option<Ticket> {
        let mut state = self.state();
        if state.holder != 0 {
            state.was_tried = true;
            self.wake_watchdog(&mut state);
            return None;
        }
        state.last += 1;
        state.holder = state.last;
        Some(state.last)
    }

    fn wake_watchdog(&self, state: &mut State) {
        if state.watch == Watch::Asleep {
            state.watch = Watch::Looking;
            self.wanted.notify_one();
        }
    }

    fn wait(&self, ticket: Ticket, turn: &AtomicU8) {
        loop {
            match turn.load(Ordering::Acquire) {
                turn::ADMITTED => return,
                turn::TRY => {
                    let mut state = self.state();
                    // It may have been admitted before the lock was acquired.
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

    /// Releases the slot.
    pub(crate) fn leave(&self, ticket: Ticket) {
        let mut state = self.state();
        // If others were let past this thread, the slot is no longer its own to release.
        if state.holder != ticket {
            return;
        }
        state.holder = 0;
        state.was_tried = false;
        match state.queue.front_mut() {
            None => {}
            Some(front) if front.passed_over < self.patience => {
                front.passed_over += 1;
                front.turn.store(turn::TRY, Ordering::Release);
                let thread = front.thread.clone();
                drop(state);
                // After the lock is released, so that an arriving thread need not wait for this wake-up.
                thread.unpark();
            }
            Some(_) => state.admit(1),
        }
    }

    /// Runs a call that may wait, without the slot, and enters again.
    pub(crate) fn away<T>(&self, ticket: Ticket, wait: impl FnOnce() -> T) -> (Ticket, T) {
        self.leave(ticket);
        let result = wait();
        (self.enter(), result)
    }

    /// The watchdog's sleep, until another thread wants the slot.
    pub(crate) fn wait_for_others(&self) {
        let mut state = self.state();
        while !state.is_wanted() {
            // Set before each wait: the slot may have been wanted when the last one ended, and no longer is.
            state.watch = Watch::Asleep;
            state = self
                .wanted
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
    /// Whether another thread than the holder wants the slot.
    fn is_wanted(&self) -> bool {
        !self.queue.is_empty() || self.was_tried
    }

    /// A waiting thread takes the slot. It is rarely far from the front.
    fn take(&mut self, ticket: Ticket) {
        self.holder = ticket;
        let waits = |waiter: &Waiter| waiter.ticket == ticket;
        if let Some(at) = self.queue.iter().position(waits) {
            self.queue.remove(at);
        }
    }

    /// Lets others past the holder of the slot: threads that wait, or those that come later.
    fn let_past(&mut self, count: usize) {
        if self.queue.is_empty() {
            self.holder = 0;
            self.was_tried = false;
        }
        self.admit(count);
    }

    /// Admits waiting threads; the last of them holds the slot then.
    fn admit(&mut self, count: usize) {
        for _ in 0..count.min(self.queue.len()) {
            if let Some(waiter) = self.queue.pop_front() {
                self.holder = waiter.ticket;
                waiter.call(turn::ADMITTED);
            }
        }
    }
}

/// What the watchdog remembers from check to check.
pub(crate) struct Watchdog {
    /// The holder at the last check.
    seen: Ticket,
    /// Checks that found this holder before.
    looks: u32,
    /// Checks at which no other thread wanted the slot.
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

    /// Checks since another thread wanted the slot.
    pub(crate) fn idle(&self) -> u32 {
        self.idle
    }

    /// Checks whether others want the slot. They are let past a holder that was there at the last check if the resource
    /// is free, since the holder then waits for something else. If the resource is in use, more threads
    /// would only slow it down. Finding out may take long, so the lock is not held meanwhile.
    pub(crate) fn look(&mut self, slot: &Slot, is_unused: impl FnOnce() -> bool) {
        let state = slot.state();
        let (holder, is_wanted) = (state.holder, state.is_wanted());
        drop(state);
        self.idle = if is_wanted { 0 } else { self.idle + 1 };
        if !is_wanted || holder == 0 || holder != self.seen {
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
            state.let_past(self.burst);
            self.burst = (self.burst * 2).min(MAX_BURST);
        } else if self.looks.is_multiple_of(BUSY_LOOKS) {
            state.let_past(1);
        }
        self.seen = state.holder;
    }
}
