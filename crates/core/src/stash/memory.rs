//! The stash in memory: a map in a mutex that is held for one look-up at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rustix_futex_sync::Mutex;

use super::{Key, Lock, PutError, Stash, Unavailable, UnlockError};

/// Keeps values until they are taken or the store is dropped.
///
/// ```
/// use wireserve::stash::{Key, MAX_STASH, MemoryStash, PutError, Stash};
///
/// let stash = MemoryStash::with_limit(1000);
/// let key = Key { path: b"/a".to_vec(), uuid: [7; 16] };
/// let full = Err(PutError::Full { limit: 1000 });
/// assert_eq!(stash.put(key.clone(), vec![b'x'; 1000]), full);
/// assert_eq!(stash.put(key.clone(), vec![b'x'; 100]), Ok(()));
/// assert_eq!(stash.put(key, Vec::new()), Err(PutError::Occupied));
/// assert_eq!(MAX_STASH, 64 << 20);
/// ```
#[derive(Debug)]
pub struct MemoryStash {
    values: Mutex<Values>,
    lock: Lock,
    /// Bytes of all values together.
    limit: usize,
}

/// The most bytes of values by default. Handlers that leave a value with each request would otherwise use
/// up all memory; no test of a suite leaves as much.
///
/// See the example of [`MemoryStash`].
pub const MAX_STASH: usize = 64 << 20;

/// Bytes that a value counts in addition to its own and its path's: about what the map needs for it. Without
/// them, small values would have no limit.
const EACH: usize = 128;

#[derive(Debug, Default)]
struct Values {
    by_key: HashMap<Key, Vec<u8>>,
    /// The sizes of all of them. `bytes <= limit`
    bytes: usize,
}

impl MemoryStash {
    /// An empty store for values of so many bytes together. Each counts 128 bytes in addition to its own and
    /// those of its path.
    ///
    /// See the example of [`MemoryStash`].
    pub fn with_limit(limit: usize) -> Self {
        Self {
            values: Mutex::default(),
            lock: Lock::default(),
            limit,
        }
    }
}

impl Default for MemoryStash {
    fn default() -> Self {
        Self::with_limit(MAX_STASH)
    }
}

fn size(key: &Key, value: &[u8]) -> usize {
    key.path.len() + value.len() + EACH
}

impl Stash for MemoryStash {
    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), PutError> {
        let mut values = self.values.lock();
        let Values { by_key, bytes } = &mut *values;
        let more = size(&key, &value);
        match by_key.entry(key) {
            Entry::Occupied(_) => Err(PutError::Occupied),
            Entry::Vacant(_) if more > self.limit - *bytes => {
                Err(PutError::Full { limit: self.limit })
            }
            Entry::Vacant(entry) => {
                entry.insert(value);
                *bytes += more;
                Ok(())
            }
        }
    }

    fn take(&self, key: &Key) -> Result<Option<Vec<u8>>, Unavailable> {
        let mut values = self.values.lock();
        let value = values.by_key.remove(key);
        values.bytes -= value.as_ref().map_or(0, |value| size(key, value));
        Ok(value)
    }

    fn try_lock(&self) -> Result<bool, Unavailable> {
        Ok(self.lock.try_acquire())
    }

    fn lock(&self) -> Result<(), Unavailable> {
        self.lock.acquire();
        Ok(())
    }

    fn unlock(&self) -> Result<(), UnlockError> {
        Ok(self.lock.release()?)
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

    #[test]
    fn values_have_a_limit_together() {
        let limit = 2 * EACH + 10;
        let stash = MemoryStash::with_limit(limit);
        let key = |uuid: u8| Key {
            path: b"/a".to_vec(),
            uuid: [uuid; 16],
        };
        assert_eq!(stash.put(key(1), vec![0; 3]), Ok(()));
        assert_eq!(stash.put(key(2), vec![0; 4]), Err(PutError::Full { limit }));
        assert_eq!(stash.put(key(2), vec![0; 3]), Ok(()));
        assert_eq!(stash.put(key(2), Vec::new()), Err(PutError::Occupied));
        assert_eq!(stash.put(key(3), Vec::new()), Err(PutError::Full { limit }));
        assert_eq!(stash.take(&key(1)), Ok(Some(vec![0; 3])));
        assert_eq!(stash.take(&key(1)), Ok(None));
        assert_eq!(stash.put(key(3), vec![0; 3]), Ok(()));
    }
}
