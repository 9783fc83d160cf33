//! Conditional requests (RFC 9110 §13): whether a representation with these validators is sent whole,
//! in the requested ranges, or not at all. No clock and no file.

use std::time::SystemTime;

use super::head::Head;

/// What identifies the state of a representation (RFC 9110 §8.8).
#[derive(Clone, Copy, Debug)]
pub struct Validators<'v> {
    /// The value of `ETag`.
    pub etag: Option<&'v [u8]>,
    /// `Last-Modified`, in whole seconds.
    pub modified: Option<SystemTime>,
}

/// What the preconditions of a request require.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The response is the same as without preconditions.
    Send,
    /// 304: the client has the representation.
    NotModified,
    /// 412: the representation is not the one that the client asked about.
    Failed,
}

/// Whether a request has a precondition, all of whose fields begin with `If-`.
pub fn is_conditional(head: &Head) -> bool {
    head.fields()
        .any(|(name, _)| matches!(name, [b'I' | b'i', b'F' | b'f', b'-', ..]))
}

/// Evaluates the preconditions of a GET or HEAD request, in the order of RFC 9110 §13.2.2.
pub fn evaluate(head: &Head, validators: Validators<'_>) -> Outcome {
    let has = |name| head.first(name).is_some();
    if has("If-Match") {
        if !matches(head, "If-Match", validators.etag, strong) {
            return Outcome::Failed;
        }
    } else if let (Some(date), Some(modified)) =
        (date(head, "If-Unmodified-Since"), validators.modified)
        && modified > date
    {
        return Outcome::Failed;
    }
    if has("If-None-Match") {
        if matches(head, "If-None-Match", validators.etag, weak) {
            return Outcome::NotModified;
        }
    } else if let (Some(date), Some(modified)) =
        (date(head, "If-Modified-Since"), validators.modified)
        && modified <= date
    {
        return Outcome::NotModified;
    }
    Outcome::Send
}

/// Whether `Range` applies: there is no `If-Range`, or it names the current representation exactly
/// (RFC 9110 §13.1.5).
pub fn range_applies(head: &Head, validators: Validators<'_>) -> bool {
    let mut values = head.values("If-Range").map(<[u8]>::trim_ascii);
    let Some(value) = values.next() else {
        return true;
    };
    if values.next().is_some() {
        return false;
    }
    match parse_date(value) {
        Some(date) => validators.modified == Some(date),
        None => validators.etag.is_some_and(|etag| strong(value, etag)),
    }
}

/// Whether `*` or a member of the list matches.
fn matches(head: &Head, name: &str, etag: Option<&[u8]>, same: fn(&[u8], &[u8]) -> bool) -> bool {
    head.values(name).any(|value| {
        value.trim_ascii() == b"*"
            || etag.is_some_and(|etag| EntityTags(value).any(|member| same(member, etag)))
    })
}

/// Strong comparison (RFC 9110 §8.8.3.2).
fn strong(one: &[u8], other: &[u8]) -> bool {
    one == other && one.starts_with(b"\"")
}

/// Weak comparison.
fn weak(one: &[u8], other: &[u8]) -> bool {
    let opaque = |tag: &'_ [u8]| tag.strip_prefix(b"W/").map_or(tag.len(), <[u8]>::len);
    one[one.len() - opaque(one)..] == other[other.len() - opaque(other)..]
}

/// The entity tags of a list; other members are skipped.
struct EntityTags<'v>(&'v [u8]);

impl<'v> Iterator for EntityTags<'v> {
    type Item = &'v [u8];

    fn next(&mut self) -> Option<&'v [u8]> {
        loop {
            let list = self.0;
            let start = list
                .iter()
                .position(|byte| !matches!(byte, b',' | b' ' | b'\t'))?;
            let list = &list[start..];
            let quote = if list.starts_with(b"W/\"") { 2 } else { 0 };
            let end = match list.get(quote) {
                // An opaque tag may contain commas.
                Some(b'"') => memchr::memchr(b'"', &list[quote + 1..]).map(|end| quote + end + 2),
                _ => None,
            };
            let Some(end) = end else {
                let comma = memchr::memchr(b',', list).unwrap_or(list.len());
                self.0 = &list[comma..];
                continue;
            };
            self.0 = &list[end..];
            return Some(&list[..end]);
        }
    }
}

