//! The lock of the stash, which handlers hold around a take and a put. Unlike a mutex it has no guard,
//! and whoever likes may release it, as Python's `threading.Lock`. It is not reentrant.

use std::mem;
use std::sync::PoisonError;

use crate::sync::{Condvar, Mutex, MutexGuard};

/// A lock that is acquired and released by calls.
#[derive(Debug, Default)]
pub struct Lock {
    hold: Mutex<Hold>,
    /// Signalled for every release.
    released: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hold {
    #[default]
    Free,
    Held,
}

/// What was to be released was not held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHeld;

impl Lock {
    /// Holds the lock if nobody does, and says whether it did so.
    pub fn try_acquire(&self) -> bool {
        self.replace(Hold::Held) == Hold::Free
    }

    /// Waits until nobody holds the lock, and holds it.
    pub fn acquire(&self) {
        let mut hold = self.hold();
        while *hold == Hold::Held {
            hold = self
                .released
                .wait(hold)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *hold = Hold::Held;
    }

    /// Lets the next one have it.
    ///
    /// # Errors
    /// [`NotHeld`].
    pub fn release(&self) -> Result<(), NotHeld> {
        if self.replace(Hold::Free) == Hold::Free {
            return Err(NotHeld);
        }
        self.released.notify_one();
        Ok(())
    }

    fn replace(&self, hold: Hold) -> Hold {
        mem::replace(&mut *self.hold(), hold)
    }

    fn hold(&self) -> MutexGuard<'_, Hold> {
        self.hold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
