//! Reads the responses of a connection, as far as measuring needs them: the status, and where each one ends. Bytes
//! come in any pieces.

use std::mem::MaybeUninit;

use httparse::{ParserConfig, Response, Status};

use crate::http::chunked::Decoder;
use crate::http::list;

use super::persistence;

/// The most field lines of a response that is understood.
const MAX_FIELDS: usize = 128;

/// The longest head in bytes; a longer one is not HTTP.
const MAX_HEAD: usize = 256 * 1024;

/// Reads one response after the other.
#[derive(Debug, Default)]
pub struct Answer {
    state: State,
    /// The head as far as it has arrived, if not all of it came at once.
    head: Vec<u8>,
    decoded: Vec<u8>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Head,
    Body(Whole, Rest),
}

/// What ends the content.
#[derive(Debug)]
enum Rest {
    Length(u64),
    Chunks(Box<Decoder>),
    End,
}

/// What follows a head; `None` after an interim response, which another head follows.
type Found = Option<(Whole, Rest)>;

/// A response that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its status.
    pub status: u16,
    /// Whether the server closes the connection after it.
    pub closes: bool,
}

/// What has arrived so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More of the response must arrive.
    Partial,
    /// All of it.
    Whole(Whole),
}

impl Answer {
    /// Takes bytes that have arrived. `to_head`: whether the request was HEAD, so that no content follows.
    ///
    /// # Errors
    /// What was found instead of a response.
    pub fn read(&mut self, mut bytes: &[u8], to_head: bool) -> Result<Progress, &'static str> {
        loop {
            match &mut self.state {
                State::Head => {
                    let Some((after, found)) = self.read_head(bytes, to_head)? else {
                        return Ok(Progress::Partial);
                    };
                    bytes = after;
                    if let Some((whole, rest)) = found {
                        self.state = State::Body(whole, rest);
                    }
                }
                State::Body(whole, rest) => {
                    let left = match rest {
                        Rest::Length(left) => {
                            let taken = bytes
                                .len()
                                .min(usize::try_from(*left).unwrap_or(usize::MAX));
                            *left -= taken as u64;
                            bytes = &bytes[taken..];
                            *left > 0
                        }
                        Rest::Chunks(decoder) => {
                            self.decoded.clear();
                            let taken = decoder.decode(bytes, &mut self.decoded);
                            bytes = &bytes[taken.map_err(|_| "a malformed chunk")?..];
                            !decoder.is_done()
                        }
                        Rest::End => true,
                    };
                    if left {
                        return Ok(Progress::Partial);
                    }
                    let whole = *whole;
                    self.state = State::Head;
                    return match bytes {
                        [] => Ok(Progress::Whole(whole)),
                        _ if whole.closes => Ok(Progress::Whole(whole)),
                        _ => Err("bytes after the end of the response"),
                    };
                }
            }
        }
    }

    /// The connection has ended. That is also the end of a response without a length.
    pub fn end(&mut self) -> Option<Whole> {
        match std::mem::take(&mut self.state) {
            State::Body(whole, Rest::End) => Some(whole),
            _ => None,
        }
    }

    /// Whether nothing of a response has arrived.
    pub fn is_untouched(&self) -> bool {
        matches!(self.state, State::Head) && self.head.is_empty()
    }

    /// The bytes after the head, and what they are; `None` if the head is not complete.
    fn read_head<'b>(
        &mut self,
        bytes: &'b [u8],
        to_head: bool,
    ) -> Result<Option<(&'b [u8], Found)>, &'static str> {
        let before = self.head.len();
        let parsed = if before == 0 {
            parse(bytes, to_head)?
        } else {
            self.head.extend_from_slice(bytes);
            parse(&self.head, to_head)?
        };
        match parsed {
            Some((length, found)) => {
                self.head.clear();
                Ok(Some((&bytes[length - before..], found)))
            }
            None => {
                if before == 0 {
                    self.head.extend_from_slice(bytes);
                }
                match self.head.len() {
                    0..=MAX_HEAD => Ok(None),
                    _ => Err("a head without an end"),
                }
            }
        }
    }
}

