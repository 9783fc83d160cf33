//! Queues that several servers share through a store.

use std::time::Duration;

use super::Unavailable;

/// Which queue is meant: 16 random bytes, which its copies repeat.
///
/// See the example of [`SharedQueues`].
pub type QueueId = [u8; 16];

/// What became of an item that was to be added to a queue.
///
/// See the example of [`SharedQueues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The queue has it.
    Done,
    /// The queue has as many items as it may have.
    QueueIsFull,
    /// The items of all queues have as many bytes as they may have together.
    StoreIsFull {
        /// The most bytes of all items.
        limit: usize,
    },
}

/// First-in, first-out queues of byte strings in a store, with the counter of Python's `queue.Queue.join`.
/// A queue exists from its first item on.
///
/// ```
/// use std::time::Duration;
///
/// use wireserve::stash::{MemoryQueues, Pushed, QueueId, SharedQueues};
///
/// let queues = MemoryQueues::with_limit(1000);
/// let queue: QueueId = [7; 16];
/// assert_eq!(queues.push(&queue, b"item", 1)?, Pushed::Done);
/// assert_eq!(queues.push(&queue, b"another", 1)?, Pushed::QueueIsFull);
/// assert_eq!(queues.len(&queue)?, 1);
/// assert_eq!(queues.pop(&queue, Duration::ZERO)?, Some(b"item".to_vec()));
/// assert!(!queues.wait_until_done(&queue, Duration::ZERO)?); // somebody works on the item
/// assert!(queues.task_done(&queue)?);
/// assert!(queues.wait_until_done(&queue, Duration::ZERO)?);
/// # Ok::<(), wireserve::stash::Unavailable>(())
/// ```
pub trait SharedQueues: Send + Sync {
    /// Adds an item, if the queue has fewer than `limit` items.
    ///
    /// See the example of [`SharedQueues`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer; whether it has the item is unknown.
    fn push(&self, queue: &QueueId, item: &[u8], limit: usize) -> Result<Pushed, Unavailable>;

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
