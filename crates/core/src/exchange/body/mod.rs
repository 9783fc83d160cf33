//! The body of a request: read from the wire when a handler asks for it, and kept so that it can be
//! read again, in memory up to [`MEMORY`] and on disk beyond it. The position behaves as that of the
//! reference's `InputFile` (reference §2.4). `source` reads bytes from the wire; `ahead` keeps what a wait
//! has taken off it; `in_memory` counts what all of this keeps in memory; `raw` has the body undecoded, as it
//! came.

mod ahead;
mod error;
mod in_memory;
mod raw;
mod source;
mod tap;

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::Instant;

use rustix_futex_sync::Mutex;
use tempfile::SpooledTempFile;

use crate::http::chunked::Decoder;
use crate::http::framing::Framing;
use crate::phases::{self, Phase};
use crate::wire::Wire;
use crate::wire::budget::{Share, wait_for_room};

use ahead::Ahead;
pub use error::BodyError;
pub use raw::RawReadError;
use source::{Fetched, Source, Stop, fetch_chunked, fetch_counted};
pub use tap::Tap;

/// Bytes of a body kept in memory; a larger one goes to a temporary file. The reference's number.
pub const MEMORY: usize = 1024 * 1024;

/// Bytes read from the wire at once.
const PIECE: usize = 64 * 1024;

/// A request's body, shared by all its readers.
#[derive(Debug)]
pub struct Body {
    wire: Arc<Wire>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    source: Source,
    spool: Option<SpooledTempFile>,
    /// What a wait has taken off the wire.
    ahead: Option<Ahead>,
    /// Bytes in the spool. `position` may be less than, equal to or (after a seek) greater than it.
    received: u64,
    position: u64,
    /// Known from the head, or once the last chunk has arrived.
    length: Option<u64>,
    /// Bytes that were read from the wire and not kept.
    dropped: u64,
    /// `received + dropped <= limit`
    limit: u64,
    /// The chunks of a chunked body, with their framing.
    decoder: Option<Box<Decoder>>,
    /// The beginning of a chunked body as received, to show the first malformed byte.
    undecoded: Vec<u8>,
    /// Until it has seen the end.
    tap: Option<Arc<dyn Tap>>,
    /// What the following take of the server's memory.
    share: Share,
    /// Bytes of the largest piece that was read at once.
    largest: usize,
    /// Bytes that the parts of a form have in memory.
    parts: usize,
}

/// Bytes of a chunked body that are kept undecoded, in addition to the decoded data.
pub const UNDECODED: usize = 64 * 1024;

impl Body {
    /// A body that is still on the wire, of which at most `limit` bytes are read.
    pub fn new(wire: Arc<Wire>, framing: Framing, limit: u64) -> Self {
        let (source, length, decoder) = match framing {
            Framing::Length(0) => (Source::Done, Some(0), None),
            Framing::Length(left) => (Source::Counted { left }, Some(left), None),
            Framing::Chunked => (Source::Chunked, None, Some(Box::default())),
        };
        let state = State {
            source,
            spool: None,
            ahead: None,
            received: 0,
            position: 0,
            length,
            dropped: 0,
            limit,
            decoder,
            undecoded: Vec::new(),
            tap: None,
            share: Share::default(),
            largest: 0,
            parts: 0,
        };
        Self {
            wire,
            state: Mutex::new(state),
        }
    }

