//! Gathers a head: consecutive head calls are sent in one write. No byte waits long, so that a
//! handler's pause between two field lines is visible on the wire.
//!
//! One thread looks at the wires that hold bytes back, every `TICK`, and sends what has waited for
//! one whole tick. It sleeps without a timer while nothing was held back for `IDLE_TICKS`, so that
//! an idle server is idle. Under load it is awake already, and no writer has to wake it.
//!
//! All servers of a process share the thread. It only knows wires, and no server can observe through it
//! what another does: a wire that cannot be written to is skipped without waiting.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::Wire;
use super::flusher::Flusher;
use super::outbound::{Gone, Outbound};
use crate::forks::{self, PerProcess};

/// How often the thread looks at held-back bytes. They leave at the second look at the latest, which keeps
/// the wait below one millisecond.
const TICK: Duration = Duration::from_micros(400);

/// Ticks without work before the thread stops looking, about 40 ms: longer than the pauses within a
/// busy second, short enough to cost an idle machine nothing.
const IDLE_TICKS: u32 = 100;

/// Keeps head bytes for the next write on this wire, or for a millisecond. `outbound` belongs to the wire.
///
/// # Errors
/// [`Gone`], as a write would.
pub fn hold_back(wire: &Arc<Wire>, outbound: &mut Outbound, parts: &[&[u8]]) -> Result<(), Gone> {
    let first = !outbound.is_waiting();
    outbound.hold_back(parts)?;
    if first {
        flusher().watch(Arc::downgrade(wire));
    }
    Ok(())
}

/// Runs the gathering thread.
fn run(flusher: &Flusher) {
    let mut due: Vec<Weak<Wire>> = Vec::new();
    let mut idle = 0;
    loop {
        due.retain(still_waits);
        idle = if due.is_empty() { idle + 1 } else { 0 };
        flusher.take(&mut due);
        if due.is_empty() && idle > IDLE_TICKS {
            flusher.rest();
            idle = 0;
        } else {
            thread::sleep(TICK);
        }
    }
}

/// Sends what a wire holds back; what the kernel does not take now is tried again. A wire that another
/// thread is writing to needs nothing: that write takes the held-back bytes along.
fn still_waits(wire: &Weak<Wire>) -> bool {
    let Some(wire) = wire.upgrade() else {
        return false;
    };
    let Some(mut outbound) = wire.try_outbound() else {
        return true;
    };
    outbound.send_now(&[]).is_ok() && outbound.is_waiting()
}

fn flusher() -> &'static Flusher {
    static FLUSHER: PerProcess<&Flusher> = PerProcess::new(|| {
        let flusher: &'static Flusher = Box::leak(Box::default());
        let thread = thread::Builder::new().name("wireserve-gather".to_owned());
        if let Err(error) = forks::spawn(thread, || run(flusher)) {
            // Heads then wait for the next write: late, but never lost.
            log::error!("cannot start the thread that sends gathered heads: {error}");
        }
        flusher
    });
    FLUSHER.get()
}
