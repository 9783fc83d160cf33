//! The stash of one process: a map behind a lock that is held for one look-up at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Key, Occupied, Stash};

/// Values in memory, until they are taken or the process ends.
#[derive(Debug, Default)]
pub struct MemoryStash {
    values: Mutex<HashMap<Key, Vec<u8>>>,
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
            Entry::Vacant(place) => {
                place.insert(value);
                Ok(())
            }
        }
    }

    fn take(&self, key: &Key) -> Option<Vec<u8>> {
        self.values().remove(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn put_once_take_once() {
        let stash = MemoryStash::default();
        let key = |path: &str| Key {
            path: path.into(),
            uuid: [7; 16],
        };
        assert_eq!(stash.put(key("/a"), vec![1]), Ok(()));
        assert_eq!(stash.put(key("/a"), vec![2]), Err(Occupied));
        assert_eq!(stash.put(key("/b"), vec![3]), Ok(()));
        assert_eq!(stash.take(&key("/a")), Some(vec![1]));
        assert_eq!(stash.take(&key("/a")), None);
        assert_eq!(stash.take(&key("/b")), Some(vec![3]));
    }
}
