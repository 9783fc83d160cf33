//! A strict parser of the responses on one connection, independent of the server's code. By RFC 9112, there must
//! be only complete responses, each with a length, with chunks, or ended by the connection.

use std::collections::HashSet;

/// Whether HEAD, whose responses have no content, may be among the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    /// No request is HEAD.
    WithoutHead,
    /// Any response may answer HEAD.
    Any,
}

/// The number of final responses; or the offset that no parse gets beyond.
pub(crate) fn count(bytes: &[u8], methods: Methods) -> Result<usize, usize> {
    let mut dead = HashSet::new();
    let mut furthest = 0;
    // Parses that are still possible: the offset that each has reached, and its number of responses.
    let mut open = vec![(0, 0)];
    while let Some((at, count)) = open.pop() {
        furthest = furthest.max(at);
        if at == bytes.len() {
            return Ok(count);
        }
        if !dead.insert(at) {
            continue;
        }
        let Some(head) = Head::read(&bytes[at..]) else {
            continue;
        };
        let body = at + head.length;
        if head.is_interim() {
            open.push((body, count));
            continue;
        }
        if methods == Methods::Any {
            open.push((body, count + 1));
        }
        if let Some(end) = head.content(&bytes[body..]) {
            open.push((body + end, count + 1));
        }
    }
    Err(furthest)
}

struct Head<'b> {
    length: usize,
    status: u16,
    fields: Vec<(&'b [u8], &'b [u8])>,
}

impl<'b> Head<'b> {
    /// Only CRLF ends a line, and every line is a field.
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
        let mut lines = bytes[..end].split(|&byte| byte == b'\n').map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            (!line.contains(&b'\r')).then_some(line)
        });
        let status = lines.next()??.strip_prefix(b"HTTP/1.1 ")?;
        let (code, reason) = status.split_at_checked(3)?;
        let is_code = code.iter().all(u8::is_ascii_digit) && reason.first() == Some(&b' ');
        let fields = lines.map(|line| {
            let line = line?;
            let colon = memchr::memchr(b':', line)?;
            let is_name = colon > 0 && !line[..colon].contains(&b' ');
            is_name.then(|| (&line[..colon], line[colon + 1..].trim_ascii()))
        });
        Some(Self {
            length: end + 4,
            status: std::str::from_utf8(code)
                .ok()?
                .parse()
                .ok()
                .filter(|_| is_code)?,
            fields: fields.collect::<Option<_>>()?,
        })
    }

    fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'b [u8]> {
        let fields = self.fields.iter();
        let named = fields.filter(move |(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
        named.map(|(_, value)| *value)
    }

    /// The length of the content in the bytes after the head.
    fn content(&self, bytes: &[u8]) -> Option<usize> {
        if matches!(self.status, 204 | 304) {
            return Some(0);
        }
        let codings: Vec<_> = self.values("Transfer-Encoding").collect();
        let lengths: Vec<_> = self.values("Content-Length").collect();
        match (&codings[..], &lengths[..]) {
            ([b"chunked"], []) => chunked(bytes),
            ([], [length]) => {
                let length = std::str::from_utf8(length).ok()?.parse().ok()?;
                (length <= bytes.len()).then_some(length)
            }
            ([], []) => Some(bytes.len()),
            _ => None,
        }
    }
}

fn chunked(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = memchr::memmem::find(&bytes[at..], b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        at += line + 2;
        let data = bytes.get(at..at.checked_add(size)?)?;
        at += data.len() + 2;
        if bytes.get(at - 2..at)? != b"\r\n" {
            return None;
        }
        if size == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_responses_and_nothing_else() {
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let chunked = "HTTP/1.1 404 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n";
        for (text, found) in [
            ("", Ok(0)),
            (ok, Ok(1)),
            (&format!("{ok}{chunked}{ok}"), Ok(3)),
            (&format!("HTTP/1.1 100 Continue\r\n\r\n{ok}"), Ok(1)),
            (
                "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 x\r\nETag: a\r\n\r\n",
                Ok(2),
            ),
            ("HTTP/1.1 200 OK\r\n\r\nto the end", Ok(1)),
            (&format!("{ok}x"), Err(40)),
            (&ok[..39], Err(0)),
            (&chunked[..chunked.len() - 1], Err(0)),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
                Err(0),
            ),
            ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", Err(0)),
            ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Err(0)),
            ("HTTP/1.0 200 OK\r\n\r\n", Err(0)),
        ] {
            assert_eq!(
                count(text.as_bytes(), Methods::WithoutHead),
                found,
                "{text:?}"
            );
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        let text = format!("{head}{ok}{head}");
        assert_eq!(count(text.as_bytes(), Methods::Any), Ok(3));
        assert_eq!(count(text.as_bytes(), Methods::WithoutHead), Err(40));
    }
}
