//! The command line.

use clap::Parser;

use super::work::Work;

/// Counts the instructions of the hot paths
#[derive(Debug, Parser)]
#[command(name = "count")]
pub(crate) struct Options {
    /// Counts only this work; may be repeated
    #[arg(long, value_name = "WORK")]
    only: Vec<Work>,

    /// Makes the counts of all works the new baseline
    #[arg(long, conflicts_with = "only")]
    write: bool,

    /// Runs this work in this process, so many --times; passed by this program to itself
    #[arg(long, hide = true, requires = "times")]
    repeat: Option<Work>,

    #[arg(long, hide = true)]
    times: Option<u64>,

    /// Passed by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,

    /// Only checks that the bench starts
    #[arg(long, hide = true)]
    test: bool,
}

/// The task of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Compare,
    Write,
    Repeat(Work, u64),
    Nothing,
}

impl Options {
    /// `cargo test` runs benches too, without `--bench`.
    pub(crate) fn task(&self) -> Task {
        match (self.repeat, self.times) {
            (Some(work), Some(times)) => Task::Repeat(work, times),
            _ if !self.bench || self.test => Task::Nothing,
            _ if self.write => Task::Write,
            _ => Task::Compare,
        }
    }

    pub(crate) fn works(&self) -> &[Work] {
        if self.only.is_empty() {
            Work::ALL
        } else {
            &self.only
        }
    }
}
