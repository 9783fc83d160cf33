//! System calls on the socket of one connection, and the only place that makes them. What is sent and
//! received here is what goes over TCP, or over a Unix socket; a [`Stream`](super::stream::Stream) has what
//! it means.

use std::io::{self, IoSlice, Read};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, IntoRawFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, connect_unspec, recv};

/// The longest time that is passed to the kernel at once, which has its own limits.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Ciphertext that is read at once: a full record fits.
#[cfg(feature = "tls")]
pub(super) const CIPHERTEXT_SIZE: usize = 32 * 1024;

/// A connection's socket, of TCP or of a Unix socket.
#[derive(Debug)]
pub(super) struct Socket {
    socket: socket2::Socket,
    /// Whether there has been another descriptor, with which a handler can change the socket's options.
    is_shared: AtomicBool,
    /// Whether reads wait for a limited time.
    is_limited: AtomicBool,
}

/// Whether a write waits for the client to make room, or a read for bytes to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocking {
    /// As long as that takes.
    Wait,
    /// The kernel takes what it has room for, or returns what it has.
    Return,
}

impl Blocking {
    fn flags(self) -> RecvFlags {
        match self {
            Self::Wait => RecvFlags::empty(),
            Self::Return => RecvFlags::DONTWAIT,
        }
    }
}

impl Socket {
    pub(super) fn new(socket: socket2::Socket) -> Self {
        Self {
            socket,
            is_shared: AtomicBool::new(false),
            is_limited: AtomicBool::new(false),
        }
    }

    /// Another descriptor of the socket, which the caller closes.
    pub(super) fn duplicate(&self) -> io::Result<RawFd> {
        self.is_shared.store(true, Ordering::SeqCst);
        self.unlimit_reads();
        Ok(self.socket.try_clone()?.into_raw_fd())
    }

    /// Reads once into the buffer's spare capacity.
    pub(super) fn read_into_spare(
        &self,
        buffer: &mut Vec<u8>,
        blocking: Blocking,
    ) -> io::Result<usize> {
        let (count, _) = recv(&self.socket, spare_capacity(buffer), blocking.flags())?;
        Ok(count)
    }

