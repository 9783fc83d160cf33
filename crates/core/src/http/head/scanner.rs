//! The end of a head in a growing buffer, and the limits of a head.

use std::ops::Range;

use super::line_length;
use crate::http::Malformed;
use crate::http::request_line::{self, Version};

/// Limits of a head. The defaults are the reference's (reference §8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadLimits {
    /// Bytes of the request line with its line terminator; a longer line is answered with 414.
    pub request_line: usize,
    /// Bytes of a field line with its line terminator; a longer line is answered with 431.
    pub field_line: usize,
    /// Number of field lines, plus one for the empty line at the end; more are answered with 431.
    pub field_lines: usize,
    /// Bytes of the whole head, from the request line to the empty line; a larger one is answered with
    /// 431.
    pub head: usize,
}

/// Sixteen lines of the largest size. The reference has no such limit, and would hold 32 MiB.
const MAX_HEAD: usize = 1 << 20;

impl Default for HeadLimits {
    fn default() -> Self {
        Self {
            request_line: 65_536,
            field_line: 65_536,
            field_lines: 512,
            head: MAX_HEAD,
        }
    }
}

/// How much of a head is in a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The whole head, in this range of the buffer. The empty lines before it are ignored (RFC 9112
    /// §2.2).
    Whole(Range<usize>),
    /// The whole request line of an HTTP/0.9 request, which may be all that the client sends.
    SimpleSoFar,
    /// More bytes are needed.
    Partial,
}

/// Finds the end of a head, looking at each byte once.
#[derive(Debug, Default)]
pub struct Scanner {
    /// Offset of the head, after empty lines.
    start: usize,
    /// Offset of the current line.
    line: usize,
    /// There is no LF between `line` and here. `line <= scanned`
    scanned: usize,
    /// Complete lines of the head.
    lines: usize,
    request_line: RequestLineState,
}

/// What is known about the request line before the head is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RequestLineState {
    /// Not parsed: most heads arrive whole, and [`Head::parse`] parses their request line.
    #[default]
    Unparsed,
    /// An HTTP/0.9 request line, which fields may not follow.
    Simple,
    /// A request line with a version, which a header section follows.
    Versioned,
}

impl Scanner {
    /// Scans the bytes that were added to `buffer` since the last call. If there are several errors, the
    /// result does not depend on how the head was split: errors of the request line come first.
    ///
    /// # Errors
    /// [`Malformed::NotHttp`], the errors of [`request_line::parse`], and those of the three limits.
    pub fn scan(&mut self, buffer: &[u8], limits: &HeadLimits) -> Result<Progress, Malformed> {
        loop {
            if self.lines == 0
                && let Some(&first) = buffer.get(self.line)
                && first.is_ascii_control()
                && !request_line::is_separator(first)
            {
                return Err(Malformed::NotHttp);
            }
            let end = memchr::memchr(b'\n', &buffer[self.scanned..]);
            self.scanned = end.map_or(buffer.len(), |at| self.scanned + at + 1);
            let length = self.scanned - self.line;
            let exceeded = match self.lines {
                0 => (length > limits.request_line).then_some(Malformed::RequestLineTooLong),
                lines if lines > limits.field_lines => Some(Malformed::TooManyFields),
                _ => {
                    // The limit that its bytes reach first, however they arrive.
                    let line_end = self.line.saturating_add(limits.field_line);
                    let head_end = self.start.saturating_add(limits.head);
                    match self.scanned {
                        scanned if scanned <= line_end.min(head_end) => None,
                        _ if line_end <= head_end => Some(Malformed::FieldTooLong),
                        _ => Some(Malformed::HeadTooLong),
                    }
                }
            };
            if let Some(error) = exceeded {
                self.parse_request_line(buffer)?;
                return Err(error);
            }
            if end.is_none() {
                return self.partial(buffer);
            }
            let line = &buffer[self.line..self.scanned];
            let is_empty = matches!(line, b"\n" | b"\r\n");
            self.line = self.scanned;
            match (is_empty, self.lines) {
                (true, 0) => self.start = self.line,
                (true, _) => return Ok(Progress::Whole(self.start..self.line)),
                (false, _) => self.lines += 1,
            }
        }
    }

