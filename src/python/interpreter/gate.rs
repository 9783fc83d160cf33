//! Admission to the interpreter: one slot in front of the GIL.
//!
//! Every thread that waits for the GIL itself wakes up each 5 ms to ask for it; with thousands waiting
//! nothing else gets done. So threads queue here instead, without timers, and only the one with the
//! slot asks for the GIL. Whoever is about to wait for something else gives the slot back first
//! ([`away`]); a script that waits in a way we cannot see (a socket, a subprocess) is noticed by the
//! watchdog. How the slot passes from thread to thread is `slot`'s business.

use std::cell::Cell;
use std::io;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use pyo3::Python;

use crate::python::interpreter::slot::{Slot, Ticket, Watchdog};
use crate::python::interpreter::thread_state::ThreadState;

/// How often a queue is looked at. A handler that blocks unseen delays the others by two looks.
const LOOK: Duration = Duration::from_millis(1);

/// Times that a queued thread is passed over by others before it is handed the slot, which then waits
/// for that thread to run: with thousands of them that takes as long as several handlers do.
const PATIENCE: u32 = 16;

/// Looks without a queue before the watchdog sleeps.
const IDLE_LOOKS: u32 = 50;

/// How long the watchdog may wait for the GIL if nobody is using it.
const GIL_IS_FREE: Duration = Duration::from_millis(2);

/// The slot of the process's one interpreter.
static SLOT: LazyLock<Slot> = LazyLock::new(|| Slot::new(PATIENCE));

thread_local! {
    /// What this thread was admitted with; 0 outside.
    static TICKET: Cell<Ticket> = const { Cell::new(0) };
}

/// The right to attach, given back when dropped.
pub(crate) struct Admission(());

/// Starts the watchdog.
///
/// # Errors
/// When the system has no thread to give. Without one, a script that waits unseen would stop all others.
pub(crate) fn open() -> io::Result<()> {
    if cfg!(Py_GIL_DISABLED) {
        return Ok(());
    }
    let thread = thread::Builder::new().name("wireserve-gate".to_owned());
    thread.spawn(watch).map(drop)
}

/// Waits for the slot. Nested calls on one thread are free.
pub(crate) fn enter() -> Option<Admission> {
    if cfg!(Py_GIL_DISABLED) || TICKET.get() != 0 {
        return None;
    }
    TICKET.set(SLOT.enter());
    Some(Admission(()))
}

impl Drop for Admission {
    fn drop(&mut self) {
        SLOT.leave(TICKET.replace(0));
    }
}

/// Runs what may wait: detached, and without the slot.
pub(crate) fn away<T: Send>(py: Python<'_>, wait: impl FnOnce() -> T + Send) -> T {
    py.detach(|| {
        let ticket = TICKET.replace(0);
        if ticket == 0 {
            return wait();
        }
        let (ticket, result) = SLOT.away(ticket, wait);
        TICKET.set(ticket);
        result
    })
}

/// Lets this thread, the only one of a forked child, go on without the slot: who held its lock when it
/// was forked holds it for ever.
pub(crate) fn forget() {
    TICKET.set(0);
}

/// The watchdog's life.
fn watch() {
    let _thread_state = ThreadState::new();
    let mut watchdog = Watchdog::new();
    loop {
        thread::sleep(LOOK);
        if watchdog.idle() > IDLE_LOOKS {
            SLOT.wait_for_queue();
        }
        watchdog.look(&SLOT, gil_is_free);
    }
}

fn gil_is_free() -> bool {
    let asked = Instant::now();
    Python::attach(|_| ());
    asked.elapsed() < GIL_IS_FREE
}
