//! A [`Turn`] is one exchange's right to write on its wire. It ends when the next exchange of the
//! connection begins, or when the connection is closed: a handler that kept its response and writes
//! later can then harm nobody.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::wire::outbound::{Gone, Outbound, Sent};
use crate::wire::{Wire, gather};
use crate::wire_script::{By, WireScript};

use super::request::Request;

/// The right to write on a wire during one exchange.
#[derive(Debug)]
pub struct Turn {
    wire: Arc<Wire>,
    number: u64,
    /// Bytes of the connection before this exchange.
    before: u64,
    written: AtomicBool,
    handed_over: AtomicBool,
    continued: AtomicBool,
    status: AtomicI64,
    after: Mutex<After>,
    known_connections: AtomicU64,
}

/// What is to come when this exchange is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// What response and client wish.
    #[default]
    ByResponse,
    /// The end of the connection.
    Close,
    /// The next request, answered so, and the rest of a wire script behind it.
    Next(By, WireScript),
}

/// Whether a head call's bytes may wait for the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathering {
    /// At most for a millisecond.
    Allowed,
    /// Every call is a segment of its own.
    Off,
}

impl Turn {
    /// Begins the next exchange on a wire.
    pub fn begin(wire: Arc<Wire>) -> Self {
        let mut outbound = wire.outbound();
        let (number, before) = (outbound.next_exchange(), outbound.total());
        drop(outbound);
        Self {
            wire,
            number,
            before,
            written: AtomicBool::new(false),
            handed_over: AtomicBool::new(false),
            continued: AtomicBool::new(false),
            status: AtomicI64::new(0),
            after: Mutex::default(),
            known_connections: AtomicU64::new(0),
        }
    }

    /// The connection.
    pub fn wire(&self) -> &Arc<Wire> {
        &self.wire
    }

    /// Hands bytes to the kernel, waiting for the peer as long as that takes.
    ///
    /// # Errors
    /// [`Gone`] when the peer is, or when this exchange's turn is over.
    pub fn send(&self, bytes: &[u8]) -> Result<(), Gone> {
        let mut outbound = self.wire.outbound();
        self.check(&outbound)?;
        outbound.send(self.wire.stream(), bytes)
    }

    /// Waits, as long as the peer is there.
    ///
    /// # Errors
    /// [`Gone`] when the peer is, which ends the wait.
    pub fn pause(&self, time: Duration) -> Result<(), Gone> {
        if self.wire.is_gone_within(time) {
            Err(Gone)
        } else {
            Ok(())
        }
    }

    /// Hands to the kernel what it takes at once. Nobody waits: where another thread is writing, not
    /// a byte is taken.
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn send_now(&self, bytes: &[u8]) -> Result<Sent, Gone> {
        let Some(mut outbound) = self.wire.try_outbound() else {
            return Ok(Sent::Part(0));
        };
        self.check(&outbound)?;
        outbound.send_now(self.wire.stream(), bytes)
    }

    /// Takes parts of a head, which go out with the next write or within a millisecond. `false` when
    /// another thread is writing, and nothing was taken.
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn hold_back(&self, parts: &[&[u8]]) -> Result<bool, Gone> {
        let Some(mut outbound) = self.wire.try_outbound() else {
            return Ok(false);
        };
        self.check(&outbound)?;
        gather::hold_back(&self.wire, &mut outbound, parts)?;
        Ok(true)
    }

    /// Sends `100 Continue` if the client of this request waits for it (RFC 9110 §10.1.1): once.
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn send_continue(&self, request: &Request) -> Result<(), Gone> {
        if request.expects_continue() && !self.continued.swap(true, Ordering::Relaxed) {
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        Ok(())
    }

    /// Hands head bytes that wait for the next write to the kernel.
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn flush(&self) -> Result<(), Gone> {
        self.send(&[])
    }

    /// How many connections the server had seen when this exchange began, or when it last waited for
    /// another one.
    pub fn known_connections(&self) -> u64 {
        self.known_connections.load(Ordering::Relaxed)
    }

    /// Says how many connections the server has seen by now.
    pub fn know_connections(&self, count: u64) {
        self.known_connections.store(count, Ordering::Relaxed);
    }

    /// Says what is to come when this exchange is over.
    pub fn set_after(&self, after: After) {
        *self.after.lock().unwrap_or_else(PoisonError::into_inner) = after;
    }

    /// Takes what was said last.
    pub fn take_after(&self) -> After {
        std::mem::take(&mut self.after.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A response has begun to go out, so no other may.
    pub fn mark_written(&self) {
        self.written.store(true, Ordering::Relaxed);
    }

    /// The handler has sent bytes on the socket itself, past this type.
    pub fn mark_handed_over(&self) {
        self.handed_over.store(true, Ordering::Relaxed);
        self.mark_written();
    }

    /// Whether a handler has taken the response upon itself and then sent not a byte.
    pub fn is_silent(&self) -> bool {
        self.is_written() && !self.handed_over.load(Ordering::Relaxed) && self.sent() == 0
    }

    /// Says whether a response has begun to go out, for handlers that know better.
    pub fn set_written(&self, written: bool) {
        self.written.store(written, Ordering::Relaxed);
    }

    /// Whether a response has begun to go out.
    pub fn is_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// Remembers the status for the access log.
    pub fn note_status(&self, status: i64) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// The status that was sent last, 0 if the handler wrote none that we know of.
    pub fn status(&self) -> i64 {
        self.status.load(Ordering::Relaxed)
    }

    /// Bytes sent during this exchange.
    pub fn sent(&self) -> u64 {
        self.wire.outbound().total() - self.before
    }

    /// Whether the connection's next exchange has begun, and what goes over the connection is its own.
    /// Nobody waits: where another thread is writing it is not known, and `false`.
    pub fn is_over(&self) -> bool {
        let outbound = self.wire.try_outbound();
        outbound.is_some_and(|outbound| self.check(&outbound).is_err())
    }

    fn check(&self, outbound: &Outbound) -> Result<(), Gone> {
        if outbound.exchange() == self.number {
            Ok(())
        } else {
            Err(Gone)
        }
    }
}
