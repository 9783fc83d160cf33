//! The server's `forks` without forks, which the models do not have.

use std::cell::Cell;
use std::io;

use crate::sync::thread::{Builder, JoinHandle};

loom::thread_local! {
    /// Whether threads cannot be started by this thread.
    static REFUSES: Cell<bool> = Cell::new(false);
}

/// Sets whether threads can be started by the calling thread.
pub(crate) fn refuse(refuses: bool) {
    REFUSES.with(|cell| cell.set(refuses));
}

pub(crate) fn spawn<T: Send + 'static>(
    thread: Builder,
    job: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    if REFUSES.with(Cell::get) {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    thread.spawn(job)
}
