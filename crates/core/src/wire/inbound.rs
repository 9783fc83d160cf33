//! The inbound half of a wire: one buffer, filled from the socket, emptied by heads and bodies in
//! turn. Bytes after a head remain for the body, bytes after a body for the next head, so pipelined
//! requests need no special case.

use std::io;
use std::mem::{self, MaybeUninit};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::Malformed;
use crate::http::head::{HeadLimits, Progress, Scanner};
use crate::transcript::Tape;

use super::budget::{Budgets, Full, Share};
use super::socket::Blocking;
use super::stream::Stream;

/// Bytes asked from the socket at once. Most requests fit; larger bodies are read directly.
const READ_SIZE: usize = 16 * 1024;

/// Bytes of a request that are read at first. While an idle connection waits for them, their room is a part of
/// the stack that handlers have used before.
const FIRST_READ: usize = 4 * 1024;

/// Room for bytes that is kept while none are there. An idle connection should not hold what one large
/// head has taken.
const KEPT_ROOM: usize = 4 * READ_SIZE;

/// How long to wait for header lines after `GET /x` without a version. An HTTP/0.9 client sends none
/// and waits for its response; other clients send them together with the request line.
const SIMPLE_REQUEST_GRACE: Duration = Duration::from_millis(250);

/// Bytes that have arrived and have not been taken yet.
#[derive(Debug, Default)]
pub struct Inbound {
    /// What has arrived. Its room is never written to before bytes arrive there, so that of a connection
    /// whose requests are small one page is in use.
    buffer: Vec<u8>,
    /// What is before it has been taken. `taken <= buffer.len()`
    taken: usize,
    end: End,
    /// Bytes that have arrived over the connection's life.
    arrived: u64,
    /// When, for those that the head being read or its request came in.
    segments: Vec<Segment>,
    /// Records every read from the socket.
    tape: Option<Arc<Tape>>,
    /// What the head being read takes, and then until its exchange is over.
    share: Share,
    budgets: Arc<Budgets>,
}

/// What one read from the socket brought: what the kernel had at that time, often one segment of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Bytes of the connection before it.
    pub offset: u64,
    /// Bytes in it.
    pub length: usize,
    /// When it was read.
    pub at: Instant,
}

/// Segments of one request whose times are kept; later ones are not. A client that sends byte by byte is
/// seen doing so for this long.
pub const MAX_SEGMENTS: usize = 4096;

/// Whether more bytes may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    #[default]
    Open,
    /// The client has closed its sending half, or the connection failed.
    Reached,
}

/// What reading a head came to.
#[derive(Debug)]
pub enum HeadRead {
    /// A whole head.
    Head(ReadHead),
    /// The client closed the connection between two requests.
    Closed,
    /// What arrived cannot become a head.
    Malformed(Malformed),
}

/// A head as it came.
#[derive(Debug)]
pub struct ReadHead {
    /// The empty lines that stood before it (RFC 9112 §2.2).
    pub skipped: Vec<u8>,
    /// From the request line to the empty line.
    pub head: Vec<u8>,
    /// Bytes of the connection before both.
    pub offset: u64,
}

impl Inbound {
    /// An inbound half without bytes, whose reads are recorded.
    pub(super) fn of_server(budgets: Arc<Budgets>, tape: Option<Arc<Tape>>) -> Self {
        Self {
            budgets,
            tape,
            ..Self::default()
        }
    }

    /// Bytes of the connection that have been taken.
    pub fn taken(&self) -> u64 {
        self.arrived - self.buffered().len() as u64
    }

    /// What has arrived from this byte of the connection on, as far as it is remembered: since the head of
    /// the last request.
    pub fn segments_from(&self, offset: u64) -> impl Iterator<Item = &Segment> {
        let is_later = move |segment: &&Segment| segment.offset + segment.length as u64 > offset;
        self.segments.iter().filter(is_later)
    }

