//! The head of a response as it came over the wire, and how its content is framed, for the suite as a client of a
//! proxy. It decides as RFC 9112 §6.3 says, and reports what is malformed instead of mending it.

use wireserve_core::http::list;
use wireserve_core::text::latin1;

/// The most bytes of a head that are read from a proxy.
const MAX_HEAD: usize = 64 * 1024 * 1024;

/// The head of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseHead {
    /// As received, with the empty line.
    pub bytes: Vec<u8>,
    pub version: String,
    pub status: u16,
    pub reason: String,
    /// In order; values without white space around them.
    pub fields: Vec<(String, String)>,
}

/// How content ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    None,
    Length(u64),
    Chunked,
    /// With the connection.
    Close,
}

/// The progress of reading a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// More bytes are needed.
    Partial,
    Head(ResponseHead),
    /// What is wrong.
    Malformed(String),
}

impl ResponseHead {
    /// Reads the head that these bytes begin with.
    pub fn read(bytes: &[u8]) -> Read {
        let Some(end) = end_of_head(bytes) else {
            return match bytes.len() > MAX_HEAD || !could_begin(bytes) {
                true => Read::Malformed(format!(
                    "expected a status line, found \"{}\"",
                    first_line(bytes)
                )),
                false => Read::Partial,
            };
        };
        let head = &bytes[..end];
        let mut lines = head.split(|&byte| byte == b'\n').map(without_cr);
        let line = lines.next().unwrap_or_default();
        let Some((version, status, reason)) = status_line(line) else {
            return Read::Malformed(format!(
                "expected a status line, found \"{}\"",
                first_line(bytes)
            ));
        };
        let fields = lines.filter(|line| !line.is_empty()).map(|line| {
            let colon = memchr::memchr(b':', line).unwrap_or(line.len());
            let value = line.get(colon + 1..).unwrap_or_default();
            (text(&line[..colon]), text(list::trim(value)))
        });
        Read::Head(Self {
            bytes: head.to_vec(),
            version,
            status,
            reason,
            fields: fields.collect(),
        })
    }

    /// The values of a field.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.fields.iter();
        own.filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }

    /// How the content of the response to this method ends.
    ///
    /// # Errors
    /// What is wrong with the framing.
    pub fn framing(&self, method: &str) -> Result<Framing, String> {
        let has_none = method == "HEAD"
            || matches!(self.status, 100..=199 | 204 | 304)
            || method == "CONNECT" && (200..300).contains(&self.status);
        if has_none {
            return Ok(Framing::None);
        }
        let codings: Vec<_> = self.members("Transfer-Encoding").collect();
        let lengths: Vec<_> = self.members("Content-Length").collect();
        if let Some(last) = codings.last() {
            if !lengths.is_empty() {
                return Err("it has both Transfer-Encoding and Content-Length".to_owned());
            }
            return Ok(match last.eq_ignore_ascii_case("chunked") {
                true => Framing::Chunked,
                false => Framing::Close,
            });
        }
        let Some(first) = lengths.first() else {
            return Ok(Framing::Close);
        };
        let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        match first.parse() {
            Ok(length) if is_number && lengths.iter().all(|other| other == first) => {
                Ok(Framing::Length(length))
            }
            _ => Err(format!("its Content-Length is \"{}\"", lengths.join(", "))),
        }
    }

    /// Whether the connection may be used again after the response.
    pub fn keeps_connection(&self) -> bool {
        let mut options = self.members("Connection");
        match self.version.as_str() {
            "HTTP/1.1" => !options.any(|option| option.eq_ignore_ascii_case("close")),
            _ => options.any(|option| option.eq_ignore_ascii_case("keep-alive")),
        }
    }

    fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.values(name);
        values.flat_map(|value| value.split(',')).map(str::trim)
    }
}

