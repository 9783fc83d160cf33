//! A connection through TLS: the socket carries the records of a [`Session`].
//!
//! Two locks guard what is on its way, one for each direction. Each is held while its system call waits,
//! the session's own never: `arrived` before the session, `unsent` before the session. A thread that reads
//! takes `unsent` only if that is free. Otherwise a client that waits for us to read, while another
//! thread waits for it to read, would be waited for in both directions.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::session::{Sending, Session};
use super::socket::{Blocking, Socket};
use super::tls_info::TlsInfo;
use super::{lock, try_lock};

/// Ciphertext read from the socket at once: a full record fits.
const READ_SIZE: usize = 32 * 1024;

/// Plaintext encrypted at once, in full records. What a slow client has not taken yet is in memory.
const WRITE_SIZE: usize = 8 * 16 * 1024;

/// Room for ciphertext that is kept between two writes.
const KEPT_ROOM: usize = 4 * 1024;

/// How long to wait for room for close_notify. A client that reads nothing gets FIN without it.
const CLOSE_NOTIFY_TIME: Duration = Duration::from_secs(1);

/// A TLS session on a socket.
#[derive(Debug)]
pub(super) struct Secured {
    session: Session,
    info: Arc<TlsInfo>,
    /// Held while receiving.
    arrived: Mutex<Arrived>,
    /// The length of what is unread in `arrived`, for threads that may not wait.
    buffered: AtomicUsize,
    /// Ciphertext that the kernel has not taken yet. Held while sending.
    unsent: Mutex<Vec<u8>>,
    /// Whether there is any, for threads that may not wait.
    has_unsent: AtomicBool,
    /// Whether close_notify is sent at the end.
    announces_end: AtomicBool,
    /// Whether bytes were sent below TLS, which the client cannot tell from records.
    is_broken: AtomicBool,
}

/// Plaintext that has arrived and has not been read, and whether more may come.
#[derive(Debug, Default)]
struct Arrived {
    plaintext: Vec<u8>,
    /// What is before it has been read. `taken <= plaintext.len()`
    taken: usize,
    end: End,
}

impl Arrived {
    fn unread(&self) -> &[u8] {
        &self.plaintext[self.taken..]
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    #[default]
    Open,
    /// By close_notify, or by FIN without it, which many clients send alone.
    Reached,
    /// What arrived was malformed.
    Failed,
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
            session,
            info,
            buffered: AtomicUsize::new(plaintext.len()),
            arrived: Mutex::new(Arrived {
                plaintext,
                taken: 0,
                end: match sending {
                    Sending::May => End::Open,
                    Sending::Ended => End::Reached,
                },
            }),
            unsent: Mutex::default(),
            has_unsent: AtomicBool::new(false),
            announces_end: AtomicBool::new(true),
            is_broken: AtomicBool::new(false),
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
        self.is_broken.store(true, Ordering::Relaxed);
    }

    /// Reads once, to the end of the buffer.
    pub(super) fn read_to_vec(&self, socket: &Socket, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let mut arrived = self.await_plaintext(socket)?;
        let count = arrived.unread().len();
        buffer.extend_from_slice(arrived.unread());
        self.take(&mut arrived, count);
        Ok(count)
    }

    /// Reads once.
    pub(super) fn read(&self, socket: &Socket, out: &mut [u8]) -> io::Result<usize> {
        let mut arrived = self.await_plaintext(socket)?;
        let count = arrived.unread().len().min(out.len());
        out[..count].copy_from_slice(&arrived.unread()[..count]);
        self.take(&mut arrived, count);
        Ok(count)
    }

