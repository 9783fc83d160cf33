//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::Complaint;
use super::work::Work;

/// Compares wireserve's speed with other servers', and with its goals
#[derive(Debug, Parser)]
#[command(name = "compare")]
pub(crate) struct Options {
    /// Rounds; medians over them count
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Seconds of steady load for each work on each server in each round
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,

    /// A look that takes a minute: one round, with a second of load each
    #[arg(long, conflicts_with_all = ["rounds", "seconds"])]
    quick: bool,

    /// Measures only this work; may be repeated
    #[arg(long, value_name = "WORK", conflicts_with = "write")]
    only: Vec<Work>,

    /// Measures wireserve also with its option --python-cpu, for the last processor there is
    #[arg(long)]
    pub(crate) python_cpu: bool,

    /// Writes performance.md and its pictures into a folder
    #[arg(
        long,
        value_name = "FOLDER",
        num_args = 0..=1,
        default_missing_value = concat!(env!("CARGO_MANIFEST_DIR"), "/docs")
    )]
    pub(crate) write: Option<PathBuf>,

    /// Exits with 1 if a goal for the trivial handler is missed on a quiet machine
    #[arg(long)]
    pub(crate) check: bool,

    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,

    /// Given by whoever only wants to know that the bench starts
    #[arg(long, hide = true)]
    test: bool,
}

impl Options {
    /// Whether to measure. `cargo test` runs benches too, without `--bench`.
    pub(crate) fn is_bench(&self) -> bool {
        self.bench && !self.test
    }

    pub(crate) fn works(&self) -> &[Work] {
        if self.only.is_empty() {
            Work::value_variants()
        } else {
            &self.only
        }
    }

    pub(crate) fn rounds(&self) -> u32 {
        if self.quick { 1 } else { self.rounds }
    }

    pub(crate) fn seconds(&self) -> u32 {
        if self.quick { 1 } else { self.seconds }
    }

    pub(crate) fn validate(&self) -> Result<(), Complaint> {
        if self.check && !self.works().contains(&Work::CHECKED) {
            let checked = Work::CHECKED.to_possible_value();
            let checked = checked.as_ref().map_or("", |value| value.get_name());
            return Err(format!("--check needs the work {checked}"));
        }
        Ok(())
    }
}
