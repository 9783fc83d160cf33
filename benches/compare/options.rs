//! The command line.

use clap::{Parser, ValueEnum};

use super::Complaint;
use super::work::Work;

/// Compares wireserve's speed with the reference's
#[derive(Debug, Parser)]
#[command(name = "compare")]
pub(crate) struct Options {
    /// Rounds; medians over them count
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,

    /// Seconds of load for each work on each server in each round
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,

    /// Connections at a time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,

    /// Measures only this work; may be repeated
    #[arg(long, value_name = "WORK")]
    only: Vec<Work>,

    /// Exits with 1 if the goal for the trivial handler is missed on a quiet machine
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

    pub(crate) fn validate(&self) -> Result<(), Complaint> {
        if self.check && !self.works().contains(&Work::CHECKED) {
            return Err(format!("--check needs the work {}", Work::CHECKED));
        }
        Ok(())
    }
}
