//! The server's `forks` without forks, which the models do not have.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::sync::thread::{Builder, JoinHandle};

loom::lazy_static! {
    /// Whether threads cannot be started. Not one of loom's: it is not part of what is modelled.
    static ref REFUSES: AtomicBool = AtomicBool::new(false);
}

/// Sets whether threads can be started.
pub(crate) fn refuse(refuses: bool) {
    REFUSES.store(refuses, Ordering::Relaxed);
}

pub(crate) fn spawn<T: Send + 'static>(
    thread: Builder,
    job: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    if REFUSES.load(Ordering::Relaxed) {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    thread.spawn(job)
}
