//! Bytes of a body that a wait has taken off the wire. They are still to be read: every reader takes them
//! before the wire's own. Like the body they are in memory up to [`MEMORY`], and on disk beyond it.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::time::Instant;

use tempfile::SpooledTempFile;

use crate::http::Malformed;
use crate::http::chunked::Decoder;
use crate::wire::Wire;

use super::source::{Fetched, Source, Stop, decode, is_in_time, keep_undecoded};
use super::{BodyError, MEMORY, PIECE, State};

/// Undecoded bytes between the readers of a body and the wire.
#[derive(Debug)]
pub(super) struct Ahead {
    spool: SpooledTempFile,
    /// `taken <= stored`
    taken: u64,
    stored: u64,
    /// What is still on the wire after these bytes.
    rest: Rest,
    /// Bytes of the body, decoded, that have arrived, with those that were read before.
    arrived: u64,
}

#[derive(Debug)]
enum Rest {
    Counted(u64),
    Chunked(Box<Decoder>),
    Malformed(Malformed),
}

impl Ahead {
    /// Nothing yet, for a body of which this many bytes have been read. `None` if no more of it is
    /// on the wire.
    pub(super) fn new(source: &Source, decoder: Option<&Decoder>, arrived: u64) -> Option<Self> {
        let rest = match (source, decoder) {
            (Source::Counted { left }, _) => Rest::Counted(*left),
            (Source::Chunked, Some(decoder)) => Rest::Chunked(Box::new(decoder.clone())),
            (Source::Chunked, None) | (Source::Done | Source::Broken(_), _) => return None,
        };
        Some(Self {
            spool: SpooledTempFile::new(MEMORY),
            taken: 0,
            stored: 0,
            rest,
            arrived,
        })
    }

    /// Bytes of the body that have arrived.
    pub(super) fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Whether all of it has been read.
    pub(super) fn is_empty(&self) -> bool {
        self.taken == self.stored
    }

    /// How many of these bytes on the wire belong to the body.
    pub(super) fn rest_among(&self, buffered: &[u8]) -> usize {
        match &self.rest {
            Rest::Counted(left) => usize::try_from(*left).unwrap_or(usize::MAX),
            Rest::Chunked(decoder) => decode(&mut decoder.clone(), buffered, &mut Vec::new()).0,
            Rest::Malformed(_) => 0,
        }
    }

    /// Takes more bytes of the body off the wire, no more than `count` where they are not in chunks;
    /// `false` at its end.
    ///
    /// # Errors
    /// As [`Body::wait_for`](super::Body::wait_for).
    pub(super) fn receive(
        &mut self,
        wire: &Wire,
        count: u64,
        limit: Option<Instant>,
    ) -> Result<bool, BodyError> {
        match &self.rest {
            Rest::Counted(0) => return Ok(false),
            Rest::Chunked(decoder) if decoder.is_done() => return Ok(false),
            Rest::Malformed(malformed) => return Err(BodyError::Malformed(malformed.clone())),
            Rest::Counted(_) | Rest::Chunked(_) => {}
        }
        let mut inbound = wire.inbound();
        if inbound.buffered().is_empty() {
            if !is_in_time(wire, limit) {
                return Err(BodyError::TooLate);
            }
            if inbound.fill() == 0 {
                return Err(BodyError::truncated(self.arrived));
            }
        }
        let mut data = Vec::new();
        let (taken, decoded) = match &mut self.rest {
            Rest::Counted(left) => {
                let wanted = usize::try_from((*left).min(count)).unwrap_or(usize::MAX);
                let taken = wanted.min(inbound.buffered().len());
                *left -= taken as u64;
                self.arrived += taken as u64;
                (taken, Ok(()))
            }
            Rest::Chunked(decoder) => decode(decoder, inbound.buffered(), &mut data),
            Rest::Malformed(_) => (0, Ok(())),
        };
        self.arrived += data.len() as u64;
        if let Err(malformed) = decoded {
            self.rest = Rest::Malformed(malformed);
        }
        self.spool.seek(SeekFrom::Start(self.stored))?;
        self.spool.write_all(&inbound.buffered()[..taken])?;
        self.stored += taken as u64;
        inbound.consume(taken);
        Ok(true)
    }

    /// The next bytes, at most `count`, which stay.
    pub(super) fn peek(&mut self, count: u64) -> io::Result<Vec<u8>> {
        let count = count.min(self.stored - self.taken).min(PIECE as u64);
        let mut bytes = vec![0; count as usize];
        self.spool.seek(SeekFrom::Start(self.taken))?;
        self.spool.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Takes so many of them.
    pub(super) fn consume(&mut self, count: usize) {
        self.taken = self.stored.min(self.taken + count as u64);
    }
}

impl State {
    /// Takes up to `count` bytes of the body, decoded, from what a wait has taken off the wire; `None` if there is nothing of it left.
    pub(super) fn fetch_ahead(
        &mut self,
        count: u64,
        out: &mut Vec<u8>,
    ) -> Result<Option<Fetched>, BodyError> {
        while let Some(ahead) = self.ahead.as_mut().filter(|ahead| !ahead.is_empty()) {
            match (&mut self.source, &mut self.decoder) {
                (Source::Counted { left }, _) => {
                    *out = ahead.peek(count)?;
                    *left -= out.len() as u64;
                    ahead.consume(out.len());
                    return Ok(Some(Ok(out.len())));
                }
                (Source::Chunked, Some(decoder)) => {
                    let bytes = ahead.peek(u64::MAX)?;
                    let (taken, decoded) = decode(decoder, &bytes, out);
                    keep_undecoded(&mut self.undecoded, &bytes[..taken]);
                    ahead.consume(taken);
                    match decoded {
                        Err(malformed) => return Ok(Some(Err(Stop::Malformed(malformed)))),
                        Ok(()) if !out.is_empty() || decoder.is_done() => {
                            return Ok(Some(Ok(out.len())));
                        }
                        Ok(()) => {}
                    }
                }
                (Source::Chunked, None) | (Source::Done | Source::Broken(_), _) => break,
            }
        }
        self.ahead = None;
        Ok(None)
    }

    /// What a wait has taken off the wire, or will; `None` if nothing more of the body is there.
    pub(super) fn ahead(&mut self) -> Option<&mut Ahead> {
        if self.ahead.is_none() {
            let arrived = self.received + self.dropped;
            self.ahead = Ahead::new(&self.source, self.decoder.as_deref(), arrived);
        }
        self.ahead.as_mut()
    }
}
