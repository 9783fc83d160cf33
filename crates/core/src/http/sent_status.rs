//! The status of a response, found in the bytes that a handler sends as they are: that of the first status line
//! of a final response (RFC 9112 §4), or of an interim response if no other follows. Bytes may come in any
//! pieces, and need not be HTTP.

/// Bytes of a status line that are looked at: enough for the version, spaces and the status.
const LOOKED_AT: usize = 32;

/// Looks for the status in bytes that are sent.
#[derive(Debug, Default)]
pub struct SentStatus {
    state: State,
    /// The beginning of the current line. `line.len() <= LOOKED_AT`
    line: Vec<u8>,
    found: Option<u16>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    StatusLine,
    /// In the field lines of an interim response.
    InterimFields,
    /// What follows changes nothing.
    Done,
}

impl SentStatus {
    /// Looks at the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.state == State::Done {
                return;
            }
            match byte {
                b'\n' => self.end_line(),
                byte if self.line.len() < LOOKED_AT => self.line.push(byte),
                // Content of another kind may have no end of a line.
                _ if self.state == State::StatusLine => self.state = self.take_status(),
                _ => {}
            }
        }
    }

    /// The status, as far as it has been sent.
    pub fn status(&self) -> Option<u16> {
        match self.state {
            State::StatusLine => parse(&self.line).or(self.found),
            State::InterimFields | State::Done => self.found,
        }
    }

    /// The status, once no bytes that follow can change it.
    pub fn settled(&self) -> Option<u16> {
        match self.state {
            State::StatusLine | State::InterimFields => None,
            State::Done => self.found,
        }
    }

    fn end_line(&mut self) {
        let is_empty = matches!(self.line.as_slice(), b"" | b"\r");
        self.state = match self.state {
            // Clients skip empty lines before a response.
            State::StatusLine if is_empty => State::StatusLine,
            State::StatusLine => self.take_status(),
            State::InterimFields if is_empty => State::StatusLine,
            other => other,
        };
        self.line.clear();
    }

    fn take_status(&mut self) -> State {
        let status = parse(&self.line);
        self.found = status.or(self.found);
        match status {
            // A switch of protocols is final for HTTP (RFC 9110 §15.2.2).
            Some(100 | 102..=199) => State::InterimFields,
            _ => State::Done,
        }
    }
}

/// The status in the beginning of a status line, with any number of spaces between its parts.
fn parse(line: &[u8]) -> Option<u16> {
    let version_and_rest = line.strip_prefix(b"HTTP/")?;
    let end = version_and_rest.iter().position(|&byte| byte == b' ')?;
    let (version, rest) = version_and_rest.split_at(end);
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !version.split(|&byte| byte == b'.').all(is_number) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let (status, after) = rest.split_at_checked(3)?;
    let is_end = matches!(after.first(), None | Some(b' ' | b'\t' | b'\r'));
    if !is_end || !is_number(status) {
        return None;
    }
    std::str::from_utf8(status).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_status_line_of_a_final_response() {
        for (sent, status) in [
            (
                "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 404 Not Found\r\n",
                Some(200),
            ),
            ("HTTP/1.0 302\n\n", Some(302)),
            ("HTTP/1.1  599   Odd\r\n", Some(599)),
            ("\r\nHTTP/1.1 204 No Content\r\n", Some(204)),
            (
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n",
                Some(200),
            ),
            ("HTTP/1.1 100 Continue\r\n\r\n", Some(100)),
            ("HTTP/1.1 103 Early Hints\r\n\r\nnonsense\r\n", Some(103)),
            (
                "HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n",
                Some(101),
            ),
            ("HTTP/3 200 \r\n", Some(200)),
            // As far as it was sent.
            ("HTTP/1.1 200", Some(200)),
            ("HTTP/1.1 20", None),
            ("", None),
            // A status line that is malformed; what follows is no status line.
            ("HTTP/1.1 2OO OK\r\nHTTP/1.1 200 OK\r\n", None),
            ("HTTP/1.1 2000 OK\r\n", None),
            ("HTTP/1.x 200 OK\r\n", None),
            ("HTTP/ 200 OK\r\n", None),
            ("HTTP/1.1\r\n", None),
            ("220 mail.test\r\nHTTP/1.1 200 OK\r\n", None),
        ] {
            let mut whole = SentStatus::default();
            whole.push(sent.as_bytes());
            assert_eq!(whole.status(), status, "{sent:?}");
            let mut pieces = SentStatus::default();
            sent.bytes().for_each(|byte| pieces.push(&[byte]));
            assert_eq!(pieces.status(), status, "{sent:?} byte by byte");
            if let Some(settled) = whole.settled() {
                assert_eq!(Some(settled), status, "{sent:?}");
                whole.push(b"\r\n\r\nHTTP/1.1 404 Not Found\r\n");
                assert_eq!(whole.status(), status, "{sent:?}, and more");
            }
        }
    }

    #[test]
    fn long_lines_take_no_memory() {
        let mut seen = SentStatus::default();
        seen.push(b"HTTP/1.1 200 ");
        seen.push(&[b'x'; 100_000]);
        assert_eq!((seen.status(), seen.line.len()), (Some(200), LOOKED_AT));
    }
}