    fn note_arrival(&mut self, length: usize) {
        if length > 0 && self.segments.len() < MAX_SEGMENTS {
            self.segments.push(Segment {
                offset: self.arrived,
                length,
                at: Instant::now(),
            });
        }
        self.arrived += length as u64;
    }

    /// Bytes that can be taken without waiting.
    pub fn buffered(&self) -> &[u8] {
        &self.buffer[self.taken..]
    }

    /// Takes bytes off the front. `count <= buffered().len()`
    pub fn consume(&mut self, count: usize) {
        self.taken += count;
        debug_assert!(self.taken <= self.buffer.len());
        if self.taken == self.buffer.len() {
            self.taken = 0;
            self.buffer.clear();
            if self.buffer.capacity() > KEPT_ROOM {
                self.buffer = Vec::new();
            }
        }
    }

    /// The last head is no longer needed.
    pub fn release_head(&mut self) {
        self.share.release(&self.budgets.heads);
    }

    /// Waits for more bytes and returns how many came; 0 means that there will be no more. A connection
    /// that failed looks like one that ended, since the caller can do nothing else about it.
    pub(super) fn fill(&mut self, stream: &Stream) -> usize {
        blocking(stream, || self.try_fill(stream)).unwrap_or_else(|_| {
            self.end = End::Reached;
            0
        })
    }

    /// Like [`Inbound::fill`], for the first bytes of a request. Nothing is allocated for them until they come:
    /// most connections of a crowd are idle.
    pub(super) fn fill_first(&mut self, stream: &Stream) -> usize {
        stream.socket().unlimit_reads();
        blocking(stream, || self.try_first(stream)).unwrap_or_else(|_| {
            self.end = End::Reached;
            0
        })
    }