    /// Bytes of the empty lines before the head.
    pub fn empty_lines(&self) -> usize {
        self.start
    }

    /// Drops the empty lines before the head and returns their bytes, which the caller must remove from
    /// the buffer.
    pub fn skip_empty_lines(&mut self) -> usize {
        let skipped = std::mem::take(&mut self.start);
        self.line -= skipped;
        self.scanned -= skipped;
        skipped
    }

    /// The result for an incomplete head. Parses the request line early, because a client of another
    /// protocol may wait for an answer to its first line: SMTP and SSH clients do.
    fn partial(&mut self, buffer: &[u8]) -> Result<Progress, Malformed> {
        self.parse_request_line(buffer)?;
        Ok(match (self.lines, self.request_line) {
            (1, RequestLineState::Simple) => Progress::SimpleSoFar,
            _ => Progress::Partial,
        })
    }

    /// Parses the request line, once it is complete.
    fn parse_request_line(&mut self, buffer: &[u8]) -> Result<(), Malformed> {
        if self.lines > 0 && self.request_line == RequestLineState::Unparsed {
            let head = &buffer[self.start..];
            let line = request_line::parse(&head[..line_length(head)])?;
            self.request_line = if line.version == Version::SIMPLE {
                RequestLineState::Simple
            } else {
                RequestLineState::Versioned
            };
        }
        Ok(())
    }

