//! Numbers for people: three digits or so, with a unit.

use super::results::Spread;

/// A time in microseconds.
pub fn time(microseconds: f64) -> String {
    let (value, unit) = match microseconds {
        value if value < 999.5 => (value, "µs"),
        value if value < 999_500.0 => (value / 1e3, "ms"),
        value => (value / 1e6, "s"),
    };
    format!("{} {unit}", digits(value))
}

/// A number of bytes.
pub fn bytes(bytes: f64) -> String {
    let (value, unit) = match bytes {
        value if value < 10_000.0 => return format!("{} B", grouped(value)),
        value if value < 999_500.0 => (value / 1e3, "kB"),
        value if value < 999_500_000.0 => (value / 1e6, "MB"),
        value => (value / 1e9, "GB"),
    };
    format!("{} {unit}", digits(value))
}

/// A whole number, with commas.
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The smallest and the largest value.
pub fn range(spread: &Spread, show: impl Fn(f64) -> String) -> String {
    format!("[{} – {}]", show(spread.min), show(spread.max))
}

/// A share from 0 to 1.
pub fn share(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A ratio.
pub fn ratio(ratio: f64) -> String {
    format!("{ratio:.2} ×")
}

/// Three digits, without zeros at the end.
fn digits(value: f64) -> String {
    let text = match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => return format!("{value:.0}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_three_digits_or_so_and_a_unit() {
        for (microseconds, shown) in [
            (0.0, "0 µs"),
            (0.526, "0.53 µs"),
            (7.5, "7.5 µs"),
            (20.04, "20 µs"),
            (999.0, "999 µs"),
            (999.6, "1 ms"),
            (27_720.0, "27.7 ms"),
            (1_000_000.0, "1 s"),
            (120e6, "120 s"),
        ] {
            assert_eq!(time(microseconds), shown);
        }
        for (value, shown) in [
            (155.0, "155 B"),
            (9_000.0, "9,000 B"),
            (10_485_760.0, "10.5 MB"),
        ] {
            assert_eq!(bytes(value), shown);
        }
        assert_eq!(grouped(1_234_567.8), "1,234,568");
        assert_eq!(
            (share(0.034), ratio(1.0)),
            ("3 %".to_owned(), "1.00 ×".to_owned())
        );
    }
}
