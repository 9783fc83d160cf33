//! Bodies as they came: chunks with their framing, bytes that arrived after the request, and bytes read
//! from the wire without being interpreted. Those count towards the body, so that its end is still found.

use std::time::Instant;

use crate::http::chunked::Decoder;
use crate::wire::inbound::Segment;
use crate::wire_script::Reading;

use super::source::{Source, decode, is_in_time, keep_undecoded};
use super::{Body, BodyError, State, UNDECODED};

/// Why bytes did not come. Those that did are lost to other readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawReadError {
    /// The time that was set is over.
    TooLate(Vec<u8>),
    /// The client left.
    Ended(Vec<u8>),
}

impl Body {
    /// The body as it came, chunks and all, received to its end.
    ///
    /// # Errors
    /// Those of the wire and the disk, and [`BodyError::NotKept`]. Of a malformed chunked body, the bytes
    /// up to and including the first invalid one are returned, or the first [`UNDECODED`] of them.
    pub fn undecoded(&self) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state();
        let received = state.receive_to(&self.wire, u64::MAX);
        if state.decoder.is_none() {
            received?;
            return state.take_all();
        }
        match received {
            Ok(()) | Err(BodyError::Malformed(_)) => {}
            Err(error) => return Err(error),
        }
        if state.undecoded.len() < UNDECODED || matches!(state.source, Source::Broken(_)) {
            return Ok(state.undecoded.clone());
        }
        let data = state.take_all()?;
        let decoder = state.decoder.as_ref().ok_or(BodyError::NotKept)?;
        decoder.encoded(&data).ok_or(BodyError::NotKept)
    }

    /// Looks at the chunks that have come so far, if this is a chunked body.
    pub fn chunks<T>(&self, look: impl FnOnce(&Decoder) -> T) -> Option<T> {
        self.state().decoder.as_deref().map(look)
    }

    /// Why the body cannot be read to its end, if that is known by now.
    pub fn broken(&self) -> Option<BodyError> {
        match &self.state().source {
            Source::Broken(error) => Some(error.clone()),
            _ => None,
        }
    }

    /// When the connection was accepted, and what has come from this byte of it on.
    pub fn segments_from(&self, offset: u64) -> (Instant, Vec<Segment>) {
        let inbound = self.wire.inbound();
        let segments = inbound.segments_from(offset).copied().collect();
        (self.wire.accepted(), segments)
    }

    /// The bytes that have arrived after the body, as far as its end is known without waiting. A
    /// malformed chunked body ends with the byte that is wrong.
    pub fn following(&self) -> Vec<u8> {
        let state = self.state();
        let inbound = self.wire.inbound();
        let buffered = inbound.buffered();
        let rest = match &state.source {
            Source::Done | Source::Broken(_) => 0,
            Source::Counted { left } => usize::try_from(*left).unwrap_or(usize::MAX),
            Source::Chunked => {
                let mut ahead = state.decoder.as_deref().cloned().unwrap_or_default();
                decode(&mut ahead, buffered, &mut Vec::new()).0
            }
        };
        buffered[rest.min(buffered.len())..].to_vec()
    }

    /// Takes bytes off the wire as they come, whatever they are. Those of the body count as read, and
    /// are not kept for other readers.
    ///
    /// # Errors
    /// [`RawReadError`].
    pub fn read_raw(
        &self,
        what: &Reading,
        limit: Option<Instant>,
    ) -> Result<Vec<u8>, RawReadError> {
        self.take_raw(what, limit, usize::MAX)
    }

    /// The same for bytes that are discarded. However many come, they take no memory: an error has the
    /// last ones at most.
    ///
    /// # Errors
    /// [`RawReadError`].
    pub fn skip_raw(&self, what: &Reading, limit: Option<Instant>) -> Result<(), RawReadError> {
        let kept = match what {
            Reading::Bytes(_) => 0,
            Reading::Until(pattern) => pattern.len(),
        };
        self.take_raw(what, limit, kept).map(drop)
    }

    /// Takes bytes off the wire, and keeps so many, the last ones; no fewer than the pattern has.
    fn take_raw(
        &self,
        what: &Reading,
        limit: Option<Instant>,
        kept: usize,
    ) -> Result<Vec<u8>, RawReadError> {
        let mut state = self.state();
        let mut read = Vec::new();
        let mut count_read = 0;
        loop {
            let mut inbound = self.wire.inbound();
            let wanted = match what {
                Reading::Bytes(count) => {
                    let left = count.saturating_sub(count_read);
                    usize::try_from(left).unwrap_or(usize::MAX)
                }
                Reading::Until(pattern) if read.ends_with(pattern) => 0,
                Reading::Until(pattern) => bytes_up_to(pattern, &read, inbound.buffered()),
            };
            if wanted == 0 {
                return Ok(read);
            }
            if inbound.buffered().is_empty() {
                if !is_in_time(&self.wire, limit) {
                    return Err(RawReadError::TooLate(read));
                }
                if inbound.fill() == 0 {
                    return Err(RawReadError::Ended(read));
                }
            }
            let taken = wanted.min(inbound.buffered().len());
            let at = read.len();
            read.extend_from_slice(&inbound.buffered()[..taken]);
            inbound.consume(taken);
            drop(inbound);
            state.count_raw(&read[at..]);
            count_read += taken as u64;
            read.drain(..read.len().saturating_sub(kept));
        }
    }
}

