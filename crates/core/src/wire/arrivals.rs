//! Waiting for many connections at once, until a client has sent something or has gone.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::ptr;

use rustix::event::{EventfdFlags, epoll, eventfd};
use rustix::io::Errno;

use super::Wire;

/// The token of the descriptor that ends all waits; no connection is at this address.
const END: Token = Token(u64::MAX);

/// A connection among those that are awaited, while it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token(u64);

impl Token {
    /// The token of this connection.
    pub fn of(wire: &Wire) -> Self {
        Self(ptr::from_ref(wire).addr() as u64)
    }
}

/// What waits for many connections.
#[derive(Debug)]
pub struct Arrivals {
    epoll: OwnedFd,
    /// Readable once the waits must end.
    end: OwnedFd,
}

impl Arrivals {
    /// Waits for no connection yet.
    ///
    /// # Errors
    /// When the process has no descriptor left.
    pub fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let end = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let data = epoll::EventData::new_u64(END.0);
        epoll::add(&epoll, &end, data, epoll::EventFlags::IN)?;
        Ok(Self { epoll, end })
    }

    /// Awaits the next bytes of a connection, or its end. It is reported once.
    ///
    /// # Errors
    /// When the kernel has no memory for it, or the user awaits too many already (epoll(7),
    /// `max_user_watches`).
    pub fn expect(&self, wire: &Wire) -> io::Result<()> {
        let socket = wire.stream.socket();
        let data = epoll::EventData::new_u64(Token::of(wire).0);
        let flags = epoll::EventFlags::IN | epoll::EventFlags::RDHUP | epoll::EventFlags::ONESHOT;
        // Most connections have been awaited before.
        match epoll::modify(&self.epoll, socket, data, flags) {
            Err(Errno::NOENT) => epoll::add(&self.epoll, socket, data, flags)?,
            result => result?,
        }
        Ok(())
    }

    /// Waits until one of the connections has something to read, or the waits must end: then it returns a token of
    /// no connection.
    ///
    /// # Errors
    /// When the system cannot wait, since the descriptor has been closed.
    pub fn next(&self) -> io::Result<Token> {
        let mut room = [MaybeUninit::uninit()];
        loop {
            match epoll::wait(&self.epoll, &mut room, None) {
                Ok(([event], _)) => return Ok(Token(event.data.u64())),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Ends all waits, and those that begin later.
    pub fn end(&self) {
        // It fails if the waits have ended before.
        let _ = rustix::io::write(&self.end, &1_u64.to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::thread;

    use super::*;

    fn wire() -> (Arc<Wire>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (Wire::new(listener.accept().unwrap().0).unwrap(), client)
    }

    #[test]
    fn what_arrives_is_reported_once_each_time() {
        let arrivals = Arrivals::new().unwrap();
        let (first, mut sends) = wire();
        let (second, leaves) = wire();
        arrivals.expect(&first).unwrap();
        arrivals.expect(&second).unwrap();
        sends.write_all(b"a").unwrap();
        assert_eq!(arrivals.next().unwrap(), Token::of(&first));
        drop(leaves);
        assert_eq!(arrivals.next().unwrap(), Token::of(&second));
        // It has not been read, and is expected again.
        arrivals.expect(&first).unwrap();
        assert_eq!(arrivals.next().unwrap(), Token::of(&first));
    }

    #[test]
    fn every_wait_ends() {
        let arrivals = Arrivals::new().unwrap();
        thread::scope(|scope| {
            let waits: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| arrivals.next().unwrap()))
                .collect();
            arrivals.end();
            for wait in waits {
                assert_eq!(wait.join().unwrap(), END);
            }
        });
        arrivals.end();
        assert_eq!(arrivals.next().unwrap(), END);
    }
}
