//! Queues that several servers share through a store.

use std::time::Duration;

use super::Unavailable;

/// Which queue is meant: 16 random bytes, which its copies repeat.
///
/// See the example of [`SharedQueues`].
pub type QueueId = [u8; 16];

/// First-in, first-out queues of byte strings in a store, with the counter of Python's `queue.Queue.join`.
/// A queue exists from its first item on.
///
/// ```
/// # use std::collections::VecDeque;
/// # use std::sync::Mutex;
/// # use std::time::Duration;
/// use wireserve::stash::{QueueId, SharedQueues, Unavailable};
/// # #[derive(Default)]
/// # struct Queues(Mutex<(VecDeque<Vec<u8>>, usize)>);
/// # impl SharedQueues for Queues {
/// #     fn push(&self, _: &QueueId, item: &[u8], _: usize) -> Result<bool, Unavailable> {
/// #         let mut queue = self.0.lock().unwrap();
/// #         queue.0.push_back(item.to_vec());
/// #         queue.1 += 1;
/// #         Ok(true)
/// #     }
/// #     fn pop(&self, _: &QueueId, _: Duration) -> Result<Option<Vec<u8>>, Unavailable> {
/// #         Ok(self.0.lock().unwrap().0.pop_front())
/// #     }
/// #     fn len(&self, _: &QueueId) -> Result<usize, Unavailable> {
/// #         Ok(self.0.lock().unwrap().0.len())
/// #     }
/// #     fn task_done(&self, _: &QueueId) -> Result<bool, Unavailable> {
/// #         self.0.lock().unwrap().1 -= 1;
/// #         Ok(true)
/// #     }
/// #     fn wait_until_done(&self, _: &QueueId, _: Duration) -> Result<bool, Unavailable> {
/// #         Ok(self.0.lock().unwrap().1 == 0)
/// #     }
/// # }
/// # let queues: &dyn SharedQueues = &Queues::default();
///
/// // What handlers of one server leave for those of another one:
/// let id: QueueId = [7; 16];
/// assert!(queues.push(&id, b"a task", 100)?);
/// assert_eq!(queues.len(&id)?, 1);
/// assert_eq!(queues.pop(&id, Duration::from_secs(1))?, Some(b"a task".to_vec()));
/// assert!(!queues.wait_until_done(&id, Duration::ZERO)?);
/// assert!(queues.task_done(&id)? && queues.wait_until_done(&id, Duration::ZERO)?);
/// # Ok::<(), Unavailable>(())
/// ```
pub trait SharedQueues: Send + Sync {
    /// Adds an item, if the queue has fewer than `limit` items. Returns whether it had.
    ///
    /// See the example of [`SharedQueues`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer; whether it has the item is unknown.
    fn push(&self, queue: &QueueId, item: &[u8], limit: usize) -> Result<bool, Unavailable>;

    /// Removes the oldest item. Waits up to `wait` for one.
    ///
    /// See the example of [`SharedQueues`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer; an item may be lost.
    fn pop(&self, queue: &QueueId, wait: Duration) -> Result<Option<Vec<u8>>, Unavailable>;

    /// How many items the queue has.
    ///
    /// See the example of [`SharedQueues`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn len(&self, queue: &QueueId) -> Result<usize, Unavailable>;

    /// Notes that the work for one item is done. Returns whether there was an item whose work was not.
    ///
    /// See the example of [`SharedQueues`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn task_done(&self, queue: &QueueId) -> Result<bool, Unavailable>;

    /// Waits up to `wait` until the work for all items is done. Returns whether it is.
    ///
    /// See the example of [`SharedQueues`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn wait_until_done(&self, queue: &QueueId, wait: Duration) -> Result<bool, Unavailable>;
}
