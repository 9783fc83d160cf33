//! Whether the machine had other load. There are two sources:
//!
//! - A census of processes before and after each measurement. It counts the processor time of all processes
//!   but the bench, its servers and its load generators, and the time that the hypervisor took.
//! - A thread for each processor that only reads the clock, before the first server is started and after the
//!   last one has ended. If the clock jumps, another process ran, possibly in another container, whose
//!   processes are invisible here.
//!
//! The load average is shown, but not judged, since it still includes the build before the bench.

use std::collections::HashMap;
use std::fs;
use std::num::NonZero;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use super::processes::{Census, Key, TICKS};

/// The share of the processors' time that others may use on a quiet machine.
const QUIET: f64 = 0.03;

/// How long the clock is read.
const LOOK: Duration = Duration::from_millis(300);

/// A longer jump is time of another process. An interrupt takes less.
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
    /// The part of them that can be attributed to a program, by its name.
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

    /// Must be called between measurements.
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

    /// Must be called when all servers have ended.
    pub(crate) fn end(&mut self) {
        self.look();
        self.jumps.push(time_in_jumps(self.processors));
    }

    pub(crate) fn machine(&self) -> Machine {
        machine(self.lost())
    }

    /// The share of the processors' time that others used: the larger value of the two sources.
    pub(crate) fn lost(&self) -> f64 {
        let jumps = self.jumps.iter().sum::<f64>() / self.jumps.len() as f64;
        let seconds = self.begun.elapsed().as_secs_f64() * self.processors as f64;
        let others = self.ticks as f64 / TICKS / seconds;
        jumps.max(others)
    }

    /// The program that used most of that time.
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

/// Judges the share of the processors' time that others used.
pub(crate) fn machine(lost: f64) -> Machine {
    if lost <= QUIET {
        Machine::Quiet
    } else {
        Machine::Busy
    }
}

/// The processor time of others, up to one point in time.
struct Others {
    at: Instant,
    /// Ticks of all processes, and of their children that have ended.
    sum: u64,
    /// Ticks that the hypervisor took from this machine.
    stolen: u64,
    /// Ticks of each process, without its children.
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

    /// When a process ends, its time is added to its parent's, so only the sum shows the increase. The sum
    /// falls if no process waits for a child that ends.
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

/// The share of the processors' time in which the clock jumped.
fn time_in_jumps(processors: usize) -> f64 {
    let threads: Vec<_> = (0..processors)
        .map(|_| thread::spawn(time_in_jumps_of_one))
        .collect();
    let jumps: Duration = threads
        .into_iter()
        .map(|thread| thread.join().expect("it only reads the clock"))
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
