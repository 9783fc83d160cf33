//! A lock without a guard, for the stash: like Python's `threading.Lock`, it is taken and released by
//! calls, any thread may release it, and it is not reentrant.

use std::mem;
use std::sync::PoisonError;

use crate::sync::{Condvar, Mutex, MutexGuard};

/// A lock that is acquired and released by calls.
///
/// ```
/// use wireserve::stash::{Lock, NotHeld};
///
/// let lock = Lock::default();
/// lock.acquire();
/// assert!(!lock.try_acquire());
/// assert_eq!(lock.release(), Ok(()));
/// assert_eq!(lock.release(), Err(NotHeld));
/// ```
#[derive(Debug, Default)]
pub struct Lock {
    hold: Mutex<Hold>,
    /// Signalled at every release.
    released: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hold {
    #[default]
    Free,
    Held,
}

/// A lock was released that nothing held.
///
/// See the example of [`Lock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHeld;

impl Lock {
    /// Takes the lock if it is free, and returns whether it did.
    ///
    /// See the example of [`Lock`].
    pub fn try_acquire(&self) -> bool {
        self.replace(Hold::Held) == Hold::Free
    }

    /// Waits until the lock is free, and takes it.
    ///
    /// See the example of [`Lock`].
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

    /// Releases the lock, and wakes one thread that waits for it.
    ///
    /// See the example of [`Lock`].
    ///
    /// # Errors
    /// [`NotHeld`] if the lock was free.
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