/// The date of a field; a malformed one is ignored, and so are several.
fn date(head: &Head, name: &str) -> Option<SystemTime> {
    let mut values = head.values(name);
    let value = values.next()?;
    match values.next() {
        None => parse_date(value.trim_ascii()),
        Some(_) => None,
    }
}

/// An HTTP-date in any of its three forms (RFC 9110 §5.6.7).
fn parse_date(value: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(str::from_utf8(value).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn head(fields: &str) -> Head {
        Head::parse(format!("GET / HTTP/1.1\r\n{fields}\r\n").into_bytes()).unwrap()
    }

    fn validators(etag: &str) -> Validators<'_> {
        Validators {
            etag: Some(etag.as_bytes()),
            modified: Some(UNIX_EPOCH + Duration::from_secs(784_111_777)),
        }
    }

    #[test]
    fn preconditions_in_their_order() {
        use Outcome::{Failed, NotModified, Send};
        for (fields, expected) in [
            (String::new(), Send),
            ("If-None-Match: *\r\n".into(), NotModified),
            ("If-None-Match: \"a\"\r\n".into(), NotModified),
            ("If-None-Match: W/\"a\"\r\n".into(), NotModified),
            (
                "If-None-Match: \"x,\\\" , , W/\"y\",\"a\"\t\r\n".into(),
                NotModified,
            ),
            (
                "If-None-Match: \"x\"\r\nIf-None-Match: \"a\"\r\n".into(),
                NotModified,
            ),
            ("If-None-Match: \"x, \"a\"\"\r\n".into(), Send),
            ("If-None-Match: a, \"b\"\r\n".into(), Send),
            ("If-None-Match: \r\n".into(), Send),
            ("If-Match: *\r\n".into(), Send),
            ("If-Match: \"b\", \"a\"\r\n".into(), Send),
            ("If-Match: W/\"a\"\r\n".into(), Failed),
            ("If-Match: \"no\"\r\n".into(), Failed),
            ("If-Match: \"no\"\r\nIf-None-Match: *\r\n".into(), Failed),
            ("If-Match: *\r\nIf-None-Match: *\r\n".into(), NotModified),
            (format!("If-Modified-Since: {DATE}\r\n"), NotModified),
            (format!("If-Modified-Since: {LATER}\r\n"), NotModified),
            (format!("If-Modified-Since: {EARLIER}\r\n"), Send),
            (
                "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n".into(),
                NotModified,
            ),
            (
                "If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n".into(),
                NotModified,
            ),
            ("If-Modified-Since: yesterday\r\n".into(), Send),
            (
                format!("If-None-Match: \"x\"\r\nIf-Modified-Since: {DATE}\r\n"),
                Send,
            ),
            (format!("If-Unmodified-Since: {DATE}\r\n"), Send),
            (format!("If-Unmodified-Since: {EARLIER}\r\n"), Failed),
            (
                format!("If-Match: *\r\nIf-Unmodified-Since: {EARLIER}\r\n"),
                Send,
            ),
        ] {
            let outcome = evaluate(&head(&fields), validators("\"a\""));
            assert_eq!(outcome, expected, "{fields}");
        }
        let outcome = evaluate(&head("If-Match: W/\"a\"\r\n"), validators("W/\"a\""));
        assert_eq!(outcome, Failed, "a weak tag never matches strongly");
    }

    #[test]
    fn ranges_of_the_current_representation() {
        for (value, expected) in [
            ("\"a\"", true),
            ("W/\"a\"", false),
            ("\"b\"", false),
            ("*", false),
            ("\"a\", \"b\"", false),
            (DATE, true),
            (LATER, false),
            (EARLIER, false),
        ] {
            let head = head(&format!("If-Range: {value}\r\n"));
            assert_eq!(
                range_applies(&head, validators("\"a\"")),
                expected,
                "{value}"
            );
        }
        assert!(range_applies(&head(""), validators("\"a\"")));
        let weak = head("If-Range: W/\"a\"\r\n");
        assert!(!range_applies(&weak, validators("W/\"a\"")));
    }
}
