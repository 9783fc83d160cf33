//! Durations in `.wire` files: a number and a unit, `50ms`, `1.5s`. A duration is exact or refused. It
//! is printed as a whole number of the largest unit below `min` that is exact.

use std::fmt;
use std::time::Duration;

/// The units, with their nanoseconds.
const UNITS: [(&str, u128); 5] = [
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Prints a duration so that [`read`] returns the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact(pub(super) Duration);

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.as_nanos();
        let (unit, size) = UNITS[1..]
            .iter()
            .find(|(_, size)| nanoseconds.is_multiple_of(*size))
            .unwrap_or(&("ns", 1));
        write!(f, "{}{unit}", nanoseconds / size)
    }
}

/// Reads a duration that is all of `text`.
///
/// # Errors
/// What was expected instead.
pub(super) fn read(text: &str) -> Result<Duration, &'static str> {
    let unit = text
        .find(|character: char| !matches!(character, '0'..='9' | '.'))
        .ok_or(UNIT)?;
    let (number, unit) = text.split_at(unit);
    let (_, size) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(UNIT)?;
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return Err("a digit after the decimal point"),
        Some((whole, fraction)) => (whole, fraction.trim_end_matches('0')),
        None => (number, ""),
    };
    if whole.is_empty() || fraction.contains('.') {
        return Err("a number and a unit, such as `1.5s`");
    }
    let whole: u128 = whole.parse().map_err(|_| TOO_LONG)?;
    let part = part(fraction, *size).ok_or("a whole number of nanoseconds")?;
    let nanoseconds = whole
        .checked_mul(*size)
        .and_then(|whole| whole.checked_add(part))
        .ok_or(TOO_LONG)?;
    let seconds = u64::try_from(nanoseconds / 1_000_000_000).map_err(|_| TOO_LONG)?;
    // Less than 10^9, so it fits.
    Ok(Duration::new(seconds, (nanoseconds % 1_000_000_000) as u32))
}

/// The nanoseconds of the digits after a unit's decimal point; `None` if they are not whole.
fn part(digits: &str, unit: u128) -> Option<u128> {
    if digits.is_empty() {
        return Some(0);
    }
    let ten_to_their_number = 10_u128.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let scaled = digits.parse::<u128>().ok()?.checked_mul(unit)?;
    (scaled % ten_to_their_number == 0).then_some(scaled / ten_to_their_number)
}

const UNIT: &str = "a number directly followed by its unit, min, s, ms, us or ns";

const TOO_LONG: &str = "a duration below 2^64 seconds";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_exact() {
        for (text, nanoseconds, shown) in [
            ("50ms", 50_000_000, "50ms"),
            ("200us", 200_000, "200us"),
            ("1.5s", 1_500_000_000, "1500ms"),
            ("2min", 120_000_000_000, "120s"),
            ("0.0000000001min", 6, "6ns"),
            ("0.00000000005min", 3, "3ns"),
            ("007ns", 7, "7ns"),
            ("1.000000000000s", 1_000_000_000, "1s"),
            ("0min", 0, "0s"),
        ] {
            let time = read(text).unwrap();
            assert_eq!(time.as_nanos(), nanoseconds, "{text}");
            assert_eq!(Exact(time).to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for (text, reason) in [
            ("50", "by its unit"),
            ("50m", "by its unit"),
            ("50MS", "by its unit"),
            ("5s5", "by its unit"),
            ("1.s", "a digit after"),
            ("1.2.3s", "a number and a unit"),
            (".5s", "a number and a unit"),
            ("ms", "a number and a unit"),
            ("0.5ns", "nanoseconds"),
            (
                "0.00000000000000000000000000000000000000001s",
                "nanoseconds",
            ),
            ("18446744073709551616s", "below 2^64 seconds"),
            (
                "340282366920938463463374607431768211455s",
                "below 2^64 seconds",
            ),
            (
                "999999999999999999999999999999999999999999s",
                "below 2^64 seconds",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert_eq!(read(&Exact(Duration::MAX).to_string()), Ok(Duration::MAX));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(seconds: u64, nanoseconds in 0_u32..1_000_000_000) {
            let time = Duration::new(seconds, nanoseconds);
            prop_assert_eq!(read(&Exact(time).to_string()), Ok(time));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9.]{0,45}[a-zé]{0,3}") {
            let _ = read(&text);
        }
    }
}
