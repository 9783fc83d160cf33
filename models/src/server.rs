//! Models of the threads on which connections run. The threads catch panics of jobs, but loom and
//! assertions report by panicking; so assertions are outside of jobs.

#[path = "../../crates/core/src/server/lingering.rs"]
mod lingering;
#[path = "../../crates/core/src/server/threads.rs"]
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use loom::sync::mpsc;
use loom::thread;

use crate::check;
use crate::forks;
use crate::sync;
use lingering::{Ended, Lingering, Look};
use threads::{Threads, Watcher};

/// Longer than a parked thread waits, and shorter than the limit of `stop`.
const LONG: Duration = Duration::from_secs(60);
const LONGER: Duration = Duration::from_secs(3600);

/// Fewer than in other models, since these take many locks.
const PREEMPTIONS: usize = 3;

/// How often each job has run.
#[derive(Clone, Default)]
struct Runs(Arc<[AtomicUsize; 3]>);

impl Runs {
    fn give(&self, threads: &Threads, job: usize) {
        let Self(runs) = self.clone();
        let run = move |_: &mut _| {
            runs[job].fetch_add(1, Ordering::Relaxed);
        };
        threads.run(Box::new(run)).unwrap();
    }

    /// After `stop`, each of the first jobs has run once.
    fn stop(&self, threads: &Threads, jobs: usize) {
        assert!(threads.stop(LONGER), "all threads have ended");
        for (job, runs) in self.0.iter().take(jobs).enumerate() {
            assert_eq!(runs.load(Ordering::Relaxed), 1, "runs of job {job}");
        }
    }
}

/// Sequential jobs, each on a parked thread or on a new one. Time stands still.
pub fn every_job_runs_once() {
    check(PREEMPTIONS, || {
        let (threads, runs) = (Threads::default(), Runs::default());
        runs.give(&threads, 0);
        runs.give(&threads, 1);
        runs.give(&threads, 2);
        runs.stop(&threads, 3);
    });
}

/// A parked thread is woken for its job, not only for `stop`.
pub fn a_parked_thread_is_woken() {
    check(PREEMPTIONS, || {
        let threads = Threads::default();
        for _ in 0..2 {
            let (done, is_done) = mpsc::channel();
            threads
                .run(Box::new(move |_| done.send(()).unwrap()))
                .unwrap();
            is_done.recv().unwrap();
        }
        assert!(threads.stop(LONGER), "all threads have ended");
    });
}

/// No job waits for the thread of another: here the first ends after the second has run.
pub fn no_job_waits_for_another() {
    check(PREEMPTIONS, || {
        let threads = Threads::default();
        threads.run(Box::new(|_| ())).unwrap();
        let (done, is_done) = mpsc::channel();
        threads
            .run(Box::new(move |_| is_done.recv().unwrap()))
            .unwrap();
        threads
            .run(Box::new(move |_| done.send(()).unwrap()))
            .unwrap();
        assert!(threads.stop(LONGER), "all threads have ended");
    });
}

/// A parked thread may time out at any moment, also when it has just been given a job.
pub fn a_job_outlives_patience() {
    check(PREEMPTIONS, || {
        let (threads, runs) = (Threads::default(), Runs::default());
        let time = thread::spawn(|| sync::pass(LONG));
        runs.give(&threads, 0);
        runs.give(&threads, 1);
        runs.stop(&threads, 2);
        time.join().unwrap();
    });
}

/// While no thread can be started, a parked one stays for the jobs to come.
pub fn no_thread_ends_in_a_shortage() {
    check(PREEMPTIONS, || {
        let threads = Threads::new(Arc::default());
        let (go_on, may_go_on) = mpsc::channel();
        let wait = move |_: &mut _| may_go_on.recv().unwrap();
        threads.run(Box::new(wait)).unwrap();
        forks::refuse(true);
        assert!(threads.run(Box::new(|_| ())).is_err());
        go_on.send(()).unwrap();
        sync::pass(LONG);
        while !threads.has_parked() {
            thread::yield_now();
        }
        threads.run(Box::new(|_| ())).unwrap();
        assert!(threads.stop(LONGER), "all threads have ended");
    });
}

/// Two listeners submit jobs.
pub fn two_give_jobs() {
    check(PREEMPTIONS - 1, || {
        let (threads, runs) = (Threads::default(), Runs::default());
        runs.give(&threads, 0);
        let other = thread::spawn({
            let (threads, runs) = (threads.clone(), runs.clone());
            move || runs.give(&threads, 1)
        });
        runs.give(&threads, 2);
        other.join().unwrap();
        runs.stop(&threads, 3);
    });
}

/// Over at the first look or, with time in between, at the second one; counts its end.
struct Over {
    looks: usize,
    ends: Arc<AtomicUsize>,
}

impl Ended for Over {
    fn look(&mut self) -> Look {
        self.looks -= 1;
        if self.looks == 0 {
            return Look::Never;
        }
        sync::pass(LONG);
        Look::Later
    }
}

impl Drop for Over {
    fn drop(&mut self) {
        self.ends.fetch_add(1, Ordering::Relaxed);
    }
}

/// Two connections end, and the thread that looks at the first may be about to rest when the second is added.
pub fn all_that_lingers_is_looked_at() {
    check(PREEMPTIONS, || {
        let lingering = Arc::new(Lingering::default());
        let ends = Arc::<AtomicUsize>::default();
        let mut looking = Vec::new();
        for looks in [1, 2] {
            let over = Over {
                looks,
                ends: Arc::clone(&ends),
            };
            if lingering.add(over) == Watcher::IsNeeded {
                let lingering = Arc::clone(&lingering);
                looking.push(thread::spawn(move || lingering.watch()));
            }
        }
        for thread in looking {
            thread.join().unwrap();
        }
        assert_eq!(ends.load(Ordering::Relaxed), 2);
    });
}
