//! The bytes of a connection: over TCP or a Unix socket as they are, or through TLS. The halves of a wire, and the ways
//! to end it, call these functions. No other file needs to know whether a connection uses TLS.
//!
//! A connection begins in the clear. Its first use after a handshake goes through the session.

use std::io;
use std::net::Shutdown;
use std::os::fd::RawFd;
use std::sync::OnceLock;
use std::time::Duration;

use rustix::event::PollFlags;

use super::secured::Secured;
use super::socket::{Blocking, Socket};

/// The two directions of a connection.
#[derive(Debug)]
pub(super) struct Stream {
    socket: Socket,
    /// Set once, by a handshake.
    secured: OnceLock<Box<Secured>>,
}

impl Stream {
    pub(super) fn new(socket: socket2::Socket) -> Self {
        Self {
            socket: Socket::new(socket),
            secured: OnceLock::new(),
        }
    }

    /// The socket, whose bytes are those below TLS.
    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The TLS session, if there is one.
    #[inline]
    pub(super) fn secured(&self) -> Option<&Secured> {
        self.secured.get().map(Box::as_ref)
    }

    /// Goes through this session from now on.
    #[cfg(feature = "tls")]
    pub(super) fn secure(&self, secured: Secured) {
        let is_first = self.secured.set(Box::new(secured)).is_ok();
        debug_assert!(is_first, "one handshake for each connection");
    }

    /// Another descriptor of the socket, which the caller closes.
    pub(super) fn duplicate(&self) -> io::Result<RawFd> {
        self.socket.duplicate()
    }

    /// Reads once, to the end of the buffer.
    pub(super) fn read_to_vec(&self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        match self.secured() {
            None => self.socket.read_into_spare(buffer, Blocking::Wait),
            Some(secured) => secured.read_to_vec(&self.socket, buffer),
        }
    }

    /// Reads once.
    pub(super) fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        match self.secured() {
            None => self.socket.read(out),
            Some(secured) => secured.read(&self.socket, out),
        }
    }

    /// Bytes that a read would return although they are not in the kernel's buffer.
    pub(super) fn buffered(&self) -> usize {
        self.secured().map_or(0, Secured::buffered)
    }

    /// Hands both parts to the kernel, as far as it takes them. In the clear, that is one system call.
    /// Through TLS they are in the same records if they are small enough.
    pub(super) fn send(&self, parts: [&[u8]; 2], blocking: Blocking) -> io::Result<usize> {
        match self.secured() {
            None => self.socket.send(parts, blocking),
            Some(secured) => secured.send(&self.socket, parts, blocking),
        }
    }

    /// Whether the kernel has not taken all bytes that [`Stream::send`] has accepted. The next call takes
    /// care of them, also without bytes.
    pub(super) fn has_unsent(&self) -> bool {
        self.secured().is_some_and(Secured::has_unsent)
    }

    /// Waits until the kernel takes more. What became of the connection, the next write reports.
    pub(super) fn wait_for_room(&self) {
        self.socket.is_reported_within(PollFlags::OUT, None);
    }

    /// Waits until the kernel takes more, or the connection has ended; `false` when neither has happened
    /// within this time.
    pub(super) fn is_writable_within(&self, time: Duration) -> bool {
        self.socket.is_reported_within(PollFlags::OUT, Some(time))
    }

    /// Waits until the connection has ended in both directions; `false` when it has not within this time.
    pub(super) fn is_gone_within(&self, time: Duration) -> bool {
        // Nothing is asked for: an end is reported all the same.
        self.socket
            .is_reported_within(PollFlags::empty(), Some(time))
    }

    /// Waits until the client has closed its sending half, or the connection has ended; `false` when
    /// neither has happened within this time. Without a time it waits indefinitely. Of TLS only FIN is seen,
    /// which ends the sending half of every client; close_notify may have come before it.
    pub(super) fn is_left_within(&self, time: Option<Duration>) -> bool {
        self.socket.is_reported_within(PollFlags::RDHUP, time)
    }

    /// Waits until a read would not wait; `false` when nothing has come within this time.
    pub(super) fn is_readable_within(&self, time: Duration) -> bool {
        match self.secured() {
            None => self.socket.is_reported_within(PollFlags::IN, Some(time)),
            Some(secured) => secured.is_readable_within(&self.socket, time),
        }
    }

    /// Whether bytes or the client's end are there to be read. Does not wait, and takes nothing.
    pub(super) fn has_arrivals(&self) -> bool {
        match self.secured() {
            None => self.socket.has_arrivals(),
            Some(secured) => secured.has_arrivals(&self.socket),
        }
    }

    /// Lets reads wait again. A handler that was given the socket may have set a time-out, which makes it
    /// non-blocking for the server as well.
    pub(super) fn restore_blocking(&self) {
        self.socket.restore_blocking();
    }

    /// Says on the layer above TCP that nothing more will be sent. In the clear there is no such layer.
    pub(super) fn close_notify(&self) {
        if let Some(secured) = self.secured() {
            secured.close_notify(&self.socket);
        }
    }

    /// FIN.
    pub(super) fn fin(&self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }
}
