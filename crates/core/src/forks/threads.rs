//! Keeps forks apart from the starts and ends of threads.
//!
//! A thread that ends takes a lock of the standard library (Rust 1.95), which keeps the names of threads for its
//! messages about stack overflows. A child that is forked meanwhile inherits it locked: its threads would run, but
//! never end. And where glibc (2.36) reuses the stack of another thread, it frees the thread-local values that this
//! left; a child that is forked meanwhile would free them a second time.

use std::cell::Cell;
use std::io;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use rustix_futex_sync::{Condvar, Mutex, MutexGuard};

use super::{PerProcess, number};

/// How long a fork waits for threads that start and end, and they for a fork. All of them take microseconds. If one
/// hangs, as in a fork handler of another library, going on is better than waiting for good.
const PATIENCE: Duration = Duration::from_secs(1);

static THREADS: PerProcess<Threads> = PerProcess::new(|| Threads::new(PATIENCE));

struct Threads {
    state: Mutex<State>,
    /// Signaled when no thread starts or ends any more, and after a fork.
    changed: Condvar,
    patience: Duration,
}

struct State {
    /// Threads that are being started, and threads that are ending.
    changes: usize,
    /// Forks in progress, for which changes wait.
    forks: usize,
}

/// A thread is being started, or is ending, while this exists.
struct Change {
    threads: &'static Threads,
    /// The process that it belongs to, by its number of forks. In the child of a fork, the lock may never be released.
    process: usize,
}

impl Threads {
    const fn new(patience: Duration) -> Self {
        let state = State {
            changes: 0,
            forks: 0,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            patience,
        }
    }

    fn begin_change(&'static self) -> Change {
        let mut state = self.wait_while(self.state.lock(), |state| state.forks > 0);
        state.changes += 1;
        Change {
            threads: self,
            process: number(),
        }
    }

    fn spawn<T: Send + 'static>(
        &'static self,
        thread: Builder,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let start = self.begin_change();
        thread.spawn(move || {
            let _end = ThreadEnd {
                threads: self,
                process: start.process,
            };
            drop(start);
            job()
        })
    }

    fn begin_fork(&'static self) -> Forking {
        let mut state = self.state.lock();
        state.forks += 1;
        drop(self.wait_while(state, |state| state.changes > 0));
        Forking(self)
    }

    fn wait_while<'a>(
        &self,
        state: MutexGuard<'a, State>,
        reason: fn(&mut State) -> bool,
    ) -> MutexGuard<'a, State> {
        let (state, _) = self
            .changed
            .wait_timeout_while(state, self.patience, reason);
        state
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if self.process != number() {
            return;
        }
        let mut state = self.threads.state.lock();
        state.changes -= 1;
        if state.changes == 0 {
            self.threads.changed.notify_all();
        }
    }
}

thread_local! {
    /// The end of this thread. It is the first of the thread's values to be dropped, after the standard library has
    /// released its lock. So a fork does not wait for the destructors of other values.
    static END: Cell<Option<Change>> = const { Cell::new(None) };
}

/// The end of a thread begins when this is dropped. In the child of a fork, nothing waits for it.
struct ThreadEnd {
    threads: &'static Threads,
    process: usize,
}

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        if self.process == number() {
            END.set(Some(self.threads.begin_change()));
        }
    }
}

/// Starts a thread. Forks wait while it starts, and while it ends.
///
/// # Errors
/// When the system cannot start a thread.
pub fn spawn<T: Send + 'static>(
    thread: Builder,
    job: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    THREADS.get().spawn(thread, job)
}

/// A fork. While this exists, no thread starts or ends. The child has threads of its own, and forgets it.
#[must_use]
pub struct Forking(&'static Threads);

impl Forking {
    /// Waits for the threads that are being started, and for those that are ending.
    pub fn begin() -> Self {
        THREADS.get().begin_fork()
    }
}

impl Drop for Forking {
    fn drop(&mut self) {
        self.0.state.lock().forks -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{self, Receiver, Sender};
    use std::thread;

    use super::*;

    /// Reports when the values of a thread are dropped, and waits then.
    struct Dropped(Sender<()>, Receiver<()>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
            self.1.recv().unwrap();
        }
    }

    thread_local! {
        static DROPPED: Cell<Option<Dropped>> = const { Cell::new(None) };
    }

    /// Threads for which a fork waits longer than a busy machine takes.
    fn threads() -> &'static Threads {
        Box::leak(Box::new(Threads::new(Duration::from_secs(60))))
    }

    #[test]
    fn the_end_of_a_thread_lasts_until_its_values_are_dropped() {
        let threads = threads();
        for panics in [false, true] {
            let (ending, is_ending) = mpsc::channel();
            let (go_on, may_go_on) = mpsc::channel();
            let thread = thread::spawn(move || {
                let process = number();
                let end = ThreadEnd { threads, process };
                if panics {
                    panic!("on purpose");
                }
                drop(end);
                // Made after the end, and so dropped before it.
                DROPPED.set(Some(Dropped(ending, may_go_on)));
            });
            if !panics {
                is_ending.recv().unwrap();
                assert_eq!(threads.state.lock().changes, 1);
                go_on.send(()).unwrap();
            }
            assert_eq!(thread.join().is_err(), panics);
            assert_eq!(threads.state.lock().changes, 0);
        }
    }

    #[test]
    fn no_thread_starts_or_ends_during_a_fork() {
        /// Long enough for a thread that may go on.
        const A_WHILE: Duration = Duration::from_millis(20);
        let threads = threads();
        let (go_on, may_go_on) = mpsc::channel();
        let ending = threads
            .spawn(Builder::new(), move || may_go_on.recv())
            .unwrap();
        let forking = threads.begin_fork();
        let has_forked = Arc::new(AtomicBool::new(false));
        let joining = thread::spawn({
            let has_forked = Arc::clone(&has_forked);
            move || {
                ending.join().unwrap().unwrap();
                has_forked.load(Ordering::SeqCst)
            }
        });
        let starting = thread::spawn({
            let has_forked = Arc::clone(&has_forked);
            move || {
                let started = threads.spawn(Builder::new(), || ());
                let was_after = has_forked.load(Ordering::SeqCst);
                started.unwrap().join().unwrap();
                was_after
            }
        });
        go_on.send(()).unwrap();
        thread::sleep(A_WHILE);
        has_forked.store(true, Ordering::SeqCst);
        drop(forking);
        assert!(joining.join().unwrap(), "a thread ended during the fork");
        assert!(starting.join().unwrap(), "a thread started during the fork");
    }

    #[test]
    fn a_fork_waits_for_changes() {
        let threads = threads();
        let change = threads.begin_change();
        let has_changed = Arc::new(AtomicBool::new(false));
        let forking = thread::spawn({
            let has_changed = Arc::clone(&has_changed);
            move || {
                let _forking = threads.begin_fork();
                has_changed.load(Ordering::SeqCst)
            }
        });
        while threads.state.lock().forks == 0 {
            thread::yield_now();
        }
        has_changed.store(true, Ordering::SeqCst);
        drop(change);
        assert!(forking.join().unwrap());
        drop(threads.begin_change());
    }

    #[test]
    fn no_wait_is_endless() {
        let threads: &Threads = Box::leak(Box::new(Threads::new(Duration::ZERO)));
        let _change = threads.begin_change();
        let _forking = threads.begin_fork();
        drop(threads.begin_change());
    }
}
