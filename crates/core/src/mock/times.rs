//! How often something is expected to happen.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeInclusive, RangeToInclusive};

/// How many requests are expected: a number or a range of numbers.
///
/// ```
/// use wireserve::Times;
///
/// assert_eq!(Times::from(2).to_string(), "2");
/// assert_eq!(Times::from(1..=3).to_string(), "1 to 3");
/// assert_eq!(Times::from(1..).to_string(), "at least 1");
/// assert_eq!(Times::from(..=3).to_string(), "at most 3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    least: u64,
    most: u64,
}

impl Times {
    /// From the least to the most, both included.
    #[doc(hidden)]
    #[cfg(feature = "control")]
    pub fn within(least: u64, most: u64) -> Self {
        Self { least, most }
    }

    /// Whether any number is expected.
    pub(super) fn is_possible(&self) -> bool {
        self.least <= self.most
    }

    /// Whether more are expected.
    pub(super) fn is_above(&self, count: u64) -> bool {
        self.least > count
    }

    /// What is counted.
    pub(super) fn noun(&self) -> &'static str {
        match (self.least, self.most) {
            (1, 1 | u64::MAX) | (0, 1) => "request",
            _ => "requests",
        }
    }

    /// Whether a number is among the expected ones.
    ///
    /// ```
    /// use wireserve::Times;
    ///
    /// let retries = Times::from(1..=3);
    /// assert!(retries.contains(3));
    /// assert!(!retries.contains(0));
    /// ```
    pub fn contains(&self, count: u64) -> bool {
        (self.least..=self.most).contains(&count)
    }
}

impl From<u64> for Times {
    fn from(count: u64) -> Self {
        Self {
            least: count,
            most: count,
        }
    }
}

impl From<RangeInclusive<u64>> for Times {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self {
            least: *range.start(),
            most: *range.end(),
        }
    }
}

impl From<Range<u64>> for Times {
    fn from(range: Range<u64>) -> Self {
        match range.end.checked_sub(1) {
            Some(most) => Self {
                least: range.start,
                most,
            },
            // Empty, as all ranges that end before they begin.
            None => Self { least: 1, most: 0 },
        }
    }
}

impl From<RangeFrom<u64>> for Times {
    fn from(range: RangeFrom<u64>) -> Self {
        Self {
            least: range.start,
            most: u64::MAX,
        }
    }
}

impl From<RangeToInclusive<u64>> for Times {
    fn from(range: RangeToInclusive<u64>) -> Self {
        Self {
            least: 0,
            most: range.end,
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, most) if least == most => write!(f, "{least}"),
            (least, u64::MAX) => write!(f, "at least {least}"),
            (0, most) => write!(f, "at most {most}"),
            (least, most) => write!(f, "{least} to {most}"),
        }
    }
}