impl State {
    /// Bytes that were taken raw count towards the body as far as it goes.
    pub(super) fn count_raw(&mut self, bytes: &[u8]) {
        match (&mut self.source, &mut self.decoder) {
            (Source::Counted { left }, _) => {
                let taken = (*left).min(bytes.len() as u64);
                *left -= taken;
                self.dropped += taken;
                self.length = Some(self.received + *left);
                if *left == 0 {
                    self.source = Source::Done;
                }
            }
            (Source::Chunked, Some(decoder)) => {
                let mut data = Vec::new();
                let (taken, decoded) = decode(decoder, bytes, &mut data);
                keep_undecoded(&mut self.undecoded, &bytes[..taken]);
                match decoded {
                    Ok(()) if decoder.is_done() => self.source = Source::Done,
                    Ok(()) => {}
                    Err(malformed) => {
                        self.source = Source::Broken(BodyError::Malformed(malformed));
                    }
                }
                self.dropped += data.len() as u64;
            }
            (Source::Done | Source::Chunked | Source::Broken(_), _) => {}
        }
    }
}

/// How many bytes of `buffered` lead up to and include the pattern, which may have begun in what was
/// `read` before; all of them where the pattern does not end in them, and 1 where `buffered` is empty.
fn bytes_up_to(pattern: &[u8], read: &[u8], buffered: &[u8]) -> usize {
    let before = &read[read.len().saturating_sub(pattern.len() - 1)..];
    let joint = [before, &buffered[..buffered.len().min(pattern.len() - 1)]].concat();
    let across = memchr::memmem::find(&joint, pattern);
    let within = || memchr::memmem::find(buffered, pattern).map(|at| at + pattern.len());
    across
        .map(|at| at + pattern.len() - before.len())
        .or_else(within)
        .unwrap_or_else(|| buffered.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_wherever_it_is_cut() {
        let text = b"aabaabaaab";
        let pattern = b"aaab";
        for cut in 0..text.len() {
            let (read, buffered) = text.split_at(cut);
            let expected = (text.len() - cut).max(1);
            assert_eq!(bytes_up_to(pattern, read, buffered), expected, "{cut}");
        }
        assert_eq!(bytes_up_to(b"\n", b"", b"a\nb\n"), 2);
        assert_eq!(bytes_up_to(b"\n", b"a", b""), 1);
        assert_eq!(bytes_up_to(b"ab", b"x", b"b ab"), 4);
    }
}
