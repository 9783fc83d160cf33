//! The Python objects that a server has once: its configuration, its queues, the lock of its stash. They are
//! made at their first use.
//!
//! Code may ask for a server's objects without a request: `wptserve.stash.Stash.lock` is an attribute of
//! a class. It gets those of the server whose requests its thread answers.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::exchange::ServerContext;
use crate::hosts::Hosts;

use crate::forks::PerProcess;
use crate::python::interpreter::held::Held;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::OnceValue;

static LOADS: Imported = Imported::new("json", "loads");
static CONFIG_OF: Imported = Imported::new("wptserve.config", "config_of");
static QUEUES: Imported = Imported::new("wptserve.stash", "Queues");

/// Python objects that a server has once. They are dropped with the server by a detached thread.
#[derive(Default)]
pub(crate) struct ServerObjects {
    config: OnceValue<Held>,
    queues: OnceValue<Held>,
    lock: OnceValue<Held>,
}

impl ServerObjects {
    /// The objects of this server.
    pub(crate) fn of(context: &ServerContext) -> &Self {
        context.local()
    }

    /// `wptserve.stash.Queues`, whose items may have so many bytes together.
    pub(crate) fn queues<'py>(
        &self,
        py: Python<'py>,
        limit: usize,
    ) -> PyResult<&Bound<'py, PyAny>> {
        let queues = self.queues.get_or_try_init(py, || {
            Ok::<_, PyErr>(QUEUES.get(py)?.call1((limit,))?.unbind().into())
        })?;
        Ok(queues.bind(py))
    }

    /// The object that locks the server's stash. `make` makes it at the first call.
    pub(crate) fn lock(
        &self,
        py: Python<'_>,
        make: impl FnOnce() -> PyResult<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let lock = self.lock.get_or_try_init(py, || make().map(Held::from))?;
        Ok(lock.clone_ref(py))
    }

    /// Makes this object `request.server.config`, before any request asks for it.
    pub(crate) fn set_config(&self, py: Python<'_>, config: Py<PyAny>) -> PyResult<()> {
        self.config.set(py, config.into()).map_err(|_| {
            PyRuntimeError::new_err("the configuration of a server can be set only once")
        })
    }

    /// `request.server.config`: the keys and values that templates see as well.
    pub(crate) fn config<'py>(
        &self,
        py: Python<'py>,
        hosts: &Hosts,
    ) -> PyResult<Bound<'py, PyAny>> {
        let config = self.config.get_or_try_init(py, || {
            make_config(py, hosts).map(|config| config.unbind().into())
        })?;
        Ok(config.bind(py).clone())
    }
}

fn make_config<'py>(py: Python<'py>, hosts: &Hosts) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::Value::from(hosts.configuration().clone()).to_string();
    // A path need not be UTF-8, which JSON cannot express.
    let doc_root = hosts.doc_root().as_os_str();
    let facts = LOADS.get(py)?.call1((text,))?;
    facts.set_item("doc_root", doc_root)?;
    facts.get_item("paths")?.set_item("doc_root", doc_root)?;
    CONFIG_OF.get(py)?.call1((facts,))
}

thread_local! {
    /// The server whose connections this thread serves, if it is a connection thread.
    static OF_THREAD: RefCell<Weak<ServerContext>> = const { RefCell::new(Weak::new()) };
}

/// Every server that has run a script, for threads that scripts start. The child of a fork has none of its parent's,
/// and must not wait for a thread of its parent that held the lock.
static RUNNING: PerProcess<Mutex<Vec<Weak<ServerContext>>>> = PerProcess::new(Mutex::default);

/// Notes that this thread answers requests to a server. Threads never change their server.
pub(crate) fn bind_thread(context: &Arc<ServerContext>) {
    let bound = Arc::downgrade(context);
    OF_THREAD.replace(Weak::clone(&bound));
    let mut running = running();
    running.retain(|server| server.strong_count() > 0);
    if !running.iter().any(|server| server.ptr_eq(&bound)) {
        running.push(bound);
    }
}

fn running() -> MutexGuard<'static, Vec<Weak<ServerContext>>> {
    RUNNING.get().lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs code for a server on a thread that answers no requests.
pub(crate) fn on_behalf_of<T>(context: &Arc<ServerContext>, code: impl FnOnce() -> T) -> T {
    let before = OF_THREAD.replace(Arc::downgrade(context));
    let result = code();
    OF_THREAD.replace(before);
    result
}

/// The server whose requests this thread answers. A thread that a script started answers none, and gets
/// the only server that has run a script, as it is under the command.
///
/// # Errors
/// A `RuntimeError` if that leaves several, or none.
pub(crate) fn of_thread() -> PyResult<Arc<ServerContext>> {
    if let Some(server) = OF_THREAD.with_borrow(Weak::upgrade) {
        return Ok(server);
    }
    let running = running();
    let servers: Vec<_> = running.iter().filter_map(Weak::upgrade).collect();
    drop(running);
    match servers.as_slice() {
        [only] => Ok(Arc::clone(only)),
        _ => Err(PyRuntimeError::new_err(format!(
            "this thread answers no request, and {} servers run in this process: use \
             request.server.stash",
            servers.len()
        ))),
    }
}
