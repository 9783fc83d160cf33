//! `Accept` (RFC 9110 §12.5.1): how much a client wants a media type. The range that describes a type
//! most closely decides, and its weight is `q`, 1 by default. Ranges that are malformed are skipped.

use super::grammar::is_tchar;
use super::list;

/// A media type that can be sent.
#[derive(Clone, Copy, Debug)]
pub struct MediaType {
    /// `text` in `text/html`.
    pub kind: &'static str,
    /// `html` in `text/html`.
    pub subtype: &'static str,
    /// Names and values.
    pub parameters: &'static [(&'static str, &'static str)],
}

/// The type of the server's own pages.
pub const HTML: MediaType = MediaType {
    kind: "text",
    subtype: "html",
    parameters: &[("charset", "utf-8")],
};

/// The type of the server's own errors.
pub const JSON: MediaType = MediaType {
    kind: "application",
    subtype: "json",
    parameters: &[],
};

/// Whether the values of `Accept` prefer one type to another. A client that sends no `Accept` takes both
/// alike.
pub fn prefers<'v>(
    values: impl Iterator<Item = &'v [u8]>,
    wanted: MediaType,
    other: MediaType,
) -> bool {
    let (mut for_wanted, mut for_other) = (None, None);
    for range in values.flat_map(list::members) {
        for_wanted = for_wanted.max(matched(range, wanted));
        for_other = for_other.max(matched(range, other));
    }
    weight(for_wanted) > weight(for_other)
}

/// In thousandths; 0 means "not acceptable", as does a type that no range describes.
fn weight(matched: Option<(Closeness, u16)>) -> u16 {
    matched.map_or(0, |(_, weight)| weight)
}

/// How closely a media range describes a type, and its weight; `None` if it does not.
fn matched(range: &[u8], media_type: MediaType) -> Option<(Closeness, u16)> {
    let mut pieces = list::split(range, b';');
    let (kind, subtype) = split_at(pieces.next()?, b'/')?;
    if !is_token(kind) || !is_token(subtype) {
        return None;
    }
    let names = |name: &[u8], other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    let closeness = match (
        names(kind, media_type.kind),
        names(subtype, media_type.subtype),
    ) {
        (true, true) => Closeness::Type,
        (true, false) if subtype == b"*" => Closeness::Kind,
        (false, _) if kind == b"*" && subtype == b"*" => Closeness::Any,
        _ => return None,
    };
    let (mut weight, mut parameters) = (1000, 0);
    for parameter in pieces {
        let (name, value) = split_at(parameter, b'=')?;
        if names(name, "q") {
            weight = thousandths(value)?;
            // What follows is no parameter of the type (RFC 7231 §5.3.2, `accept-ext`).
            break;
        }
        let value = value
            .strip_prefix(b"\"")
            .and_then(|value| value.strip_suffix(b"\""))
            .unwrap_or(value);
        let is_same = |(own, set): &(&str, &str)| names(name, own) && names(value, set);
        if !media_type.parameters.iter().any(is_same) {
            return None;
        }
        parameters += 1;
    }
    match parameters {
        0 => Some((closeness, weight)),
        _ => Some((Closeness::Parameters(parameters), weight)),
    }
}

/// From the least to the most specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Any,
    Kind,
    Type,
    Parameters(usize),
}

/// `weight` (RFC 9110 §12.4.2): at most three digits after the point, at most 1.
fn thousandths(value: &[u8]) -> Option<u16> {
    let (whole, digits) = match value {
        [whole] => (whole, &[][..]),
        [whole, b'.', digits @ ..] if digits.len() <= 3 => (whole, digits),
        _ => return None,
    };
    let digit = |at: usize| match digits.get(at) {
        None => Some(0),
        Some(digit) => digit.is_ascii_digit().then(|| u16::from(digit - b'0')),
    };
    let thousandths = digit(0)? * 100 + digit(1)? * 10 + digit(2)?;
    match (whole, thousandths) {
        (b'0', thousandths) => Some(thousandths),
        (b'1', 0) => Some(1000),
        _ => None,
    }
}

fn is_token(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|&byte| is_tchar(byte))
}

fn split_at(piece: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(separator, piece)?;
    Some((&piece[..at], &piece[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights() {
        for (value, html, json) in [
            ("", 0, 0),
            ("*/*", 1000, 1000),
            ("text/html", 1000, 0),
            ("TEXT/HTML", 1000, 0),
            ("text/*", 1000, 0),
            ("application/*;q=0.5", 0, 500),
            // RFC 9110 §12.5.1
            (
                "text/*;q=0.3, text/plain;q=0.7, text/html, */*;q=0.5",
                1000,
                500,
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
                1000,
                800,
            ),
            ("*/*, text/html;q=0", 0, 1000),
            ("text/html;q=0.1, text/*;q=0.9", 100, 0),
            ("text/html;level=1", 0, 0),
            ("text/html;level=1, */*;q=0.1", 100, 100),
            ("text/html;q=0.2, text/html;charset=\"UTF-8\";q=0.7", 700, 0),
            ("text/html;charset=utf-8;q=0, */*", 0, 1000),
            ("text/html ; q=0.25\t,application/json;Q=1.000", 250, 1000),
            (
                "text/html;q=1.001, text/html;q=.5, text/html;q=0.1234",
                0,
                0,
            ),
            ("text/html;q=, text/html;q=2, text/html;q", 0, 0),
            ("x/y;a=\",text/html\", application/json;q=0.001", 0, 1),
            ("x/y;a=\"\\\",text/html\"", 0, 0),
            ("*/html, */, /html, text, ;, ,", 0, 0),
            ("text/html;q=0.5;ext=1", 500, 0),
            ("text/html;", 1000, 0),
        ] {
            let weigh = |media_type| {
                let ranges = list::members(value.as_bytes());
                weight(ranges.filter_map(|range| matched(range, media_type)).max())
            };
            assert_eq!((weigh(HTML), weigh(JSON)), (html, json), "{value}");
        }
    }

    #[test]
    fn preferences() {
        for (values, expected) in [
            (&[][..], false),
            (&["*/*"], false),
            (&["text/html, application/json"], false),
            (&["application/json;q=0.9", "text/html"], true),
            (&["text/html;q=0.001"], true),
        ] {
            let values = values.iter().map(|value| value.as_bytes());
            assert_eq!(
                prefers(values.clone(), HTML, JSON),
                expected,
                "{:?}",
                values.collect::<Vec<_>>()
            );
        }
    }
}