/// The length of the head, and what follows it; `None` if it is not complete.
fn parse(bytes: &[u8], to_head: bool) -> Result<Option<(usize, Found)>, &'static str> {
    let mut fields = [MaybeUninit::uninit(); MAX_FIELDS];
    let mut response = Response::new(&mut []);
    let config = ParserConfig::default();
    let parsed = config.parse_response_with_uninit_headers(&mut response, bytes, &mut fields);
    let length = match parsed {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(_) => return Err("a malformed head"),
    };
    let status = response.code.unwrap_or(0);
    if (100..200).contains(&status) && status != 101 {
        return Ok(Some((length, None)));
    }
    let (mut counted, mut chunked) = (None, false);
    for field in response.headers.iter() {
        let is = |name| field.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            let number = str::from_utf8(field.value).ok();
            let number = number.and_then(|number| number.trim().parse::<u64>().ok());
            counted = Some(number.ok_or("a malformed Content-Length")?);
        } else if is("transfer-encoding") {
            chunked = list::contains([field.value], "chunked");
        }
    }
    let rest = match counted {
        _ if to_head || matches!(status, 204 | 304) => Rest::Length(0),
        _ if chunked => Rest::Chunks(Box::default()),
        Some(length) => Rest::Length(length),
        None => Rest::End,
    };
    let closes =
        persistence::closes(response.version, response.headers) || matches!(rest, Rest::End);
    Ok(Some((length, Some((Whole { status, closes }, rest)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The progress after each of the pieces, up to the first that is more than partial.
    fn read(pieces: &[&[u8]], to_head: bool) -> (Answer, Result<Progress, &'static str>) {
        let mut answer = Answer::default();
        for piece in pieces {
            match answer.read(piece, to_head) {
                Ok(Progress::Partial) => {}
                progress => return (answer, progress),
            }
        }
        (answer, Ok(Progress::Partial))
    }

    const KEPT: Progress = Progress::Whole(Whole {
        status: 200,
        closes: false,
    });

    #[test]
    fn a_response_ends_where_its_framing_says() {
        for (response, to_head) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                false,
            ),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
                false,
            ),
        ] {
            let bytes = response.as_bytes();
            let (answer, progress) = read(&[bytes], to_head);
            assert_eq!(progress, Ok(KEPT), "{response}");
            assert!(answer.is_untouched());
            let single: Vec<_> = bytes.chunks(1).collect();
            assert_eq!(read(&single, to_head).1, Ok(KEPT), "{response}");
            let (_, partial) = read(&single[..single.len() - 1], to_head);
            assert_eq!(partial, Ok(Progress::Partial), "{response}");
        }
    }

    #[test]
    fn a_response_without_a_length_ends_with_its_connection() {
        let (mut answer, progress) = read(&[b"HTTP/1.1 500 No\r\n\r\n", b"some", b"more"], false);
        assert_eq!(progress, Ok(Progress::Partial));
        let whole = Whole {
            status: 500,
            closes: true,
        };
        assert_eq!(answer.end(), Some(whole));
        assert_eq!(answer.end(), None);
        let (mut answer, _) = read(
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"],
            false,
        );
        assert_eq!(answer.end(), None);
    }

    #[test]
    fn whether_the_connection_is_kept() {
        for (head, closes) in [
            ("HTTP/1.1 200 OK\r\nConnection: close\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: a, Close\r\n", true),
            ("HTTP/1.0 200 OK\r\n", true),
            ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", false),
            ("HTTP/1.1 200 OK\r\nConnection: close, keep-alive\r\n", true),
            ("HTTP/1.1 200 OK\r\n", false),
        ] {
            let response = format!("{head}Content-Length: 0\r\n\r\n");
            let whole = Whole {
                status: 200,
                closes,
            };
            let (_, progress) = read(&[response.as_bytes()], false);
            assert_eq!(progress, Ok(Progress::Whole(whole)), "{head}");
        }
    }

    #[test]
    fn what_is_no_response_is_named() {
        for (bytes, found) in [
            (&b"hello, who are you?\r\n\r\n"[..], "a malformed head"),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "a malformed Content-Length",
            ),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx",
                "a malformed chunk",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
                "bytes after the end of the response",
            ),
        ] {
            assert_eq!(read(&[bytes], false).1, Err(found));
        }
    }
}
