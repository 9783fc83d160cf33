//! Ways to end a connection. The gentle one is FIN, then reading what still comes for a bounded time:
//! closing with unread bytes in the kernel would send RST and could take the answer with it.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::transcript::Side;

use super::Wire;

/// How long to read on behind our FIN. A client that still sends has this long to notice the answer.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// How many bytes to read on behind our FIN, about what a fast client sends in that time.
const DRAIN_BYTES: usize = 256 * 1024 * 1024;

/// FIN, then read until the peer closes as well, or for `DRAIN_TIME`. A handler that set
/// `SO_LINGER` to zero has asked for RST instead, which the system would send only when nobody has a
/// descriptor any more: a child process that the handler has forked may.
pub fn fin_then_drain(wire: &Wire) {
    wire.outbound().shut();
    let stream: &TcpStream = wire.stream();
    if matches!(SockRef::from(stream).linger(), Ok(Some(Duration::ZERO))) {
        return reset(wire);
    }
    let shut = || stream.shutdown(Shutdown::Write);
    if wire
        .tape()
        .map_or_else(shut, |tape| tape.shutting(shut))
        .is_err()
    {
        return;
    }
    let mut left = Left {
        bytes: DRAIN_BYTES,
        until: Instant::now() + DRAIN_TIME,
    };
    // Most peers have nothing more to say than their own FIN.
    if left.read(wire, &mut [0; 256]) {
        drain(wire, left);
    }
}

/// What may still be read.
struct Left {
    bytes: usize,
    until: Instant,
}

/// Not within its caller, whose stack would have the room at the end of every connection.
#[inline(never)]
fn drain(wire: &Wire, mut left: Left) {
    let mut scratch = [0; 16 * 1024];
    while left.read(wire, &mut scratch) {}
}

impl Left {
    /// Reads once; `false` at the end, and when enough has been read.
    fn read(&mut self, wire: &Wire, scratch: &mut [u8]) -> bool {
        let mut stream = wire.stream();
        let time = self.until.saturating_duration_since(Instant::now());
        if self.bytes == 0 || time.is_zero() || stream.set_read_timeout(Some(time)).is_err() {
            return false;
        }
        let read = stream.read(scratch);
        if let Some(tape) = wire.tape() {
            tape.read(&read, scratch);
        }
        match read {
            Ok(0) => false,
            Ok(count) => {
                self.bytes = self.bytes.saturating_sub(count);
                true
            }
            Err(error) => error.kind() == ErrorKind::Interrupted,
        }
    }
}

/// FIN, and nothing more is sent; what the client sends can still be read.
pub fn half_close(wire: &Wire) {
    wire.outbound().shut();
    let shut = || wire.stream().shutdown(Shutdown::Write);
    // A peer that is gone already needs no FIN.
    let _ = wire.tape().map_or_else(shut, |tape| tape.shutting(shut));
}

/// RST, at once, whatever other descriptors there are on this connection. What the kernel has not sent
/// yet is lost.
pub fn reset(wire: &Wire) {
    if let Some(tape) = wire.tape() {
        tape.reset(Side::Server);
    }
    // To undo the connection is how Linux aborts one that others hold descriptors of (connect(2),
    // AF_UNSPEC); SO_LINGER would wait for the last of them to be closed.
    if let Err(error) = rustix::net::connect_unspec(wire.stream()) {
        log::debug!("a connection could not be reset: {error}");
    }
    // Behind it: a write that waits for the peer holds this half until it is told.
    wire.outbound().shut();
}

/// Ends both halves at once, which wakes whoever waits on them.
pub fn cut(wire: &Wire) {
    if let Some(tape) = wire.tape() {
        tape.cut();
    }
    // Already ended is as good as ended.
    let _ = wire.stream().shutdown(Shutdown::Both);
}
