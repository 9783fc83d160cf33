//! Ways to end a connection. The orderly one is FIN, then reading for a bounded time: closing a
//! socket while the kernel has unread bytes sends RST, which can destroy the response. Through TLS,
//! close_notify precedes FIN, so that a client can tell the end from a cut (RFC 8446 §6.1). A reset and a
//! cut say nothing on that layer.

use std::io::ErrorKind;
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::time::{Duration, Instant};

use crate::transcript::{Side, WITHOUT_NOTIFY};

use super::Wire;
use super::socket::Blocking;

/// How long to read on after our FIN. A client that is still sending has this long to notice the
/// response.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// How many bytes to read on after our FIN, about what a fast client sends in that time.
const DRAIN_BYTES: usize = 256 * 1024 * 1024;

/// FIN, then read until the client closes as well, or for `DRAIN_TIME`. A handler that set `SO_LINGER`
/// to zero seconds asked for RST instead. The system would send it only once the last descriptor is
/// closed, and a child process that the handler forked may hold one.
pub fn fin_then_drain(wire: &Wire) {
    // Most clients send only their own FIN.
    if let Some(mut left) = fin(wire)
        && left.read(wire, &mut [0; 256])
    {
        drain(wire, left);
    }
}

/// FIN; what may still be read, unless the connection is over.
pub fn fin(wire: &Wire) -> Option<Left> {
    wire.outbound().shut();
    if wire.stream.socket().resets_when_closed() {
        reset(wire);
        return None;
    }
    wire.stream.close_notify();
    note_end(wire);
    let shut = || wire.stream.fin();
    let shut = wire.tape().map_or_else(shut, |tape| tape.shutting(shut));
    match shut {
        Ok(()) => Some(Left {
            bytes: DRAIN_BYTES,
            until: Instant::now() + DRAIN_TIME,
        }),
        Err(_) => {
            record_reset(wire);
            None
        }
    }
}

fn note_end(wire: &Wire) {
    if let Some(tape) = wire.tape()
        && wire.stream.secured().is_some()
        && !wire.announces_end()
    {
        tape.note(WITHOUT_NOTIFY);
    }
}

/// A script that only waits does not read the client's reset.
fn record_reset(wire: &Wire) {
    if let Some(tape) = wire.tape() {
        let mut room = [MaybeUninit::uninit(); 1];
        let read = wire.stream.socket().read_into(&mut room, Blocking::Return);
        if let Err(error) = read {
            tape.read(&Err(error), &[]);
        }
    }
}

/// What may still be read after our FIN.
#[derive(Debug)]
pub struct Left {
    bytes: usize,
    until: Instant,
}

/// Not within its caller, whose stack would have the room at the end of every connection.
#[inline(never)]
fn drain(wire: &Wire, mut left: Left) {
    let mut scratch = [0; 16 * 1024];
    while left.read(wire, &mut scratch) {}
}

/// What a look at a connection finds that the server has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Its client may still send.
    Nothing,
    /// Its client is sending.
    Bytes,
    /// Nothing more is awaited.
    End,
}

/// Reads in one [`Left::look`].
const READS: usize = 64;

impl Left {
    /// Reads what has arrived on a connection without a tape. Does not wait.
    pub fn look(&mut self, wire: &Wire) -> Seen {
        // Most clients send only their own FIN.
        let seen = match self.read_now(wire, &mut [MaybeUninit::uninit(); 256]) {
            Seen::Bytes => self.read_all(wire),
            seen => seen,
        };
        match self.bytes == 0 || Instant::now() >= self.until {
            true => Seen::End,
            false => seen,
        }
    }

    /// Not within its caller, for the same reason as [`drain`].
    #[inline(never)]
    fn read_all(&mut self, wire: &Wire) -> Seen {
        let mut scratch = [MaybeUninit::uninit(); 16 * 1024];
        for _ in 0..READS {
            match self.read_now(wire, &mut scratch) {
                Seen::Bytes => {}
                Seen::Nothing => break,
                Seen::End => return Seen::End,
            }
        }
        Seen::Bytes
    }

    fn read_now(&mut self, wire: &Wire, scratch: &mut [MaybeUninit<u8>]) -> Seen {
        match wire.stream.socket().read_into(scratch, Blocking::Return) {
            Ok([]) => Seen::End,
            Ok(arrived) => {
                self.bytes = self.bytes.saturating_sub(arrived.len());
                Seen::Bytes
            }
            Err(error) => match error.kind() {
                ErrorKind::Interrupted | ErrorKind::WouldBlock => Seen::Nothing,
                _ => Seen::End,
            },
        }
    }

    /// Reads once; `false` at the end, and when enough has been read.
    fn read(&mut self, wire: &Wire, scratch: &mut [u8]) -> bool {
        let socket = wire.stream.socket();
        let time = self.until.saturating_duration_since(Instant::now());
        if self.bytes == 0 || time.is_zero() || socket.set_read_timeout(Some(time)).is_err() {
            return false;
        }
        let read = socket.read(scratch);
        if let Some(tape) = wire.tape() {
            match (wire.stream.secured(), &read) {
                (Some(secured), Ok(count @ 1..)) => {
                    let plaintext = secured.plaintext_of(&scratch[..*count]);
                    if !plaintext.is_empty() {
                        tape.received(&plaintext, plaintext.len() as u64);
                    }
                }
                _ => tape.read(&read, scratch),
            }
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
    wire.stream.close_notify();
    note_end(wire);
    let shut = || wire.stream.fin();
    // An error means that the client is gone and needs no FIN.
    let _ = wire.tape().map_or_else(shut, |tape| tape.shutting(shut));
}

/// close_notify without FIN: the session is over, and its connection may carry other bytes. Nothing more is
/// sent through the session. In the clear, later writes fail as well.
pub fn end_session(wire: &Wire) {
    wire.outbound().shut();
    wire.stream.close_notify();
    wire.break_session();
}

/// RST at once, whatever other descriptors the connection has. What the kernel has not sent yet is lost.
pub fn reset(wire: &Wire) {
    if let Some(tape) = wire.tape() {
        tape.reset(Side::Server);
    }
    if let Err(error) = wire.stream.socket().reset() {
        log::debug!("a connection could not be reset: {error}");
    }
    // After the reset: a write that waits for the client holds this half until the reset ends it.
    wire.outbound().shut();
}

/// Ends both directions at once, which wakes the threads that wait on them.
pub fn cut(wire: &Wire) {
    if let Some(tape) = wire.tape() {
        tape.cut();
    }
    // An error means that the connection has ended already.
    let _ = wire.stream.socket().shutdown(Shutdown::Both);
}
