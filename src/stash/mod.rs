//! The stash: values that one request stores for another (reference §6). A key is a path and a
//! UUID; a value is put once and taken once. Values are bytes here, and Python converts them, so
//! that a store shared by several machines can implement the same trait. Each server has its own
//! [`Stash`].

#[cfg(test)]
mod contract;
mod lock;
mod memory;

use std::hash::{Hash, Hasher};

use thiserror::Error;

pub use lock::{Lock, NotHeld};
pub use memory::{MAX_STASH, MemoryStash};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
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
}

/// A store of values with one lock for its users.
///
/// `put` and `take` are atomic and ignore the lock. Handlers hold the lock around a `take` and a `put`
/// that belong together.
pub trait Stash: Send + Sync {
    /// Puts a value.
    ///
    /// # Errors
    /// [`PutError::Occupied`] if the key already has one, [`PutError::Full`] if there is no room.
    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), PutError>;

    /// Removes a value and returns it, if there is one.
    fn take(&self, key: &Key) -> Option<Vec<u8>>;

    /// Takes the lock if it is free, and returns whether it did.
    fn try_lock(&self) -> bool;

    /// Waits for the lock and takes it. It is not reentrant.
    fn lock(&self);

    /// Releases the lock. Any thread may do so, whether or not it took the lock.
    ///
    /// # Errors
    /// [`NotHeld`] if the lock was free.
    fn unlock(&self) -> Result<(), NotHeld>;
}
