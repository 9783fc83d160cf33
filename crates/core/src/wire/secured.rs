//! A connection through TLS: the records of a session on its socket, what its handshake has agreed on, and how it
//! ends. [`Directions`] has the locks.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::directions::Directions;
use super::session::{Sending, Session};
use super::socket::{Blocking, Socket};
use super::tls_info::TlsInfo;

/// How long to wait for room for close_notify. A client that reads nothing gets FIN without it.
const CLOSE_NOTIFY_TIME: Duration = Duration::from_secs(1);

/// A TLS session on a socket.
#[derive(Debug)]
pub(super) struct Secured {
    directions: Directions,
    info: Arc<TlsInfo>,
    /// Whether close_notify is sent at the end.
    announces_end: AtomicBool,
}

impl Secured {
    /// A session after its handshake, with the plaintext that arrived together with the last part of it, and
    /// whether more may come.
    pub(super) fn new(
        session: Session,
        info: Arc<TlsInfo>,
        plaintext: Vec<u8>,
        sending: Sending,
    ) -> Self {
        Self {
            directions: Directions::new(session, plaintext, sending),
            info,
            announces_end: AtomicBool::new(true),
        }
    }

    /// What the handshake has agreed on.
    pub(super) fn info(&self) -> &Arc<TlsInfo> {
        &self.info
    }

    /// Decides whether [`Secured::close_notify`] sends anything.
    pub(super) fn announce_end(&self, announces: bool) {
        self.announces_end.store(announces, Ordering::Relaxed);
    }

    /// Whether [`Secured::close_notify`] sends anything.
    pub(super) fn announces_end(&self) -> bool {
        self.announces_end.load(Ordering::Relaxed)
    }

    /// Nothing is encrypted any more: bytes have been sent below TLS.
    pub(super) fn break_off(&self) {
        self.directions.break_off();
    }

    /// Reads once, to the end of the buffer.
    #[inline]
    pub(super) fn read_to_vec(&self, socket: &Socket, buffer: &mut Vec<u8>) -> io::Result<usize> {
        self.directions.read_to_vec(socket, buffer)
    }

    /// Reads once.
    pub(super) fn read(&self, socket: &Socket, out: &mut [u8]) -> io::Result<usize> {
        self.directions.read(socket, out)
    }

    /// Plaintext that a read would return at once.
    pub(super) fn buffered(&self) -> usize {
        self.directions.buffered()
    }

    /// The plaintext of ciphertext that was read from the socket directly. Nothing is read by other means
    /// afterwards.
    pub(super) fn plaintext_of(&self, ciphertext: &[u8]) -> Vec<u8> {
        self.directions.plaintext_of(ciphertext)
    }

    /// Whether anything is there to be read: plaintext, the client's end, or a record that may have none. Does not
    /// wait, and leaves what is there where it is, since another thread may wait for it.
    pub(super) fn has_arrivals(&self, socket: &Socket) -> bool {
        self.buffered() > 0 || socket.has_arrivals()
    }

    /// Waits until plaintext or the client's end are there to be read.
    pub(super) fn is_readable_within(&self, socket: &Socket, time: Duration) -> bool {
        let began = Instant::now();
        loop {
            if self.directions.has_arrivals(socket) == Some(true) {
                return true;
            }
            let left = time.saturating_sub(began.elapsed());
            if !socket.is_reported_within(PollFlags::IN, Some(left)) {
                return false;
            }
        }
    }

    /// Encrypts both parts, or as much of them as is sent at once, and hands the records to the kernel. The
    /// result counts plaintext.
    #[inline]
    pub(super) fn send(
        &self,
        socket: &Socket,
        parts: [&[u8]; 2],
        blocking: Blocking,
    ) -> io::Result<usize> {
        self.directions.send(socket, parts, blocking)
    }

    /// Whether ciphertext waits for the kernel.
    pub(super) fn has_unsent(&self) -> bool {
        self.directions.has_unsent()
    }

    /// Sends close_notify, unless it is off or the session is broken. Waits only briefly for a client that
    /// does not read.
    pub(super) fn close_notify(&self, socket: &Socket) {
        if !self.announces_end() {
            return;
        }
        let until = Instant::now() + CLOSE_NOTIFY_TIME;
        self.directions.close_notify(socket, || {
            let left = until.saturating_duration_since(Instant::now());
            socket.is_reported_within(PollFlags::OUT, Some(left))
        });
    }
}