    /// Reads once.
    pub(super) fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        (&self.socket).read(out)
    }

    /// Reads once, and returns what has arrived. The room need not be initialized, which takes longer for a large
    /// one than the decryption of a small request.
    pub(super) fn read_into<'r>(
        &self,
        room: &'r mut [MaybeUninit<u8>],
        blocking: Blocking,
    ) -> io::Result<&'r mut [u8]> {
        let ((arrived, _), _) = recv(&self.socket, room, blocking.flags())?;
        Ok(arrived)
    }

    /// Reads that find nothing within this time fail; without a time they wait.
    pub(super) fn set_read_timeout(&self, time: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(time)
    }

    /// Limits how long each read waits, from now on; a read that finds nothing fails with `WouldBlock`. Returns
    /// `false` if reads are not limited, since a handler can see and change the socket's options.
    pub(super) fn limit_reads(&self, time: Duration) -> bool {
        if self.is_limited.load(Ordering::Relaxed) {
            return true;
        }
        if self.is_shared.load(Ordering::SeqCst) || self.set_read_timeout(Some(time)).is_err() {
            return false;
        }
        self.is_limited.store(true, Ordering::SeqCst);
        // Another thread may have duplicated it meanwhile. At least one of the two sees the other's store.
        if self.is_shared.load(Ordering::SeqCst) {
            self.unlimit_reads();
            return false;
        }
        true
    }

    /// Lets reads wait for as long as it takes again.
    #[inline]
    pub(super) fn unlimit_reads(&self) {
        if self.is_limited.load(Ordering::SeqCst) && self.set_read_timeout(None).is_ok() {
            self.is_limited.store(false, Ordering::SeqCst);
        }
    }

    /// Hands both parts to the kernel in one system call, as far as it takes them.
    pub(super) fn send(&self, parts: [&[u8]; 2], blocking: Blocking) -> io::Result<usize> {
        let flags = match blocking {
            Blocking::Wait => libc::MSG_NOSIGNAL,
            Blocking::Return => libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT,
        };
        match parts {
            [[], bytes] => self.socket.send_with_flags(bytes, flags),
            parts => self
                .socket
                .send_vectored_with_flags(&parts.map(IoSlice::new), flags),
        }
    }

    /// Waits for one of these events, for an error or a hang-up; `false` where none came in time.
    /// Without a time it waits indefinitely.
    pub(super) fn is_reported_within(&self, wanted: PollFlags, time: Option<Duration>) -> bool {
        let began = Instant::now();
        loop {
            let left = time.map(|time| time.saturating_sub(began.elapsed()));
            let step = left.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
            let mut asked = [PollFd::new(&self.socket, wanted)];
            let timeout = Timespec::try_from(step).unwrap_or_default();
            match poll(&mut asked, Some(&timeout)) {
                Ok(0) if left.is_none_or(|left| left > LONGEST_WAIT) => {}
                Ok(0) => return false,
                Err(Errno::INTR) => {}
                Ok(_) | Err(_) => return true,
            }
        }
    }

    /// Whether bytes or the client's FIN wait in the kernel's buffer.
    pub(super) fn has_arrivals(&self) -> bool {
        let mut byte = [MaybeUninit::uninit()];
        let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
        self.socket.recv_with_flags(&mut byte, flags).is_ok()
    }

    /// Lets reads wait again. A handler that was given the socket may have set a time-out, which makes it
    /// non-blocking for the server as well.
    pub(super) fn restore_blocking(&self) {
        if self.is_limited.load(Ordering::Relaxed) {
            self.unlimit_reads();
        } else if let Err(error) = self.socket.set_nonblocking(false) {
            log::error!("cannot make a socket blocking again: {error}");
        }
    }

    /// Sets `SO_RCVBUF`. The kernel doubles the value, for its own use of the memory.
    pub(super) fn set_receive_buffer(&self, bytes: u64) {
        let bytes = usize::try_from(bytes)
            .unwrap_or(usize::MAX)
            .min(i32::MAX as usize);
        if let Err(error) = self.socket.set_recv_buffer_size(bytes) {
            log::error!("cannot set the receive buffer of a socket: {error}");
        }
    }

    /// Whether a handler asked for a reset at the end, by `SO_LINGER` with zero seconds.
    pub(super) fn resets_when_closed(&self) -> bool {
        let is_shared = self.is_shared.load(Ordering::Relaxed);
        is_shared && matches!(self.socket.linger(), Ok(Some(Duration::ZERO)))
    }

    /// Ends one direction or both.
    pub(super) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.socket.shutdown(how)
    }

    /// RST at once, whatever other descriptors the connection has: to undo a connection is how Linux
    /// aborts one (connect(2), `AF_UNSPEC`), while `SO_LINGER` waits for the last descriptor to be closed.
    ///
    /// Unix sockets have no RST, and refuse this call. Both of their directions end instead.
    pub(super) fn reset(&self) -> io::Result<()> {
        match connect_unspec(&self.socket) {
            Err(Errno::INVAL) => self.socket.shutdown(Shutdown::Both),
            result => Ok(result?),
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_receive_buffer_has_the_size_that_was_set() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let socket = Socket::new(stream.into());
        let size = || socket.socket.recv_buffer_size().unwrap();
        socket.set_receive_buffer(4096);
        assert_eq!(size(), 8192);
        // The kernel has bounds of its own.
        socket.set_receive_buffer(u64::MAX);
        assert!(size() > 8192);
        socket.set_receive_buffer(0);
        assert!((1..8192).contains(&size()));
    }

    #[test]
    fn reads_are_limited_while_no_handler_has_the_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let socket = Socket::new(listener.accept().unwrap().0.into());
        let limit = || socket.socket.read_timeout().unwrap();
        let short = Duration::from_millis(20);
        assert!(socket.limit_reads(short));
        assert!(limit().is_some());
        let error = socket.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        socket.restore_blocking();
        assert_eq!(limit(), None);
        assert!(socket.limit_reads(short));
        // It stays open until the process ends.
        socket.duplicate().unwrap();
        assert_eq!(limit(), None, "a handler's reads would fail");
        assert!(!socket.limit_reads(short));
    }
}
