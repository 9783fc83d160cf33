//! What `fork` calls (pthread_atfork(3)): before it copies the process, and at once in the child. Python's own hooks
//! are too early and too late for this: other hooks, and what Python does for a fork, come between. In a child, Python
//! drops the values of other threads before it calls a hook.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, mem};

use crate::forks::{self, Forking};
use crate::python::interpreter::gate;

thread_local! {
    /// While this thread forks.
    static FORKING: Cell<Option<Forking>> = const { Cell::new(None) };
}

/// Asks the C library to call this module for each fork from now on, once.
///
/// # Errors
/// When it has no memory for that.
pub(super) fn watch() -> io::Result<()> {
    static IS_WATCHED: AtomicBool = AtomicBool::new(false);
    if IS_WATCHED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    // SAFETY: the handlers may be called on any thread at any time, and stay valid, since Python never unloads a
    // library. They do not unwind. No thread forks while it holds the lock that they take.
    #[allow(unsafe_code)]
    let error = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    match error {
        0 => Ok(()),
        error => {
            IS_WATCHED.store(false, Ordering::Relaxed);
            Err(io::Error::from_raw_os_error(error))
        }
    }
}

extern "C" fn before() {
    // A thread that forks while its values are dropped does so without waiting.
    let _ = FORKING.try_with(|forking| forking.set(Some(Forking::begin())));
}

extern "C" fn in_parent() {
    let _ = FORKING.try_with(Cell::take);
}

extern "C" fn in_child() {
    let _ = FORKING.try_with(|forking| mem::forget(forking.take()));
    forks::increment();
    gate::forget();
}
