//! The validators of a plain file (RFC 9110 §8.8): an entity tag of its inode, size and times, and its
//! modification date. Fields of a `.headers` file take precedence.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::exchange::{Content, Exchange, Response};
use crate::fault::Fault;
use crate::http::conditional::{self, Outcome, Validators};
use crate::text::date;

use crate::site::files::stamp::CLOCK_RESOLUTION;

/// What becomes of a request for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conditions {
    /// The file is sent, in the ranges that `Range` asks for.
    Send,
    /// The file is sent; `Range` does not apply.
    SendWhole,
    /// The response is complete without content.
    Answered,
}

/// Adds the validators. A file that was changed within the resolution of its file system's clock may change
/// again without a new time, so that its tag is weak.
pub(super) fn add(response: &mut Response, file: &Metadata) {
    let now = SystemTime::now();
    if !response.headers.contains(b"ETag") {
        response.headers.push("ETag", EntityTag::of(file, now));
    }
    if !response.headers.contains(b"Last-Modified")
        && let Some(modified) = in_seconds(file, now)
    {
        let date = date::imf_fixdate(modified);
        response.headers.push("Last-Modified", date);
    }
}

/// Evaluates the preconditions of a request for a file of this length, whose response has its validators.
///
/// # Errors
/// 412 if a precondition fails.
pub(super) fn evaluate(exchange: &mut Exchange<'_>, length: u64) -> Result<Conditions, Fault> {
    let response = &mut exchange.response;
    let head = exchange.request.head();
    if !conditional::is_conditional(head) {
        return Ok(Conditions::Send);
    }
    let modified = response.headers.first(b"Last-Modified");
    let modified = modified.and_then(|date| str::from_utf8(date).ok());
    let validators = Validators {
        etag: response.headers.first(b"ETag"),
        modified: modified.and_then(|date| httpdate::parse_http_date(date).ok()),
    };
    match conditional::evaluate(head, validators) {
        Outcome::Failed => Err(failed()),
        Outcome::NotModified => {
            not_modified(response, length);
            Ok(Conditions::Answered)
        }
        Outcome::Send if conditional::range_applies(head, validators) => Ok(Conditions::Send),
        Outcome::Send => Ok(Conditions::SendWhole),
    }
}

/// Evaluates the preconditions of a request whose content is made for it, by pipes or a template: the
/// representation exists, but has no validators. `*` matches it, no entity tag does, and dates are
/// ignored (RFC 9110 §13.1). Preconditions do not apply to a response with another status (§13.2.1).
///
/// # Errors
/// 412 if a precondition fails.
pub(super) fn apply_without(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
    let head = exchange.request.head();
    let response = &mut exchange.response;
    if !conditional::is_conditional(head) || !(200..300).contains(&response.status) {
        return Ok(());
    }
    let none = Validators {
        etag: None,
        modified: None,
    };
    match conditional::evaluate(head, none) {
        Outcome::Failed => Err(failed()),
        Outcome::NotModified => {
            if let Content::Bytes(content) = std::mem::take(&mut response.content) {
                not_modified(response, content.len() as u64);
            } else {
                without_content(response);
            }
            Ok(())
        }
        Outcome::Send => Ok(()),
    }
}

fn failed() -> Fault {
    Fault::new(412, "a precondition failed (RFC 9110 §13.1)")
}

/// A 304 has no content. Of the fields that describe content (RFC 9110 §15.4.5) it has only the length,
/// that of a 200 (§8.6), which keeps the connection open, unless that has a transfer coding instead.
fn not_modified(response: &mut Response, length: u64) {
    without_content(response);
    let fields = &response.headers;
    if !fields.contains(b"Content-Length") && !fields.contains(b"Transfer-Encoding") {
        response
            .headers
            .append("Content-Length", length.to_string());
    }
}

fn without_content(response: &mut Response) {
    response.status = 304;
    for name in [
        &b"Content-Type"[..],
        b"Content-Encoding",
        b"Content-Language",
        b"Content-Range",
    ] {
        response.headers.remove(name);
    }
}

/// An entity tag.
struct EntityTag {
    text: [u8; LONGEST_TAG],
    length: usize,
}

/// Bytes of `W/`, two quotes, and four numbers with three hyphens.
const LONGEST_TAG: usize = 2 + 2 + 4 * 16 + 3;

