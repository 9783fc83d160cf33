//! The outbound half of a wire. A write is handed to the kernel before the call returns, with
//! whatever waited in front of it; only head calls may wait (`gather.rs`), and only until the next
//! write or for a millisecond.

use std::io::{self, IoSlice};
use std::net::TcpStream;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use socket2::SockRef;

use crate::transcript::Tape;

/// The peer does not take bytes any more: it reset the connection, or we closed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// How far a write got without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The kernel has all bytes.
    All,
    /// The kernel has this many of the call's own bytes and takes no more now.
    Part(usize),
}

/// Bytes on their way out.
#[derive(Debug, Default)]
pub struct Outbound {
    /// Head bytes that go out in front of the next write.
    waiting: Vec<u8>,
    peer: Peer,
    /// Bytes that the kernel has taken over this connection's life.
    total: u64,
    /// Counts the exchanges of this connection; see `exchange::Turn`.
    exchange: u64,
    /// What every write to the socket is told to.
    tape: Option<Arc<Tape>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Peer {
    #[default]
    There,
    Gone,
}

impl Outbound {
    /// An empty one whose writes are recorded.
    pub(super) fn recorded(tape: Option<Arc<Tape>>) -> Self {
        Self {
            tape,
            ..Self::default()
        }
    }

    /// Writes all bytes, waiting for the peer as long as that takes.
    ///
    /// # Errors
    /// [`Gone`], now and ever after.
    pub fn send(&mut self, stream: &TcpStream, bytes: &[u8]) -> Result<(), Gone> {
        self.send_parts(stream, bytes, 0).map(drop)
    }

    /// Writes what the kernel takes at once.
    ///
    /// # Errors
    /// [`Gone`], now and ever after.
    pub fn send_now(&mut self, stream: &TcpStream, bytes: &[u8]) -> Result<Sent, Gone> {
        self.send_parts(stream, bytes, libc::MSG_DONTWAIT)
    }

    /// Keeps head bytes for the next write. Whoever calls this sees to it that they do not wait long.
    ///
    /// # Errors
    /// [`Gone`], as a write would.
    pub fn hold_back(&mut self, parts: &[&[u8]]) -> Result<(), Gone> {
        match self.peer {
            Peer::Gone => Err(Gone),
            Peer::There => {
                for part in parts {
                    self.waiting.extend_from_slice(part);
                }
                Ok(())
            }
        }
    }

    /// Whether head bytes wait for a write.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Bytes that the kernel has taken, and those that wait.
    pub fn total(&self) -> u64 {
        self.total + self.waiting.len() as u64
    }

    /// Begins the next exchange and returns its number. Who writes for an earlier one is refused.
    pub fn next_exchange(&mut self) -> u64 {
        self.exchange += 1;
        if let Some(tape) = &self.tape {
            tape.exchange_begins();
        }
        self.exchange
    }

    /// The number of the exchange that may write.
    pub fn exchange(&self) -> u64 {
        self.exchange
    }

    /// From now on every write says [`Gone`].
    pub fn shut(&mut self) {
        self.peer = Peer::Gone;
        self.waiting.clear();
    }

    fn send_parts(&mut self, stream: &TcpStream, bytes: &[u8], flags: i32) -> Result<Sent, Gone> {
        if self.peer == Peer::Gone {
            return Err(Gone);
        }
        let socket = SockRef::from(stream);
        let mut sent = 0;
        while self.is_waiting() || sent < bytes.len() {
            let parts = [&self.waiting, &bytes[sent..]];
            let result = match &self.tape {
                None => hand_over(&socket, parts, flags),
                Some(tape) => tape.sending(parts, || {
                    hand_over(&socket, parts, flags | libc::MSG_DONTWAIT)
                }),
            };
            match result {
                Ok(count) => {
                    self.total += count as u64;
                    let waited = count.min(self.waiting.len());
                    self.waiting.drain(..waited);
                    sent += count - waited;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if flags & libc::MSG_DONTWAIT != 0 {
                        return Ok(Sent::Part(sent));
                    }
                    match self.tape {
                        None => super::restore_blocking(stream),
                        Some(_) => wait_for_room(stream),
                    }
                }
                Err(_) => {
                    self.shut();
                    return Err(Gone);
                }
            }
        }
        Ok(Sent::All)
    }
}

/// One system call for both parts.
fn hand_over(socket: &SockRef<'_>, parts: [&[u8]; 2], flags: i32) -> io::Result<usize> {
    let flags = flags | libc::MSG_NOSIGNAL;
    match parts {
        [[], bytes] => socket.send_with_flags(bytes, flags),
        parts => socket.send_vectored_with_flags(&parts.map(IoSlice::new), flags),
    }
}

/// Waits until the kernel takes more. With a tape this is done beside the write and not by it, since
/// a write and its entry are one step that nobody may have to wait for.
fn wait_for_room(stream: &TcpStream) {
    let mut wanted = [PollFd::new(stream, PollFlags::OUT)];
    // Whatever comes of it, the next write tells.
    let _ = poll(&mut wanted, None);
}
