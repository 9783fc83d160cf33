//! The stash as a worker sees it.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix_futex_sync::Mutex;

use super::super::{Key, Pushed, PutError, QueueId, SharedQueues, Stash, Unavailable, UnlockError};
use super::frame::{self, Operation, Reply};
use crate::forks::PerProcess;

/// Unused connections that are kept. A crowd of handlers that waited needs no more later.
const MAX_UNUSED: usize = 64;

#[derive(Default)]
struct Streams {
    unused: Mutex<Vec<UnixStream>>,
    /// The connection that has taken the lock, and whose end would release it.
    holds: Mutex<Option<UnixStream>>,
}

/// A stash that another process on this machine keeps.
pub struct HostedStash {
    path: PathBuf,
    /// The child of a fork has none of its parent's, on which either would read the other's replies.
    streams: PerProcess<Streams>,
}

impl HostedStash {
    /// The stash whose host listens on the Unix socket with this path. The first call connects.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            streams: PerProcess::new(Streams::default),
        }
    }

    fn connection(&self) -> io::Result<UnixStream> {
        let unused = self.streams.get().unused.lock().pop();
        match unused {
            Some(stream) => Ok(stream),
            None => UnixStream::connect(&self.path),
        }
    }

    fn keep(&self, stream: UnixStream) {
        let mut unused = self.streams.get().unused.lock();
        if unused.len() < MAX_UNUSED {
            unused.push(stream);
        }
    }

    /// Asks on a connection that is kept for the next call.
    fn ask(&self, operation: Operation, parts: &[&[u8]]) -> Result<(Reply, Vec<u8>), Unavailable> {
        let asked = self.connection().and_then(|stream| {
            let reply = ask(&stream, operation, parts)?;
            self.keep(stream);
            Ok(reply)
        });
        asked.map_err(unavailable)
    }

    fn is(&self, operation: Operation, parts: &[&[u8]]) -> Result<bool, Unavailable> {
        Ok(self.ask(operation, parts)?.0 == Reply::Yes)
    }

    /// Asks for the lock on a connection that is kept while the lock is held.
    fn ask_for_lock(&self, operation: Operation) -> Result<bool, Unavailable> {
        let asked = self.connection().and_then(|stream| {
            let (reply, _) = ask(&stream, operation, &[])?;
            match reply {
                Reply::Yes => *self.streams.get().holds.lock() = Some(stream),
                _ => self.keep(stream),
            }
            Ok(reply == Reply::Yes)
        });
        asked.map_err(unavailable)
    }
}

fn ask(stream: &UnixStream, operation: Operation, parts: &[&[u8]]) -> io::Result<(Reply, Vec<u8>)> {
    frame::write(stream, operation as u8, parts)?;
    let (kind, parts) = frame::read(stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let value = parts.into_iter().next().unwrap_or_default();
    Ok((Reply::of(kind)?, value))
}

fn unavailable(error: io::Error) -> Unavailable {
    Unavailable {
        store: "the supervisor of the workers".to_owned(),
        problem: error.to_string(),
    }
}

/// A number in a reply.
fn number(bytes: &[u8]) -> usize {
    bytes.try_into().map_or(0, usize::from_le_bytes)
}

fn milliseconds(wait: Duration) -> [u8; 8] {
    // A wait of less than a millisecond is still a wait.
    let milliseconds = wait.as_nanos().div_ceil(1_000_000);
    u64::try_from(milliseconds)
        .unwrap_or(u64::MAX)
        .to_le_bytes()
}

impl Stash for HostedStash {
    fn is_remote(&self) -> bool {
        true
    }

    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), PutError> {
        let (reply, limit) = self.ask(Operation::Put, &[&key.path, &key.uuid, &value])?;
        match reply {
            Reply::Yes => Ok(()),
            Reply::No => Err(PutError::Occupied),
            Reply::Full => Err(PutError::Full {
                limit: number(&limit),
            }),
        }
    }

    fn take(&self, key: &Key) -> Result<Option<Vec<u8>>, Unavailable> {
        let (reply, value) = self.ask(Operation::Take, &[&key.path, &key.uuid])?;
        Ok((reply == Reply::Yes).then_some(value))
    }

    fn try_lock(&self) -> Result<bool, Unavailable> {
        self.ask_for_lock(Operation::TryLock)
    }

    fn lock(&self) -> Result<(), Unavailable> {
        self.ask_for_lock(Operation::Lock).map(drop)
    }

    fn unlock(&self) -> Result<(), UnlockError> {
        // Another process may hold the lock.
        let held = self.streams.get().holds.lock().take();
        let stream = held.ok_or(UnlockError::NotHeld)?;
        let (reply, _) = ask(&stream, Operation::Unlock, &[]).map_err(unavailable)?;
        self.keep(stream);
        match reply {
            Reply::Yes => Ok(()),
            _ => Err(UnlockError::NotHeld),
        }
    }

    fn queues(&self) -> Option<&dyn SharedQueues> {
        Some(self)
    }
}

impl SharedQueues for HostedStash {
    fn push(&self, queue: &QueueId, item: &[u8], limit: usize) -> Result<Pushed, Unavailable> {
        let (reply, full) = self.ask(Operation::Push, &[queue, &limit.to_le_bytes(), item])?;
        Ok(match reply {
            Reply::Yes => Pushed::Done,
            Reply::No => Pushed::QueueIsFull,
            Reply::Full => Pushed::StoreIsFull {
                limit: number(&full),
            },
        })
    }

    fn pop(&self, queue: &QueueId, wait: Duration) -> Result<Option<Vec<u8>>, Unavailable> {
        let (reply, item) = self.ask(Operation::Pop, &[queue, &milliseconds(wait)])?;
        Ok((reply == Reply::Yes).then_some(item))
    }

    fn len(&self, queue: &QueueId) -> Result<usize, Unavailable> {
        let (_, length) = self.ask(Operation::Length, &[queue])?;
        Ok(number(&length))
    }

    fn task_done(&self, queue: &QueueId) -> Result<bool, Unavailable> {
        self.is(Operation::TaskDone, &[queue])
    }

    fn wait_until_done(&self, queue: &QueueId, wait: Duration) -> Result<bool, Unavailable> {
        self.is(Operation::WaitUntilDone, &[queue, &milliseconds(wait)])
    }
}
