//! The stash in memory: a map in a mutex that is held for one look-up at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Key, Lock, NotHeld, Occupied, Stash};

/// Keeps values until they are taken or the store is dropped.
#[derive(Debug, Default)]
pub struct MemoryStash {
    values: Mutex<HashMap<Key, Vec<u8>>>,
    lock: Lock,
}

impl MemoryStash {
    fn values(&self) -> MutexGuard<'_, HashMap<Key, Vec<u8>>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stash for MemoryStash {
    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), Occupied> {
        match self.values().entry(key) {
            Entry::Occupied(_) => Err(Occupied),
            Entry::Vacant(entry) => {
                entry.insert(value);
                Ok(())
            }
        }
    }

    fn take(&self, key: &Key) -> Option<Vec<u8>> {
        self.values().remove(key)
    }

    fn try_lock(&self) -> bool {
        self.lock.try_acquire()
    }

    fn lock(&self) {
        self.lock.acquire();
    }

    fn unlock(&self) -> Result<(), NotHeld> {
        self.lock.release()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::stash::contract;

    #[test]
    fn memory_stash_keeps_the_contract() {
        contract::check(|| Arc::new(MemoryStash::default()));
    }
}
