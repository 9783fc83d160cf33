//! The outbound half of a wire. A write is handed to the kernel before the call returns, together with
//! the bytes that were held back before it; only head calls may be held back (`gather.rs`), and only until the next
//! write or for a millisecond.

use std::io;
use std::sync::Arc;

use crate::fault::Fault;
use crate::phases::{self, Phase};
use crate::transcript::Tape;

use super::socket::Blocking;
use super::stream::Stream;

/// The client takes no more bytes: it reset the connection, or the server closed it.
///
/// ```
/// # use std::time::Duration;
/// use wireserve::{Exchange, Fault, Gone, Server};
///
/// let endless = |exchange: &mut Exchange<'_>| -> Result<(), Fault> {
///     loop {
///         if let Err(Gone) = exchange.send("again and again ") {
///             exchange.events().set("gone");
///             return Err(Gone.into()); // ends the exchange, and is no failure of the handler
///         }
///     }
/// };
/// let server = Server::builder().route("GET", "/", endless)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # std::io::Write::write_all(&mut client, b"GET / HTTP/1.1\r\n\r\n")?;
/// # std::io::Read::read_exact(&mut client, &mut [0])?;
/// # drop(client);
/// // After a client that asks for `/` has left:
/// assert!(server.events().wait("gone", Duration::from_secs(5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client is gone")]
pub struct Gone;

impl From<Gone> for Fault {
    fn from(Gone: Gone) -> Self {
        Self::client_gone()
    }
}

/// How many bytes were written without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The kernel has all bytes.
    All,
    /// The kernel has accepted this many bytes and no more.
    Part(usize),
}

/// Bytes on their way out.
#[derive(Debug, Default)]
pub struct Outbound {
    /// Head bytes that go out before the next write.
    waiting: Vec<u8>,
    peer: Peer,
    /// Bytes that the kernel has accepted since the connection began.
    total: u64,
    /// Counts the exchanges of this connection; see `exchange::Turn`.
    exchange: u64,
    /// Records every write to the socket.
    tape: Option<Arc<Tape>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Peer {
    #[default]
    There,
    Gone,
}

impl Outbound {
    /// An outbound half whose writes are recorded.
    pub(super) fn recorded(tape: Option<Arc<Tape>>) -> Self {
        Self {
            tape,
            ..Self::default()
        }
    }

    /// Writes all bytes. Waits as long as the client does not read.
    ///
    /// # Errors
    /// [`Gone`], now and for every later write.
    pub(super) fn send(&mut self, stream: &Stream, bytes: &[u8]) -> Result<(), Gone> {
        let before = phases::replace(Phase::Writing);
        let sent = self.send_parts(stream, bytes, Blocking::Wait);
        phases::resume(before);
        sent.map(drop)
    }

    /// Writes as many bytes as the kernel accepts immediately.
    ///
    /// # Errors
    /// [`Gone`], now and for every later write.
    pub(super) fn send_now(&mut self, stream: &Stream, bytes: &[u8]) -> Result<Sent, Gone> {
        let before = phases::replace(Phase::Writing);
        let sent = self.send_parts(stream, bytes, Blocking::Return);
        phases::resume(before);
        sent
    }

    /// Hands head bytes that wait for the next write to the kernel. What the kernel has not taken of an
    /// earlier write is not waited for.
    ///
    /// # Errors
    /// [`Gone`], now and for every later write.
    pub(super) fn flush(&mut self, stream: &Stream) -> Result<(), Gone> {
        match self.peer {
            Peer::Gone => Err(Gone),
            Peer::There if self.is_waiting() => self.send(stream, &[]),
            Peer::There => Ok(()),
        }
    }

    /// Keeps head bytes for the next write. The caller makes sure that they do not wait long.
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

    /// Bytes that the kernel has accepted, and bytes that are held back.
    pub fn total(&self) -> u64 {
        self.total + self.waiting.len() as u64
    }

    /// Begins the next exchange and returns its number. Writes for an earlier exchange are refused.
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

    /// Makes every later write fail with [`Gone`].
    pub fn shut(&mut self) {
        self.peer = Peer::Gone;
        self.waiting.clear();
    }

    fn send_parts(
        &mut self,
        stream: &Stream,
        bytes: &[u8],
        blocking: Blocking,
    ) -> Result<Sent, Gone> {
        if self.peer == Peer::Gone {
            return Err(Gone);
        }
        let mut sent = 0;
        while self.is_waiting() || sent < bytes.len() || stream.has_unsent() {
            let parts = [&self.waiting, &bytes[sent..]];
            let result = match &self.tape {
                None => stream.send(parts, blocking),
                // Where a transcript is made, a write and its entry are one step, which must not wait:
                // other threads would wait for it.
                Some(tape) => tape.sending(parts, || stream.send(parts, Blocking::Return)),
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
                    if blocking == Blocking::Return {
                        return Ok(Sent::Part(sent));
                    }
                    match self.tape {
                        None => stream.restore_blocking(),
                        Some(_) => stream.wait_for_room(),
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
