//! The stash: values that one request leaves for another (reference §6). Keys are a path and a UUID;
//! a value is put once and taken once. Values are bytes here: what they mean is Python's business,
//! and a store shared by many machines can stand behind the same trait.

mod lock;
mod memory;

use std::hash::{Hash, Hasher};

pub use lock::{Lock, NotHeld};
pub use memory::MemoryStash;

/// A path, as ISO 8859-1 bytes, and the 16 bytes of a UUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The part of the key that keeps resources apart; by default the path of the request.
    pub path: Vec<u8>,
    /// The part that the two requests agree on.
    pub uuid: [u8; 16],
}

impl Hash for Key {
    /// UUIDs differ; paths hardly do.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

/// There is a value under the key already; it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupied;

/// Where values are kept.
pub trait Stash: Send + Sync {
    /// Puts a value.
    ///
    /// # Errors
    /// [`Occupied`].
    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), Occupied>;

    /// Takes a value away, if there is one.
    fn take(&self, key: &Key) -> Option<Vec<u8>>;
}
