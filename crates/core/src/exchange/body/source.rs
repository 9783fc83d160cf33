//! The rest of a body that is still on the wire, and how it is read: counted bytes, or chunks.

use std::time::{Duration, Instant};

use crate::http::Malformed;
use crate::http::chunked::Decoder;
use crate::wire::Wire;

use super::{BodyError, PIECE, UNDECODED};

/// What is still on the wire.
#[derive(Debug)]
pub(super) enum Source {
    Counted { left: u64 },
    Chunked,
    Done,
    Broken(BodyError),
}

/// Why nothing came.
pub(super) enum Stop {
    Ended,
    Malformed(Malformed),
}

pub(super) type Fetched = Result<usize, Stop>;

pub(super) fn fetch_counted(wire: &Wire, left: &mut u64, count: u64, out: &mut Vec<u8>) -> Fetched {
    let want = (*left).min(count).min(PIECE as u64) as usize;
    out.resize(want, 0);
    let mut inbound = wire.inbound();
    let got = inbound.read(out);
    out.truncate(got);
    *left -= got as u64;
    if got == 0 && want > 0 {
        return Err(Stop::Ended);
    }
    Ok(got)
}

pub(super) fn fetch_chunked(
    wire: &Wire,
    decoder: &mut Decoder,
    undecoded: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Fetched {
    let mut inbound = wire.inbound();
    while out.is_empty() && !decoder.is_done() {
        if inbound.buffered().is_empty() && inbound.fill() == 0 {
            return Err(Stop::Ended);
        }
        let (taken, decoded) = decode(decoder, inbound.buffered(), out);
        keep_undecoded(undecoded, &inbound.buffered()[..taken]);
        inbound.consume(taken);
        decoded.map_err(Stop::Malformed)?;
    }
    Ok(out.len())
}

/// Decodes from the front of `input`, and returns how many of its bytes belong to the body. A malformed
/// body ends with the byte that is wrong, however the bytes arrived.
pub(super) fn decode(
    decoder: &mut Decoder,
    input: &[u8],
    out: &mut Vec<u8>,
) -> (usize, Result<(), Malformed>) {
    let before = decoder.consumed();
    match decoder.decode(input, out) {
        Ok(consumed) => (consumed, Ok(())),
        Err(malformed) => {
            let good = usize::try_from(decoder.consumed() - before).unwrap_or(usize::MAX);
            (good.saturating_add(1).min(input.len()), Err(malformed))
        }
    }
}

pub(super) fn keep_undecoded(undecoded: &mut Vec<u8>, bytes: &[u8]) {
    let room = UNDECODED - undecoded.len();
    undecoded.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// How long after a limit bytes that have arrived are still read. Bytes that arrived in time are read,
/// even with a limit of zero; a client that never stops sending cannot delay the limit for longer.
const TAKING: Duration = Duration::from_secs(1);

/// Whether there is something to read before the limit.
pub(super) fn is_in_time(wire: &Wire, limit: Option<Instant>) -> bool {
    limit.is_none_or(|limit| {
        let now = Instant::now();
        now.saturating_duration_since(limit) < TAKING
            && wire.is_readable_within(limit.saturating_duration_since(now))
    })
}
