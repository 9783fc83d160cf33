//! The load generator wrk, with one thread, and its output. If it reports any error, the measurement is invalid,
//! since failing can be faster than answering.

use std::io;
use std::process::{Command, Stdio};

use super::Complaint;
use super::placement::Placement;

/// The result of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Run {
    /// Requests that were answered.
    pub(crate) requests: f64,
    pub(crate) requests_per_second: f64,
    /// Median latency in seconds.
    pub(crate) p50: f64,
    /// The latency in seconds that 1 % of the requests exceed.
    pub(crate) p99: f64,
}

/// Its version, if it is installed.
pub(crate) fn version() -> Result<String, Complaint> {
    let mut command = Command::new("wrk");
    command.arg("--version").stderr(Stdio::null());
    match command.output() {
        Ok(output) => {
            // "wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer"
            let text = String::from_utf8_lossy(&output.stdout);
            let version = text.split_whitespace().nth(1).unwrap_or("?");
            Ok(version.trim_start_matches("debian/").to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(
            "wrk, the load generator, is not installed: Debian's package is `wrk`, and \
             `./dev bench` installs it"
                .to_owned(),
        ),
        Err(error) => Err(format!("wrk: {error}")),
    }
}

/// Loads a server for so many seconds.
pub(crate) fn run(
    url: &str,
    connections: u32,
    seconds: u32,
    placement: Placement,
) -> Result<Run, Complaint> {
    let mut command = Command::new("wrk");
    command
        .args(["-t1", "--latency", "--timeout", "10"])
        .arg(format!("-c{connections}"))
        .arg(format!("-d{seconds}"))
        .arg(url);
    let output = placement
        .put(&command)?
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("wrk failed: {}{}", text.trim(), reason.trim()));
    }
    read(&text)
}

/// Reads what wrk prints.
pub(crate) fn read(text: &str) -> Result<Run, Complaint> {
    // wrk prints "Socket errors: ..." and "Non-2xx or 3xx responses: ..." only if there were any.
    for errors in ["Socket errors", "Non-2xx"] {
        if let Some(line) = text.lines().find(|line| line.contains(errors)) {
            return Err(format!("not a valid run: {}", line.trim()));
        }
    }
    let lines = || text.lines().map(str::trim);
    let value = |label: &str| {
        lines()
            .find_map(|line| line.strip_prefix(label))
            .map(str::trim)
            .ok_or_else(|| format!("expected {label:?} in the output of wrk, found none"))
    };
    let requests = lines()
        .find_map(|line| line.split_once(" requests in ")?.0.parse().ok())
        .ok_or("expected \" requests in \" in the output of wrk, found none")?;
    let requests_per_second = value("Requests/sec:")?;
    Ok(Run {
        requests,
        requests_per_second: requests_per_second.parse().map_err(|_| {
            format!("expected a number of requests/s, found {requests_per_second:?}")
        })?,
        p50: latency(value("50%")?)?,
        p99: latency(value("99%")?)?,
    })
}

/// Reads `53.00us`, `1.18ms`, `2.01s` or `1.50m` as seconds.
pub(crate) fn latency(text: &str) -> Result<f64, Complaint> {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)];
    units
        .into_iter()
        .find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
        .ok_or_else(|| format!("expected a latency with its unit, found {text:?}"))
}
