//! The load generator wrk: one thread of it, and what it says read into a [`Sample`]. Any error that
//! it reports makes the measurement worthless, since failing can be faster than answering.

use std::io;
use std::process::{Command, Stdio};

use super::Complaint;
use super::options::Options;
use super::work::Work;

/// What one run measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) requests_per_second: f64,
    /// Median latency in microseconds.
    pub(crate) p50: f64,
    /// The latency that 1 % of the requests exceed, in microseconds.
    pub(crate) p99: f64,
}

pub(crate) fn find_wrk() -> Result<(), Complaint> {
    let mut command = Command::new("wrk");
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.status() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(
            "wrk, the load generator, is not installed: Debian's package is `wrk`, and \
             `./dev bench` installs it"
                .to_owned(),
        ),
        Err(error) => Err(format!("wrk: {error}")),
    }
}

pub(crate) fn run(url: &str, work: Work, options: &Options) -> Result<Sample, Complaint> {
    let connections = work.connections().unwrap_or(options.connections);
    let output = Command::new("wrk")
        .args(["-t1", "--latency"])
        .arg(format!("-c{connections}"))
        .arg(format!("-d{}", options.seconds))
        .arg(url)
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("wrk failed: {}{}", text.trim(), reason.trim()));
    }
    read(&text)
}

fn read(text: &str) -> Result<Sample, Complaint> {
    // "Socket errors: ..." and "Non-2xx or 3xx responses: ..." stand there only if there were some.
    for errors in ["Socket errors", "Non-2xx"] {
        if let Some(line) = text.lines().find(|line| line.contains(errors)) {
            return Err(format!("not a valid run: {}", line.trim()));
        }
    }
    let value = |label: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .map(str::trim)
            .ok_or_else(|| format!("wrk does not say {label:?}"))
    };
    let requests_per_second = value("Requests/sec:")?;
    Ok(Sample {
        requests_per_second: requests_per_second
            .parse()
            .map_err(|_| format!("wrk says {requests_per_second:?} requests/s"))?,
        p50: microseconds(value("50%")?)?,
        p99: microseconds(value("99%")?)?,
    })
}

/// Reads `53.00us`, `1.18ms`, `2.01s` or `1.50m`.
fn microseconds(text: &str) -> Result<f64, Complaint> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 60e6)];
    units
        .into_iter()
        .find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
        .ok_or_else(|| format!("wrk says a latency of {text:?}"))
}
