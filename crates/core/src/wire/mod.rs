//! The sockets, which no other module touches. A [`Wire`] is one accepted connection: an inbound half
//! that reads heads and bodies into one buffer, and an outbound half whose writing calls return only
//! when the kernel has the bytes, or report that the client is gone ([`outbound::Gone`]).
//!
//! A `Stream` is the one type for connections in the clear and through TLS. `socket`
//! makes the system calls, and `session` has the cryptography; `directions` joins both. Nothing outside this
//! module depends on which of them a connection uses. The locks, in the order in which a thread may take
//! them: a half of the wire, the lock in `directions` that belongs to it, the session.
//!
//! This module knows how to end a connection; `server/connection` decides when.

pub mod arrivals;
pub mod budget;
pub mod close;
#[cfg(feature = "tls")]
mod directions;
mod flusher;
pub mod gather;
mod guards;
#[cfg(feature = "tls")]
pub mod handshake;
pub mod inbound;
mod inherited;
pub mod listener;
pub mod outbound;
#[cfg_attr(not(feature = "tls"), path = "never_secured.rs")]
mod secured;
#[cfg(feature = "tls")]
mod session;
mod socket;
mod socket_file;
mod stream;
mod tls_info;

use std::io;
use std::net::TcpStream;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

use crate::http::address::Address;
use crate::http::scheme::Scheme;
use crate::phases::{self, Phase};
use crate::transcript::{Recorder, Tape};

use budget::{Budget, Budgets};
use inbound::Inbound;
use listener::Accepted;
use outbound::Outbound;
use secured::Secured;
use stream::Stream;

pub use guards::{InboundGuard, NoHead, OutboundGuard};
pub use tls_info::{Cipher, TlsInfo, TlsVersion};

/// One accepted connection.
#[derive(Debug)]
pub struct Wire {
    stream: Stream,
    number: u64,
    peer: Address,
    local: Address,
    scheme: Scheme,
    accepted: Instant,
    // Both are valid between any two statements: after a panic of their holder, they are used as they are.
    inbound: Mutex<Inbound>,
    outbound: Mutex<Outbound>,
    /// The transcript of this connection; both halves write to it.
    tape: Option<Arc<Tape>>,
    /// Waits that end when the server stops.
    waits: AtomicUsize,
    budgets: Arc<Budgets>,
}

impl Wire {
    /// Takes over an accepted socket and turns Nagle's algorithm off: a write is a segment.
    ///
    /// # Errors
    /// When the client has already reset the connection.
    pub fn new(stream: TcpStream) -> io::Result<Arc<Self>> {
        stream.set_nodelay(true)?;
        let accepted = Accepted {
            peer: stream.peer_addr()?.into(),
            local: stream.local_addr()?.into(),
            socket: stream.into(),
        };
        let scheme = Scheme::Http;
        Ok(Self::recorded(accepted, scheme, 1, None, &Arc::default()))
    }

    /// A connection that one of our own [listeners](listener::Listener) has accepted for this scheme; with
    /// its number among the server's connections, and on a tape of the recorder's if there is one.
    pub fn recorded(
        Accepted {
            socket,
            peer,
            local,
        }: Accepted,
        scheme: Scheme,
        number: u64,
        recorder: Option<&Recorder>,
        budgets: &Arc<Budgets>,
    ) -> Arc<Self> {
        let tape = recorder.map(|recorder| recorder.tape(number, &peer, &local));
        Arc::new(Self {
            number,
            peer,
            local,
            scheme,
            accepted: Instant::now(),
            stream: Stream::new(socket),
            inbound: Mutex::new(Inbound::of_server(Arc::clone(budgets), tape.clone())),
            outbound: Mutex::new(Outbound::recorded(tape.clone())),
            tape,
            waits: AtomicUsize::new(0),
            budgets: Arc::clone(budgets),
        })
    }