/// Where the head ends, after its empty line.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'\n', &bytes[from..]) {
        let next = from + at + 1;
        match &bytes[next..] {
            [b'\n', ..] => return Some(next + 1),
            [b'\r', b'\n', ..] => return Some(next + 2),
            _ => from = next,
        }
    }
    None
}

/// Whether these bytes may be the beginning of a status line.
fn could_begin(bytes: &[u8]) -> bool {
    let known = b"HTTP/";
    let length = bytes.len().min(known.len());
    bytes[..length] == known[..length]
}

/// `HTTP/1.1 200 OK` taken apart.
fn status_line(line: &[u8]) -> Option<(String, u16, String)> {
    let line = text(line);
    let (version, rest) = line.split_once(' ')?;
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_code = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    let is_version = version.starts_with("HTTP/") && version.len() == 8;
    if !is_code || !is_version {
        return None;
    }
    Some((version.to_owned(), status.parse().ok()?, reason.to_owned()))
}

fn first_line(bytes: &[u8]) -> String {
    const SHOWN: usize = 60;
    let line = bytes
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let line = without_cr(line);
    line[..line.len().min(SHOWN)].escape_ascii().to_string()
}

fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn text(bytes: &[u8]) -> String {
    latin1::decode(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> ResponseHead {
        match ResponseHead::read(text.as_bytes()) {
            Read::Head(head) => head,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let whole = b"HTTP/1.1 200 Fine\r\nA: b \r\na:c\r\n\r\nrest";
        for length in 0..whole.len() - 4 {
            assert_eq!(
                ResponseHead::read(&whole[..length]),
                Read::Partial,
                "{length}"
            );
        }
        let read = head(std::str::from_utf8(whole).unwrap());
        assert_eq!((read.status, read.reason.as_str()), (200, "Fine"));
        assert_eq!(read.values("a").collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(read.bytes.len(), whole.len() - 4);
        for text in [
            "HELLO",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1 200 OK\r\n\r\n",
            "\r\n",
        ] {
            let read = ResponseHead::read(text.as_bytes());
            assert!(matches!(read, Read::Malformed(_)), "{text}: {read:?}");
        }
    }

    #[test]
    fn framing_of_responses() {
        for (method, text, framing) in [
            ("HEAD", "200 OK\r\nContent-Length: 5", Some(Framing::None)),
            ("GET", "204 No\r\nContent-Length: 5", Some(Framing::None)),
            (
                "CONNECT",
                "200 OK\r\nContent-Length: 5",
                Some(Framing::None),
            ),
            (
                "CONNECT",
                "403 No\r\nContent-Length: 5",
                Some(Framing::Length(5)),
            ),
            (
                "GET",
                "200 OK\r\nContent-Length: 5, 5",
                Some(Framing::Length(5)),
            ),
            (
                "GET",
                "200 OK\r\nTransfer-Encoding: gzip, Chunked",
                Some(Framing::Chunked),
            ),
            (
                "GET",
                "200 OK\r\nTransfer-Encoding: gzip",
                Some(Framing::Close),
            ),
            ("GET", "200 OK", Some(Framing::Close)),
            ("GET", "200 OK\r\nContent-Length: +5", None),
            (
                "GET",
                "200 OK\r\nContent-Length: 5\r\nContent-Length: 6",
                None,
            ),
            (
                "GET",
                "200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
                None,
            ),
        ] {
            let head = head(&format!("HTTP/1.1 {text}\r\n\r\n"));
            assert_eq!(head.framing(method).ok(), framing, "{method} {text}");
        }
    }

    #[test]
    fn connections_that_may_be_used_again() {
        for (text, keeps) in [
            ("HTTP/1.1 200 OK", true),
            ("HTTP/1.1 200 OK\r\nConnection: x, Close", false),
            ("HTTP/1.0 200 OK", false),
            ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive", true),
        ] {
            assert_eq!(head(&format!("{text}\r\n\r\n")).keeps_connection(), keeps);
        }
    }
}
