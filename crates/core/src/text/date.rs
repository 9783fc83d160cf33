//! The value of the `Date` field, an IMF-fixdate (RFC 9110 §5.6.7). It is cached for one second in each
//! thread, since a busy connection needs it thousands of times a second.

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::timestamp::{self, DAY};

/// Length of an IMF-fixdate in bytes, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
pub const LENGTH: usize = 29;

/// Appends the current time as an IMF-fixdate.
pub fn append_now(out: &mut Vec<u8>) {
    append(out, SystemTime::now());
}

/// The IMF-fixdate of a second since 1970, which must be before the year 10000.
pub fn imf_fixdate(second: u64) -> [u8; LENGTH] {
    const WEEKDAYS: &[u8; 21] = b"ThuFriSatSunMonTueWed";
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let name = |names: &[u8], number: u64| {
        let start = 3 * number as usize;
        [names[start], names[start + 1], names[start + 2]]
    };
    let digits = |number: u64| [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
    let days = second / DAY;
    let (year, month, day) = timestamp::date(days);
    let mut text = *b"Thu, 01 Jan 1970 00:00:00 GMT";
    text[..3].copy_from_slice(&name(WEEKDAYS, days % 7));
    text[5..7].copy_from_slice(&digits(day));
    text[8..11].copy_from_slice(&name(MONTHS, month - 1));
    text[12..14].copy_from_slice(&digits(year / 100));
    text[14..16].copy_from_slice(&digits(year % 100));
    text[17..19].copy_from_slice(&digits(second % DAY / 3600));
    text[20..22].copy_from_slice(&digits(second / 60 % 60));
    text[23..25].copy_from_slice(&digits(second % 60));
    text
}

fn append(out: &mut Vec<u8>, now: SystemTime) {
    thread_local! {
        static LAST: RefCell<(u64, [u8; LENGTH])> = const { RefCell::new((u64::MAX, [0; LENGTH])) };
    }
    let second = now
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs();
    LAST.with_borrow_mut(|(last, text)| {
        if *last != second {
            (*last, *text) = (second, imf_fixdate(second));
        }
        out.extend_from_slice(text);
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dates_are_those_of_httpdate(second in 0..253_402_300_800_u64) {
            let expected = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second));
            let found = imf_fixdate(second);
            prop_assert_eq!(str::from_utf8(&found).unwrap(), expected);
        }
    }

    #[test]
    fn the_cache_follows_the_clock() {
        for (second, text) in [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (784_111_778, "Sun, 06 Nov 1994 08:49:38 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] {
            let mut out = Vec::new();
            append(&mut out, UNIX_EPOCH + Duration::from_secs(second));
            assert_eq!(out, text.as_bytes());
        }
    }
}
