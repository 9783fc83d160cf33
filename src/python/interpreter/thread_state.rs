//! One Python thread state for a thread's life, reset for each of its connections.
//!
//! `PyGILState_Ensure` on a thread that Python does not know makes a thread state and destroys it with
//! the matching `Release`: costly for every request, and `threading.local` values would be lost between
//! the requests of a connection, which the reference keeps. An outer `Ensure` that stays open until
//! the thread ends lets all inner calls find the existing state. Ending it with the connection would
//! mean waiting for the interpreter once more after the response; so it is reset when the first script of
//! the next connection begins.

use std::ffi::c_long;
use std::ptr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;

static SET_TRACE: Imported = Imported::new("sys", "settrace");
static SET_PROFILE: Imported = Imported::new("sys", "setprofile");
static SET_ASYNCGEN_HOOKS: Imported = Imported::new("sys", "set_asyncgen_hooks");
static SET_ORIGIN_TRACKING: Imported = Imported::new("sys", "set_coroutine_origin_tracking_depth");
static THREADS: Imported = Imported::new("threading", "_active");
static IDENTIFIER: Imported = Imported::new("threading", "get_ident");

/// What a setting of a thread is unless a script changes it.
enum Setting {
    None(Imported),
    /// A tuple.
    Nones(Imported),
    Zero(Imported),
}

static SETTINGS: [Setting; 4] = [
    Setting::None(Imported::new("sys", "gettrace")),
    Setting::None(Imported::new("sys", "getprofile")),
    Setting::Nones(Imported::new("sys", "get_asyncgen_hooks")),
    Setting::Zero(Imported::new("sys", "get_coroutine_origin_tracking_depth")),
];

impl Setting {
    /// Whether it has not been changed on this thread. Runs no code of scripts.
    fn is_unchanged(&self, py: Python<'_>) -> PyResult<bool> {
        let value = |get: &Imported| get.get(py)?.call0();
        match self {
            Self::None(get) => Ok(value(get)?.is_none()),
            Self::Nones(get) => {
                let values = value(get)?.cast_into::<PyTuple>()?;
                Ok(values.iter().all(|value| value.is_none()))
            }
            Self::Zero(get) => Ok(value(get)?.extract::<i32>()? == 0),
        }
    }
}

/// Keeps this thread's Python thread state alive. Belongs to the thread that made it; the pointer makes
/// it neither `Send` nor `Sync`.
pub(crate) struct ThreadState {
    ensured: ffi::PyGILState_STATE,
    saved: *mut ffi::PyThreadState,
    /// The context of the current connection; null for the first one, which has the thread's context.
    context: *mut ffi::PyObject,
}

/// Whether a thread state can be reset. From Python 3.13 on, `threading.local` keeps its values where
/// the server cannot clear them.
const CAN_BE_RENEWED: bool = cfg!(not(Py_3_13));

impl ThreadState {
    /// Makes a thread state for this thread, which must not be attached.
    #[allow(unsafe_code)]
    pub(crate) fn new() -> Self {
        // SAFETY: the interpreter has been initialised, for a `ThreadState` is made for scripts only.
        // It is never finalized, or the process that finalizes it exits next, and `Ensure` waits for that.
        // `Ensure` attaches this thread, as `set_hooks` needs, so `SaveThread` detaches an attached
        // thread, and hands out the state that `drop` restores.
        unsafe {
            let ensured = ffi::PyGILState_Ensure();
            set_hooks(Python::assume_attached());
            let saved = ffi::PyEval_SaveThread();
            Self {
                ensured,
                saved,
                context: ptr::null_mut(),
            }
        }
    }

    /// Whether [`renew`](Self::renew) may be called; otherwise a new thread state is needed.
    pub(crate) fn can_be_renewed(&self) -> bool {
        CAN_BE_RENEWED
    }

