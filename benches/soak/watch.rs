//! The needs of the server under load: its memory, threads and descriptors, sampled regularly; and whether they
//! grow.

use std::cell::RefCell;
use std::fmt;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Time between two samples.
const LOOK: Duration = Duration::from_millis(250);

/// Time between two progress lines.
const REPORT: Duration = Duration::from_secs(30);

/// How long threads and descriptors may remain after the load: a parked thread waits ten seconds for another
/// connection.
const LEAVES_WITHIN: Duration = Duration::from_secs(60);

/// How much memory may grow from the second quarter to the last, in MiB, for allocators and caches. A leak of 16
/// bytes in each of a million requests is as much.
const GROWTH: f64 = 16.0;

/// The needs of a process at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Resident memory, in KiB.
    memory: u64,
    pub(crate) threads: usize,
    pub(crate) descriptors: usize,
}

/// One sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) at: Duration,
    pub(crate) needs: Needs,
}

/// A server that is watched.
pub(crate) struct Watch {
    process: u32,
    began: Instant,
    before: Needs,
    looks: RefCell<Vec<Look>>,
    reported: RefCell<Instant>,
}

/// All samples; there is at least one.
pub(crate) struct Curve {
    pub(crate) looks: Vec<Look>,
    pub(crate) before: Needs,
    pub(crate) after: Needs,
}

impl Watch {
    /// Waits until no connection of earlier clients is left, and begins.
    pub(crate) fn begin(process: u32) -> Self {
        Self {
            process,
            before: at_rest(process, None),
            began: Instant::now(),
            looks: RefCell::default(),
            reported: RefCell::new(Instant::now()),
        }
    }

    /// Takes a sample, and waits until the next one is due.
    pub(crate) fn look(&self, requests: u64) {
        let needs = Needs::of(self.process);
        let at = self.began.elapsed();
        self.looks.borrow_mut().push(Look { at, needs });
        if self.reported.borrow().elapsed() >= REPORT {
            *self.reported.borrow_mut() = Instant::now();
            eprintln!("{:>6.0} s: {requests} requests, {needs}", at.as_secs_f64());
        }
        thread::sleep(LOOK);
    }

    /// Waits until nothing remains, or the time for that is over.
    pub(crate) fn end(self) -> Curve {
        let after = at_rest(self.process, Some(self.before));
        let mut looks = self.looks.into_inner();
        if looks.is_empty() {
            looks.push(Look {
                at: self.began.elapsed(),
                needs: after,
            });
        }
        Curve {
            looks,
            before: self.before,
            after,
        }
    }
}

/// Waits until there are no more threads and descriptors than `wanted`; without `wanted`, until no connection
/// has a thread.
fn at_rest(process: u32, wanted: Option<Needs>) -> Needs {
    let deadline = Instant::now() + LEAVES_WITHIN;
    loop {
        let needs = Needs::of(process);
        let is_at_rest = match wanted {
            Some(wanted) => needs.leaked_since(wanted).is_none(),
            None => !has_connection_threads(process),
        };
        if is_at_rest || Instant::now() > deadline {
            return needs;
        }
        thread::sleep(LOOK);
    }
}

fn has_connection_threads(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let name = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("comm"));
    threads.is_ok_and(|threads| {
        let mut names = threads.flatten().filter_map(|thread| name(thread).ok());
        names.any(|name| name.starts_with("wireserve-conne"))
    })
}

impl Needs {
    pub(crate) fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        };
        let descriptors = fs::read_dir(format!("/proc/{process}/fd"));
        Self {
            memory: number("VmRSS:").unwrap_or(0),
            threads: number("Threads:").unwrap_or(0) as usize,
            descriptors: descriptors.map_or(0, Iterator::count),
        }
    }

    pub(crate) fn mebibytes(self) -> f64 {
        self.memory as f64 / 1024.0
    }

    fn leaked_since(self, before: Self) -> Option<String> {
        let is_more = self.threads > before.threads || self.descriptors > before.descriptors;
        // A process that has ended has no threads.
        let is_gone = self.threads == 0;
        (is_more || is_gone).then(|| format!("leaked: {self}; before: {before}"))
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            threads,
            descriptors,
            ..
        } = self;
        let memory = self.mebibytes();
        write!(
            f,
            "{memory:.1} MiB, {threads} threads, {descriptors} descriptors"
        )
    }
}

impl Curve {
    /// Memory in the second quarter of the time, in MiB, when one-time allocations have been made.
    pub(crate) fn early(&self) -> f64 {
        self.memory_between(0.25, 0.5)
    }

    /// Memory in the last quarter.
    pub(crate) fn late(&self) -> f64 {
        self.memory_between(0.75, 1.0)
    }

    pub(crate) fn peak(&self) -> f64 {
        let memory = self.looks.iter().map(|look| look.needs.mebibytes());
        memory.fold(0.0, f64::max)
    }

    /// The median, since memory rises and falls with the requests.
    fn memory_between(&self, from: f64, to: f64) -> f64 {
        let place = |part: f64| (self.looks.len() as f64 * part) as usize;
        let looks = &self.looks[place(from).min(self.looks.len() - 1)..place(to).max(1)];
        let mut memory: Vec<_> = looks.iter().map(|look| look.needs.mebibytes()).collect();
        memory.sort_by(f64::total_cmp);
        memory
            .get(memory.len() / 2)
            .copied()
            .unwrap_or_else(|| self.peak())
    }

    /// A failure if memory has grown.
    pub(crate) fn growth(&self) -> Option<String> {
        let grown = self.late() - self.early();
        (grown > GROWTH)
            .then(|| format!("memory grew by {grown:.1} MiB; the limit is {GROWTH} MiB"))
    }

    /// A failure if there are more threads or descriptors than before.
    pub(crate) fn leaked(&self) -> Option<String> {
        self.after.leaked_since(self.before)
    }
}
