//! The command line.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;

use super::worker::Limit;

/// Runs a mixed load on wireserve, checks every response and watches its memory
#[derive(Debug, Parser)]
#[command(name = "soak")]
pub(crate) struct Options {
    /// Minutes of load
    #[arg(default_value_t = 5.0, value_parser = positive)]
    minutes: f64,

    /// Ends after so many requests, however long they take
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    requests: Option<u64>,

    /// Clients at a time
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) clients: u32,

    /// Runs the server under valgrind's memcheck; the growth of its memory is not judged
    #[arg(long)]
    pub(crate) memcheck: bool,

    /// The SVG file for the curves
    #[arg(long, value_name = "FILE", default_value = "target/soak.svg")]
    pub(crate) picture: PathBuf,

    /// Passed by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,

    /// Only checks that the bench starts
    #[arg(long, hide = true)]
    test: bool,
}

impl Options {
    /// Whether to load. `cargo test` runs benches too, without `--bench`.
    pub(crate) fn is_bench(&self) -> bool {
        self.bench && !self.test
    }

    /// When the load ends.
    pub(crate) fn limit(&self, began: Instant) -> Limit {
        match self.requests {
            Some(requests) => Limit::Requests(requests),
            None => Limit::Time(began + Duration::from_secs_f64(self.minutes * 60.0)),
        }
    }

    /// The same as text.
    pub(crate) fn until(&self) -> String {
        match self.requests {
            Some(requests) => format!("{requests} requests"),
            None => format!("{} minutes", self.minutes),
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    match number > 0.0 && number <= 60.0 * 24.0 * 365.0 {
        true => Ok(number),
        false => Err("expected more than 0, and a year at most".to_owned()),
    }
}
