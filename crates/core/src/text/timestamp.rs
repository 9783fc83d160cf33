//! Timestamps in the format of RFC 3339, in UTC, with microseconds; and dates.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Displays a time as `2026-11-21T12:00:00.123456Z`. Times before 1970 are displayed as the beginning of
/// 1970.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp(pub SystemTime);

/// Displays the date of a time as `2026-11-21`. Times before 1970 are displayed as the beginning of 1970.
#[derive(Clone, Copy, Debug)]
pub struct Date(pub SystemTime);

/// Seconds of a day.
pub(super) const DAY: u64 = 24 * 60 * 60;

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let second = time.as_secs() % DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let micros = time.subsec_micros();
        let date = Date(self.0);
        write!(f, "{date}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let (year, month, day) = date(time.as_secs() / DAY);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Year, month and day of the month of a day since 1970. Years begin in March here, so that the leap
/// day is the last of a year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(super) fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = match month {
        0..10 => (month + 3, 0),
        _ => (month - 9, 1),
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (micros, shown) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_800_000_001, "2000-03-01T00:00:00.000001Z"),
            (1_798_761_599_000_000, "2026-12-31T23:59:59.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        ] {
            let moment = UNIX_EPOCH + Duration::from_micros(micros);
            assert_eq!(Timestamp(moment).to_string(), shown);
        }
    }
}
