//! What was measured, as it is written to the JSON file. `docs/bench.md` describes each key; all times are in
//! microseconds unless the key says otherwise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The number of this format. It changes when a key changes its meaning or is gone.
pub const FORMAT: u32 = 1;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of the command.
    pub wireserve: String,
    /// When it began, as in RFC 3339.
    pub began: String,
    /// Connections at the same time.
    pub connections: usize,
    /// Rounds of each path.
    pub rounds: usize,
    /// The length of a round in seconds.
    pub round_s: f64,
    /// The machine, and what else it did.
    pub machine: Machine,
    /// In the order of the command line.
    pub paths: Vec<Measured>,
}

/// The machine meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Processors that the command may use.
    pub processors: usize,
    /// The name of the first processor.
    pub model: String,
    /// The share of the processors' time that other processes used, from 0 to 1.
    pub others: f64,
    /// The program that used most of that.
    pub busiest: Option<String>,
}

/// What was measured of one path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The path of the site, or the URL.
    pub path: String,
    /// The method.
    pub method: String,
    /// Why it was not measured.
    pub problem: Option<String>,
    /// Responses with a status of success, 2xx or 3xx, in all rounds.
    pub requests: u64,
    /// What else came, and how often.
    pub errors: BTreeMap<String, u64>,
    /// Connections that were opened.
    pub connections_opened: u64,
    /// Responses in a second.
    pub requests_per_s: Option<Spread>,
    /// The time from a request to the last byte of its response.
    pub latency_us: Option<Latency>,
    /// The latency of each share of the responses, in per cent.
    pub distribution_us: Vec<(f64, f64)>,
    /// Bytes of a response, on average.
    pub response_bytes: f64,
    /// Processor time of the server for a request.
    pub processor_us: Option<Spread>,
    /// The time of a request in each phase of the server, on average.
    pub phases_us: Option<BTreeMap<String, f64>>,
    /// The functions that cost most.
    pub functions: Option<Vec<Function>>,
}

/// The values of the rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The middle one, or between the two middle ones.
    pub median: f64,
    /// The smallest one.
    pub min: f64,
    /// The largest one.
    pub max: f64,
}

/// Latencies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// The median of a round.
    pub p50: Spread,
    /// What 10 % exceed.
    pub p90: Spread,
    /// What 1 % exceed.
    pub p99: Spread,
    /// The longest of all rounds.
    pub max: f64,
    /// The average of all rounds.
    pub mean: f64,
}

/// A function of Python, as profiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Its name.
    pub function: String,
    /// Its file; empty for built-in functions.
    pub file: String,
    /// Its first line; 0 for built-in functions.
    pub line: u32,
    /// Calls for a request.
    pub calls: f64,
    /// Its own time for a request, without that of functions it calls.
    pub own_us: f64,
    /// The same with them.
    pub total_us: f64,
}

impl Spread {
    /// The spread of these values; `None` of none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => f64::midpoint(values[middle - 1], values[middle]),
            _ => values[middle],
        };
        Some(Self { median, min, max })
    }
}

impl Measured {
    /// Whether all of it was answered as it should.
    pub fn is_sound(&self) -> bool {
        self.problem.is_none() && self.errors.is_empty()
    }
}

impl Results {
    /// Reads a file that an earlier run has written.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let found = serde_json::from_str::<Format>(text);
        let found =
            found.map_err(|error| format!("expected results of `wireserve bench`: {error}"))?;
        if found.format != FORMAT {
            return Err(format!("expected format {FORMAT}, found {}", found.format));
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let median =
            |values: &[f64]| Spread::of(values.iter().copied()).map(|spread| spread.median);
        for (values, expected) in [
            (&[][..], None),
            (&[7.0], Some(7.0)),
            (&[4.0, 1.0], Some(2.5)),
            (&[9.0, 1.0, 2.0], Some(2.0)),
        ] {
            assert_eq!(median(values), expected, "{values:?}");
        }
        let spread = Spread::of([9.0, 1.0, 2.0]).unwrap();
        assert_eq!((spread.min, spread.max), (1.0, 9.0));
    }

    #[test]
    fn other_files_are_refused() {
        for (text, found) in [
            ("{}", "expected results of `wireserve bench`"),
            ("no JSON", "expected results of `wireserve bench`"),
            (r#"{"format": 99}"#, "expected format 1, found 99"),
        ] {
            let error = Results::read(text).unwrap_err();
            assert!(error.contains(found), "{error}");
        }
    }
}