    /// The head when the input has ended, which counts as the empty line. `None` if no request line has
    /// begun.
    pub fn finish(&self, buffer: &[u8]) -> Option<Range<usize>> {
        (self.start < buffer.len()).then_some(self.start..buffer.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scans the buffer whole, byte by byte, and with bytes after the end.
    fn scan(buffer: &[u8]) -> Result<Progress, Malformed> {
        let limits = HeadLimits::default();
        let whole = Scanner::default().scan(buffer, &limits);
        let mut scanner = Scanner::default();
        let mut stepwise = Ok(Progress::Partial);
        for end in 0..=buffer.len() {
            stepwise = scanner.scan(&buffer[..end], &limits);
            if end < buffer.len()
                && !matches!(stepwise, Ok(Progress::Partial | Progress::SimpleSoFar))
            {
                break;
            }
        }
        assert_eq!(
            whole,
            stepwise,
            "byte by byte: {:?}",
            buffer.escape_ascii().to_string()
        );
        if let Ok(Progress::Whole(_)) = whole {
            let followed = [buffer, b"\r\nmore\r\n"].concat();
            assert_eq!(whole, Scanner::default().scan(&followed, &limits));
        }
        whole
    }

    #[test]
    fn the_end_of_a_head() {
        for (buffer, progress) in [
            ("", Progress::Partial),
            ("GET / HTTP/1.1\r\n", Progress::Partial),
            ("GET / HTTP/1.1\r\nA: b\r\n\r", Progress::Partial),
            ("GET / HTTP/1.1\r\n\r\n", Progress::Whole(0..18)),
            ("GET / HTTP/1.1\n\n", Progress::Whole(0..16)),
            ("\r\n\nGET / HTTP/1.1\r\n\r\n", Progress::Whole(3..21)),
            ("GET /\r\n", Progress::SimpleSoFar),
            ("GET /\r\nA: b", Progress::SimpleSoFar),
            ("GET /\r\nA: b\r\n", Progress::Partial),
            ("GET / HTTP/1.1\r\nA", Progress::Partial),
            ("GET /\r\n\r\n", Progress::Whole(0..9)),
        ] {
            assert_eq!(scan(buffer.as_bytes()), Ok(progress), "{buffer:?}");
        }
        assert_eq!(scan(b"\x16\x03\x01\x02\x00"), Err(Malformed::NotHttp));
        assert_eq!(scan(b"\r\n\0"), Err(Malformed::NotHttp));
        let greeting = Malformed::RequestLine(b"EHLO a".to_vec());
        assert_eq!(scan(b"EHLO a\r\n"), Err(greeting));
    }

    #[test]
    fn limits() {
        let limits = HeadLimits {
            request_line: 18,
            field_line: 8,
            field_lines: 3,
            head: 24,
        };
        let scan = |text: &str| Scanner::default().scan(text.as_bytes(), &limits);
        assert_eq!(scan("GET /aa HTTP/1.1\r\n"), Ok(Progress::Partial));
        assert_eq!(
            scan("GET /aaa HTTP/1.1\r\n"),
            Err(Malformed::RequestLineTooLong)
        );
        assert_eq!(
            scan("GET /aaaaaaaaaaaaaa"),
            Err(Malformed::RequestLineTooLong)
        );
        assert_eq!(scan("GET /\r\nA: 345\r\n"), Ok(Progress::Partial));
        assert_eq!(scan("GET /\r\nA: 3456\r\n"), Err(Malformed::FieldTooLong));
        assert_eq!(scan("G /\r\na:\r\nb:\r\n\r\n"), Ok(Progress::Whole(0..15)));
        assert_eq!(
            scan("GET /\r\na:\r\nb:\r\nc:\r\n\r\n"),
            Err(Malformed::TooManyFields)
        );
    }

    #[test]
    fn the_first_error_does_not_depend_on_the_pieces() {
        let limits = HeadLimits {
            request_line: 18,
            field_line: 8,
            field_lines: 2,
            head: 24,
        };
        let greeting = || Malformed::RequestLine(b"EHLO a".to_vec());
        let long = "G / HTTP/1.1\n";
        for (text, error) in [
            ("EHLO a\r\nA: 345678\r\n", greeting()),
            ("EHLO a\r\na:\r\nb:\r\nc:\r\n", greeting()),
            (
                "G / HTTP/1.1\na:\nb:\nA: 345678\n",
                Malformed::TooManyFields,
            ),
            (&format!("{long}A: 3456\nB: 3456\n"), Malformed::HeadTooLong),
            (&format!("{long}A: 3\nB: 345678\n"), Malformed::HeadTooLong),
            (&format!("{long}\r\r\nB: 345678\n"), Malformed::FieldTooLong),
        ] {
            let whole = Scanner::default().scan(text.as_bytes(), &limits);
            let mut scanner = Scanner::default();
            let mut buffers = (0..=text.len()).map(|end| &text.as_bytes()[..end]);
            let stepwise = buffers.find_map(|buffer| scanner.scan(buffer, &limits).err());
            assert_eq!(
                (whole, stepwise),
                (Err(error.clone()), Some(error)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn empty_lines_can_be_skipped_at_any_time() {
        let mut scanner = Scanner::default();
        let limits = HeadLimits::default();
        assert_eq!(scanner.scan(b"\r\n\r\nGET", &limits), Ok(Progress::Partial));
        assert_eq!(scanner.skip_empty_lines(), 4);
        assert_eq!(scanner.skip_empty_lines(), 0);
        assert_eq!(
            scanner.scan(b"GET /\n\n", &limits),
            Ok(Progress::Whole(0..7))
        );
    }

    #[test]
    fn the_end_of_input_ends_the_head() {
        for (buffer, head) in [("", None), ("\r\n", None), ("GET / H", Some(0..7))] {
            let mut scanner = Scanner::default();
            scanner
                .scan(buffer.as_bytes(), &HeadLimits::default())
                .unwrap();
            assert_eq!(scanner.finish(buffer.as_bytes()), head);
        }
    }
}
