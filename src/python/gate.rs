//! Admission to the interpreter: one slot in front of the GIL.
//!
//! Every thread that waits for the GIL itself wakes up each 5 ms to ask for it; with thousands waiting
//! nothing else gets done. So threads queue here instead, without timers, and only the one with the
//! slot asks for the GIL. Whoever is about to wait for something else gives the slot back first
//! ([`away`]); a script that waits in a way we cannot see (a socket, a subprocess) is noticed by a
//! watchdog, which lets others pass, twice as many each time. It looks only while somebody queues.
//!
//! The slot is not handed over on leaving: whoever comes first takes it, so that the interpreter does
//! not idle while a thread wakes up. A thread that was passed over too often is handed it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use pyo3::Python;

use super::thread_state::ThreadState;

/// How often a queue is looked at. A handler that blocks unseen delays the others by two looks.
const LOOK: Duration = Duration::from_millis(1);

/// Looks without a queue before the watchdog sleeps.
const IDLE_LOOKS: u32 = 50;

/// How long the watchdog may wait for the GIL if nobody is using it.
const GIL_IS_FREE: Duration = Duration::from_millis(2);

/// Most threads let past at one look. A thousand blocked handlers take ten looks.
const MAX_BURST: usize = 512;

/// Looks after which another thread is let past a holder that is at work, so that a handler that
/// computes for ever does not lock the others out: they then share the GIL as Python's threads do.
const BUSY_LOOKS: u32 = 5;

/// Times that a queued thread is passed over by others before it is handed the slot.
const PATIENCE: u32 = 4;

/// Who holds the slot; 0 is nobody.
type Ticket = u64;

thread_local! {
    /// What this thread was admitted with; 0 outside.
    static TICKET: Cell<Ticket> = const { Cell::new(0) };
}

/// The right to attach, given back when dropped.
pub(super) struct Admission(());

/// Waits for the slot. Nested calls on one thread are free.
pub(super) fn enter() -> Option<Admission> {
    if cfg!(Py_GIL_DISABLED) || TICKET.get() != 0 {
        return None;
    }
    TICKET.set(gate().enter());
    Some(Admission(()))
}

impl Drop for Admission {
    fn drop(&mut self) {
        gate().leave(TICKET.replace(0));
    }
}

/// Runs what may wait: detached, and without the slot.
pub(super) fn away<T: Send>(py: Python<'_>, wait: impl FnOnce() -> T + Send) -> T {
    py.detach(|| {
        let ticket = TICKET.replace(0);
        if ticket == 0 {
            return wait();
        }
        gate().leave(ticket);
        let result = wait();
        TICKET.set(gate().enter());
        result
    })
}

/// Lets this thread, the only one of a forked child, go on without the slot: who held the gate's lock when
/// it was forked holds it for ever.
pub(super) fn forget() {
    TICKET.set(0);
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    /// Wakes the watchdog when a queue forms.
    queued: Condvar,
}

#[derive(Default)]
struct State {
    holder: Ticket,
    last: Ticket,
    queue: VecDeque<Waiter>,
    watchdog: Watchdog,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Watchdog {
    #[default]
    Asleep,
    Looking,
}

struct Waiter {
    thread: Thread,
    ticket: Ticket,
    /// One of [`turn`]; changed under the gate's lock, but for the waiter's own return to `WAIT`.
    turn: Arc<AtomicU8>,
    passed_over: u32,
}

/// What a waiter is to do.
mod turn {
    /// Keep waiting.
    pub(super) const WAIT: u8 = 0;
    /// The slot was given back: take it if it is still there.
    pub(super) const TRY: u8 = 1;
    /// Go on: admitted.
    pub(super) const ADMITTED: u8 = 2;
}

impl Waiter {
    fn call(&self, turn: u8) {
        self.turn.store(turn, Ordering::Release);
        self.thread.unpark();
    }
}

impl Gate {
    fn enter(&self) -> Ticket {
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
        if state.watchdog == Watchdog::Asleep {
            state.watchdog = Watchdog::Looking;
            self.queued.notify_one();
        }
        drop(state);
        self.wait(ticket, &turn);
        ticket
    }

    fn wait(&self, ticket: Ticket, turn: &AtomicU8) {
        loop {
            match turn.swap(turn::WAIT, Ordering::AcqRel) {
                turn::ADMITTED => return,
                turn::TRY => {
                    let mut state = self.state();
                    // It may have been admitted between the swap and the lock.
                    if turn.load(Ordering::Acquire) == turn::ADMITTED {
                        return;
                    }
                    if state.holder == 0 {
                        state.holder = ticket;
                        state.queue.retain(|waiter| waiter.ticket != ticket);
                        return;
                    }
                }
                _ => thread::park(),
            }
        }
    }

    fn leave(&self, ticket: Ticket) {
        let mut state = self.state();
        // If others were let past this thread, the slot is not its to give.
        if state.holder != ticket {
            return;
        }
        state.holder = 0;
        match state.queue.front_mut() {
            None => {}
            Some(front) if front.passed_over < PATIENCE => {
                front.passed_over += 1;
                front.call(turn::TRY);
            }
            Some(_) => state.admit(1),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The watchdog's loop.
    fn watch(&self) {
        let _thread_state = ThreadState::new();
        let (mut seen, mut looks, mut idle, mut burst) = (0, 0, 0, 1);
        loop {
            thread::sleep(LOOK);
            let mut state = self.state();
            idle = if state.queue.is_empty() { idle + 1 } else { 0 };
            if idle > IDLE_LOOKS {
                while state.queue.is_empty() {
                    // Said before each wait: the queue that ended the last one may be gone already.
                    state.watchdog = Watchdog::Asleep;
                    state = self
                        .queued
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                state.watchdog = Watchdog::Looking;
            }
            if state.queue.is_empty() || state.holder == 0 || state.holder != seen {
                (seen, looks, burst) = (state.holder, 0, 1);
                continue;
            }
            drop(state);
            // The same holder as before. If the GIL is free, it waits for something else; if not, it
            // is at work, and more threads would only make it slower.
            let asked = Instant::now();
            Python::attach(|_| ());
            let gil_is_free = asked.elapsed() < GIL_IS_FREE;
            let mut state = self.state();
            if state.holder != seen {
                continue;
            }
            looks += 1;
            if gil_is_free {
                state.admit(burst);
                burst = (burst * 2).min(MAX_BURST);
            } else if looks % BUSY_LOOKS == 0 {
                state.admit(1);
            }
            seen = state.holder;
        }
    }
}

impl State {
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

fn gate() -> &'static Gate {
    static GATE: OnceLock<&'static Gate> = OnceLock::new();
    GATE.get_or_init(|| {
        let gate: &'static Gate = Box::leak(Box::default());
        let thread = thread::Builder::new().name("wireserve-gate".to_owned());
        if let Err(error) = thread.spawn(|| gate.watch()) {
            log::error!("no thread to watch for blocked handlers: {error}");
        }
        gate
    })
}
