//! Which processor scripts run on: any, or one for all of them. Only one thread runs Python at a time,
//! and passing the interpreter to a thread on another processor costs more than a short handler. With one
//! processor there is no such cost, but these threads then also read and send on it.

use std::sync::OnceLock;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use thiserror::Error;

/// The processor that scripts run on, once it has been chosen.
static PROCESSOR: OnceLock<usize> = OnceLock::new();

/// Why scripts cannot run on a processor.
///
/// See the example of [`run_on`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlacementError {
    /// The process may not use this processor, or it does not exist.
    #[error("this process may not run on processor {0}")]
    NotOurs(usize),
    /// Another processor has been chosen before.
    #[error("scripts already run on processor {0}")]
    Settled(usize),
}

/// Binds every thread that runs its first script from now on to one processor, counted from 0. This
/// applies to the whole process and to the programs that scripts start.
///
/// ```
/// use wireserve::python::{PlacementError, run_on};
///
/// let none = usize::MAX;
/// assert_eq!(run_on(none), Err(PlacementError::NotOurs(none)));
/// ```
///
/// # Errors
/// When the process may not use that processor, or another one has been chosen before.
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

/// Moves this thread to the processor that scripts run on.
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
