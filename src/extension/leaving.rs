//! Leaving a process: the end of the interpreter, before which servers stop and no thread may be in Python code; and
//! a fork, whose child has copies of the listeners, but none of the threads.

use std::mem;
use std::os::fd::RawFd;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::IntoPyDict;
use rustix_futex_sync::Mutex;

use crate::forks::PerProcess;
use crate::python::{self, OnceValue};
use crate::server::Server;

use super::logging;

/// How long the end of the process waits for handlers, each of which gets a `SystemExit`.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it looks whether they have ended.
const LOOK: Duration = Duration::from_millis(5);

/// The servers of this process.
static SERVERS: PerProcess<Mutex<Vec<Remembered>>> = PerProcess::new(Mutex::default);

/// A server, until it is stopped.
pub(super) type Slot = Mutex<Option<Server>>;

struct Remembered {
    server: Weak<Slot>,
    listeners: Vec<RawFd>,
}

/// Asks Python to call this module at the end of the process and after forks. Calling it twice does no harm.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    static READY: OnceValue<()> = OnceValue::new();
    READY.get_or_try_init(py, || {
        let at_exit = wrap_pyfunction!(leave, py)?;
        py.import("atexit")?.call_method1("register", (at_exit,))?;
        let after_fork = wrap_pyfunction!(close_copies, py)?;
        let hooks = [("after_in_child", after_fork)].into_py_dict(py)?;
        py.import("os")?
            .call_method("register_at_fork", (), Some(&hooks))?;
        Ok::<_, PyErr>(())
    })?;
    Ok(())
}

/// Notes a server that listens with these descriptors.
pub(super) fn remember(server: &Arc<Slot>, listeners: Vec<RawFd>) {
    let mut servers = SERVERS.get().lock();
    servers.retain(|remembered| remembered.server.strong_count() > 0);
    servers.push(Remembered {
        server: Arc::downgrade(server),
        listeners,
    });
}

/// Leaves alone a server whose threads are in the parent of this process.
pub(super) fn leak(server: &Slot) {
    if let Some(mut server) = server.try_lock() {
        mem::forget(server.take());
    }
}

/// Stops all servers, and ends the Python code of their handlers: while the interpreter ends, no thread may need it.
#[pyfunction]
fn leave(py: Python<'_>) {
    let stopping = || {
        let servers: Vec<_> = {
            let servers = SERVERS.get().lock();
            let servers = servers.iter();
            servers.filter_map(|one| one.server.upgrade()).collect()
        };
        for server in servers {
            let server = server.lock().take();
            if let Some(server) = server {
                server.stop_within(Duration::ZERO, Duration::ZERO);
            }
        }
    };
    py.detach(stopping);
    // What follows is the end of the handlers, which is no failure of theirs.
    logging::end(py);
    let deadline = Instant::now() + PATIENCE;
    while python::interrupt_handlers(py) > 0 && Instant::now() < deadline {
        py.detach(|| thread::sleep(LOOK));
    }
}

/// Closes the copies of listeners in the child of a fork: the port would stay in use when the parent has stopped.
#[pyfunction]
fn close_copies(py: Python<'_>) -> PyResult<()> {
    let mut copies = Vec::new();
    for servers in SERVERS.of_parents() {
        // Another thread may have held the lock at the time of the fork.
        let Some(servers) = servers.try_lock() else {
            continue;
        };
        let is_open = |one: &&Remembered| one.server.upgrade().is_some_and(|slot| is_open(&slot));
        let inherited = servers.iter().filter(is_open);
        copies.extend(inherited.flat_map(|one| one.listeners.clone()));
    }
    if copies.is_empty() {
        return Ok(());
    }
    // The numbers stay taken, since the child's copy of the server still refers to them.
    let os = py.import("os")?;
    let nothing = os.call_method1("open", (os.getattr("devnull")?, os.getattr("O_RDWR")?))?;
    for copy in copies {
        os.call_method1("dup2", (&nothing, copy, false))?;
    }
    os.call_method1("close", (nothing,))?;
    Ok(())
}

fn is_open(server: &Slot) -> bool {
    server.try_lock().is_some_and(|server| server.is_some())
}
