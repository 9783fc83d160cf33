//! A [`Turn`] is one exchange's right to write on its wire. It ends when the next exchange of the
//! connection begins, or when the connection is closed: a handler that kept its response and writes
//! later then gets [`Gone`] and harms no other exchange.
//!
//! The turn also records what was written of a response ([`Written`]) and what the handler and its
//! wire scripts want to become of the connection ([`Fate`]).

use std::mem;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cpu_time::ThreadTime;
use rustix_futex_sync::Mutex;

use crate::http::sent_status::SentStatus;
use crate::wire::budget::{self, Full, Share};
use crate::wire::outbound::{Gone, Outbound, Sent};
use crate::wire::{Wire, close, gather};

use super::fate::Fate;
use super::faults::{Faults, Next, Pacing};
use super::request::Request;

/// The right to write on a wire during one exchange.
#[derive(Debug)]
pub struct Turn {
    wire: Arc<Wire>,
    number: u64,
    /// Bytes of the connection before this exchange.
    before: u64,
    /// A [`Written`].
    written: AtomicU8,
    /// Whether `100 Continue` was sent, which does not belong to the final response.
    continue_sent: AtomicBool,
    /// 0 as long as it is not known.
    status: AtomicI64,
    /// Looks for the status in bytes that a handler writes as they are.
    seen: Mutex<SentStatus>,
    fate: Mutex<Fate>,
    known_connections: AtomicU64,
    /// Faults of the response; without them, all bytes are sent at once.
    pacing: OnceLock<Pacing>,
    /// The number of the request among those that a wire script counts.
    number_among: OnceLock<u64>,
    /// When [`Turn::is_wanted`] last looked for the client, in the thread's processor time.
    looked: AtomicU64,
    /// When it found that the client had closed its sending half; 0 before that.
    left: AtomicU64,
    /// What content that is made for the exchange takes of the server's memory.
    share: Share,
}

/// Processor time between two looks for the client.
const LOOK: u64 = 10_000_000;

/// Processor time that an exchange may use after its client has closed its sending half. A client that has
/// left cannot be told from one that still reads, as `nc -N` does.
const AFTER_FIN: u64 = 50_000_000;

/// What was written of a final response, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Written {
    /// Nothing, so the server sends the handler's [`Response`](super::Response).
    Nothing,
    /// The handler writes the response itself, through this type. Its [`Response`](super::Response)
    /// is not sent.
    Begun,
    /// The handler has sent bytes on the socket itself, which are not counted here.
    HandedOver,
}

impl Written {
    fn from_u8(value: u8) -> Self {
        match value {
            0 => Self::Nothing,
            1 => Self::Begun,
            _ => Self::HandedOver,
        }
    }
}

