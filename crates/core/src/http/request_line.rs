//! The lenient parser for request lines that httparse refuses, by the reference's rules (reference
//! §8.5, §8.7.1): words separated by any ASCII whitespace, any method, any target, and HTTP/0.9
//! requests without a version. RFC 9112 §3 is stricter, but the clients of a test server may not be.

use std::ops::Range;

use super::Malformed;

/// The version of a request. Ordered as numbers, so `HTTP/1.10` is above `HTTP/1.9`.
///
/// ```
/// use wireserve::message::{Head, Version};
///
/// let head = Head::parse(b"GET /old\r\n".to_vec())?;
/// assert_eq!(head.version(), Version::SIMPLE);
/// assert!(Version::HTTP_10 < Version::HTTP_11);
/// # Ok::<(), wireserve::message::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The number before the dot.
    pub major: u32,
    /// The number after the dot.
    pub minor: u32,
}

impl Version {
    /// `GET /x` without a version (RFC 1945 §4.1, "simple request").
    ///
    /// See the example of [`Version`].
    pub const SIMPLE: Self = Self { major: 0, minor: 9 };
    /// HTTP/1.0.
    ///
    /// See the example of [`Version`].
    pub const HTTP_10: Self = Self { major: 1, minor: 0 };
    /// HTTP/1.1.
    ///
    /// See the example of [`Version`].
    pub const HTTP_11: Self = Self { major: 1, minor: 1 };
}

/// The parts of a request line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// The method: any bytes except whitespace.
    pub method: Range<usize>,
    /// The request target.
    pub target: Range<usize>,
    /// The version; [`Version::SIMPLE`] if the line has none.
    pub version: Version,
}

/// Parses a line, with or without its line terminator. Ranges index into `line`.
///
/// # Errors
/// [`Malformed::RequestLine`], [`Malformed::Version`] and [`Malformed::UnsupportedVersion`].
pub fn parse(line: &[u8]) -> Result<RequestLine, Malformed> {
    let words = words(line);
    let bad_line = || Malformed::RequestLine(trim_line_end(line).to_vec());
    let (method, target, version) = match words.as_slice() {
        [method, target] if line[method.clone()] == *b"GET" => (method, target, Version::SIMPLE),
        [method, target, version] => (method, target, parse_version(&line[version.clone()])?),
        [_, _, .., last] => {
            parse_version(&line[last.clone()])?;
            return Err(bad_line());
        }
        _ => return Err(bad_line()),
    };
    Ok(RequestLine {
        method: method.clone(),
        target: target.clone(),
        version,
    })
}

/// Whether a byte separates words: ASCII whitespace as in Python's `str.split`. The reference also
/// splits at 0x85 and 0xA0, which would cut UTF-8 targets in the middle of a character.
pub fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | 0x1c..=0x1f | b' ')
}

/// The words of a line.
pub fn words(line: &[u8]) -> Vec<Range<usize>> {
    let mut words = Vec::with_capacity(3);
    let mut at = 0;
    for run in line.chunk_by(|a, b| is_separator(*a) == is_separator(*b)) {
        if !is_separator(run[0]) {
            words.push(at..at + run.len());
        }
        at += run.len();
    }
    words
}

fn parse_version(word: &[u8]) -> Result<Version, Malformed> {
    let number = |digits: &[u8]| -> Option<u32> {
        // The reference refuses more than ten digits; ten may still exceed 32 bits.
        if digits.is_empty() || digits.len() > 10 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = std::str::from_utf8(digits).ok()?.parse::<u64>().ok()?;
        Some(u32::try_from(number).unwrap_or(u32::MAX))
    };
    let version = word.strip_prefix(b"HTTP/").and_then(|numbers| {
        let dot = numbers.iter().position(|&byte| byte == b'.')?;
        Some(Version {
            major: number(&numbers[..dot])?,
            minor: number(&numbers[dot + 1..])?,
        })
    });
    match version {
        Some(version) if version.major >= 2 => Err(Malformed::UnsupportedVersion(word.to_vec())),
        Some(version) => Ok(version),
        None => Err(Malformed::Version(word.to_vec())),
    }
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .rposition(|byte| !matches!(byte, b'\r' | b'\n'))
        .map_or(0, |last| last + 1);
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for (line, method, target, version) in [
            ("GET /x HTTP/1.1\r\n", "GET", "/x", Version::HTTP_11),
            ("get\t/x  HTTP/1.0\n", "get", "/x", Version::HTTP_10),
            ("  GET /x\u{b}HTTP/1.1", "GET", "/x", Version::HTTP_11),
            ("GET /\u{e0} HTTP/1.1", "GET", "/\u{e0}", Version::HTTP_11),
            ("GET /x\r\n", "GET", "/x", Version::SIMPLE),
            (
                "A!b {} HTTP/01.0002\r\n",
                "A!b",
                "{}",
                Version { major: 1, minor: 2 },
            ),
            ("GET /x HTTP/0.9\r\n", "GET", "/x", Version::SIMPLE),
        ] {
            let parsed = parse(line.as_bytes()).unwrap();
            assert_eq!(&line[parsed.method], method, "{line:?}");
            assert_eq!(&line[parsed.target], target, "{line:?}");
            assert_eq!(parsed.version, version, "{line:?}");
        }
    }

    #[test]
    fn refused() {
        use Malformed as M;
        for (line, malformed) in [
            ("GET\r\n", M::RequestLine(b"GET".to_vec())),
            ("", M::RequestLine(b"".to_vec())),
            ("POST /x\r\n", M::RequestLine(b"POST /x".to_vec())),
            (
                "GET /a b HTTP/1.1\r\n",
                M::RequestLine(b"GET /a b HTTP/1.1".to_vec()),
            ),
            ("GET /a b HTTP/11\r\n", M::Version(b"HTTP/11".to_vec())),
            ("GET /x HTTP/11\r\n", M::Version(b"HTTP/11".to_vec())),
            ("GET /x http/1.1\r\n", M::Version(b"http/1.1".to_vec())),
            ("GET /x HTTP/1.1.1\r\n", M::Version(b"HTTP/1.1.1".to_vec())),
            ("GET /x HTTP/+1.1\r\n", M::Version(b"HTTP/+1.1".to_vec())),
            (
                "GET /x HTTP/1.12345678901\r\n",
                M::Version(b"HTTP/1.12345678901".to_vec()),
            ),
            (
                "PRI * HTTP/2.0\r\n",
                M::UnsupportedVersion(b"HTTP/2.0".to_vec()),
            ),
        ] {
            assert_eq!(parse(line.as_bytes()), Err(malformed), "{line:?}");
        }
    }
}
