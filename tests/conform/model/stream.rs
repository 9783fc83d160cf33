//! A connection of the model client, with the bytes that have been received and not been read.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::message::Failure;

/// The most bytes of a line.
pub const MAX_LINE: usize = 64 * 1024;

/// How long one read waits before the deadline is asked again.
const STEP: Duration = Duration::from_millis(20);

/// How many bytes it writes before it looks for a response.
const PIECE: usize = 64 * 1024;

/// How much was sent before something came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    All,
    Part,
}

pub struct Stream {
    socket: TcpStream,
    address: SocketAddr,
    /// Received bytes, from `read` on not yet read.
    bytes: Vec<u8>,
    read: usize,
    /// How many bytes the current exchange has received.
    received: usize,
}

impl Stream {
    pub fn connect(address: SocketAddr) -> Result<Self, Failure> {
        let socket = TcpStream::connect(address).map_err(|_| Failure::Closed)?;
        socket
            .set_read_timeout(Some(STEP))
            .map_err(|_| Failure::Closed)?;
        Ok(Self {
            socket,
            address,
            bytes: Vec::new(),
            read: 0,
            received: 0,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn received(&self) -> usize {
        self.received
    }

    /// Begins an exchange.
    pub fn begin(&mut self) {
        self.received = 0;
    }

    /// Sends these bytes, until something comes back or the server closes.
    pub fn send(&mut self, bytes: &[u8], deadline: &impl Fn() -> Instant) -> Result<Sent, Failure> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.write(rest) {
                Ok(length) => rest = &rest[length..],
                Err(error) if is_timeout(&error) && Instant::now() < deadline() => {}
                Err(error) if is_timeout(&error) => return Err(Failure::Late),
                // What came before the reset can be read.
                Err(_) => return Ok(Sent::Part),
            }
            if !rest.is_empty() && !self.is_silent() {
                return Ok(Sent::Part);
            }
        }
        Ok(Sent::All)
    }

    /// Sends these bytes, whatever comes back; returns whether all were sent.
    pub fn send_all(
        &mut self,
        bytes: &[u8],
        deadline: &impl Fn() -> Instant,
    ) -> Result<bool, Failure> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.write(rest) {
                Ok(length) => rest = &rest[length..],
                Err(error) if is_timeout(&error) && Instant::now() < deadline() => {}
                Err(error) if is_timeout(&error) => return Err(Failure::Late),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(STEP))?;
        self.socket.write(&bytes[..bytes.len().min(PIECE)])
    }

    /// Whether something comes before this time.
    pub fn has_come_before(&mut self, time: impl Fn() -> Instant) -> Result<bool, Failure> {
        if !self.is_empty() {
            return Ok(true);
        }
        match self.receive(&time) {
            Ok(()) => Ok(true),
            Err(Failure::Late) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Whether the next bytes are those of an interim response.
    pub fn begins_with_continue(&self) -> bool {
        self.bytes[self.read..].starts_with(b"HTTP/1.1 1")
    }

    /// Whether nothing has come, not even an end.
    fn is_silent(&self) -> bool {
        let peeked = self
            .socket
            .set_nonblocking(true)
            .and_then(|()| self.socket.peek(&mut [0]));
        let is_waiting = peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        self.socket.set_nonblocking(false).is_ok() && is_waiting
    }

    /// Whether nothing has been received that was not read.
    pub fn is_empty(&self) -> bool {
        self.read == self.bytes.len()
    }

    /// Whether nothing has come, not even an end.
    pub fn is_idle(&self) -> bool {
        self.is_silent() && self.is_empty()
    }

    /// A line without its CRLF.
    pub fn line(&mut self, deadline: &impl Fn() -> Instant) -> Result<Vec<u8>, Failure> {
        loop {
            let rest = &self.bytes[self.read..];
            if let Some(end) = memchr::memchr(b'\n', rest).filter(|end| *end <= MAX_LINE) {
                let line = rest[..end].to_vec();
                self.read += end + 1;
                let (last, line) = line.split_last().ok_or(Failure::Invalid("a bare LF"))?;
                return match last {
                    b'\r' if !line.contains(&b'\r') => Ok(line.to_vec()),
                    b'\r' => Err(Failure::Invalid("a bare CR")),
                    _ => Err(Failure::Invalid("a bare LF")),
                };
            }
            if rest.len() > MAX_LINE {
                return Err(Failure::Invalid("a long line"));
            }
            self.receive(deadline)?;
        }
    }

    /// Exactly so many bytes; what there is, if the connection ends before.
    pub fn exactly(
        &mut self,
        length: u64,
        deadline: &impl Fn() -> Instant,
    ) -> Result<Vec<u8>, (Vec<u8>, Failure)> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        while self.bytes.len() - self.read < length {
            if let Err(failure) = self.receive(deadline) {
                return Err((self.bytes.split_off(self.read), failure));
            }
        }
        let from = self.read;
        self.read += length;
        Ok(self.bytes[from..self.read].to_vec())
    }

    /// Everything until the connection ends.
    pub fn rest(&mut self, deadline: &impl Fn() -> Instant) -> Result<Vec<u8>, Failure> {
        loop {
            match self.receive(deadline) {
                Ok(()) => {}
                Err(Failure::Closed) => return Ok(self.bytes.split_off(self.read)),
                Err(failure) => return Err(failure),
            }
        }
    }

    fn receive(&mut self, deadline: &impl Fn() -> Instant) -> Result<(), Failure> {
        let mut piece = [0; 16 * 1024];
        loop {
            match self.socket.read(&mut piece) {
                Ok(0) => return Err(Failure::Closed),
                Ok(length) => {
                    self.received += length;
                    self.bytes.extend_from_slice(&piece[..length]);
                    return Ok(());
                }
                Err(error) if is_timeout(&error) && Instant::now() < deadline() => {}
                Err(error) if is_timeout(&error) => return Err(Failure::Late),
                Err(_) if self.received == 0 => return Err(Failure::Closed),
                Err(_) => return Err(Failure::Reset),
            }
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
