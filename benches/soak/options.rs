//! The command line.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;

use super::worker::Limit;

/// Loads wireserve for a long time, checks every answer and watches its memory
#[derive(Debug, Parser)]
#[command(name = "soak")]
pub(crate) struct Options {
    /// Minutes of load
    #[arg(default_value_t = 5.0, value_parser = positive)]
    minutes: f64,

    /// Ends when so many requests have been made, however long that takes
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    requests: Option<u64>,

    /// Clients at a time
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) clients: u32,

    /// Run the server under valgrind's memcheck; its memory is not judged then
    #[arg(long)]
    pub(crate) memcheck: bool,

    /// Where the curves go, as SVG
    #[arg(long, value_name = "FILE", default_value = "target/soak.svg")]
    pub(crate) picture: PathBuf,

    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,

    /// Given by whoever only wants to know that the bench starts
    #[arg(long, hide = true)]
    test: bool,
}

impl Options {
    /// Whether to load. `cargo test` runs benches too, without `--bench`.
    pub(crate) fn is_bench(&self) -> bool {
        self.bench && !self.test
    }

    /// When it is enough.
    pub(crate) fn limit(&self, began: Instant) -> Limit {
        match self.requests {
            Some(requests) => Limit::Requests(requests),
            None => Limit::Time(began + Duration::from_secs_f64(self.minutes * 60.0)),
        }
    }

    /// The same in words.
    pub(crate) fn until(&self) -> String {
        match self.requests {
            Some(requests) => format!("{requests} requests"),
            None => format!("{} minutes", self.minutes),
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "no number".to_owned())?;
    match number > 0.0 && number <= 60.0 * 24.0 * 365.0 {
        true => Ok(number),
        false => Err("not between 0 and a year".to_owned()),
    }
}