    /// The same, but each read waits for this time at most; `None` when nothing came. Through TLS, a record that comes
    /// in parts takes several reads.
    pub(super) fn fill_first_within(&mut self, stream: &Stream, limit: Duration) -> Option<usize> {
        if !stream.socket().limit_reads(limit) {
            return Some(self.fill_first(stream));
        }
        loop {
            match self.try_first(stream) {
                Ok(count) => return Some(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(_) => {
                    self.end = End::Reached;
                    return Some(0);
                }
            }
        }
    }

    #[inline]
    fn try_first(&mut self, stream: &Stream) -> io::Result<usize> {
        if !self.buffered().is_empty() || self.end == End::Reached || stream.secured().is_some() {
            return self.try_fill(stream);
        }
        self.taken = 0;
        self.buffer = Vec::new();
        self.try_fill_first(stream)
    }

    /// Takes what a read would find without asking the kernel.
    pub(super) fn fill_from(&mut self, stream: &Stream) {
        if stream.buffered() > 0 {
            // It does not fail: the bytes are there.
            let _ = self.try_fill(stream);
        }
    }

    /// Reads up to `out.len()` bytes, from the buffer if it has any; 0 means the end.
    pub(super) fn read(&mut self, stream: &Stream, out: &mut [u8]) -> usize {
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
            let read = stream.read(out);
            if let Some(tape) = &self.tape {
                tape.read(&read, out);
            }
            read
        })
        .unwrap_or(0);
        self.note_arrival(count);
        if count == 0 {
            self.end = End::Reached;
        }
        count
    }

    /// Waits for a whole head and takes it. At the end of input what there is counts as one, so that
    /// half a head gets an answer too.
    pub(super) fn read_head(&mut self, stream: &Stream, limits: &HeadLimits) -> HeadRead {
        let mut scanner = Scanner::default();
        let offset = self.taken();
        self.share.release(&self.budgets.heads);
        self.segments
            .retain(|segment| segment.offset + segment.length as u64 > offset);
        let mut skipped = Vec::new();
        loop {
            let progress = match scanner.scan(self.buffered(), limits) {
                Ok(progress) => progress,
                Err(malformed) => return HeadRead::Malformed(malformed),
            };
            if !matches!(progress, Progress::Whole(_)) {
                if self.take_share().is_err() {
                    return HeadRead::Malformed(Malformed::HeadsTooLong);
                }
                let empty = scanner.skip_empty_lines();
                skipped.extend_from_slice(&self.buffered()[..empty]);
                self.consume(empty);
                if skipped.len() > limits.request_line {
                    return HeadRead::Malformed(Malformed::RequestLineTooLong);
                }
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
                let buffered = self.buffered();
                skipped.extend_from_slice(&buffered[..range.start]);
                let is_all = range == (0..self.buffer.len());
                let head = if is_all && self.buffer.capacity() <= FIRST_READ {
                    mem::take(&mut self.buffer)
                } else {
                    let head = buffered[range.clone()].to_vec();
                    self.consume(range.end);
                    head
                };
                return HeadRead::Head(ReadHead {
                    skipped,
                    head,
                    offset,
                });
            }
        }
    }

    /// Waits until a whole head is there, and takes nothing; `false` when none comes, and what comes
    /// instead [`Inbound::read_head`] reports. `more` waits for more bytes and returns how many came.
    pub(super) fn await_head(
        &mut self,
        limits: &HeadLimits,
        mut more: impl FnMut(&mut Self) -> usize,
    ) -> bool {
        let mut scanner = Scanner::default();
        loop {
            match scanner.scan(self.buffered(), limits) {
                Ok(Progress::Whole(_)) => return true,
                Ok(_) if scanner.empty_lines() > limits.request_line => return false,
                Ok(_) if self.take_share().is_err() => return false,
                Ok(_) if more(self) > 0 => {}
                Ok(_) | Err(_) => return false,
            }
        }
    }

    /// Takes what the beginning of a head needs.
    fn take_share(&self) -> Result<(), Full> {
        let length = self.buffered().len();
        self.share.grow_to(&self.budgets.heads, length)
    }

    fn fill_within(&mut self, stream: &Stream, limit: Duration) -> usize {
        match stream.is_readable_within(limit) {
            true => self.fill(stream),
            false => 0,
        }
    }

    /// Not within its caller, whose stack would have the room while a handler runs.
    #[inline(never)]
    fn try_fill_first(&mut self, stream: &Stream) -> io::Result<usize> {
        let mut room = [MaybeUninit::uninit(); FIRST_READ];
        let read = stream.socket().read_into(&mut room, Blocking::Wait);
        let read = read.map(|arrived| {
            self.buffer = arrived.to_vec();
            arrived.len()
        });
        if let Ok(FIRST_READ) = read {
            // One read would have brought more. What ends the connection, the next read reports.
            self.buffer.reserve(READ_SIZE);
            let _ = stream
                .socket()
                .read_into_spare(&mut self.buffer, Blocking::Return);
        }
        let read = read.map(|_| self.buffer.len());
        if let Some(tape) = &self.tape {
            tape.read(&read, &self.buffer);
        }
        self.note_arrival(*read.as_ref().unwrap_or(&0));
        if matches!(read, Ok(0)) {
            self.end = End::Reached;
        }
        read
    }

    fn try_fill(&mut self, stream: &Stream) -> io::Result<usize> {
        if self.end == End::Reached {
            return Ok(0);
        }
        if self.buffer.capacity() - self.buffer.len() < READ_SIZE {
            self.buffer.drain(..self.taken);
            self.taken = 0;
            self.buffer.reserve(READ_SIZE);
        }
        let before = self.buffer.len();
        let read = stream.read_to_vec(&mut self.buffer);
        if let Some(tape) = &self.tape {
            tape.read(&read, &self.buffer[before..]);
        }
        self.note_arrival(*read.as_ref().unwrap_or(&0));
        if matches!(read, Ok(0)) {
            self.end = End::Reached;
        }
        read
    }
}

/// Calls again where a signal came between, or where the socket does not wait though it should.
fn blocking<T>(stream: &Stream, mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                stream.restore_blocking();
            }
            result => return result,
        }
    }
}
