//! Bodies as they came: chunks with their framing, bytes that arrived after the request, and bytes read
//! from the wire without being interpreted. Those count towards the body, so that its end is still found.

use std::time::{Duration, Instant};

use crate::http::chunked::Decoder;
use crate::wire::Wire;
use crate::wire::inbound::Segment;
use crate::wire_script::Reading;

use super::source::{Source, decode, is_in_time, keep_undecoded};
use super::{Body, BodyError, State, UNDECODED};

/// How long [`Body::read_some`] waits before it tries a read, which then waits without a limit.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a read of raw bytes ended early. The bytes that it has read are not available to other
/// readers.
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
    /// Those of the disk, and [`BodyError::NotKept`]. Of a body that breaks off, what came is returned; of a
    /// malformed chunked one, the bytes up to and including the first invalid one. Of such chunked bodies,
    /// these are the first [`UNDECODED`] bytes at most.
    pub fn undecoded(&self) -> Result<Vec<u8>, BodyError> {
        let mut state = self.state.lock();
        let received = state.receive_to(&self.wire, u64::MAX);
        match received {
            Ok(()) | Err(BodyError::Malformed(_) | BodyError::Truncated { .. }) => {}
            Err(error) => return Err(error),
        }
        if state.decoder.is_none() {
            return state.take_all(&self.wire);
        }
        if state.undecoded.len() < UNDECODED || matches!(state.source, Source::Broken(_)) {
            return Ok(state.undecoded.clone());
        }
        let data = state.take_all(&self.wire)?;
        let decoder = state.decoder.as_ref().ok_or(BodyError::NotKept)?;
        decoder.encoded(&data).ok_or(BodyError::NotKept)
    }

    /// Looks at the chunks that have come so far, if this is a chunked body.
    pub fn chunks<T>(&self, look: impl FnOnce(&Decoder) -> T) -> Option<T> {
        self.state.lock().decoder.as_deref().map(look)
    }

    /// Whether no more of the body is on the wire.
    pub fn is_received(&self) -> bool {
        let state = self.state.lock();
        match (&state.source, &state.decoder) {
            (Source::Done | Source::Broken(_) | Source::Counted { left: 0 }, _) => true,
            (Source::Chunked, Some(decoder)) => decoder.is_done(),
            (Source::Counted { .. } | Source::Chunked, _) => false,
        }
    }

    /// Why the body cannot be read to its end, if that is known by now.
    pub fn broken(&self) -> Option<BodyError> {
        match &self.state.lock().source {
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
        let state = self.state.lock();
        let inbound = self.wire.inbound();
        let buffered = inbound.buffered();
        let ahead = state.ahead.as_ref().filter(|ahead| !ahead.is_empty());
        let rest = match &state.source {
            _ if ahead.is_some() => ahead.map_or(0, |ahead| ahead.rest_among(buffered)),
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

    /// The same for bytes that are discarded. They are not kept in memory; an error has at most the
    /// last ones.
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

    /// Takes up to `count` bytes as soon as there are any, whatever they are; none at the end of the
    /// client's bytes. Those of the body count as read. No lock is held while it waits, so that the
    /// exchange can end meanwhile.
    pub fn read_some(&self, count: usize) -> Vec<u8> {
        loop {
            let bytes = self.state.lock().take_arrived(&self.wire, count);
            if !bytes.is_empty() || count == 0 {
                return bytes;
            }
            self.wire
                .wait(|| self.wire.is_readable_within(LONGEST_WAIT));
            let _state = self.state.lock();
            let mut inbound = self.wire.inbound();
            if inbound.buffered().is_empty() && inbound.fill() == 0 {
                return Vec::new();
            }
        }
    }

    /// Takes up to `count` bytes that have arrived, whatever they are; none while another thread is
    /// reading. Those of the body count as read.
    pub fn take_arrived(&self, count: usize) -> Vec<u8> {
        self.state
            .try_lock()
            .map_or_else(Vec::new, |mut state| state.take_arrived(&self.wire, count))
    }

    /// Up to `count` of the bytes that [`Body::take_arrived`] would take.
    pub fn arrived(&self, count: usize) -> Vec<u8> {
        let Some(mut state) = self.state.try_lock() else {
            return Vec::new();
        };
        match &mut state.ahead {
            Some(ahead) if !ahead.is_empty() => ahead.peek(count as u64).unwrap_or_default(),
            _ => self.wire.arrived(count),
        }
    }

    /// Bytes that a script has received from the socket itself count as read.
    pub fn count_received(&self, bytes: &[u8]) {
        if let Some(mut state) = self.state.try_lock() {
            state.count_raw(bytes);
        }
    }

    /// Takes bytes off the wire, and keeps so many, the last ones; no fewer than the pattern has.
    fn take_raw(
        &self,
        what: &Reading,
        limit: Option<Instant>,
        kept: usize,
    ) -> Result<Vec<u8>, RawReadError> {
        let mut state = self.state.lock();
        let mut read = Vec::new();
        let mut count_read = 0;
        loop {
            let wanted_of = |buffered: &[u8], read: &[u8]| match what {
                Reading::Bytes(count) => {
                    let left = count.saturating_sub(count_read);
                    usize::try_from(left).unwrap_or(usize::MAX)
                }
                Reading::Until(pattern) if read.ends_with(pattern) => 0,
                Reading::Until(pattern) => bytes_up_to(pattern, read, buffered),
            };
            let at = read.len();
            if let Some(ahead) = state.ahead.as_mut().filter(|ahead| !ahead.is_empty()) {
                let bytes = match ahead.peek(u64::MAX) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        log::error!("{}", BodyError::from(error));
                        return Err(RawReadError::Ended(read));
                    }
                };
                let taken = wanted_of(&bytes, &read).min(bytes.len());
                if taken == 0 {
                    return Ok(read);
                }
                ahead.consume(taken);
                read.extend_from_slice(&bytes[..taken]);
                state.count_raw(&read[at..]);
                count_read += taken as u64;
                read.drain(..read.len().saturating_sub(kept));
                continue;
            }
            let mut inbound = self.wire.inbound();
            let wanted = wanted_of(inbound.buffered(), &read);
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
    /// Takes up to `count` bytes that have arrived; none while another thread is reading.
    fn take_arrived(&mut self, wire: &Wire, count: usize) -> Vec<u8> {
        let bytes = match &mut self.ahead {
            Some(ahead) if !ahead.is_empty() => {
                let bytes = ahead.peek(count as u64).unwrap_or_default();
                ahead.consume(bytes.len());
                bytes
            }
            _ => wire.take_arrived(count),
        };
        self.count_raw(&bytes);
        bytes
    }

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
                self.show(&bytes[..taken as usize]);
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
                self.show(&data);
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
