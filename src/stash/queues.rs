//! Queues that several servers share through a store.

use std::time::Duration;

use super::Unavailable;

/// Which queue is meant: 16 random bytes, which its copies repeat.
pub type QueueId = [u8; 16];

/// First-in, first-out queues of byte strings in a store, with the counter of Python's `queue.Queue.join`.
/// A queue exists from its first item on.
pub trait SharedQueues: Send + Sync {
    /// Adds an item, if the queue has fewer than `limit` items. Returns whether it had.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer; whether it has the item is unknown.
    fn push(&self, queue: &QueueId, item: &[u8], limit: usize) -> Result<bool, Unavailable>;

    /// Removes the oldest item. Waits up to `wait` for one.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer; an item may be lost.
    fn pop(&self, queue: &QueueId, wait: Duration) -> Result<Option<Vec<u8>>, Unavailable>;

    /// How many items the queue has.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn len(&self, queue: &QueueId) -> Result<usize, Unavailable>;

    /// Notes that the work for one item is done. Returns whether there was an item whose work was not.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn task_done(&self, queue: &QueueId) -> Result<bool, Unavailable>;

    /// Waits up to `wait` until the work for all items is done. Returns whether it is.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn wait_until_done(&self, queue: &QueueId, wait: Duration) -> Result<bool, Unavailable>;
}
