//! The synchronization primitives of files that the model checker runs. Here they are those of the standard
//! library and of rustix-futex-sync; the crate `models` compiles the same files with loom's primitives as
//! `crate::sync`. Such a file must import locks, atomics, threads and clocks only from here.

pub use std::sync::{Condvar, Mutex, MutexGuard, atomic};
pub use std::thread;
pub use std::time::Instant;

use std::time::Duration;

/// The longest time-out of a condition of rustix-futex-sync: a hundred years. The futex call counts it in signed
/// numbers, and a longer one would end at once.
pub const LONGEST_WAIT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

pub mod hints {
    //! Atomics on which no order depends. The model checker does not see them: each access to one of its own
    //! multiplies the orders that it checks.

    pub use std::sync::atomic::{AtomicBool, Ordering};
}

#[cfg(feature = "tls")]
pub mod tried {
    //! Locks that some threads only try to take. The model checker has others for that.

    pub use rustix_futex_sync::Mutex;
}
