//! Which threads run Python code for exchanges, in an interpreter that another program has started and will end.
//!
//! While an interpreter ends, a thread in Python code is ended as soon as it asks for the interpreter again, by
//! unwinding its stack up to the first frame. No frame of the server expects that, and the process would abort.
//! So the server stops such threads before: an exception is raised in them. A thread whose code catches all
//! exceptions and continues is parked where its unwinding reaches the server.

use std::cell::OnceCell;
use std::ffi::c_long;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

use pyo3::exceptions::PySystemExit;
use pyo3::prelude::*;

use crate::forks::PerProcess;
use crate::python::interpreter::gate;
use crate::python::interpreter::host;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::thread_state;

static IDENTIFIER: Imported = Imported::new("threading", "get_ident");

/// The threads that have run Python code. The child of a fork has none of its parent's.
static THREADS: PerProcess<Mutex<Vec<Weak<Presence>>>> = PerProcess::new(Mutex::default);

thread_local! {
    static OF_THREAD: OnceCell<Arc<Presence>> = const { OnceCell::new() };
}

/// A thread.
struct Presence {
    /// Its number in Python's `threading`.
    identifier: c_long,
    /// Whether it runs Python code.
    is_inside: AtomicBool,
}

/// Runs Python code on this attached thread, which [`interrupt`] finds meanwhile.
pub(crate) fn run<T>(py: Python<'_>, code: impl FnOnce(Python<'_>) -> T) -> T {
    if !host::is_guest() {
        return code(py);
    }
    let inside = Inside::of_thread(py);
    let result = code(py);
    inside.leave();
    result
}

/// Whether this thread runs Python code for an exchange.
pub(crate) fn is_inside() -> bool {
    OF_THREAD.with(|own| {
        own.get()
            .is_some_and(|presence| presence.is_inside.load(Ordering::Relaxed))
    })
}

/// Raises `SystemExit` in every thread that runs Python code, and returns how many there are. Each gets it once it
/// continues in Python code.
pub(crate) fn interrupt(py: Python<'_>) -> usize {
    let threads = threads();
    let threads: Vec<_> = threads.iter().filter_map(Weak::upgrade).collect();
    let inside = threads
        .iter()
        .filter(|thread| thread.is_inside.load(Ordering::Relaxed));
    let exception = py.get_type::<PySystemExit>();
    inside
        .map(|thread| thread_state::raise_in(thread.identifier, exception.as_any()))
        .count()
}

fn threads() -> MutexGuard<'static, Vec<Weak<Presence>>> {
    THREADS.get().lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread's time in Python code.
struct Inside(Option<Arc<Presence>>);

impl Inside {
    fn of_thread(py: Python<'_>) -> Self {
        OF_THREAD.with(|own| {
            let presence = own.get_or_init(|| Presence::new(py));
            presence.is_inside.store(true, Ordering::Relaxed);
            Self(Some(Arc::clone(presence)))
        })
    }

    fn leave(mut self) {
        if let Some(presence) = self.0.take() {
            presence.is_inside.store(false, Ordering::Relaxed);
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let Some(presence) = &self.0 else {
            return;
        };
        presence.is_inside.store(false, Ordering::Relaxed);
        if !thread::panicking() {
            // The interpreter unwinds this thread to end it.
            gate::wait_for_exit();
        }
    }
}

impl Presence {
    fn new(py: Python<'_>) -> Arc<Self> {
        let identifier = IDENTIFIER
            .get(py)
            .and_then(|identifier| identifier.call0()?.extract::<u64>());
        let presence = Arc::new(Self {
            // Python passes its unsigned numbers as signed ones, too.
            identifier: identifier.unwrap_or_default().cast_signed(),
            is_inside: AtomicBool::new(false),
        });
        let mut threads = threads();
        threads.retain(|thread| thread.strong_count() > 0);
        threads.push(Arc::downgrade(&presence));
        presence
    }
}
