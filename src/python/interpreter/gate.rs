//! Admission to the interpreter: one slot that threads hold before they ask for the GIL.
//!
//! Every thread that waits for the GIL itself wakes up each 5 ms to ask for it; thousands of them would
//! use all processor time. So threads queue here instead, without timers, and only the holder of the
//! slot asks for the GIL. A thread that is about to wait for something else releases the slot first
//! ([`away`]); the watchdog notices a script that waits in a way the server cannot see (a socket, a
//! subprocess). `slot` implements how the slot passes from thread to thread.

use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::Python;

use crate::forks::{self, PerProcess};
use crate::phases::{self, Phase};
use crate::python::interpreter::slot::{Slot, Ticket, Watchdog};
use crate::python::interpreter::thread_state::ThreadState;

/// How often the watchdog checks while the slot is wanted. A handler that blocks unseen delays the others by two checks.
const LOOK: Duration = Duration::from_millis(1);

/// Times that a queued thread is passed over by others before it is handed the slot, which then waits
/// for that thread to run: with thousands of them that takes as long as several handlers do.
const PATIENCE: u32 = 16;

/// Entries of a thread into a free-threaded interpreter before it lets others run.
const ENTRIES_IN_TURN: u32 = 2;

/// Checks at which the slot is not wanted before the watchdog sleeps.
const IDLE_LOOKS: u32 = 50;

/// How long the watchdog waits for the GIL before it concludes that a thread is using it.
const GIL_IS_FREE: Duration = Duration::from_millis(2);

/// The slot of the process's one interpreter.
static SLOT: PerProcess<Slot> = PerProcess::new(|| Slot::new(PATIENCE));

/// The process whose watchdog has been started, by its number of forks, counted from 1.
static WATCHED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The ticket of this thread's admission; 0 without one.
    static TICKET: Cell<Ticket> = const { Cell::new(0) };
    /// The entries of this thread since it let others run.
    static ENTRIES: Cell<u32> = const { Cell::new(0) };
}

/// The right to attach, released when dropped.
pub(crate) struct Admission(());

/// Starts the watchdog, unless this process has one.
///
/// # Errors
/// When the watchdog's thread cannot be started. Without it, a script that waits unseen would stop all
/// others.
pub(crate) fn open() -> io::Result<()> {
    let process = forks::number() + 1;
    if cfg!(Py_GIL_DISABLED) || WATCHED.swap(process, Ordering::Relaxed) == process {
        return Ok(());
    }
    let thread = thread::Builder::new().name("wireserve-gate".to_owned());
    forks::spawn(thread, watch).map(drop).inspect_err(|_| {
        WATCHED.store(0, Ordering::Relaxed);
    })
}

/// Waits for the slot. Nested calls on one thread are free.
pub(crate) fn enter() -> Option<Admission> {
    if cfg!(Py_GIL_DISABLED) {
        take_turns();
        return None;
    }
    if TICKET.get() != 0 {
        return None;
    }
    phases::enter(Phase::Admission);
    TICKET.set(SLOT.get().enter());
    Some(Admission(()))
}

/// Enters only if the slot is free. Attaching may still wait for a thread that holds the GIL without the slot.
pub(crate) fn try_enter() -> Option<Admission> {
    SLOT.get().try_enter().map(|ticket| {
        TICKET.set(ticket);
        Admission(())
    })
}

/// Lets the other threads on this processor run from time to time. A thread whose client is quick never waits for
/// a request, and would run for as long as the scheduler permits, several milliseconds.
fn take_turns() {
    let entries = ENTRIES.get();
    ENTRIES.set((entries + 1) % ENTRIES_IN_TURN);
    if entries == 0 {
        thread::yield_now();
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        SLOT.get().leave(TICKET.replace(0));
    }
}

/// Runs a call that may wait, detached and without the slot.
pub(crate) fn away<T: Send>(py: Python<'_>, wait: impl FnOnce() -> T + Send) -> T {
    let before = phases::replace(Phase::Waiting);
    let result = py.detach(|| {
        let wait = || {
            let result = wait();
            phases::enter(Phase::Admission);
            result
        };
        let ticket = TICKET.replace(0);
        if ticket == 0 {
            return wait();
        }
        let (ticket, result) = SLOT.get().away(ticket, wait);
        TICKET.set(ticket);
        result
    });
    phases::resume(before);
    result
}

/// Lets this thread, the only one of a forked child, continue without the slot of its parent.
pub(crate) fn forget() {
    TICKET.set(0);
}

/// The watchdog's life.
fn watch() {
    let _thread_state = ThreadState::new();
    let mut watchdog = Watchdog::new();
    let slot = SLOT.get();
    loop {
        thread::sleep(LOOK);
        if watchdog.idle() > IDLE_LOOKS {
            slot.wait_for_others();
        }
        watchdog.look(slot, gil_is_free);
    }
}

fn gil_is_free() -> bool {
    let asked = Instant::now();
    attach(|_| ());
    asked.elapsed() < GIL_IS_FREE
}

/// Attaches this thread and runs Python code. Once the interpreter ends, no thread can attach, and the process
/// is about to exit: the thread waits for that.
pub(crate) fn attach<T>(code: impl FnOnce(Python<'_>) -> T) -> T {
    match Python::try_attach(code) {
        Some(result) => result,
        None => wait_for_exit(),
    }
}

/// Waits until the process exits.
pub(crate) fn wait_for_exit() -> ! {
    loop {
        thread::park();
    }
}
