//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::Complaint;
use super::work::Work;

/// Compares the speed of wireserve with that of other servers, and with its goals
#[derive(Debug, Parser)]
#[command(name = "compare")]
pub(crate) struct Options {
    /// Number of rounds; the report has medians over them
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Seconds of steady load per workload, server and round
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,

    /// Takes about a minute: one round, with one second of load each
    #[arg(long, conflicts_with_all = ["rounds", "seconds"])]
    quick: bool,

    /// Measures only this workload; may be repeated
    #[arg(long, value_name = "WORKLOAD", conflicts_with = "write")]
    only: Vec<Work>,

    /// Also measures wireserve with its option --python-cpu, set to the last processor
    #[arg(long)]
    pub(crate) python_cpu: bool,

    /// Writes performance.md and its pictures into FOLDER
    #[arg(
        long,
        value_name = "FOLDER",
        num_args = 0..=1,
        default_missing_value = concat!(env!("CARGO_MANIFEST_DIR"), "/docs")
    )]
    pub(crate) write: Option<PathBuf>,

    /// Exits with 1 if a goal of the trivial handler is missed on a quiet machine
    #[arg(long)]
    pub(crate) check: bool,

    /// Passed by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,

    /// Only checks that the bench starts
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
            return Err(format!(
                "`--check` needs the workload {checked}: add `--only {checked}`"
            ));
        }
        Ok(())
    }
}
