//! A client that puts bytes on the wire as they are and reads what comes back.
//!
//! It never adds, checks or repairs anything: a request is whatever bytes a test sends. Each read
//! waits at most [`DEADLINE`] and then panics with what had arrived, except the reads that say
//! otherwise. A reset counts as the end of what the server sends, like a FIN: the bytes before it
//! are kept.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use super::escape;
use super::response::{self, Extent, Response};

/// How long the server may take for anything, on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// A request without a body.
pub fn request(method: &str, target: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// One connection to a server.
pub struct Client {
    stream: TcpStream,
    /// Bytes that have arrived and that no read has handed out yet.
    pending: Vec<u8>,
    /// The server will send nothing more.
    ended: bool,
    /// It has said so by RST.
    was_reset: bool,
}

/// What a wait for bytes has brought.
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
        let stream = TcpStream::connect_timeout(&addr, DEADLINE)
            .unwrap_or_else(|error| panic!("cannot connect to {addr}: {error}"));
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream.set_write_timeout(Some(DEADLINE)).expect("a timeout");
        Self {
            stream,
            pending: Vec::new(),
            ended: false,
            was_reset: false,
        }
    }

    /// Sends `bytes`. A server that has closed meanwhile is no failure here; the next read shows it.
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

    /// Sends as many bytes as are taken without a break of this length, up to `limit`, and says how
    /// many that were.
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

    /// Says that no more bytes will come from here; reading goes on.
    pub fn half_close(&mut self) {
        // A connection that the server has already reset cannot be shut down, and need not.
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
        let deadline = Instant::now() + DEADLINE;
        loop {
            match response::extent(&self.pending, method) {
                Extent::Whole(length) => {
                    let bytes = self.pending.drain(..length).collect::<Vec<_>>();
                    return Response::parse(&bytes, method);
                }
                Extent::UntilClose if self.ended => {
                    return Response::parse(&std::mem::take(&mut self.pending), method);
                }
                Extent::Unfinished if self.ended => panic!(
                    "the connection ended within a response:\n{}",
                    escape::lines(&self.pending, "  ")
                ),
                Extent::UntilClose | Extent::Unfinished => self.wait("a response", deadline),
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

    /// Whether the server answers one more request here rather than closing. The request names
    /// nothing that exists, so that it works on any site; its answer is read and dropped.
    pub fn is_kept_open(&mut self) -> bool {
        self.is_kept_open_for(b"GET /.well-known/is-kept-open HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }

    /// The same, with this request, which is no HEAD.
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

    /// What has arrived and has not been read yet.
    pub fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// Whether the server has said that it sends no more.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Whether it has said so by RST.
    pub fn was_reset(&self) -> bool {
        self.was_reset
    }

    /// Whether the server resets the connection within this time, which it may do after its end, too.
    pub fn is_reset_within(&self, time: Duration) -> bool {
        let time = Timespec::try_from(time).expect("no great time");
        // Nothing is asked for: an error is reported all the same.
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
        // A timeout of zero would mean none at all.
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

    /// Waits for bytes or the end until `deadline`; past it, panics with what there is.
    fn wait(&mut self, what: &str, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let arrival = self.arrival(left);
        assert!(
            arrival != Arrival::Nothing || Instant::now() < deadline,
            "waited {DEADLINE:?} for {what}; so far:\n{}",
            escape::lines(&self.pending, "  ")
        );
    }
}

/// Errors that mean that the peer is gone.
fn is_end(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}
