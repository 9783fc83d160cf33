//! One Python thread state for a connection's life.
//!
//! `PyGILState_Ensure` on a thread that Python does not know makes a thread state and destroys it with
//! the matching `Release`: costly for every request, and `threading.local` values would be lost between
//! the requests of a connection, which the reference keeps. An outer `Ensure` that stays open until
//! the connection ends makes all inner ones find the state that is there.

use pyo3::ffi;

/// Keeps this thread's Python thread state alive. Belongs to the thread that made it; the pointer makes
/// it neither `Send` nor `Sync`.
pub(super) struct ThreadState {
    ensured: ffi::PyGILState_STATE,
    saved: *mut ffi::PyThreadState,
}

impl ThreadState {
    /// Makes a thread state for this thread, which must not be attached.
    #[allow(unsafe_code)]
    pub(super) fn new() -> Self {
        // SAFETY: the interpreter has been initialised, for a `ThreadState` is made for scripts only,
        // and is never finalized. `Ensure` attaches this thread, so `SaveThread` detaches an attached
        // thread, and hands out the state that `drop` restores.
        unsafe {
            let ensured = ffi::PyGILState_Ensure();
            let saved = ffi::PyEval_SaveThread();
            Self { ensured, saved }
        }
    }
}

impl Drop for ThreadState {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: this is the thread that made the state, since `self` cannot leave it; every inner
        // attach has ended, since they are scopes within the connection that owns `self`. So the
        // thread is detached, `saved` is its state, and `Release` matches the outermost `Ensure`.
        unsafe {
            ffi::PyEval_RestoreThread(self.saved);
            ffi::PyGILState_Release(self.ensured);
        }
    }
}
