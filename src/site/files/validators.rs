//! The validators of a plain file (RFC 9110 §8.8): an entity tag of its inode, size and times, and its
//! modification date. Fields of a `.headers` file take precedence.

use std::fs::Metadata;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::exchange::{Exchange, Response};
use crate::fault::Fault;
use crate::http::conditional::{self, Outcome, Validators};

/// File systems take times from the kernel's tick of some milliseconds. A file that was changed more
/// recently may change again without a new time, so that its tag is weak.
const CLOCK_RESOLUTION: Duration = Duration::from_millis(50);

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

/// Adds the validators, and evaluates the preconditions of a request.
///
/// # Errors
/// 412 if a precondition fails.
pub(super) fn apply(exchange: &mut Exchange<'_>, file: &Metadata) -> Result<Conditions, Fault> {
    let response = &mut exchange.response;
    if !response.headers.contains(b"ETag") {
        response
            .headers
            .append("ETag", etag(file, SystemTime::now()));
    }
    if !response.headers.contains(b"Last-Modified")
        && let Some(modified) = in_seconds(file)
    {
        let date = httpdate::fmt_http_date(modified);
        response.headers.append("Last-Modified", date);
    }
    let head = exchange.request.head();
    if !conditional::is_conditional(head) {
        return Ok(Conditions::Send);
    }
    let value = |name: &[u8]| response.headers.get(name).and_then(|values| values.first());
    let modified = value(b"Last-Modified").and_then(|date| str::from_utf8(date).ok());
    let validators = Validators {
        etag: value(b"ETag").map(Vec::as_slice),
        modified: modified.and_then(|date| httpdate::parse_http_date(date).ok()),
    };
    match conditional::evaluate(head, validators) {
        Outcome::Failed => Err(Fault::new(412, "a precondition failed (RFC 9110 §13.1)")),
        Outcome::NotModified => {
            not_modified(response, file.len());
            Ok(Conditions::Answered)
        }
        Outcome::Send if conditional::range_applies(head, validators) => Ok(Conditions::Send),
        Outcome::Send => Ok(Conditions::SendWhole),
    }
}

/// A 304 has no content. Of the fields that describe content (RFC 9110 §15.4.5) it has only the length,
/// that of a 200 (§8.6), which keeps the connection open.
fn not_modified(response: &mut Response, length: u64) {
    response.status = 304;
    for name in [
        &b"Content-Type"[..],
        b"Content-Encoding",
        b"Content-Language",
        b"Content-Range",
    ] {
        response.headers.remove(name);
    }
    if !response.headers.contains(b"Content-Length") {
        response
            .headers
            .append("Content-Length", length.to_string());
    }
}

fn etag(file: &Metadata, now: SystemTime) -> Vec<u8> {
    let changed = since_epoch(file.ctime(), file.ctime_nsec());
    let age = now.duration_since(changed).unwrap_or_default();
    let mut tag = Vec::with_capacity(64);
    if age < CLOCK_RESOLUTION {
        tag.extend_from_slice(b"W/");
    }
    let (inode, size) = (file.ino(), file.len());
    let (modified, changed) = (
        nanoseconds(file.mtime(), file.mtime_nsec()),
        nanoseconds(file.ctime(), file.ctime_nsec()),
    );
    write!(tag, "\"{inode:x}-{size:x}-{modified:x}-{changed:x}\"").expect("memory takes all bytes");
    tag
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.wrapping_mul(1_000_000_000).wrapping_add(rest)
}

/// The time of modification without its fraction, which an HTTP-date cannot express; not later than
/// now, as RFC 9110 §8.8.2.1 requires.
fn in_seconds(file: &Metadata) -> Option<SystemTime> {
    let seconds = u64::try_from(file.mtime()).ok()?;
    let modified = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    (modified <= SystemTime::now()).then_some(modified)
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
        let strong = etag(&file, changed + CLOCK_RESOLUTION);
        assert!(strong.starts_with(b"\"") && strong.ends_with(b"\""));
        let weak = etag(&file, changed);
        assert_eq!(weak, [b"W/", strong.as_slice()].concat());
        fs::write(&path, "hams").unwrap();
        let longer = fs::metadata(&path).unwrap();
        assert_ne!(etag(&longer, changed), weak);
    }
}
