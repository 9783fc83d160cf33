//! Whether the machine had anything else to do. Every processor gets a thread that does nothing but
//! look at the clock, while the servers idle; where the clock jumps, somebody else ran. The load
//! average is shown, but it does not decide: it still remembers the build before the bench.

use std::fs;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

/// How long the clock is looked at.
const LOOK: Duration = Duration::from_millis(150);

/// Jumps beyond this are somebody else's time. An interrupt takes less.
const JUMP: Duration = Duration::from_micros(50);

/// The share of the processors' time that may be lost on a quiet machine.
const QUIET: f64 = 0.03;

/// Looks at the machine before anything is measured, and many times in between.
pub(crate) struct Watch {
    processors: usize,
    load_average: String,
    /// The share of the processors' time that was lost, in each look. Never empty.
    lost: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    Quiet,
    Busy,
}

impl Watch {
    /// The first look.
    pub(crate) fn begin() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            processors,
            load_average: fs::read_to_string("/proc/loadavg").unwrap_or_default(),
            lost: vec![lost(processors)],
        }
    }

    pub(crate) fn look(&mut self) {
        self.lost.push(lost(self.processors));
    }

    pub(crate) fn machine(&self) -> Machine {
        if self.lost() <= QUIET {
            Machine::Quiet
        } else {
            Machine::Busy
        }
    }

    /// The share of the processors' time that was lost to others, over all looks.
    pub(crate) fn lost(&self) -> f64 {
        self.lost.iter().sum::<f64>() / self.lost.len() as f64
    }

    pub(crate) fn processors(&self) -> usize {
        self.processors
    }

    /// Of the last minute, before the first look.
    pub(crate) fn load_average(&self) -> &str {
        self.load_average.split(' ').next().unwrap_or_default()
    }
}

fn lost(processors: usize) -> f64 {
    let threads: Vec<_> = (0..processors)
        .map(|_| thread::spawn(time_in_jumps))
        .collect();
    let lost: Duration = threads
        .into_iter()
        .map(|thread| thread.join().expect("it looks at the clock only"))
        .sum();
    lost.as_secs_f64() / (LOOK.as_secs_f64() * processors as f64)
}

fn time_in_jumps() -> Duration {
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
