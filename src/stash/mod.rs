//! The stash: values that one request stores for another (reference §6). A key is a path and a
//! UUID; a value is put once and taken once. Values are bytes here, and Python converts them, so
//! that a store shared by several machines implements the same trait. Each server has its own
//! [`Stash`], unless [`Builder::stash`](crate::Builder::stash) gives it one.

#[cfg(test)]
mod contract;
mod lock;
mod memory;
mod queues;
#[cfg(feature = "redis")]
mod redis;

use std::hash::{Hash, Hasher};

use thiserror::Error;

pub use lock::{Lock, NotHeld};
pub use memory::{MAX_STASH, MemoryStash};
pub use queues::{QueueId, SharedQueues};
#[cfg(feature = "redis")]
pub use redis::{RedisStash, RedisUrlError};

/// A path, as ISO 8859-1 bytes, and the 16 bytes of a UUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Keeps the values of different resources apart; by default the path of the request.
    pub path: Vec<u8>,
    /// A UUID that both requests know.
    pub uuid: [u8; 16],
}

impl Hash for Key {
    /// The UUID alone: few keys share one, and paths are long.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

/// Why a value was not put.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PutError {
    /// The key already has a value, which stays.
    #[error("the key already has a value")]
    Occupied,
    /// The store has no room for the value.
    #[error(
        "the values in the stash have a limit of {limit} bytes together (limits.stash); take some out"
    )]
    Full {
        /// The most bytes of all values.
        limit: usize,
    },
    /// The store did not answer. Whether it has the value is unknown.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why the lock was not released.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnlockError {
    /// The lock was free, or a server in another process held it.
    #[error("the stash lock is not held")]
    NotHeld,
    /// The lock was held too long without contact to the store, so that another server may hold it.
    #[error("the lease of the stash lock ended while it was held: the store could not be reached")]
    Lost,
    /// The store did not answer. The lock becomes free when its lease ends.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<NotHeld> for UnlockError {
    fn from(_: NotHeld) -> Self {
        Self::NotHeld
    }
}

/// A store outside this process did not answer, or refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the stash at {store} is unavailable: {problem}")]
pub struct Unavailable {
    /// The address of the store, without a password.
    pub store: String,
    /// What went wrong.
    pub problem: String,
}

/// A store of values with one lock for its users.
///
/// `put` and `take` are atomic and ignore the lock. Handlers hold the lock around a `take` and a `put`
/// that belong together.
pub trait Stash: Send + Sync {
    /// Whether calls wait for something outside this process, so that Python runs other code meanwhile.
    fn is_remote(&self) -> bool {
        false
    }

    /// Puts a value.
    ///
    /// # Errors
    /// [`PutError::Occupied`] if the key already has one, [`PutError::Full`] if there is no room,
    /// [`PutError::Unavailable`] if the store does not answer.
    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), PutError>;

    /// Removes a value and returns it, if there is one.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer; the value may be lost.
    fn take(&self, key: &Key) -> Result<Option<Vec<u8>>, Unavailable>;

    /// Takes the lock if it is free, and returns whether it did.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn try_lock(&self) -> Result<bool, Unavailable>;

    /// Waits for the lock and takes it. It is not reentrant.
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn lock(&self) -> Result<(), Unavailable>;

    /// Releases the lock. Any thread may do so, whether or not it took the lock.
    ///
    /// # Errors
    /// [`UnlockError::NotHeld`] if the lock was free; for a remote store, also if another process holds it.
    fn unlock(&self) -> Result<(), UnlockError>;

    /// The queues that servers share through this store. Without them, each server has its own.
    fn queues(&self) -> Option<&dyn SharedQueues> {
        None
    }
}
