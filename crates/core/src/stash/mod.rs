//! The stash: values that one request stores for another (reference §6). A key is a path and a
//! UUID; a value is put once and taken once. Values are bytes here, and Python converts them, so
//! that a store shared by several machines implements the same trait. Each server has its own
//! [`Stash`], unless [`Builder::stash`](crate::server::Builder::stash) gives it one.
//!
//! See the example of [`Stash`].

#[cfg(test)]
mod contract;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod hosted;
mod lock;
mod memory;
mod memory_queues;
mod queues;
#[cfg(feature = "redis")]
mod redis;

use std::hash::{Hash, Hasher};

use thiserror::Error;

pub use lock::{Lock, NotHeld};
pub use memory::{MAX_STASH, MemoryStash};
pub use memory_queues::MemoryQueues;
pub use queues::{Pushed, QueueId, SharedQueues};
#[cfg(feature = "redis")]
pub use redis::{RedisStash, RedisUrlError};

/// A path, as ISO 8859-1 bytes, and the 16 bytes of a UUID.
///
/// See the example of [`Stash`].
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
///
/// See the example of [`MemoryStash`].
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
///
/// See the example of [`Stash::try_lock`].
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
///
/// ```
/// use wireserve::stash::{PutError, Unavailable};
///
/// let store = "redis://127.0.0.1/0".to_owned();
/// let error = Unavailable { store, problem: "connection refused".to_owned() };
/// let text = "the stash at redis://127.0.0.1/0 is unavailable: connection refused";
/// assert_eq!(PutError::from(error).to_string(), text);
/// ```
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
///
/// ```
/// use std::sync::Arc;
///
/// use wireserve::Server;
/// use wireserve::stash::{Key, MemoryStash, Stash};
///
/// let stash = Arc::new(MemoryStash::default());
/// let first = Server::builder().stash(stash.clone()).start()?;
/// let second = Server::builder().stash(stash.clone()).start()?; // shares its values with the first one
///
/// // What a script finds under its path and a UUID:
/// let key = Key { path: b"/a.py".to_vec(), uuid: [7; 16] };
/// stash.put(key.clone(), b"a value".to_vec())?;
/// assert_eq!(stash.take(&key)?, Some(b"a value".to_vec()));
/// assert_eq!(stash.take(&key)?, None);
/// assert!(!stash.is_remote() && stash.queues().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Stash: Send + Sync {
    /// Whether calls wait for something outside this process, so that Python runs other code meanwhile.
    ///
    /// See the example of [`Stash`].
    fn is_remote(&self) -> bool {
        false
    }

    /// Puts a value.
    ///
    /// See the example of [`Stash`].
    ///
    /// # Errors
    /// [`PutError::Occupied`] if the key already has one, [`PutError::Full`] if there is no room,
    /// [`PutError::Unavailable`] if the store does not answer.
    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), PutError>;

    /// Removes a value and returns it, if there is one.
    ///
    /// See the example of [`Stash`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer; the value may be lost.
    fn take(&self, key: &Key) -> Result<Option<Vec<u8>>, Unavailable>;

    /// Takes the lock if it is free, and returns whether it did.
    ///
    /// ```
    /// use wireserve::stash::{MemoryStash, Stash, UnlockError};
    ///
    /// let stash = MemoryStash::default();
    /// stash.lock()?;
    /// assert!(!stash.try_lock()?);
    /// assert_eq!((stash.unlock(), stash.unlock()), (Ok(()), Err(UnlockError::NotHeld)));
    /// # Ok::<(), wireserve::stash::Unavailable>(())
    /// ```
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn try_lock(&self) -> Result<bool, Unavailable>;

    /// Waits for the lock and takes it. It is not reentrant.
    ///
    /// See the example of [`Stash::try_lock`].
    ///
    /// # Errors
    /// [`Unavailable`] if the store does not answer.
    fn lock(&self) -> Result<(), Unavailable>;

    /// Releases the lock. Any thread may do so, whether or not it took the lock.
    ///
    /// See the example of [`Stash::try_lock`].
    ///
    /// # Errors
    /// [`UnlockError::NotHeld`] if the lock was free; for a remote store, also if another process holds it.
    fn unlock(&self) -> Result<(), UnlockError>;

    /// The queues that servers share through this store. Without them, each server has its own.
    ///
    /// See the example of [`Stash`].
    fn queues(&self) -> Option<&dyn SharedQueues> {
        None
    }
}
