//! The server's `forks` without forks, which the models do not have.

use std::io;

use crate::sync::thread::{Builder, JoinHandle};

pub(crate) fn spawn<T: Send + 'static>(
    thread: Builder,
    job: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    thread.spawn(job)
}
