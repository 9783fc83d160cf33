//! The inbound half of a wire: one buffer, filled from the socket, emptied by heads and bodies in
//! turn. Bytes behind a head stay for the body, bytes behind a body for the next head, so pipelined
//! requests need nothing special.

use std::io::{self, Read};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use crate::http::Malformed;
use crate::http::head::{Limits, Progress, Scanner};
use crate::transcript::Tape;

/// Bytes asked from the socket at once. Most requests fit; larger bodies are read directly.
const READ_SIZE: usize = 16 * 1024;

/// How long to wait for header lines behind `GET /x` without a version. A client of HTTP/0.9 sends
/// none and waits for its answer; one that does send some sends them along.
const SIMPLE_REQUEST_GRACE: Duration = Duration::from_millis(250);

/// Bytes that have arrived and have not been taken yet.
#[derive(Debug, Default)]
pub struct Inbound {
    /// Grows to what is needed and stays so: making room anew for every read would zero it each time.
    buffer: Vec<u8>,
    /// What is before it has been taken. `taken <= filled`
    taken: usize,
    /// What is behind it has not arrived. `filled <= buffer.len()`
    filled: usize,
    end: End,
    /// What every read from the socket is told to.
    tape: Option<Arc<Tape>>,
}

/// Whether more bytes may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    #[default]
    Open,
    /// The peer has closed its sending half, or the connection failed.
    Reached,
}

/// What reading a head came to.
#[derive(Debug)]
pub enum HeadRead {
    /// A whole head.
    Head(Vec<u8>),
    /// The peer left between two requests.
    Closed,
    /// What came is no head, and says how it fails.
    Malformed(Malformed),
}

impl Inbound {
    /// An empty one whose reads are recorded.
    pub(super) fn recorded(tape: Option<Arc<Tape>>) -> Self {
        Self {
            tape,
            ..Self::default()
        }
    }

    /// Bytes that can be taken without waiting.
    pub fn buffered(&self) -> &[u8] {
        &self.buffer[self.taken..self.filled]
    }

    /// Takes bytes off the front. `count <= buffered().len()`
    pub fn consume(&mut self, count: usize) {
        self.taken += count;
        debug_assert!(self.taken <= self.filled);
        if self.taken == self.filled {
            (self.taken, self.filled) = (0, 0);
        }
    }

    /// Waits for more bytes and says how many came; 0 means that there will be no more. A failing
    /// connection looks like one that ended: whoever reads cannot do anything else about it.
    pub fn fill(&mut self, stream: &TcpStream) -> usize {
        blocking(stream, || self.try_fill(stream)).unwrap_or_else(|_| {
            self.end = End::Reached;
            0
        })
    }

    /// Reads up to `out.len()` bytes, from the buffer if it has any; 0 means the end.
    pub fn read(&mut self, stream: &TcpStream, out: &mut [u8]) -> usize {
        let buffered = self.buffered();
        if !buffered.is_empty() {
            let count = buffered.len().min(out.len());
            out[..count].copy_from_slice(&buffered[..count]);
            self.consume(count);
            return count;
        }
        if self.end == End::Reached || out.is_empty() {
            return 0;
        }
        let count = blocking(stream, || {
            let read = (&*stream).read(out);
            if let Some(tape) = &self.tape {
                tape.read(&read, out);
            }
            read
        })
        .unwrap_or(0);
        if count == 0 {
            self.end = End::Reached;
        }
        count
    }

    /// Waits for a whole head and takes it. At the end of input what there is counts as one, so that
    /// half a head gets an answer too.
    pub fn read_head(&mut self, stream: &TcpStream, limits: &Limits) -> HeadRead {
        let mut scanner = Scanner::default();
        loop {
            let progress = match scanner.scan(self.buffered(), limits) {
                Ok(progress) => progress,
                Err(malformed) => return HeadRead::Malformed(malformed),
            };
            if !matches!(progress, Progress::Whole(_)) {
                self.consume(scanner.skip_empty_lines());
            }
            let range = match progress {
                Progress::Whole(range) => Some(range),
                Progress::SimpleSoFar if self.fill_within(stream, SIMPLE_REQUEST_GRACE) == 0 => {
                    scanner.finish(self.buffered())
                }
                Progress::Partial if self.fill(stream) == 0 => {
                    match scanner.finish(self.buffered()) {
                        Some(range) => Some(range),
                        None => return HeadRead::Closed,
                    }
                }
                Progress::SimpleSoFar | Progress::Partial => None,
            };
            if let Some(range) = range {
                let head = self.buffered()[range.clone()].to_vec();
                self.consume(range.end);
                return HeadRead::Head(head);
            }
        }
    }

    fn fill_within(&mut self, stream: &TcpStream, limit: Duration) -> usize {
        if stream.set_read_timeout(Some(limit)).is_err() {
            return 0;
        }
        let filled = self.try_fill(stream).unwrap_or(0);
        match stream.set_read_timeout(None) {
            Ok(()) => filled,
            Err(_) => 0,
        }
    }

    fn try_fill(&mut self, mut stream: &TcpStream) -> io::Result<usize> {
        if self.end == End::Reached {
            return Ok(0);
        }
        if self.buffer.len() - self.filled < READ_SIZE {
            self.buffer.copy_within(self.taken..self.filled, 0);
            (self.taken, self.filled) = (0, self.filled - self.taken);
            let needed = self.filled + READ_SIZE;
            self.buffer.resize(needed.max(self.buffer.len()), 0);
        }
        let read = stream.read(&mut self.buffer[self.filled..]);
        if let Some(tape) = &self.tape {
            tape.read(&read, &self.buffer[self.filled..]);
        }
        self.filled += *read.as_ref().unwrap_or(&0);
        if matches!(read, Ok(0)) {
            self.end = End::Reached;
        }
        read
    }
}

/// Calls again where a signal came between, or where the socket does not wait though it should.
fn blocking<T>(stream: &TcpStream, mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                super::restore_blocking(stream);
            }
            result => return result,
        }
    }
}
