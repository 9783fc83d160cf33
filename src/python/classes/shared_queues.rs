//! The queues of a store outside the process, for `wptserve.shared_queue`.

use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::exchange::ServerContext;
use crate::stash::{Pushed, QueueId, SharedQueues as Store, Unavailable};

use crate::python::classes::server_objects;
use crate::python::classes::stash::unavailable;
use crate::python::interpreter::gate;

/// The queues that the servers of a store share.
#[pyclass(module = "wptserve.shared_queue", frozen)]
pub(crate) struct SharedQueues {
    server: Arc<ServerContext>,
}

#[pymethods]
impl SharedQueues {
    /// Those of the server whose requests this thread answers.
    #[new]
    fn new() -> PyResult<Self> {
        let server = server_objects::of_thread()?;
        match server.stash.queues() {
            Some(_) => Ok(Self { server }),
            None => Err(PyValueError::new_err(
                "this copy of a queue is from a shared stash, and this server has its own",
            )),
        }
    }

    /// Adds an item; returns what is full, if something is.
    fn push(
        &self,
        py: Python<'_>,
        queue: QueueId,
        item: &[u8],
        limit: usize,
    ) -> PyResult<Option<String>> {
        let pushed = self.call(py, |queues| queues.push(&queue, item, limit))?;
        Ok(match pushed {
            Pushed::Done => None,
            Pushed::QueueIsFull => {
                Some(format!("the queue has {limit} items, the most it may have"))
            }
            Pushed::StoreIsFull { limit } => Some(format!(
                "the items of all queues have a limit of {limit} bytes together (limits.stash)"
            )),
        })
    }

    /// Removes the oldest item, for which it waits so many seconds; None without one.
    fn pop<'py>(
        &self,
        py: Python<'py>,
        queue: QueueId,
        wait: f64,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let wait = duration(wait);
        let item = self.call(py, |queues| queues.pop(&queue, wait))?;
        Ok(item.map(|item| PyBytes::new(py, &item)))
    }

    /// How many items it has.
    fn size(&self, py: Python<'_>, queue: QueueId) -> PyResult<usize> {
        self.call(py, |queues| queues.len(&queue))
    }

    /// Counts one item as done; false if all were.
    fn task_done(&self, py: Python<'_>, queue: QueueId) -> PyResult<bool> {
        self.call(py, |queues| queues.task_done(&queue))
    }

    /// Waits so many seconds until all items are done; whether they are.
    fn wait_until_done(&self, py: Python<'_>, queue: QueueId, wait: f64) -> PyResult<bool> {
        let wait = duration(wait);
        self.call(py, |queues| queues.wait_until_done(&queue, wait))
    }
}

impl SharedQueues {
    fn call<T: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&dyn Store) -> Result<T, Unavailable> + Send,
    ) -> PyResult<T> {
        let queues = self.server.stash.queues();
        let queues = queues.expect("a store does not lose its queues");
        gate::away(py, || call(queues)).map_err(unavailable)
    }
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
