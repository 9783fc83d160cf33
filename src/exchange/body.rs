//! The body of a request: read from the wire as far as somebody asks, kept so that it can be read
//! again, in memory up to [`MEMORY`] and on disk beyond it. The position behaves as that of the
//! reference's `InputFile` (contract §2.1).

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::SpooledTempFile;

use crate::http::Malformed;
use crate::http::chunked::Decoder;
use crate::http::framing::Framing;
use crate::wire::Wire;

/// Bytes of a body kept in memory; a larger one goes to a temporary file. The reference's number.
pub const MEMORY: usize = 1024 * 1024;

/// Bytes asked from the wire at once.
const PIECE: usize = 64 * 1024;

/// A request's body, shared by all who read it.
#[derive(Debug)]
pub struct Body {
    wire: Arc<Wire>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    source: Source,
    spool: Option<SpooledTempFile>,
    /// Bytes in the spool. `position` may be before, at or (after a seek) behind it.
    received: u64,
    position: u64,
    /// Known from the head, or once the last chunk is there.
    length: Option<u64>,
}

/// What is still on the wire.
#[derive(Debug)]
enum Source {
    Counted { left: u64 },
    Chunked(Box<Decoder>),
    Done,
    Broken(BodyError),
}

/// Why a body cannot be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// The client left before it had sent everything.
    Truncated {
        /// Bytes that came.
        received: u64,
    },
    /// A chunked body that is not one.
    Malformed(Malformed),
    /// The temporary file failed; the text is the system's.
    Spool(String),
    /// A position outside the body.
    OutOfRange,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { received } => {
                write!(
                    f,
                    "the client left after {received} bytes of the request body"
                )
            }
            Self::Malformed(malformed) => {
                f.write_str(&crate::fault::Fault::from(malformed.clone()).message)
            }
            Self::Spool(error) => write!(f, "cannot store the request body: {error}"),
            Self::OutOfRange => f.write_str("a position outside the request body"),
        }
    }
}

impl std::error::Error for BodyError {}

impl From<io::Error> for BodyError {
    fn from(error: io::Error) -> Self {
        Self::Spool(error.to_string())
    }
}

impl Body {
    /// A body that is still on the wire.
    pub fn new(wire: Arc<Wire>, framing: Framing) -> Self {
        let (source, length) = match framing {
            Framing::Length(0) => (Source::Done, Some(0)),
            Framing::Length(left) => (Source::Counted { left }, Some(left)),
            Framing::Chunked => (Source::Chunked(Box::default()), None),
        };
        let state = State {
            source,
            spool: None,
            received: 0,
            position: 0,
            length,
        };
        Self {
            wire,
            state: Mutex::new(state),
        }
    }

