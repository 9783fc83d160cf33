//! Chunked bodies (RFC 9112 §7.1), decoded from whatever pieces arrive. Strict: a size is hex digits
//! that fit 64 bits, and every line ends with CRLF, because a lenient reading here is a smuggled
//! request there. Extensions are skipped; trailers are kept as they came.

use super::Malformed;

/// Bytes of one chunk-size line, extensions included. A chunk is announced in 20 bytes; more than
/// this is an attack or a bug, and the body is refused.
pub const MAX_SIZE_LINE: usize = 16 * 1024;

/// Bytes of the whole trailer section. As long as one header line may be.
pub const MAX_TRAILERS: usize = 64 * 1024;

/// What the decoder expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Size {
        digits: usize,
    },
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// At the start of a trailer line.
    TrailerLine,
    Trailer,
    TrailerLf,
    LastLf,
    Done,
}

/// Decodes one body. Bytes behind its end are never consumed.
#[derive(Clone, Debug)]
pub struct Decoder {
    state: State,
    /// Of the chunk being read: its size while that is read, then what is left of its data.
    left: u64,
    line: usize,
    trailers: Vec<u8>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            state: State::Size { digits: 0 },
            left: 0,
            line: 0,
            trailers: Vec::new(),
        }
    }
}

impl Decoder {
    /// Consumes from the front of `input`, appends data to `out`, and says how many bytes it took:
    /// all of them, unless the body ended before.
    ///
    /// # Errors
    /// [`Malformed::Chunk`]; the decoder is of no use after it.
    pub fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<usize, Malformed> {
        let mut at = 0;
        while at < input.len() && self.state != State::Done {
            if self.state == State::Data {
                let take = usize::try_from(self.left)
                    .unwrap_or(usize::MAX)
                    .min(input.len() - at);
                out.extend_from_slice(&input[at..at + take]);
                at += take;
                self.left -= take as u64;
                if self.left == 0 {
                    self.state = State::DataCr;
                }
            } else {
                self.state = self.step(input[at])?;
                at += 1;
            }
        }
        Ok(at)
    }

    /// Whether the last chunk and the trailers have been read.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The trailer section's lines as they came, without the empty one that ends it.
    pub fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    fn step(&mut self, byte: u8) -> Result<State, Malformed> {
        self.line += 1;
        if self.line > MAX_SIZE_LINE && matches!(self.state, State::Size { .. } | State::Extension)
        {
            return Err(Malformed::Chunk("a chunk-size line is too long"));
        }
        match self.state {
            State::Size { digits } => self.size(digits, byte),
            State::Extension => match byte {
                b'\r' => Ok(State::SizeLf),
                b'\n' => Err(Malformed::Chunk("a bare LF in a chunk extension")),
                _ => Ok(State::Extension),
            },
            State::SizeLf => {
                expect(byte, b'\n', "no LF behind a chunk size")?;
                self.line = 0;
                Ok(if self.left == 0 {
                    State::TrailerLine
                } else {
                    State::Data
                })
            }
            State::DataCr => {
                expect(byte, b'\r', "no CRLF behind a chunk's data").map(|()| State::DataLf)
            }
            State::DataLf => {
                expect(byte, b'\n', "no CRLF behind a chunk's data")?;
                self.line = 0;
                Ok(State::Size { digits: 0 })
            }
            State::TrailerLine if byte == b'\r' => Ok(State::LastLf),
            State::TrailerLine | State::Trailer => self.trailer(byte),
            State::TrailerLf => {
                expect(byte, b'\n', "a bare CR in a trailer")?;
                self.trailers.extend_from_slice(b"\r\n");
                Ok(State::TrailerLine)
            }
            State::LastLf => expect(byte, b'\n', "no CRLF at the end").map(|()| State::Done),
            State::Data | State::Done => unreachable!("handled by decode"),
        }
    }

