//! Which processor scripts run on: any, or one for all of them. Only one thread runs Python at a time,
//! and to hand the interpreter to a thread on another processor costs more than a short handler. On
//! one processor nobody is handed anything over; but then everything else that these threads do, such
//! as reading and sending, is done there, too.

use std::fmt;
use std::sync::OnceLock;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Where scripts run, once it has been said.
static PROCESSOR: OnceLock<usize> = OnceLock::new();

/// Why scripts cannot run on a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacementError {
    /// The process may not use this processor, or there is none of this number.
    NotOurs(usize),
    /// It has been said already, and differently.
    Settled(usize),
}

impl fmt::Display for PlacementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOurs(number) => write!(f, "this process may not use processor {number}"),
            Self::Settled(number) => write!(f, "scripts run on processor {number} already"),
        }
    }
}

impl std::error::Error for PlacementError {}

/// Has every thread that runs its first script from now on stay on one processor, by its number from 0
/// on. It holds for the whole process, and for the programs that scripts start.
///
/// # Errors
/// When the process may not use that processor, or another one has been said before.
pub fn run_on(processor: usize) -> Result<(), PlacementError> {
    let is_ours = processor < CpuSet::MAX_CPU
        && sched_getaffinity(None).is_ok_and(|ours| ours.is_set(processor));
    if !is_ours {
        return Err(PlacementError::NotOurs(processor));
    }
    match *PROCESSOR.get_or_init(|| processor) {
        settled if settled == processor => Ok(()),
        settled => Err(PlacementError::Settled(settled)),
    }
}

/// Moves this thread to where scripts run.
pub(crate) fn settle() {
    let Some(&processor) = PROCESSOR.get() else {
        return;
    };
    let mut only = CpuSet::new();
    only.set(processor);
    if let Err(error) = sched_setaffinity(None, &only) {
        log::debug!("a thread cannot be moved to processor {processor}: {error}");
    }
}
