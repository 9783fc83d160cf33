//! The two directions of a TLS session on a socket, and the locks that guard them.
//!
//! A connection through TLS has one state for both directions, so that a thread that decrypts and one that
//! encrypts share a lock, the session's. There is one more lock for each direction, which keeps the order of
//! what is on its way: `arrived` and `unsent`. Each is held while its system call waits, the session's never.
//! A thread takes the lock of one direction, then the session's.
//!
//! A thread that reads may have to send what TLS itself answers to what it has read. It takes `unsent` only if
//! that is free. Otherwise a client that waits for us to read, while another thread waits for it to read, would
//! be waited for in both directions. The next write takes the answer along.
//!
//! `models` runs threads that read and write in every order.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;

use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sync::tried::Mutex;

use super::session::{Sending, Session};
use super::socket::{Blocking, CIPHERTEXT_SIZE, Socket};

/// Plaintext encrypted at once, in full records. What a slow client has not taken yet is in memory.
const WRITE_SIZE: usize = 8 * 16 * 1024;

/// Room for ciphertext that is kept between two writes.
const KEPT_ROOM: usize = 4 * 1024;

/// The session, and what is on its way in both directions.
#[derive(Debug)]
pub(super) struct Directions {
    session: Mutex<Session>,
    /// Held while receiving.
    arrived: Mutex<Arrived>,
    /// The length of what is unread in `arrived`, for threads that may not wait.
    buffered: AtomicUsize,
    /// Ciphertext that the kernel has not taken yet. Held while sending.
    unsent: Mutex<Vec<u8>>,
    /// Whether there is any, for threads that may not wait.
    has_unsent: AtomicBool,
    /// Whether bytes were sent below TLS, which the client cannot tell from records.
    is_broken: AtomicBool,
}

/// Plaintext that has arrived and has not been read, and whether more may come.
#[derive(Debug)]
struct Arrived {
    plaintext: Vec<u8>,
    /// What is before it has been read. `taken <= plaintext.len()`
    taken: usize,
    sending: Sending,
}

impl Arrived {
    fn unread(&self) -> &[u8] {
        &self.plaintext[self.taken..]
    }
}

impl Directions {
    /// A session after its handshake, with the plaintext that arrived together with the last part of it, and
    /// whether more may come.
    pub(super) fn new(session: Session, plaintext: Vec<u8>, sending: Sending) -> Self {
        Self {
            session: Mutex::new(session),
            buffered: AtomicUsize::new(plaintext.len()),
            arrived: Mutex::new(Arrived {
                plaintext,
                taken: 0,
                sending,
            }),
            unsent: Mutex::default(),
            has_unsent: AtomicBool::new(false),
            is_broken: AtomicBool::new(false),
        }
    }

    /// Nothing is encrypted any more: bytes have been sent below TLS.
    pub(super) fn break_off(&self) {
        self.is_broken.store(true, Ordering::Relaxed);
    }

    fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// Reads once, to the end of the buffer.
    pub(super) fn read_to_vec(&self, socket: &Socket, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let mut arrived = self.arrived.lock();
        let before = buffer.len();
        if arrived.unread().is_empty() {
            // Without a copy in between.
            self.await_plaintext(&mut arrived.sending, buffer, socket)?;
        } else {
            let count = arrived.unread().len();
            buffer.extend_from_slice(arrived.unread());
            self.take(&mut arrived, count);
        }
        Ok(buffer.len() - before)
    }

    /// Reads once.
    pub(super) fn read(&self, socket: &Socket, out: &mut [u8]) -> io::Result<usize> {
        let mut arrived = self.arrived.lock();
        if arrived.unread().is_empty() {
            let Arrived {
                plaintext, sending, ..
            } = &mut *arrived;
            self.await_plaintext(sending, plaintext, socket)?;
        }
        let count = arrived.unread().len().min(out.len());
        out[..count].copy_from_slice(&arrived.unread()[..count]);
        self.take(&mut arrived, count);
        Ok(count)
    }

    /// Waits until there is more plaintext, or will be no more.
    fn await_plaintext(
        &self,
        sending: &mut Sending,
        plaintext: &mut Vec<u8>,
        socket: &Socket,
    ) -> io::Result<()> {
        let before = plaintext.len();
        while plaintext.len() == before {
            match sending {
                Sending::May => self.receive(sending, plaintext, socket, Blocking::Wait)?,
                Sending::Ended => break,
                Sending::Failed => return Err(ErrorKind::InvalidData.into()),
            }
        }
        Ok(())
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
        sending: &mut Sending,
        plaintext: &mut Vec<u8>,
        socket: &Socket,
        blocking: Blocking,
    ) -> io::Result<()> {
        let mut room = [MaybeUninit::uninit(); CIPHERTEXT_SIZE];
        let ciphertext = socket.read_into(&mut room, blocking)?;
        if ciphertext.is_empty() {
            // FIN without close_notify, which many clients send alone.
            *sending = Sending::Ended;
            return Ok(());
        }
        let mut session = self.session.lock();
        *sending = session.decrypt(ciphertext, plaintext);
        let has_output = session.has_output();
        drop(session);
        if has_output {
            self.reply(socket);
        }
        Ok(())
    }

    /// Sends what TLS itself has to say about what has arrived, unless another thread is sending, whose
    /// next write takes it along.
    fn reply(&self, socket: &Socket) {
        if self.is_broken() {
            return;
        }
        if let Some(mut unsent) = self.unsent.try_lock() {
            self.session.lock().take_output(&mut unsent);
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
        let _ = self.session.lock().decrypt(ciphertext, &mut plaintext);
        plaintext
    }

    /// Reads, without waiting, until there is plaintext or the client's end, and returns whether there is.
    /// A readable socket may hold a part of a record, or one without plaintext. `None` while another thread
    /// is reading, which has found nothing so far.
    pub(super) fn has_arrivals(&self, socket: &Socket) -> Option<bool> {
        let mut arrived = self.arrived.try_lock()?;
        loop {
            if !arrived.unread().is_empty() || arrived.sending != Sending::May {
                return Some(true);
            }
            let Arrived {
                plaintext, sending, ..
            } = &mut *arrived;
            let received = self.receive(sending, plaintext, socket, Blocking::Return);
            self.note_buffered(&arrived);
            match received {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The next read reports it.
                Err(_) => return Some(true),
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
        let mut unsent = self.unsent.lock();
        self.flush(&mut unsent, socket, blocking)?;
        if self.is_broken() {
            // Not as after the client's reset: the client has done nothing.
            return Err(ErrorKind::NotConnected.into());
        }
        let [first, second] = parts;
        let first = &first[..first.len().min(WRITE_SIZE)];
        let second = &second[..second.len().min(WRITE_SIZE - first.len())];
        let encrypted = self.session.lock().encrypt([first, second], &mut unsent);
        let count = encrypted?;
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

    /// Sends close_notify, unless the session is broken. When the kernel has no room, `has_room` waits for it.
    pub(super) fn close_notify(&self, socket: &Socket, has_room: impl Fn() -> bool) {
        if self.is_broken() {
            return;
        }
        let mut unsent = self.unsent.lock();
        self.session.lock().close_notify(&mut unsent);
        while let Err(error) = self.flush(&mut unsent, socket, Blocking::Return) {
            match error.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock if has_room() => {}
                // The client is gone, or reads nothing.
                _ => return,
            }
        }
    }
}
