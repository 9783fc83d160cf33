//! A client that sends the bytes of a test unchanged, and reads responses. Tests and benches share it.
//!
//! Each read waits at most [`DEADLINE`] and then panics with the bytes that have arrived, except reads whose
//! documentation differs. RST ends the bytes of the server, like FIN: the bytes before it are kept.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use super::escape;
use super::response::{self, Extent, Response};

/// How long the server may take to answer, on a slow and busy machine.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A request without a body.
pub fn request(method: &str, target: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// One connection to a server.
pub struct Client {
    stream: TcpStream,
    /// Bytes that have arrived and that no read has returned yet.
    pending: Vec<u8>,
    /// The server has closed its direction of the connection.
    ended: bool,
    /// It has done so by RST.
    was_reset: bool,
}

/// The result of waiting for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// More bytes; they are in [`Client::pending`].
    Bytes,
    /// The end of what the server sends.
    End,
    /// Nothing in the time given.
    Nothing,
}

impl Client {
    /// Opens a connection.
    pub fn connect(addr: SocketAddr) -> Self {
        Self::try_connect(addr).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Opens a connection, or returns why it cannot be opened.
    pub fn try_connect(addr: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect_timeout(&addr, DEADLINE)
            .map_err(|error| format!("cannot connect to {addr}: {error}"))?;
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Ok(Self::over(stream))
    }

    /// A client over a connection that is open.
    pub fn over(stream: TcpStream) -> Self {
        stream.set_write_timeout(Some(DEADLINE)).expect("a timeout");
        Self {
            stream,
            pending: Vec::new(),
            ended: false,
            was_reset: false,
        }
    }

    /// Sends `bytes`. It is no failure if the server has closed meanwhile; the next read shows that.
    pub fn send(&mut self, bytes: &[u8]) {
        match self.stream.write_all(bytes) {
            Ok(()) => {}
            Err(error) if is_end(error.kind()) => {}
            Err(error) => panic!("cannot send {} bytes: {error}", bytes.len()),
        }
    }

    /// Sends a request without a body, and reads the response to it.
    pub fn ask(&mut self, method: &str, target: &str) -> Response {
        self.send(&request(method, target));
        self.read_response(method)
    }

    /// Limits what the client's own kernel keeps of what it has sent (SO_SNDBUF).
    pub fn set_send_buffer(&self, bytes: usize) {
        let socket = SockRef::from(&self.stream);
        socket.set_send_buffer_size(bytes).expect("an option");
    }

    /// Sends bytes until the server accepts none for this long, `limit` at most; returns their number.
    pub fn flood(&mut self, limit: usize, within: Duration) -> usize {
        let bytes = [b'.'; 64 * 1024];
        let mut sent = 0;
        self.stream
            .set_write_timeout(Some(within))
            .expect("a timeout");
        while sent < limit {
            match self.stream.write(&bytes) {
                Ok(count) => sent += count,
                Err(_) => break,
            }
        }
        self.stream
            .set_write_timeout(Some(DEADLINE))
            .expect("a timeout");
        sent
    }

    /// Closes this direction of the connection; the other one can still be read.
    pub fn half_close(&mut self) {
        // This fails if the server has already reset the connection.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Ends the connection with RST.
    pub fn reset(self) {
        let socket = SockRef::from(&self.stream);
        socket.set_linger(Some(Duration::ZERO)).expect("an option");
    }

    /// Reads one final response, framed as the answer to `method`; 1xx heads before it are in
    /// [`Response::interim`].
    pub fn read_response(&mut self, method: &str) -> Response {
        self.try_read_response(method)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, or why there is no response.
    pub fn try_read_response(&mut self, method: &str) -> Result<Response, String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match response::extent(&self.pending, method) {
                Extent::Whole(length) => {
                    let bytes = self.pending.drain(..length).collect::<Vec<_>>();
                    return Ok(Response::parse(&bytes, method));
                }
                Extent::UntilClose if self.ended => {
                    return Ok(Response::parse(&std::mem::take(&mut self.pending), method));
                }
                Extent::Unfinished if self.ended => {
                    return Err(format!(
                        "the connection ended within a response:\n{}",
                        escape::lines(&self.pending, "  ")
                    ));
                }
                Extent::UntilClose | Extent::Unfinished => {
                    self.try_wait("a response", deadline)?;
                }
            }
        }
    }

    /// Reads exactly `count` bytes.
    pub fn read_exact(&mut self, count: usize) -> Vec<u8> {
        let deadline = Instant::now() + DEADLINE;
        while self.pending.len() < count {
            assert!(
                !self.ended,
                "the connection ended before {count} bytes:\n{}",
                escape::lines(&self.pending, "  ")
            );
            self.wait("bytes", deadline);
        }
        self.pending.drain(..count).collect()
    }

    /// Reads up to and including the first `mark`.
    pub fn read_until(&mut self, mark: &[u8]) -> Vec<u8> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let found = self.pending.windows(mark.len()).position(|at| at == mark);
            if let Some(start) = found {
                return self.pending.drain(..start + mark.len()).collect();
            }
            assert!(
                !self.ended,
                "the connection ended before {:?}:\n{}",
                mark.escape_ascii().to_string(),
                escape::lines(&self.pending, "  ")
            );
            self.wait("a mark", deadline);
        }
    }

    /// Reads everything that the server sends until it closes.
    pub fn read_until_close(&mut self) -> Vec<u8> {
        let deadline = Instant::now() + DEADLINE;
        while !self.ended {
            self.wait("the end", deadline);
        }
        std::mem::take(&mut self.pending)
    }

    /// Whether the server answers one more request instead of closing. The target does not exist, so this
    /// works with any site; the response is dropped.
    pub fn is_kept_open(&mut self) -> bool {
        self.is_kept_open_for(b"GET /.well-known/is-kept-open HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }

    /// The same, with this request, whose method must not be HEAD.
    pub fn is_kept_open_for(&mut self, request: &[u8]) -> bool {
        self.send(request);
        let deadline = Instant::now() + DEADLINE;
        loop {
            match response::extent(&self.pending, "GET") {
                Extent::Whole(length) => {
                    self.pending.drain(..length);
                    return true;
                }
                _ if self.ended => return false,
                _ => self.wait("an answer or the end", deadline),
            }
        }
    }

    /// The bytes that have arrived and that no read has returned yet.
    pub fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// Whether the server has closed its direction of the connection.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Whether it has done so by RST.
    pub fn was_reset(&self) -> bool {
        self.was_reset
    }

    /// Whether the server resets the connection within this time, which it may also do after FIN.
    pub fn is_reset_within(&self, time: Duration) -> bool {
        let time = Timespec::try_from(time).expect("a short time");
        // `poll` reports errors without being asked for them.
        let mut asked = [PollFd::new(&self.stream, PollFlags::empty())];
        poll(&mut asked, Some(&time)).is_ok_and(|reported| reported > 0)
    }

    /// This end's port.
    pub fn port(&self) -> u16 {
        self.stream.local_addr().expect("connected").port()
    }

    /// Waits at most `within` for more bytes or for the end.
    pub fn arrival(&mut self, within: Duration) -> Arrival {
        if self.ended {
            return Arrival::End;
        }
        // The standard library rejects a timeout of zero.
        let within = within.max(Duration::from_millis(1));
        self.stream
            .set_read_timeout(Some(within))
            .expect("a timeout");
        let mut buffer = [0; 64 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => self.ended = true,
            Ok(count) => {
                self.pending.extend_from_slice(&buffer[..count]);
                return Arrival::Bytes;
            }
            Err(error) if is_end(error.kind()) => (self.ended, self.was_reset) = (true, true),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Arrival::Nothing;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => return Arrival::Nothing,
            Err(error) => panic!("cannot read: {error}"),
        }
        Arrival::End
    }

    /// Waits for bytes or the end until `deadline`; after that, panics with what has arrived.
    fn wait(&mut self, what: &str, deadline: Instant) {
        self.try_wait(what, deadline)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    fn try_wait(&mut self, what: &str, deadline: Instant) -> Result<(), String> {
        let left = deadline.saturating_duration_since(Instant::now());
        if self.arrival(left) == Arrival::Nothing && Instant::now() >= deadline {
            let so_far = escape::lines(&self.pending, "  ");
            return Err(format!("waited {DEADLINE:?} for {what}; so far:\n{so_far}"));
        }
        Ok(())
    }
}

/// Errors that mean that the peer is gone.
fn is_end(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}
