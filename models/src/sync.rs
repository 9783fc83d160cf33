//! The synchronization primitives of the modelled files: the names and signatures of the server's `sync`,
//! implemented with loom. Only what these files use is here.
//!
//! Time is a step of the model: it stands still until the model calls [`pass`]. So a wait with a limit
//! may time out at any moment or never, and the modelled code may rely on neither.

use std::io;
use std::ops::Add;
use std::sync::{Arc, LockResult, PoisonError};
use std::time::Duration;

pub(crate) use loom::sync::{Mutex, MutexGuard, atomic};

pub(crate) mod hints {
    //! What the models leave out, as the server's module says.

    pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
}

/// A condition variable with timed waits, which loom's does not have.
#[derive(Debug, Default)]
pub(crate) struct Condvar(Arc<loom::sync::Condvar>);

/// The result of a timed wait. It has no data: the modelled files look at the clock instead.
pub(crate) struct WaitTimeoutResult(());

impl Condvar {
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait(guard)
    }

    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        clock().sleepers.push(Arc::clone(&self.0));
        match self.0.wait(guard) {
            Ok(guard) => Ok((guard, WaitTimeoutResult(()))),
            Err(error) => Err(PoisonError::new((
                error.into_inner(),
                WaitTimeoutResult(()),
            ))),
        }
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

#[derive(Default)]
struct Clock {
    /// Time since the model began.
    now: Duration,
    /// Condition variables with timed waits, which [`pass`] wakes.
    sleepers: Vec<Arc<loom::sync::Condvar>>,
}

loom::lazy_static! {
    static ref CLOCK: Mutex<Clock> = Mutex::new(Clock::default());
}

fn clock() -> MutexGuard<'static, Clock> {
    CLOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Advances the clock, and wakes all threads in a timed wait.
pub(crate) fn pass(time: Duration) {
    let mut clock = clock();
    clock.now += time;
    let sleepers = std::mem::take(&mut clock.sleepers);
    drop(clock);
    for sleeper in sleepers {
        sleeper.notify_all();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(Duration);

impl Instant {
    pub(crate) fn now() -> Self {
        Self(clock().now)
    }

    pub(crate) fn checked_add(self, time: Duration) -> Option<Self> {
        self.0.checked_add(time).map(Self)
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0 + time)
    }
}

pub(crate) mod thread {
    //! Threads, and a `park` that is independent of loom's locks: loom's `unpark` also wakes a thread
    //! that waits for a mutex or a condition variable.

    use super::{Arc, Mutex, PoisonError, io};

    pub(crate) use loom::thread::JoinHandle;

    loom::thread_local! {
        static CURRENT: Thread = Thread::default();
    }

    /// A thread that can be unparked.
    #[derive(Clone, Default)]
    pub(crate) struct Thread(Arc<Token>);

    #[derive(Default)]
    struct Token {
        permit: Mutex<Permit>,
        given: loom::sync::Condvar,
    }

    #[derive(Clone, Copy, Default, PartialEq, Eq)]
    enum Permit {
        #[default]
        Taken,
        Given,
    }

    impl Thread {
        pub(crate) fn unpark(&self) {
            *self.0.permit.lock().unwrap_or_else(PoisonError::into_inner) = Permit::Given;
            self.0.given.notify_one();
        }
    }

    pub(crate) fn current() -> Thread {
        CURRENT.with(Clone::clone)
    }

    /// Lets other threads run. Time does not pass.
    pub(crate) fn sleep(_: super::Duration) {
        loom::thread::yield_now();
    }

    /// Waits for the permit, and takes it.
    pub(crate) fn park() {
        let Thread(token) = current();
        let mut permit = token.permit.lock().unwrap_or_else(PoisonError::into_inner);
        while *permit == Permit::Taken {
            permit = token
                .given
                .wait(permit)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *permit = Permit::Taken;
    }

    /// Starts threads. Names and stack sizes are ignored.
    pub(crate) struct Builder(());

    impl Builder {
        pub(crate) fn new() -> Self {
            Self(())
        }

        pub(crate) fn name(self, _name: String) -> Self {
            self
        }

        pub(crate) fn stack_size(self, _size: usize) -> Self {
            self
        }

        pub(crate) fn spawn<T: Send + 'static>(
            self,
            run: impl FnOnce() -> T + Send + 'static,
        ) -> io::Result<JoinHandle<T>> {
            Ok(loom::thread::spawn(run))
        }
    }
}

pub(crate) mod tried {
    //! Locks that some threads only try to take. loom's own `try_lock` waits while another thread holds the lock, so
    //! that models deadlock where the server does not.

    use std::ops::{Deref, DerefMut};

    use super::{Condvar, PoisonError};

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T> {
        holder: loom::sync::Mutex<Holder>,
        released: Condvar,
        /// Locked by the holder alone.
        value: loom::sync::Mutex<T>,
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    enum Holder {
        #[default]
        Nothing,
        Thread,
    }

    /// The lock, held.
    pub(crate) struct MutexGuard<'m, T> {
        mutex: &'m Mutex<T>,
        /// Present until it is dropped.
        value: Option<loom::sync::MutexGuard<'m, T>>,
    }

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self {
                holder: loom::sync::Mutex::default(),
                released: Condvar::default(),
                value: loom::sync::Mutex::new(value),
            }
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            let mut holder = self.holder();
            while *holder == Holder::Thread {
                let waited = self.released.wait(holder);
                holder = waited.unwrap_or_else(PoisonError::into_inner);
            }
            self.held(holder)
        }

        pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
            let holder = self.holder();
            (*holder == Holder::Nothing).then(|| self.held(holder))
        }

        fn held<'m>(&'m self, mut holder: loom::sync::MutexGuard<'m, Holder>) -> MutexGuard<'m, T> {
            *holder = Holder::Thread;
            drop(holder);
            let value = self.value.lock();
            MutexGuard {
                mutex: self,
                value: Some(value.unwrap_or_else(PoisonError::into_inner)),
            }
        }

        fn holder(&self) -> loom::sync::MutexGuard<'_, Holder> {
            self.holder.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            self.value.as_deref().expect("it is held")
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            self.value.as_deref_mut().expect("it is held")
        }
    }

    impl<T> Drop for MutexGuard<'_, T> {
        fn drop(&mut self) {
            self.value = None;
            *self.mutex.holder() = Holder::Nothing;
            self.mutex.released.notify_one();
        }
    }
}