    /// Waits until there is plaintext, or will be none.
    fn await_plaintext(&self, socket: &Socket) -> io::Result<MutexGuard<'_, Arrived>> {
        let mut arrived = lock(&self.arrived);
        while arrived.unread().is_empty() {
            match arrived.end {
                End::Open => self.receive(&mut arrived, socket, Blocking::Wait)?,
                End::Reached => break,
                End::Failed => return Err(ErrorKind::InvalidData.into()),
            }
        }
        Ok(arrived)
    }

    fn take(&self, arrived: &mut Arrived, count: usize) {
        arrived.taken += count;
        if arrived.unread().is_empty() {
            // An idle connection keeps no room.
            arrived.plaintext = Vec::new();
            arrived.taken = 0;
        }
        self.note_buffered(arrived);
    }

    fn note_buffered(&self, arrived: &Arrived) {
        let count = arrived.unread().len();
        self.buffered.store(count, Ordering::Relaxed);
    }

    /// Reads ciphertext once. Not within its callers, whose stacks would have the room.
    #[inline(never)]
    fn receive(
        &self,
        arrived: &mut Arrived,
        socket: &Socket,
        blocking: Blocking,
    ) -> io::Result<()> {
        let mut room = [MaybeUninit::uninit(); READ_SIZE];
        let ciphertext = socket.read_into(&mut room, blocking)?;
        if ciphertext.is_empty() {
            arrived.end = End::Reached;
            return Ok(());
        }
        let decrypted = self.session.decrypt(ciphertext, &mut arrived.plaintext);
        self.note_buffered(arrived);
        match decrypted {
            Ok(Sending::May) => {}
            Ok(Sending::Ended) => arrived.end = End::Reached,
            Err(error) => {
                log::debug!("a TLS session failed: {error}");
                arrived.end = End::Failed;
            }
        }
        self.reply(socket);
        Ok(())
    }

    /// Sends what TLS itself has to say about what has arrived, unless another thread is sending, whose
    /// next write takes it along.
    fn reply(&self, socket: &Socket) {
        if !self.session.has_output() || self.is_broken.load(Ordering::Relaxed) {
            return;
        }
        if let Some(mut unsent) = try_lock(&self.unsent) {
            self.session.take_output(&mut unsent);
            // What the kernel does not take now goes out before the next write. What becomes of the
            // connection, that write reports.
            let _ = self.flush(&mut unsent, socket, Blocking::Return);
        }
    }

    /// Plaintext that a read would return at once.
    pub(super) fn buffered(&self) -> usize {
        self.buffered.load(Ordering::Relaxed)
    }

    /// The plaintext of ciphertext that was read from the socket directly. Nothing is read by other means
    /// afterwards.
    pub(super) fn plaintext_of(&self, ciphertext: &[u8]) -> Vec<u8> {
        let mut plaintext = Vec::new();
        // What cannot be decrypted is no plaintext.
        let _ = self.session.decrypt(ciphertext, &mut plaintext);
        plaintext
    }

    /// Whether plaintext or the client's end are there to be read. Does not wait.
    pub(super) fn has_arrivals(&self, socket: &Socket) -> bool {
        match try_lock(&self.arrived) {
            Some(mut arrived) => self.receive_now(&mut arrived, socket),
            // Another thread is reading, and has found nothing so far.
            None => socket.has_arrivals(),
        }
    }

    /// Reads until there is plaintext or the end, and returns whether there is. A readable socket may hold
    /// a part of a record, or one without plaintext.
    fn receive_now(&self, arrived: &mut Arrived, socket: &Socket) -> bool {
        loop {
            if !arrived.unread().is_empty() || arrived.end != End::Open {
                return true;
            }
            match self.receive(arrived, socket, Blocking::Return) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The next read reports it.
                Err(_) => return true,
            }
        }
    }

    /// Waits until plaintext or the client's end are there to be read.
    pub(super) fn is_readable_within(&self, socket: &Socket, time: Duration) -> bool {
        let began = Instant::now();
        loop {
            if let Some(mut arrived) = try_lock(&self.arrived)
                && self.receive_now(&mut arrived, socket)
            {
                return true;
            }
            let left = time.saturating_sub(began.elapsed());
            if !socket.is_reported_within(PollFlags::IN, Some(left)) {
                return false;
            }
        }
    }

    /// Encrypts both parts, as far as [`WRITE_SIZE`] allows, and hands the records to the kernel. The
    /// result counts plaintext. Once it is encrypted it must be sent: what the kernel has not taken goes out
    /// before everything later.
    pub(super) fn send(
        &self,
        socket: &Socket,
        parts: [&[u8]; 2],
        blocking: Blocking,
    ) -> io::Result<usize> {
        let mut unsent = lock(&self.unsent);
        self.flush(&mut unsent, socket, blocking)?;
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let [first, second] = parts;
        let first = &first[..first.len().min(WRITE_SIZE)];
        let second = &second[..second.len().min(WRITE_SIZE - first.len())];
        let count = self.session.encrypt([first, second], &mut unsent)?;
        match self.flush(&mut unsent, socket, blocking) {
            Ok(()) => Ok(count),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Ok(count)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether ciphertext waits for the kernel.
    pub(super) fn has_unsent(&self) -> bool {
        self.has_unsent.load(Ordering::Relaxed)
    }

    /// Hands ciphertext to the kernel, all of it or until an error.
    fn flush(&self, unsent: &mut Vec<u8>, socket: &Socket, blocking: Blocking) -> io::Result<()> {
        let mut sent = 0;
        let mut result = Ok(());
        while sent < unsent.len() {
            match socket.send([&[], &unsent[sent..]], blocking) {
                Ok(count) => sent += count,
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        unsent.drain(..sent);
        if unsent.is_empty() && unsent.capacity() > KEPT_ROOM {
            *unsent = Vec::new();
        }
        self.has_unsent.store(!unsent.is_empty(), Ordering::Relaxed);
        result
    }

    /// Sends close_notify, unless it is off or the session is broken. Waits only briefly for a client that
    /// does not read.
    pub(super) fn close_notify(&self, socket: &Socket) {
        let is_off = !self.announces_end.load(Ordering::Relaxed);
        if is_off || self.is_broken.load(Ordering::Relaxed) {
            return;
        }
        let until = Instant::now() + CLOSE_NOTIFY_TIME;
        let mut unsent = lock(&self.unsent);
        self.session.close_notify(&mut unsent);
        while let Err(error) = self.flush(&mut unsent, socket, Blocking::Return) {
            let left = until.saturating_duration_since(Instant::now());
            match error.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock if socket.is_reported_within(PollFlags::OUT, Some(left)) => {}
                // The client is gone, or reads nothing.
                _ => return,
            }
        }
    }
}