    /// Whether scripts have left anything on this attached thread that [`renew`](Self::renew) would remove.
    #[allow(unsafe_code)]
    pub(crate) fn has_values(&self, py: Python<'_>) -> bool {
        // SAFETY: the token shows that this thread is attached. `GetDict` returns a borrowed reference to the
        // thread's dictionary, or null; `CopyCurrent` a new reference, or null with an exception.
        let (values, context) = unsafe {
            let values = Bound::from_borrowed_ptr_or_opt(py, ffi::PyThreadState_GetDict());
            let context = Bound::from_owned_ptr_or_err(py, ffi::PyContext_CopyCurrent());
            (values, context)
        };
        let is_empty = |value: &Bound<'_, PyAny>| value.len().is_ok_and(|length| length == 0);
        // `repr` leaves an empty list.
        let of_repr = |values: &Bound<'_, PyAny>| {
            let list = values.get_item(intern!(py, "Py_Repr"));
            values.len().is_ok_and(|length| length == 1) && list.is_ok_and(|list| is_empty(&list))
        };
        let is_unchanged = |setting: &Setting| setting.is_unchanged(py).unwrap_or(false);
        !values
            .as_ref()
            .is_none_or(|values| is_empty(values) || of_repr(values))
            || !context.as_ref().is_ok_and(is_empty)
            || !SETTINGS.iter().all(is_unchanged)
            || is_known(py).unwrap_or(true)
    }

    /// Resets the state of this attached thread: removes values of `threading.local`, context variables,
    /// and trace and profile functions other than those for new threads.
    #[allow(unsafe_code)]
    pub(crate) fn renew(&mut self, py: Python<'_>) {
        // SAFETY: `py` shows that this thread is attached. `GetDict` returns a borrowed reference to
        // the thread's dictionary, or null.
        let values = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyThreadState_GetDict()) };
        if let Some(values) = values
            && let Ok(values) = values.cast::<PyDict>()
        {
            values.clear();
        }
        // A script of an earlier connection may have broken any of these, which must not affect this one.
        for set in [&SET_TRACE, &SET_PROFILE] {
            let _ = set.get(py).and_then(|set| set.call1((py.None(),)));
        }
        set_hooks(py);
        let hooks = (py.None(), py.None());
        let _ = SET_ASYNCGEN_HOOKS.get(py).and_then(|set| set.call1(hooks));
        let _ = SET_ORIGIN_TRACKING.get(py).and_then(|set| set.call1((0,)));
        forget_thread(py);
        // Scripts enter contexts for the length of a call only, so the connection's is the current one.
        self.leave_context(py);
        // SAFETY: attached, as above. `New` returns a new reference or null; `Enter` keeps one of its
        // own.
        unsafe {
            let context = ffi::PyContext_New();
            if context.is_null() || ffi::PyContext_Enter(context) != 0 {
                ffi::Py_XDECREF(context);
                ffi::PyErr_Clear();
            } else {
                self.context = context;
            }
        }
    }

    #[allow(unsafe_code)]
    fn leave_context(&mut self, _attached: Python<'_>) {
        let context = std::mem::replace(&mut self.context, ptr::null_mut());
        // SAFETY: attached, as the token shows; `context` is null or a reference of our own to a
        // context that this thread has entered.
        unsafe {
            if !context.is_null() && ffi::PyContext_Exit(context) != 0 {
                ffi::PyErr_Clear();
            }
            ffi::Py_XDECREF(context);
        }
    }
}

/// Sets the trace and the profile function that a program has set for new threads with `threading.settrace` and
/// `threading.setprofile`, as measuring coverage does.
fn set_hooks(py: Python<'_>) {
    let _ = py.import(intern!(py, "threading")).and_then(|threading| {
        for (hook, set) in [
            (intern!(py, "_trace_hook"), &SET_TRACE),
            (intern!(py, "_profile_hook"), &SET_PROFILE),
        ] {
            let hook = threading.getattr(hook)?;
            if !hook.is_none() {
                set.get(py)?.call1((hook,))?;
            }
        }
        Ok(())
    });
}

/// Whether `threading` keeps an object for this thread, which a script may have changed.
fn is_known(py: Python<'_>) -> PyResult<bool> {
    let identifier = IDENTIFIER.get(py)?.call0()?;
    THREADS.get(py)?.contains(identifier)
}

/// Removes the object that `threading` keeps for this thread under a number that the system may give to
/// another thread later.
pub(crate) fn forget_thread(py: Python<'_>) {
    let _ = THREADS.get(py).and_then(|threads| {
        let identifier = IDENTIFIER.get(py)?.call0()?;
        threads.call_method1(intern!(py, "pop"), (identifier, py.None()))
    });
}

/// Raises an exception in a thread once it continues in Python code; `identifier` is its number in `threading`.
#[allow(unsafe_code)]
pub(crate) fn raise_in(identifier: c_long, exception: &Bound<'_, PyAny>) {
    // SAFETY: a `Bound` shows that this thread is attached, and keeps the exception alive; the call takes a
    // reference of its own. A number of no thread has no effect.
    unsafe {
        ffi::PyThreadState_SetAsyncExc(identifier, exception.as_ptr());
    }
}

impl Drop for ThreadState {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: this is the thread that made the state, since `self` cannot leave it; every inner
        // attach has ended, since they are scopes within connections that this thread has served. So
        // the thread is detached, `saved` is its state, and `Release` matches the outermost `Ensure`.
        unsafe {
            ffi::PyEval_RestoreThread(self.saved);
            self.leave_context(Python::assume_attached());
            ffi::PyGILState_Release(self.ensured);
        }
    }
}
