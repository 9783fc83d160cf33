//! The values of one measurement, in seconds and bytes, and their formats.

/// One measured quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Measure {
    /// Responses in a second.
    Rate,
    /// Seconds until the last response; infinite if a request was not answered.
    Time,
    /// The number of responses to simultaneous requests.
    Answered,
    /// Median latency in seconds.
    P50,
    /// The latency in seconds that 1 % of the requests exceed.
    P99,
    /// Processor time of all processes of the server, in seconds for each request.
    Cpu,
    /// Resident memory of all processes of the server, in bytes.
    Memory,
}

/// The values of one measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sample([Option<f64>; 7]);

impl Sample {
    pub(crate) fn with(mut self, measure: Measure, value: f64) -> Self {
        self.0[measure as usize] = Some(value);
        self
    }

    pub(crate) fn value(&self, measure: Measure) -> Option<f64> {
        self.0[measure as usize]
    }
}

impl Measure {
    /// A value with its unit.
    pub(crate) fn shown(self, value: f64) -> String {
        match self {
            Self::Rate | Self::Answered => grouped(value),
            Self::Time if value.is_infinite() => "incomplete".to_owned(),
            Self::Time | Self::P50 | Self::P99 | Self::Cpu => time(value),
            Self::Memory => format!("{:.0} MB", value / 1e6),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rate => "requests/s",
            Self::Time => "time",
            Self::Answered => "answered",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Cpu => "CPU per request",
            Self::Memory => "memory",
        }
    }
}

/// Seconds with about three digits, in a suitable unit.
fn time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        ..0.000_999_5 => (seconds * 1e6, "µs"),
        ..0.999_5 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    match value {
        ..9.995 => format!("{} {unit}", trimmed(format!("{value:.2}"))),
        ..99.95 => format!("{} {unit}", trimmed(format!("{value:.1}"))),
        _ => format!("{value:.0} {unit}"),
    }
}

/// Removes trailing zeros after the point.
fn trimmed(number: String) -> String {
    number
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// A whole number with a comma between each three digits.
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
