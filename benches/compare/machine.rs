//! Whether the machine had anything else to do. There are two witnesses:
//!
//! - A census of processes before and after each measurement. Time that went to others than the
//!   bench, its servers and its load counts, and so does time that the hypervisor took.
//! - A thread for each processor that does nothing but look at the clock, before the first server
//!   is started and after the last has ended. Where the clock jumps, somebody else ran, though it
//!   be in another container, whose processes are not to be seen.
//!
//! The load average is shown, but it does not decide: it still remembers the build before the bench.

use std::collections::HashMap;
use std::fs;
use std::num::NonZero;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use super::processes::{Census, Key, TICKS};

/// The share of the processors' time that may go to others on a quiet machine.
const QUIET: f64 = 0.03;

/// How long the clock is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// Jumps beyond this are somebody else's time. An interrupt takes less.
const JUMP: Duration = Duration::from_micros(50);

/// Looks at the machine before anything is measured, in between, and after it.
pub(crate) struct Watch {
    processors: usize,
    load_average: String,
    /// The share of the processors' time in which the clock jumped, in each look. Never empty.
    jumps: Vec<f64>,
    begun: Instant,
    last: Others,
    /// Ticks that went to others since the beginning.
    ticks: u64,
    /// The part of it that can be told by the name of a program.
    ticks_by_name: HashMap<String, u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    Quiet,
    Busy,
}

impl Watch {
    pub(crate) fn begin() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            processors,
            load_average: fs::read_to_string("/proc/loadavg").unwrap_or_default(),
            jumps: vec![time_in_jumps(processors)],
            begun: Instant::now(),
            last: Others::now(),
            ticks: 0,
            ticks_by_name: HashMap::new(),
        }
    }

    /// Has to happen between measurements, often enough.
    pub(crate) fn look(&mut self) {
        let now = Others::now();
        let possible = (now.at - self.last.at).as_secs_f64() * self.processors as f64 * TICKS;
        // A process that ends while the census is taken may be counted twice, with all its past.
        self.ticks += now.ticks_since(&self.last).min(possible as u64);
        for (key, (name, ticks)) in &now.ticks {
            let before = self.last.ticks.get(key).map_or(0, |(_, before)| *before);
            *self.ticks_by_name.entry(name.clone()).or_default() += ticks.saturating_sub(before);
        }
        self.last = now;
    }

    /// No server may run any more.
    pub(crate) fn end(&mut self) {
        self.look();
        self.jumps.push(time_in_jumps(self.processors));
    }

    pub(crate) fn machine(&self) -> Machine {
        machine(self.lost())
    }

    /// The share of the processors' time that others had, by the worse of the two witnesses.
    pub(crate) fn lost(&self) -> f64 {
        let jumps = self.jumps.iter().sum::<f64>() / self.jumps.len() as f64;
        let seconds = self.begun.elapsed().as_secs_f64() * self.processors as f64;
        let others = self.ticks as f64 / TICKS / seconds;
        jumps.max(others)
    }

    /// The program that had the most of it.
    pub(crate) fn busiest(&self) -> Option<&str> {
        let busiest = self.ticks_by_name.iter().max_by_key(|(_, ticks)| **ticks);
        busiest
            .filter(|(_, ticks)| **ticks > 0)
            .map(|(name, _)| name.as_str())
    }

    pub(crate) fn processors(&self) -> usize {
        self.processors
    }

    /// Of the last minute, before the first look.
    pub(crate) fn load_average(&self) -> &str {
        self.load_average.split(' ').next().unwrap_or_default()
    }
}

/// By the share of the processors' time that others had.
pub(crate) fn machine(lost: f64) -> Machine {
    if lost <= QUIET {
        Machine::Quiet
    } else {
        Machine::Busy
    }
}

/// What had gone to others at one time.
struct Others {
    at: Instant,
    /// Of programs, and of their children that have ended.
    sum: u64,
    /// What the hypervisor took from us.
    stolen: u64,
    /// Of programs by themselves.
    ticks: HashMap<Key, (String, u64)>,
}

impl Others {
    fn now() -> Self {
        let census = Census::take();
        let others = census.others(process::id());
        Self {
            at: Instant::now(),
            sum: others
                .iter()
                .map(|one| one.ticks + one.ticks_of_children)
                .sum(),
            stolen: stolen(&fs::read_to_string("/proc/stat").unwrap_or_default()),
            ticks: others
                .iter()
                .map(|one| (one.key, (one.name.clone(), one.ticks)))
                .collect(),
        }
    }

    /// When a process ends its time goes to its parent, so that only the sum tells what was added.
    /// It falls when nobody waits for a child that ends.
    fn ticks_since(&self, earlier: &Self) -> u64 {
        self.sum.saturating_sub(earlier.sum) + self.stolen.saturating_sub(earlier.stolen)
    }
}

/// The eighth number of the line `cpu` of `/proc/stat`.
pub(crate) fn stolen(stat: &str) -> u64 {
    stat.lines()
        .find_map(|line| line.strip_prefix("cpu "))
        .and_then(|line| line.split_ascii_whitespace().nth(7)?.parse().ok())
        .unwrap_or(0)
}

/// A share of the processors' time.
fn time_in_jumps(processors: usize) -> f64 {
    let threads: Vec<_> = (0..processors)
        .map(|_| thread::spawn(time_in_jumps_of_one))
        .collect();
    let jumps: Duration = threads
        .into_iter()
        .map(|thread| thread.join().expect("it looks at the clock only"))
        .sum();
    jumps.as_secs_f64() / (LOOK.as_secs_f64() * processors as f64)
}

fn time_in_jumps_of_one() -> Duration {
    let mut jumps = Duration::ZERO;
    let begin = Instant::now();
    let mut last = begin;
    while last - begin < LOOK {
        let now = Instant::now();
        if now - last > JUMP {
            jumps += now - last;
        }
        last = now;
    }
    jumps
}