/// Whether a head call's bytes may wait for the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathering {
    /// At most for a millisecond.
    Allowed,
    /// Every call is a separate write.
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
            written: AtomicU8::new(Written::Nothing as u8),
            continue_sent: AtomicBool::new(false),
            status: AtomicI64::new(0),
            seen: Mutex::default(),
            fate: Mutex::default(),
            known_connections: AtomicU64::new(0),
            pacing: OnceLock::new(),
            number_among: OnceLock::new(),
            looked: AtomicU64::new(0),
            left: AtomicU64::new(0),
            share: Share::default(),
        }
    }

    /// The connection.
    pub fn wire(&self) -> &Arc<Wire> {
        &self.wire
    }

    /// Writes bytes to the socket. Waits as long as the client does not read.
    ///
    /// # Errors
    /// [`Gone`] when the client is gone, or when this exchange is over.
    pub fn send(&self, bytes: &[u8]) -> Result<(), Gone> {
        match self.pacing.get() {
            None => self.send_at_once(bytes),
            Some(pacing) => self.send_paced(pacing, bytes),
        }
    }

    /// Imposes faults on the response; only once, and before anything of it is sent.
    pub fn impose(&self, faults: Faults) {
        if faults != Faults::default() {
            // They stay as they are if some are imposed already.
            let _ = self.pacing.set(Pacing::new(faults));
        }
    }

    fn send_paced(&self, pacing: &Pacing, mut bytes: &[u8]) -> Result<(), Gone> {
        if let Some(delay) = pacing.begin() {
            self.pause(delay)?;
        }
        loop {
            match pacing.next(bytes.len()) {
                Next::Pause(time) => self.pause(time)?,
                Next::Send(count) => {
                    let (piece, rest) = bytes.split_at(count);
                    self.send_at_once(piece)?;
                    pacing.sent(count);
                    bytes = rest;
                    if bytes.is_empty() && pacing.next(0) != Next::Reset {
                        return Ok(());
                    }
                }
                Next::Reset => {
                    self.grow_fate(Fate::Abort);
                    close::reset(&self.wire);
                    return Err(Gone);
                }
            }
        }
    }

    fn send_at_once(&self, bytes: &[u8]) -> Result<(), Gone> {
        let mut outbound = self.wire.outbound();
        self.check(&outbound)?;
        outbound.send(bytes)
    }

    /// Waits, unless the client leaves.
    ///
    /// # Errors
    /// [`Gone`] when the client is gone, which ends the wait.
    pub fn pause(&self, time: Duration) -> Result<(), Gone> {
        if self.wire.wait(|| self.wire.is_gone_within(time)) {
            Err(Gone)
        } else {
            Ok(())
        }
    }

    /// Whether the client may still be waiting for the response. Long computations check this every
    /// few milliseconds and stop at `false`: the client has reset the connection, or has closed its
    /// sending half and the computation has used 50 ms of processor time since.
    pub fn is_wanted(&self) -> bool {
        let now = processor_time();
        let looked = self.looked.load(Ordering::Relaxed);
        // The clock of another thread may show an earlier time.
        if looked != 0 && now >= looked && now - looked < LOOK {
            return true;
        }
        self.looked.store(now, Ordering::Relaxed);
        if !self.wire.is_left_within(Some(Duration::ZERO)) {
            return true;
        }
        if self.wire.is_gone_within(Duration::ZERO) {
            return false;
        }
        match self.left.load(Ordering::Relaxed) {
            0 => {
                self.left.store(now.max(1), Ordering::Relaxed);
                true
            }
            left => now.saturating_sub(left) < AFTER_FIN,
        }
    }

    /// Counts content of this size as in memory until the response has been sent. Of several calls, the one
    /// with the most bytes counts. Waits for a moment if there is no room.
    ///
    /// # Errors
    /// [`Full`] if other requests in progress leave too little of `limits.memory`.
    pub fn hold(&self, bytes: usize) -> Result<(), Full> {
        budget::wait_for_room(|| self.share.grow_to(self.wire.memory(), bytes))
    }

    /// The content that was counted is no longer in memory.
    pub(crate) fn release_content(&self) {
        self.share.release(self.wire.memory());
    }

    /// Writes as many bytes as the kernel accepts immediately. Never waits: while another thread is
    /// writing, no byte is written. With [faults](Turn::impose), it is [`Turn::send`].
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn send_now(&self, bytes: &[u8]) -> Result<Sent, Gone> {
        if let Some(pacing) = self.pacing.get() {
            return self.send_paced(pacing, bytes).map(|()| Sent::All);
        }
        let Some(mut outbound) = self.wire.try_outbound() else {
            return Ok(Sent::Part(0));
        };
        self.check(&outbound)?;
        outbound.send_now(bytes)
    }

    /// Accepts parts of a head, which are sent with the next write or within a millisecond. `false`
    /// if another thread is writing, and nothing was accepted.
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn hold_back(&self, parts: &[&[u8]]) -> Result<bool, Gone> {
        if self.pacing.get().is_some() {
            return self.send(&parts.concat()).map(|()| true);
        }
        let Some(mut outbound) = self.wire.try_outbound() else {
            return Ok(false);
        };
        self.check(&outbound)?;
        gather::hold_back(&self.wire, &mut outbound, parts)?;
        Ok(true)
    }

    /// Sends `100 Continue` once, if the client of this request waits for it (RFC 9110 §10.1.1).
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn send_continue(&self, request: &Request) -> Result<(), Gone> {
        if request.expects_continue() && !self.continue_sent.swap(true, Ordering::Relaxed) {
            self.send_at_once(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        Ok(())
    }

    /// Whether `100 Continue` was sent.
    pub fn has_continued(&self) -> bool {
        self.continue_sent.load(Ordering::Relaxed)
    }

    /// Hands head bytes that wait for the next write to the kernel.
    ///
    /// # Errors
    /// As [`Turn::send`].
    pub fn flush(&self) -> Result<(), Gone> {
        let mut outbound = self.wire.outbound();
        self.check(&outbound)?;
        outbound.flush()
    }

    /// Connections that the server had accepted when this exchange began, or when it last waited for
    /// another connection.
    pub fn known_connections(&self) -> u64 {
        self.known_connections.load(Ordering::Relaxed)
    }

    /// Records how many connections the server has accepted by now.
    pub fn know_connections(&self, count: u64) {
        self.known_connections.store(count, Ordering::Relaxed);
    }

    /// The number of the request among those that a wire script counts; counted once.
    pub(crate) fn number_among(&self, count: impl FnOnce() -> u64) -> u64 {
        *self.number_among.get_or_init(count)
    }

    /// Contributes to the fate of the connection ([`Fate::join`]).
    pub fn grow_fate(&self, fate: Fate) {
        let mut current = self.fate.lock();
        *current = mem::take(&mut *current).join(fate);
    }

    /// Takes the strongest fate contributed so far; [`Fate::Keep`] remains.
    pub fn take_fate(&self) -> Fate {
        mem::take(&mut self.fate.lock())
    }

    /// Records that a response has begun, so that no other may.
    pub fn mark_written(&self) {
        self.mark(Written::Begun);
    }

    /// Records that the handler has sent bytes on the socket itself.
    pub fn mark_handed_over(&self) {
        self.mark(Written::HandedOver);
    }

    fn mark(&self, written: Written) {
        self.written.fetch_max(written as u8, Ordering::Relaxed);
    }

    /// Resets the record, so that the handler's [`Response`](super::Response) is sent after all.
    pub fn mark_unwritten(&self) {
        let nothing = Written::Nothing as u8;
        self.written.store(nothing, Ordering::Relaxed);
    }

    /// How much of a response was written.
    pub fn written(&self) -> Written {
        Written::from_u8(self.written.load(Ordering::Relaxed))
    }

    /// Whether a response has begun.
    pub fn is_written(&self) -> bool {
        self.written() > Written::Nothing
    }

    /// Whether a handler took over the response and then sent nothing.
    pub fn is_silent(&self) -> bool {
        self.written() == Written::Begun && self.sent() == 0
    }

    /// Records the status for the access log.
    pub fn note_status(&self, status: i64) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// Looks for the status in bytes that a handler writes as they are, unless it is known.
    pub fn look_for_status(&self, parts: &[&[u8]]) {
        if self.status.load(Ordering::Relaxed) != 0 {
            return;
        }
        let mut seen = self.seen.lock();
        parts.iter().for_each(|part| seen.push(part));
        if let Some(status) = seen.settled() {
            // Another thread may have noted one meanwhile.
            let (unknown, found) = (0, i64::from(status));
            let order = Ordering::Relaxed;
            let _ = self.status.compare_exchange(unknown, found, order, order);
        }
    }

    /// The status that was sent last, or the first one in bytes that a handler wrote as they are; 0 as long as
    /// it is not known.
    pub fn status(&self) -> i64 {
        match self.status.load(Ordering::Relaxed) {
            0 => self.seen.lock().status().map_or(0, i64::from),
            status => status,
        }
    }

    /// Bytes sent during this exchange.
    pub fn sent(&self) -> u64 {
        self.wire.outbound().total() - self.before
    }

    /// Whether the next exchange of the connection has begun. Never waits: while another thread is
    /// writing, the answer is `false`.
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

impl Drop for Turn {
    fn drop(&mut self) {
        self.release_content();
    }
}

/// Nanoseconds of processor time that this thread has used. rustix reads this clock, too, but crashes
/// when it does so under valgrind.
fn processor_time() -> u64 {
    let time = ThreadTime::try_now().map_or(Duration::ZERO, |time| time.as_duration());
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}
