//! Threads for connections, one each. A thread whose connection has ended parks and waits for the
//! next connection, since starting a thread costs as much as a short connection.

use std::collections::VecDeque;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::exchange::Locals;
use crate::forks;
use crate::sync::hints::{AtomicBool, Ordering};
use crate::sync::{Condvar, Instant, Mutex, MutexGuard, thread};

/// The stack of a thread: Python's C code recurses deeply, and untouched pages cost no memory.
const STACK: usize = 8 * 1024 * 1024;

/// How long a parked thread waits: long enough for bursts, which recur within seconds, and short
/// enough that thousands of threads do not outlive a peak. While no thread can be started, it then waits again.
const PARKING_LIMIT: Duration = Duration::from_secs(10);

/// Threads that may wait for that long.
const PARKED: usize = 64;

/// How long other parked threads wait. Each takes memory, and many connections that become idle at the same time
/// leave many threads.
const CROWD_LIMIT: Duration = Duration::from_secs(1);

/// The work of a thread, with the values that handlers keep on the thread.
pub(super) type Job = Box<dyn FnOnce(&mut Locals) + Send>;

/// Whether a thread watches what has been added already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watcher {
    Runs,
    /// The caller must find one, or watch itself.
    IsNeeded,
}

/// Runs each job on its own thread.
#[derive(Clone, Default)]
pub(super) struct Threads {
    pool: Arc<Pool>,
}

#[derive(Default)]
struct Pool {
    crew: Mutex<Crew>,
    /// Signaled for every job for a parked thread, and when stopping.
    job: Condvar,
    /// Signaled when the last thread ends.
    empty: Condvar,
    /// Whether the last attempt to start a thread failed. A hint: no order depends on it.
    is_short: Arc<AtomicBool>,
}

#[derive(Default)]
struct Crew {
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
    /// No threads yet; `is_short` is set while none can be started.
    pub(super) fn new(is_short: Arc<AtomicBool>) -> Self {
        let pool = Pool {
            is_short,
            ..Pool::default()
        };
        Self {
            pool: Arc::new(pool),
        }
    }

    /// Runs a job on a parked thread or a new one.
    ///
    /// # Errors
    /// When the system cannot start a thread; the job is dropped.
    pub(super) fn run(&self, job: Job) -> io::Result<()> {
        let mut crew = self.pool.crew();
        if crew.parked > crew.jobs.len() {
            crew.jobs.push_back(job);
            // The woken thread needs the lock at once.
            drop(crew);
            self.pool.job.notify_one();
            return Ok(());
        }
        drop(crew);
        self.start(job)
    }

    /// Runs a job on a new thread.
    ///
    /// # Errors
    /// As [`Threads::run`].
    pub(super) fn start(&self, job: Job) -> io::Result<()> {
        self.pool.crew().alive += 1;
        let pool = Arc::clone(&self.pool);
        self.pool.spawn(move || pool.work(job)).inspect_err(|_| {
            self.pool.leave();
        })
    }

    /// Whether a thread is parked.
    pub(super) fn has_parked(&self) -> bool {
        let crew = self.pool.crew();
        crew.parked > crew.jobs.len()
    }

    /// Ends parked threads now and the others after their jobs, and waits for all of them. Returns
    /// `false` if some are still busy after `limit`.
    pub(super) fn stop(&self, limit: Duration) -> bool {
        let mut crew = self.pool.crew();
        crew.phase = Phase::Stopping;
        self.pool.job.notify_all();
        let deadline = Instant::now() + limit;
        while crew.alive > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            crew = self
                .pool
                .empty
                .wait_timeout(crew, left)
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
            // The panic hook has logged the panic.
            drop(panic::catch_unwind(AssertUnwindSafe(|| {
                run(&mut locals);
            })));
            // A job that panicked leaves it set.
            locals.connection = None;
            job = self.next_job();
        }
        drop(locals);
        self.leave();
    }

    fn spawn(&self, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new()
            .name("wireserve-connection".to_owned())
            .stack_size(STACK);
        let started = forks::spawn(thread, run);
        self.is_short.store(started.is_err(), Ordering::Relaxed);
        started.map(drop)
    }

    fn next_job(&self) -> Option<Job> {
        let mut crew = self.crew();
        crew.parked += 1;
        let limit = if crew.parked > PARKED {
            CROWD_LIMIT
        } else {
            PARKING_LIMIT
        };
        let mut deadline = Instant::now() + limit;
        let job = loop {
            if let Some(job) = crew.jobs.pop_front() {
                break Some(job);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let is_over = left.is_zero();
            let is_needed = crew.parked <= PARKED && self.is_short.load(Ordering::Relaxed);
            if crew.phase == Phase::Stopping || is_over && !is_needed {
                break None;
            }
            if is_over {
                drop(crew);
                // Only an attempt can tell whether it is still needed.
                drop(self.spawn(|| {}));
                deadline = Instant::now() + PARKING_LIMIT;
                crew = self.crew();
                continue;
            }
            crew = self
                .job
                .wait_timeout(crew, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        };
        crew.parked -= 1;
        job
    }

    fn leave(&self) {
        let mut crew = self.crew();
        crew.alive -= 1;
        if crew.alive == 0 {
            self.empty.notify_all();
        }
    }

    fn crew(&self) -> MutexGuard<'_, Crew> {
        self.crew.lock().unwrap_or_else(PoisonError::into_inner)
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
            while threads.pool.crew().parked == 0 {
                thread::yield_now();
            }
        }
        assert_eq!(threads.pool.crew().alive, 1);
        assert!(threads.stop(Duration::from_secs(10)));
        assert_eq!(threads.pool.crew().alive, 0);
    }

    #[test]
    fn a_job_can_have_a_new_thread() {
        let threads = Threads::default();
        threads.run(Box::new(|_| {})).unwrap();
        while !threads.has_parked() {
            thread::yield_now();
        }
        let (ids, seen) = mpsc::channel();
        let job = move |locals: &mut Locals| ids.send(locals.thread.is_none()).unwrap();
        threads.start(Box::new(job)).unwrap();
        assert!(seen.recv().unwrap());
        assert_eq!(threads.pool.crew().alive, 2);
        assert!(threads.stop(Duration::from_secs(10)));
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
