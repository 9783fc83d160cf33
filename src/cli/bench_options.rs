//! The options of the command `bench`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// The most connections; each needs a descriptor here and in the server.
const MAX_CONNECTIONS: usize = 10_000;

/// The options of the command `bench`.
#[derive(Debug, Args)]
pub(super) struct BenchOptions {
    /// How many connections to keep busy, each with one request at a time
    #[arg(short, long, value_name = "N", default_value_t = 16, value_parser = connections)]
    pub(super) connections: usize,

    /// How long to load each path, in seconds
    #[arg(short, long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub(super) duration: Duration,

    /// In how many rounds; their spread shows how certain the numbers are
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = rounds)]
    pub(super) rounds: usize,

    /// Sends the request in FILE, head and body, instead of a GET; without a PATH, to its own target
    #[arg(long, value_name = "FILE")]
    pub(super) request: Option<PathBuf>,

    /// Shows the Python functions that cost most, after the rounds
    #[arg(long)]
    pub(super) profile: bool,

    /// Shows ratios to the results of an earlier run, written by --json
    #[arg(long, value_name = "FILE")]
    pub(super) compare: Option<PathBuf>,

    /// Writes the results to FILE; see docs/bench.md
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,

    /// Draws the distribution of latencies into FILE
    #[arg(long, value_name = "FILE")]
    pub(super) svg: Option<PathBuf>,

    /// Paths of the site, with queries if you like, or http:// URLs of servers that run
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<String>,

    /// How to start the server, as after `wireserve`: its folder and options. It listens on a free port of
    /// 127.0.0.1 only
    #[arg(last = true, value_name = "SERVER_OPTIONS")]
    pub(super) server: Vec<OsString>,
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=MAX_CONNECTIONS) => Ok(number),
        _ => Err(format!("expected a number from 1 to {MAX_CONNECTIONS}")),
    }
}

fn rounds(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(number @ 1..=100) => Ok(number),
        _ => Err("expected a number from 1 to 100"),
    }
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let wrong = "expected seconds from 0.1 to 3600";
    let seconds: f64 = text.parse().map_err(|_| wrong)?;
    match (0.1..=3600.0).contains(&seconds) {
        true => Ok(Duration::from_secs_f64(seconds)),
        false => Err(wrong),
    }
}