    fn size(&mut self, digits: usize, byte: u8) -> Result<State, Malformed> {
        match byte {
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => {
                let value = u64::from(char::from(byte).to_digit(16).unwrap_or(0));
                let left = self
                    .left
                    .checked_mul(16)
                    .and_then(|left| left.checked_add(value));
                self.left = left.ok_or(Malformed::Chunk("a chunk size beyond 64 bits"))?;
                Ok(State::Size { digits: digits + 1 })
            }
            _ if digits == 0 => Err(Malformed::Chunk("a chunk size without digits")),
            // Blanks before an extension or the line end are read as "bad whitespace" (§7.1.1).
            b';' | b' ' | b'\t' => Ok(State::Extension),
            b'\r' => Ok(State::SizeLf),
            _ => Err(Malformed::Chunk(
                "a chunk size that is no hexadecimal number",
            )),
        }
    }

    fn trailer(&mut self, byte: u8) -> Result<State, Malformed> {
        if self.trailers.len() >= MAX_TRAILERS {
            return Err(Malformed::Chunk("the trailers are too long"));
        }
        match byte {
            b'\r' => Ok(State::TrailerLf),
            b'\n' => Err(Malformed::Chunk("a bare LF in a trailer")),
            _ => {
                self.trailers.push(byte);
                Ok(State::Trailer)
            }
        }
    }
}

fn expect(byte: u8, wanted: u8, what: &'static str) -> Result<(), Malformed> {
    if byte == wanted {
        Ok(())
    } else {
        Err(Malformed::Chunk(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole, byte by byte, and with the next request behind it.
    fn decode(input: &[u8]) -> Result<(Vec<u8>, Vec<u8>, bool), Malformed> {
        let feed = |pieces: &[&[u8]]| {
            let mut decoder = Decoder::default();
            let mut out = Vec::new();
            let mut taken = 0;
            for piece in pieces {
                taken += decoder.decode(piece, &mut out)?;
            }
            Ok((out, decoder.trailers().to_vec(), decoder.is_done(), taken))
        };
        let whole = feed(&[input]);
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(whole, feed(&bytes));
        if let Ok((_, _, true, taken)) = &whole {
            assert_eq!(*taken, input.len());
            let followed = [input, b"GET / HTTP/1.1"].concat();
            assert_eq!(whole, feed(&[&followed]));
        }
        whole.map(|(out, trailers, done, _)| (out, trailers, done))
    }

    #[test]
    fn bodies() {
        for (input, data, trailers) in [
            ("0\r\n\r\n", "", ""),
            ("2\r\nab\r\n0\r\n\r\n", "ab", ""),
            (
                "2\r\nab\r\n00a\r\n0123456789\r\n000\r\n\r\n",
                "ab0123456789",
                "",
            ),
            ("A;x=\"y\"\r\n0123456789\r\n0 ;z\r\n\r\n", "0123456789", ""),
            (
                "1\r\n\r\r\n0\r\nX-T: v\r\nY:\r\n\r\n",
                "\r",
                "X-T: v\r\nY:\r\n",
            ),
        ] {
            let expected = (data.as_bytes().to_vec(), trailers.as_bytes().to_vec(), true);
            assert_eq!(decode(input.as_bytes()), Ok(expected), "{input:?}");
        }
    }

    #[test]
    fn what_is_no_body() {
        for input in [
            "\r\n",
            "x\r\n",
            "0x2\r\nab",
            "-1\r\n",
            "2\nab",
            "2;a\nab",
            "2\r\nabc\r\n",
            "2\r\nab\n",
            "2\r\nab0\r\n",
            "0\r\n\n",
            "0\r\nX\n",
            "10000000000000002\r\n",
            ";x\r\n",
            "0\r\nA\rB",
        ] {
            assert!(decode(input.as_bytes()).is_err(), "{input:?}");
        }
        let long = [b"1;".as_slice(), &[b'x'; MAX_SIZE_LINE]].concat();
        assert!(decode(&long).is_err());
        let trailers = [b"0\r\n".as_slice(), &[b'x'; MAX_TRAILERS + 1]].concat();
        assert!(decode(&trailers).is_err());
    }

    #[test]
    fn a_cut_body_is_not_done() {
        let whole = b"2\r\nab\r\n0\r\nA: b\r\n\r\n";
        for end in 0..whole.len() {
            assert!(!decode(&whole[..end]).unwrap().2, "{end}");
        }
    }
}
