//! A listening socket that several processes share: the workers of `--workers`. None of them may shut it down, so a
//! thread that waits for a connection waits for a call to end as well.

use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix_futex_sync::Mutex;
use socket2::{SockAddr, Socket};

/// How long a process that has accepted a connection leaves the next one to the others, unless one of its connections
/// has ended. Without it, the first one that runs takes all of a burst, and a client's connections keep one processor
/// busy.
const TURN: Duration = Duration::from_micros(100);

/// Whether a process that has accepted a connection pauses before it accepts the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It leaves the next one to the others for a moment.
    ForOthers,
    /// It does not pause, since one of its connections has ended.
    None,
}

/// One process's view of a shared listening socket.
#[derive(Debug)]
pub(super) struct InheritedSocket {
    socket: Socket,
    /// Readable once this process stops accepting.
    ended: UnixStream,
    end: UnixStream,
    /// When a connection was accepted last.
    accepted: Mutex<Option<Instant>>,
}

impl InheritedSocket {
    pub(super) fn new(socket: OwnedFd) -> io::Result<Self> {
        let socket = Socket::from(socket);
        // Another process may be faster.
        socket.set_nonblocking(true)?;
        let (ended, end) = UnixStream::pair()?;
        Ok(Self {
            socket,
            ended,
            end,
            accepted: Mutex::default(),
        })
    }

    pub(super) fn address(&self) -> io::Result<SockAddr> {
        self.socket.local_addr()
    }

    pub(super) fn duplicate(&self) -> io::Result<OwnedFd> {
        Ok(self.socket.try_clone()?.into())
    }

    /// Waits for a connection, or for the end.
    pub(super) fn accept(&self, pause: Pause) -> io::Result<(Socket, SockAddr)> {
        let accepted = *self.accepted.lock();
        let since = accepted.filter(|_| pause == Pause::ForOthers);
        let since = since.map(|accepted| accepted.elapsed());
        if let Some(left) = since.and_then(|since| TURN.checked_sub(since)) {
            thread::sleep(left);
        }
        loop {
            let mut awaited = [
                PollFd::new(&self.socket, PollFlags::IN),
                PollFd::new(&self.ended, PollFlags::IN),
            ];
            match poll(&mut awaited, None) {
                Err(Errno::INTR) => continue,
                polled => polled?,
            };
            if !awaited[1].revents().is_empty() {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            match self.socket.accept() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                accepted => {
                    *self.accepted.lock() = Some(Instant::now());
                    return accepted;
                }
            }
        }
    }

    /// Makes `accept` return with an error, now and from now on.
    pub(super) fn wake(&self) {
        // It can only fail if the byte of an earlier call is still there.
        let _ = (&self.end).write(&[0]);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    /// Attempts of which one is not disturbed by other processes.
    const ATTEMPTS: usize = 1000;

    #[test]
    fn only_a_further_connection_is_left_to_others() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let socket = InheritedSocket::new(listener.into()).unwrap();
        let two_accepted = |pause| {
            let _clients = [(); 2].map(|()| TcpStream::connect(address).unwrap());
            socket.accept(Pause::None).unwrap();
            let began = socket.accepted.lock().unwrap();
            socket.accept(pause).unwrap();
            began.elapsed()
        };
        assert!(two_accepted(Pause::ForOthers) >= TURN);
        let mut attempts = 0..ATTEMPTS;
        assert!(attempts.any(|_| two_accepted(Pause::None) < TURN));
    }
}