    /// Waits for the client, for an event or for time to pass. Such a wait ends when the server stops,
    /// while a handler that does anything else may finish.
    pub fn wait<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.waits.fetch_add(1, Ordering::Relaxed);
        let before = phases::replace(Phase::Waiting);
        let result = wait();
        phases::resume(before);
        self.waits.fetch_sub(1, Ordering::Relaxed);
        result
    }

    /// Waits as [`Wire::wait`] does, for as long as the returned value lives.
    pub fn lingers(self: &Arc<Self>) -> Lingers {
        self.waits.fetch_add(1, Ordering::Relaxed);
        Lingers(Arc::clone(self))
    }

    /// Whether a thread is in [`Wire::wait`].
    pub fn is_waiting(&self) -> bool {
        self.waits.load(Ordering::Relaxed) > 0
    }

    /// The budget of its server for bodies in memory and for content that is made.
    pub fn memory(&self) -> &Budget {
        &self.budgets.memory
    }

    /// The client's address.
    pub fn peer(&self) -> &Address {
        &self.peer
    }

    /// The address that the client connected to.
    pub fn local(&self) -> &Address {
        &self.local
    }

    /// The scheme of the listener that accepted the connection.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What a TLS handshake has agreed on; `None` in the clear.
    pub fn tls(&self) -> Option<&Arc<TlsInfo>> {
        self.stream.secured().map(Secured::info)
    }

    /// Whether close_notify precedes the FIN of the server.
    pub fn announces_end(&self) -> bool {
        self.stream.secured().is_some_and(Secured::announces_end)
    }

    /// Decides whether close_notify precedes the FIN of the server; by default it does. In the clear, this
    /// has no effect.
    pub fn announce_end(&self, announces: bool) {
        if let Some(secured) = self.stream.secured() {
            secured.announce_end(announces);
        }
    }

    /// Records that bytes have been or will be sent below TLS: nothing is encrypted any more, so that later
    /// writes fail, and close_notify is not sent.
    pub fn break_session(&self) {
        if let Some(secured) = self.stream.secured() {
            secured.break_off();
        }
    }

    /// Limits how many unread bytes the kernel keeps for the server (`SO_RCVBUF`), which then closes the TCP
    /// window. The kernel has a least and a greatest value of its own.
    pub fn set_receive_buffer(&self, bytes: u64) {
        self.stream.socket().set_receive_buffer(bytes);
    }

    /// Its number among the connections of the server, from 1 on.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When the connection was accepted.
    pub fn accepted(&self) -> Instant {
        self.accepted
    }

    /// Another descriptor of the socket, which the caller closes.
    ///
    /// # Errors
    /// When the process has no descriptor left.
    pub fn duplicate(&self) -> io::Result<RawFd> {
        self.stream.duplicate()
    }

    /// This connection's transcript, if one is made.
    pub fn tape(&self) -> Option<&Arc<Tape>> {
        self.tape.as_ref()
    }

    /// The inbound half. Held while reading, which may wait for the client.
    pub fn inbound(&self) -> InboundGuard<'_> {
        InboundGuard::new(&self.stream, self.inbound.lock())
    }

    /// Takes up to `count` bytes that are buffered; no bytes while another thread is reading.
    pub fn take_arrived(&self, count: usize) -> Vec<u8> {
        let Some(mut inbound) = self.inbound.try_lock() else {
            return Vec::new();
        };
        inbound.fill_from(&self.stream);
        let arrived = inbound.buffered();
        let taken = arrived[..count.min(arrived.len())].to_vec();
        inbound.consume(taken.len());
        taken
    }

    /// Up to `count` bytes that are buffered, which stay; none while another thread is reading.
    pub fn arrived(&self, count: usize) -> Vec<u8> {
        let Some(mut inbound) = self.inbound.try_lock() else {
            return Vec::new();
        };
        inbound.fill_from(&self.stream);
        let arrived = inbound.buffered();
        arrived[..count.min(arrived.len())].to_vec()
    }

    /// Whether unread bytes, or the client's FIN, are in the kernel's buffer. Does not wait, also while
    /// another thread is reading.
    pub fn has_arrivals(&self) -> bool {
        self.stream.has_arrivals()
    }

    /// Waits until the connection has ended in both directions, by a reset or because the server ended
    /// it; `false` when it has not within this time. A client that has only sent FIN may still be reading.
    pub fn is_gone_within(&self, time: Duration) -> bool {
        self.stream.is_gone_within(time)
    }

    /// Waits until the client has closed its sending half, or the connection has ended; `false` when
    /// neither has happened within this time. Without a time it waits indefinitely.
    pub fn is_left_within(&self, time: Option<Duration>) -> bool {
        self.stream.is_left_within(time)
    }

    /// Waits until a read would not wait: bytes have arrived, or the end; `false` when nothing has
    /// within this time.
    pub fn is_readable_within(&self, time: Duration) -> bool {
        self.stream.is_readable_within(time)
    }

    /// Waits until a write would not wait, or the connection has ended; `false` when neither has happened
    /// within this time.
    pub fn is_writable_within(&self, time: Duration) -> bool {
        self.stream.is_writable_within(time)
    }

    /// The outbound half. Held while writing, which may wait for the client.
    pub fn outbound(&self) -> OutboundGuard<'_> {
        OutboundGuard::new(&self.stream, self.outbound.lock())
    }

    /// The outbound half, unless another thread is writing.
    pub fn try_outbound(&self) -> Option<OutboundGuard<'_>> {
        let half = self.outbound.try_lock()?;
        Some(OutboundGuard::new(&self.stream, half))
    }
}

/// A connection that only waits for its client's end.
#[derive(Debug)]
pub struct Lingers(Arc<Wire>);

impl Lingers {
    /// The connection.
    pub fn wire(&self) -> &Wire {
        &self.0
    }
}

impl Drop for Lingers {
    fn drop(&mut self) {
        self.0.waits.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.inbound().release_head();
        if let Some(tape) = &self.tape {
            tape.closed();
        }
    }
}