    /// Bytes of the whole body. A chunked body is received to its end first.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn length(&self) -> Result<u64, BodyError> {
        let mut state = self.state.lock();
        let length = state.length(&self.wire);
        length.map_err(|error| state.with_partial(&self.wire, error, None))
    }

    /// The position of the next read.
    pub fn position(&self) -> u64 {
        self.state.lock().position
    }

    /// Moves the position.
    ///
    /// # Errors
    /// [`BodyError::OutOfRange`] after the end.
    pub fn seek(&self, position: u64) -> Result<(), BodyError> {
        let mut state = self.state.lock();
        if position > state.received && position > state.length(&self.wire)? {
            return Err(BodyError::OutOfRange);
        }
        state.position = position;
        Ok(())
    }

    /// Reads `count` bytes, or up to the end, waiting for the client if needed.
    ///
    /// # Errors
    /// When the body ends early, is malformed, or cannot be stored.
    pub fn read(&self, count: Option<u64>) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state.lock();
        let end = count.map_or(u64::MAX, |count| state.position.saturating_add(count));
        let received = state.receive_to(&self.wire, end);
        received.map_err(|error| state.with_partial(&self.wire, error, None))?;
        let end = end.min(state.received);
        state.take(&self.wire, end)
    }

    /// Reads a line with its LF, or up to `limit` bytes of it.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn read_line(&self, limit: Option<u64>) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state.lock();
        let end = limit.map_or(u64::MAX, |limit| state.position.saturating_add(limit));
        let mut searched = state.position;
        loop {
            if let Some(line_end) = state.find_line_end(searched, end)? {
                return state.take(&self.wire, line_end.min(end));
            }
            searched = state.received.max(state.position);
            let wanted = end.saturating_sub(state.received);
            let received = match wanted {
                0 => Ok(0),
                _ => state.receive(&self.wire, wanted),
            };
            if received.map_err(|error| state.with_partial(&self.wire, error, None))? == 0 {
                let end = end.min(state.received);
                return state.take(&self.wire, end);
            }
        }
    }

    /// The whole body, whatever the position is, and without moving it.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn read_all(&self) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state.lock();
        let received = state.receive_to(&self.wire, u64::MAX);
        received.map_err(|error| state.with_partial(&self.wire, error, Some(0)))?;
        state.take_all(&self.wire)
    }

    /// Receives the whole body, without moving the position.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn receive(&self) -> Result<(), BodyError> {
        self.state.lock().receive_to(&self.wire, u64::MAX)
    }

    /// Waits until `count` bytes of the body, or all of it, have arrived, and leaves them to all readers.
    /// `limit` is when to give up.
    ///
    /// # Errors
    /// As [`Body::read`], and [`BodyError::TooLate`], after which reading can continue.
    pub fn wait_for(&self, count: Option<u64>, limit: Option<Instant>) -> Result<(), BodyError> {
        let mut state = self.state.lock();
        let end = count.unwrap_or(u64::MAX);
        let mut arrived = state.received + state.dropped;
        while arrived < end {
            let Some(ahead) = state.ahead() else {
                break;
            };
            let goes_on = ahead.receive(&self.wire, end - arrived, limit);
            arrived = ahead.arrived();
            if arrived > state.limit {
                let limit = state.limit;
                return Err(state.broken(BodyError::TooLarge(limit)));
            }
            if !goes_on.map_err(|error| state.unless_stored(error))? {
                break;
            }
        }
        Ok(())
    }

    /// Reads the rest from the wire without keeping it, so that the next head can be read, and returns
    /// how many bytes of the body that were.
    ///
    /// # Errors
    /// When the next head cannot be found because the rest ends early or is malformed.
    pub fn drain(&self) -> Result<u64, BodyError> {
        let mut state = self.state.lock();
        let mut scratch = Vec::new();
        let mut drained = 0;
        loop {
            match state.fetch(&self.wire, PIECE as u64, &mut scratch)? {
                0 => return Ok(drained),
                count => drained += count as u64,
            }
            if state.received + state.dropped + drained > state.limit {
                return Err(BodyError::TooLarge(state.limit));
            }
            scratch.clear();
        }
    }

    /// Whether the client has sent or owes bytes of the body, none of which has been read or waited for.
    pub fn is_untouched(&self) -> bool {
        let state = self.state.lock();
        match state.source {
            _ if state
                .ahead
                .as_ref()
                .is_some_and(|ahead| ahead.arrived() > 0) =>
            {
                false
            }
            Source::Counted { left } => state.length == Some(left),
            Source::Chunked => state
                .decoder
                .as_ref()
                .is_some_and(|decoder| decoder.consumed() == 0),
            Source::Done | Source::Broken(_) => false,
        }
    }

    /// Ends the body with an error. Its tap sees what a wait has taken off the wire before.
    pub(crate) fn end_early(&self, error: BodyError) {
        let mut state = self.state.lock();
        let mut bytes = Vec::new();
        while let Ok(Some(Ok(1..))) = state.fetch_ahead(u64::MAX, &mut bytes) {
            state.show(&bytes);
            bytes.clear();
        }
        state.broken(error);
        state.show(&[]);
    }

    /// Ends the body: nothing more is read from the wire for it.
    pub fn end(&self) {
        let mut state = self.state.lock();
        let received = state.received;
        state.share.release(self.wire.memory());
        if !matches!(state.source, Source::Done | Source::Broken(_)) {
            state.source = Source::Broken(BodyError::truncated(received));
        }
        state.show(&[]);
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

    /// Stores up to `count` more bytes and returns how many; 0 at the end of the body.
    fn receive(&mut self, wire: &Wire, count: u64) -> Result<usize, BodyError> {
        let mut piece = Vec::new();
        let received = self.fetch(wire, count, &mut piece)?;
        if self.received + self.dropped + piece.len() as u64 > self.limit {
            return Err(self.broken(BodyError::TooLarge(self.limit)));
        }
        if received > 0 {
            // What could not be stored is lost, and what follows must not be mistaken for it.
            self.store(wire, &piece)
                .map_err(|error| self.broken(error.into()))?;
        }
        Ok(received)
    }

    /// Takes up to `count` bytes of the body off the wire into `out`, which is empty; 0 at its end.
    fn fetch(&mut self, wire: &Wire, count: u64, out: &mut Vec<u8>) -> Result<usize, BodyError> {
        let before = phases::replace(Phase::Reading);
        let fetched = self.fetch_unseen(wire, count, out);
        phases::resume(before);
        self.show(out);
        fetched
    }

    fn fetch_unseen(
        &mut self,
        wire: &Wire,
        count: u64,
        out: &mut Vec<u8>,
    ) -> Result<usize, BodyError> {
        if self.ahead.is_some()
            && let Some(result) = self.fetch_ahead(count, out)?
        {
            return self.fetched(result, out);
        }
        let result = match (&mut self.source, &mut self.decoder) {
            (Source::Broken(error), _) => return Err(error.clone()),
            (Source::Counted { left }, _) => fetch_counted(wire, left, count, out),
            (Source::Chunked, Some(decoder)) => {
                fetch_chunked(wire, decoder, &mut self.undecoded, out)
            }
            (Source::Done | Source::Chunked, _) => return Ok(0),
        };
        self.fetched(result, out)
    }

    fn fetched(&mut self, result: Fetched, out: &[u8]) -> Result<usize, BodyError> {
        match result {
            Ok(0) => {
                self.source = Source::Done;
                self.length = Some(self.length.unwrap_or(self.received));
                Ok(0)
            }
            Ok(fetched) => Ok(fetched),
            Err(Stop::Ended) => {
                let received = self.received + self.dropped;
                Err(self.broken(BodyError::truncated(received)))
            }
            // What came before the wrong byte comes first, as it would if that had arrived later.
            Err(Stop::Malformed(malformed)) => match self.broken(BodyError::Malformed(malformed)) {
                error if out.is_empty() => Err(error),
                _ => Ok(out.len()),
            },
        }
    }

    /// After an error of storing, what follows must not be mistaken for what is lost.
    fn unless_stored(&mut self, error: BodyError) -> BodyError {
        match error {
            BodyError::Spool(_) => self.broken(error),
            error => error,
        }
    }

    /// An error, with what has been received from a position on, or from the current one, if the body
    /// breaks off.
    fn with_partial(&mut self, wire: &Wire, error: BodyError, from: Option<u64>) -> BodyError {
        let BodyError::Truncated { received, .. } = error else {
            return error;
        };
        let position = self.position;
        self.position = from.unwrap_or(position);
        let partial = self.take(wire, self.received).unwrap_or_default();
        self.position = position;
        BodyError::Truncated { received, partial }
    }

    /// All that has been received, without moving the position.
    fn take_all(&mut self, wire: &Wire) -> Result<Vec<u8>, BodyError> {
        let position = std::mem::replace(&mut self.position, 0);
        let end = self.received;
        let all = self.take(wire, end);
        self.position = position;
        all
    }

    fn broken(&mut self, error: BodyError) -> BodyError {
        self.source = Source::Broken(error.clone());
        error
    }

    /// Reads from the position to `end`, all of which has been received, and moves the position.
    fn take(&mut self, wire: &Wire, end: u64) -> Result<Vec<u8>, BodyError> {
        let count = usize::try_from(end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        self.largest = self.largest.max(count);
        wait_for_room(|| self.take_memory(wire))?;
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
}
