//! Threads for connections: one each, and a thread whose connection has ended waits a while for the
//! next, since starting one costs as much as a short connection.

use std::collections::VecDeque;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::exchange::Locals;
use crate::sync::{Condvar, Instant, Mutex, MutexGuard, thread};

/// Stack of a connection's thread. Only what is touched costs memory; Python's C code recurses deeply.
const STACK: usize = 8 * 1024 * 1024;

/// How long a thread without a connection waits for one. Bursts come back within seconds; what is
/// left from a peak of thousands should not stay.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a thread is to do, with what handlers keep on it.
pub(super) type Job = Box<dyn FnOnce(&mut Locals) + Send>;

/// Runs jobs, each on a thread of its own.
#[derive(Clone, Default)]
pub(super) struct Threads {
    pool: Arc<Pool>,
}

#[derive(Default)]
struct Pool {
    state: Mutex<State>,
    /// Signalled for every job given to a parked thread, and when stopping.
    job: Condvar,
    /// Signalled when the last thread ends.
    empty: Condvar,
}

#[derive(Default)]
struct State {
    /// Jobs for parked threads. `jobs.len() <= parked`
    jobs: VecDeque<Job>,
    parked: usize,
    alive: usize,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Running,
    Stopping,
}

impl Threads {
    /// Runs a job on a parked thread or a new one.
    ///
    /// # Errors
    /// When the system has no thread to give; the job is dropped.
    pub(super) fn run(&self, job: Job) -> io::Result<()> {
        let mut state = self.pool.state();
        if state.parked > state.jobs.len() {
            state.jobs.push_back(job);
            // Whoever is woken needs the lock at once.
            drop(state);
            self.pool.job.notify_one();
            return Ok(());
        }
        state.alive += 1;
        drop(state);
        let pool = Arc::clone(&self.pool);
        let thread = thread::Builder::new()
            .name("wireserve-connection".to_owned())
            .stack_size(STACK);
        match thread.spawn(move || pool.work(job)) {
            Ok(_) => Ok(()),
            Err(error) => {
                self.pool.leave();
                Err(error)
            }
        }
    }

    /// Ends parked threads now and the others behind their jobs, and waits for all of them. `false`
    /// if some were still busy when the time was over.
    pub(super) fn stop(&self, limit: Duration) -> bool {
        let mut state = self.pool.state();
        state.phase = Phase::Stopping;
        self.pool.job.notify_all();
        let deadline = Instant::now() + limit;
        while state.alive > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self
                .pool
                .empty
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }
}

impl Pool {
    fn work(&self, first: Job) {
        let mut locals = Locals::default();
        let mut job = Some(first);
        while let Some(run) = job {
            // What a connection's code panics with has been logged by the panic hook.
            drop(panic::catch_unwind(AssertUnwindSafe(|| {
                run(&mut locals);
            })));
            // Of a job that panicked it is still there.
            locals.connection = None;
            job = self.next_job();
        }
        drop(locals);
        self.leave();
    }

    fn next_job(&self) -> Option<Job> {
        let mut state = self.state();
        state.parked += 1;
        let deadline = Instant::now() + PATIENCE;
        let job = loop {
            if let Some(job) = state.jobs.pop_front() {
                break Some(job);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.phase == Phase::Stopping {
                break None;
            }
            state = self
                .job
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        };
        state.parked -= 1;
        job
    }

    fn leave(&self) {
        let mut state = self.state();
        state.alive -= 1;
        if state.alive == 0 {
            self.empty.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_parked_thread_is_reused_and_stop_leaves_none() {
        let threads = Threads::default();
        let (ids, seen) = mpsc::channel();
        for _ in 0..3 {
            let ids = ids.clone();
            let job = move |_: &mut Locals| ids.send(thread::current().id()).unwrap();
            threads.run(Box::new(job)).unwrap();
            seen.recv().unwrap();
            while threads.pool.state().parked == 0 {
                thread::yield_now();
            }
        }
        assert_eq!(threads.pool.state().alive, 1);
        assert!(threads.stop(Duration::from_secs(10)));
        assert_eq!(threads.pool.state().alive, 0);
    }

    #[test]
    fn a_panic_ends_its_job_only() {
        let threads = Threads::default();
        let (done, seen) = mpsc::channel();
        threads.run(Box::new(|_| panic!("on purpose"))).unwrap();
        threads
            .run(Box::new(move |_| done.send(()).unwrap()))
            .unwrap();
        seen.recv().unwrap();
        assert!(threads.stop(Duration::from_secs(10)));
    }
}