impl EntityTag {
    fn of(file: &Metadata, now: SystemTime) -> Self {
        let changed = since_epoch(file.ctime(), file.ctime_nsec());
        let age = now.duration_since(changed).unwrap_or_default();
        let mut tag = Self {
            text: [0; LONGEST_TAG],
            length: 0,
        };
        if age < CLOCK_RESOLUTION {
            tag.push(b'W');
            tag.push(b'/');
        }
        let numbers = [
            file.ino(),
            file.len(),
            nanoseconds(file.mtime(), file.mtime_nsec()),
            nanoseconds(file.ctime(), file.ctime_nsec()),
        ];
        let mut before = b'"';
        for number in numbers {
            tag.push(before);
            tag.push_hex(number);
            before = b'-';
        }
        tag.push(b'"');
        tag
    }

    fn push(&mut self, byte: u8) {
        self.text[self.length] = byte;
        self.length += 1;
    }

    fn push_hex(&mut self, number: u64) {
        let (high, low) = ((number >> 32) as u32, number as u32);
        let [high, low] = [high, low].map(hex).map(u64::to_be_bytes);
        let zeros = (number | 1).leading_zeros() as usize / 4;
        for digits in [&high[zeros.min(8)..], &low[zeros.saturating_sub(8)..]] {
            self.text[self.length..][..digits.len()].copy_from_slice(digits);
            self.length += digits.len();
        }
    }
}

impl AsRef<[u8]> for EntityTag {
    fn as_ref(&self) -> &[u8] {
        &self.text[..self.length]
    }
}

/// The eight digits of a number, the first in the highest byte.
fn hex(number: u32) -> u64 {
    // One digit in each byte.
    let mut digits = u64::from(number);
    digits = (digits | digits << 16) & 0x0000_ffff_0000_ffff;
    digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff;
    digits = (digits | digits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 in each byte whose digit is a letter.
    let letters = (digits + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    digits + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'9' - 1)
}

/// A time before 1970 is a large number.
fn nanoseconds(seconds: i64, rest: i64) -> u64 {
    seconds.wrapping_mul(1_000_000_000).wrapping_add(rest) as u64
}

/// The time of modification in seconds since 1970; its fraction an HTTP-date cannot express. Not later
/// than now, as RFC 9110 §8.8.2.1 requires.
fn in_seconds(file: &Metadata, now: SystemTime) -> Option<u64> {
    let modified = u64::try_from(file.mtime()).ok()?;
    let now = now.duration_since(UNIX_EPOCH).ok()?;
    (Duration::from_secs(modified) <= now).then_some(modified)
}

fn since_epoch(seconds: i64, nanoseconds: i64) -> SystemTime {
    let since = Duration::new(
        seconds.try_into().unwrap_or_default(),
        nanoseconds.try_into().unwrap_or_default(),
    );
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_tag_is_weak_while_the_clock_cannot_tell_changes_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "ham").unwrap();
        let file = fs::metadata(&path).unwrap();
        let changed = since_epoch(file.ctime(), file.ctime_nsec());
        let etag = |file: &Metadata, now| EntityTag::of(file, now).as_ref().to_vec();
        let strong = etag(&file, changed + CLOCK_RESOLUTION);
        let expected = format!(
            "\"{:x}-3-{:x}-{:x}\"",
            file.ino(),
            nanoseconds(file.mtime(), file.mtime_nsec()),
            nanoseconds(file.ctime(), file.ctime_nsec()),
        );
        assert_eq!(strong, expected.as_bytes());
        let weak = etag(&file, changed);
        assert_eq!(weak, [b"W/", strong.as_slice()].concat());
        fs::write(&path, "hams").unwrap();
        let longer = fs::metadata(&path).unwrap();
        assert_ne!(etag(&longer, changed), weak);
    }

    #[test]
    fn numbers_of_every_length() {
        let few = [
            0,
            1,
            0xf,
            0x10,
            0xabc,
            0x9876_5432,
            1 << 32,
            1 << 63,
            u64::MAX,
        ];
        let many = (0..64).map(|shift| 0xfedc_ba98_7654_3210 >> shift);
        for number in many.chain(few) {
            let mut tag = EntityTag {
                text: [0; LONGEST_TAG],
                length: 0,
            };
            tag.push_hex(number);
            assert_eq!(tag.as_ref(), format!("{number:x}").as_bytes());
        }
    }
}