    /// Bytes of the whole body; a chunked one is received to its end to know.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn length(&self) -> Result<u64, BodyError> {
        self.state().length(&self.wire)
    }

    /// The position of the next read.
    pub fn position(&self) -> u64 {
        self.state().position
    }

    /// Moves the position.
    ///
    /// # Errors
    /// [`BodyError::OutOfRange`] behind the end.
    pub fn seek(&self, position: u64) -> Result<(), BodyError> {
        let mut state = self.state();
        if position > state.received && position > state.length(&self.wire)? {
            return Err(BodyError::OutOfRange);
        }
        state.position = position;
        Ok(())
    }

    /// Reads `count` bytes, or up to the end, waiting for the client where it must.
    ///
    /// # Errors
    /// When the body ends early, is malformed, or cannot be stored.
    pub fn read(&self, count: Option<u64>) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state();
        let end = count.map_or(u64::MAX, |count| state.position.saturating_add(count));
        state.receive_to(&self.wire, end)?;
        let end = end.min(state.received);
        state.take(end)
    }

    /// Reads a line with its LF, or up to `limit` bytes of it.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn read_line(&self, limit: Option<u64>) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state();
        let end = limit.map_or(u64::MAX, |limit| state.position.saturating_add(limit));
        let mut searched = state.position;
        loop {
            if let Some(line_end) = state.find_line_end(searched)? {
                return state.take(line_end.min(end));
            }
            searched = state.received.max(state.position);
            let wanted = end.saturating_sub(state.received);
            if wanted == 0 || state.receive(&self.wire, wanted)? == 0 {
                let end = end.min(state.received);
                return state.take(end);
            }
        }
    }

    /// Everything, whatever the position is and without moving it.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn read_all(&self) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state();
        state.receive_to(&self.wire, u64::MAX)?;
        let position = std::mem::replace(&mut state.position, 0);
        let end = state.received;
        let all = state.take(end);
        state.position = position;
        all
    }

    /// Takes the rest off the wire without keeping it, so that the next head can be read.
    ///
    /// # Errors
    /// When there is no next head to be had: the rest ends early or is malformed.
    pub fn drain(&self) -> Result<(), BodyError> {
        let mut state = self.state();
        let mut scratch = Vec::new();
        while state.fetch(&self.wire, PIECE as u64, &mut scratch)? > 0 {
            scratch.clear();
        }
        Ok(())
    }

    /// Nothing more is read from the wire for this body.
    pub fn end(&self) {
        let mut state = self.state();
        let received = state.received;
        if !matches!(state.source, Source::Done | Source::Broken(_)) {
            state.source = Source::Broken(BodyError::Truncated { received });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn length(&mut self, wire: &Wire) -> Result<u64, BodyError> {
        while self.length.is_none() && self.receive(wire, u64::MAX)? > 0 {}
        Ok(self.length.unwrap_or(self.received))
    }

    /// Stores bytes until there are `end` of them, or no more.
    fn receive_to(&mut self, wire: &Wire, end: u64) -> Result<(), BodyError> {
        while self.received < end && self.receive(wire, end - self.received)? > 0 {}
        Ok(())
    }

    /// Stores up to `count` more bytes and says how many; 0 at the end of the body.
    fn receive(&mut self, wire: &Wire, count: u64) -> Result<usize, BodyError> {
        let mut piece = Vec::new();
        let received = self.fetch(wire, count, &mut piece)?;
        if received > 0 {
            let spool = self
                .spool
                .get_or_insert_with(|| SpooledTempFile::new(MEMORY));
            spool.seek(SeekFrom::Start(self.received))?;
            spool.write_all(&piece)?;
            self.received += received as u64;
        }
        Ok(received)
    }

    /// Takes up to `count` bytes of the body off the wire; 0 at its end.
    fn fetch(&mut self, wire: &Wire, count: u64, out: &mut Vec<u8>) -> Result<usize, BodyError> {
        let result = match &mut self.source {
            Source::Done => return Ok(0),
            Source::Broken(error) => return Err(error.clone()),
            Source::Counted { left } => fetch_counted(wire, left, count, out),
            Source::Chunked(decoder) => fetch_chunked(wire, decoder, out),
        };
        match result {
            Ok(0) => {
                self.source = Source::Done;
                self.length = Some(self.length.unwrap_or(self.received));
                Ok(0)
            }
            Ok(fetched) => Ok(fetched),
            Err(None) => Err(self.broken(BodyError::Truncated {
                received: self.received,
            })),
            Err(Some(malformed)) => Err(self.broken(BodyError::Malformed(malformed))),
        }
    }

    fn broken(&mut self, error: BodyError) -> BodyError {
        self.source = Source::Broken(error.clone());
        error
    }

    /// Reads from the position to `end`, all of which has been received, and moves the position.
    fn take(&mut self, end: u64) -> Result<Vec<u8>, BodyError> {
        let count = usize::try_from(end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; count];
        if let Some(spool) = &mut self.spool
            && count > 0
        {
            spool.seek(SeekFrom::Start(self.position))?;
            spool.read_exact(&mut bytes)?;
            self.position = end;
        }
        Ok(bytes)
    }

    /// Behind the first LF at or behind `from` that has been received.
    fn find_line_end(&mut self, from: u64) -> Result<Option<u64>, BodyError> {
        let Some(spool) = &mut self.spool else {
            return Ok(None);
        };
        spool.seek(SeekFrom::Start(from))?;
        let mut piece = [0; 4096];
        let mut at = from;
        loop {
            let count = spool.read(&mut piece)?;
            if count == 0 {
                return Ok(None);
            }
            if let Some(lf) = memchr::memchr(b'\n', &piece[..count]) {
                return Ok(Some(at + lf as u64 + 1));
            }
            at += count as u64;
        }
    }
}

/// `Err(None)`: the wire ended first.
type Fetched = Result<usize, Option<Malformed>>;

fn fetch_counted(wire: &Wire, left: &mut u64, count: u64, out: &mut Vec<u8>) -> Fetched {
    let want = (*left).min(count).min(PIECE as u64) as usize;
    out.resize(want, 0);
    let got = wire.inbound().read(wire.stream(), out);
    out.truncate(got);
    *left -= got as u64;
    if got == 0 && want > 0 {
        return Err(None);
    }
    Ok(got)
}

fn fetch_chunked(wire: &Wire, decoder: &mut Decoder, out: &mut Vec<u8>) -> Fetched {
    let mut inbound = wire.inbound();
    while out.is_empty() && !decoder.is_done() {
        if inbound.buffered().is_empty() && inbound.fill(wire.stream()) == 0 {
            return Err(None);
        }
        let consumed = decoder.decode(inbound.buffered(), out).map_err(Some)?;
        inbound.consume(consumed);
    }
    Ok(out.len())
}
