//! The process that keeps the stash.

use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix_futex_sync::Mutex;

use super::super::memory_queues::MemoryQueues;
use super::super::{Key, MemoryStash, Pushed, PutError, QueueId, SharedQueues as _, Stash as _};
use super::frame::{self, Operation, Reply};

/// Values, the lock and queues, for clients in other processes.
pub struct Host {
    values: MemoryStash,
    queues: MemoryQueues,
    /// The number of the connection whose client holds the lock.
    holder: Mutex<Option<u64>>,
}

/// One connection of a client.
struct Connection {
    number: u64,
    host: Arc<Host>,
    stream: UnixStream,
}

impl Host {
    /// An empty stash, whose values may have so many bytes together, and whose items may have as many.
    pub fn new(limit: usize) -> Self {
        Self {
            values: MemoryStash::with_limit(limit),
            queues: MemoryQueues::with_limit(limit),
            holder: Mutex::default(),
        }
    }

    /// Serves clients for as long as the process runs, each connection on a thread.
    pub fn serve(self, listener: &UnixListener) {
        let host = Arc::new(self);
        let mut number = 0;
        loop {
            let accepted = listener.accept().and_then(|(stream, _)| {
                number += 1;
                let connection = Connection {
                    number,
                    host: Arc::clone(&host),
                    stream,
                };
                let thread = thread::Builder::new().name("stash".to_owned());
                thread.spawn(move || connection.serve()).map(drop)
            });
            if let Err(error) = accepted {
                // Without descriptors or threads, clients see a closed connection, and the next may do better.
                log::error!("the stash cannot serve a worker: {error}");
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// Where an operation takes something away.
enum Source {
    Value(Key),
    Queue(QueueId),
}

impl Source {
    fn of(operation: Operation, parts: &[Vec<u8>]) -> io::Result<Option<Self>> {
        Ok(match (operation, parts) {
            (Operation::Take, [path, uuid, ..]) => Some(Self::Value(key(path.clone(), uuid)?)),
            (Operation::Pop, [queue, ..]) => Some(Self::Queue(id(queue)?)),
            _ => None,
        })
    }
}

impl Connection {
    fn serve(self) {
        // What a client does wrong can only be that it has ended.
        let _ = self.answer_all();
        let mut holder = self.host.holder.lock();
        if *holder == Some(self.number) {
            *holder = None;
            let _ = self.host.values.unlock();
        }
    }

    fn answer_all(&self) -> io::Result<()> {
        while let Some((kind, parts)) = frame::read(&self.stream)? {
            let operation = Operation::of(kind)?;
            let source = Source::of(operation, &parts)?;
            let (reply, value) = self.answer(operation, parts)?;
            let written = frame::write(&self.stream, reply as u8, &[&value]);
            if let (Err(_), Some(source), Reply::Yes) = (&written, source, reply) {
                // The client has ended, perhaps while it waited.
                self.give_back(source, value);
            }
            written?;
        }
        Ok(())
    }

    fn give_back(&self, source: Source, value: Vec<u8>) {
        match source {
            // A new value under the same key is newer.
            Source::Value(key) => drop(self.host.values.put(key, value)),
            Source::Queue(queue) => self.host.queues.give_back(&queue, value),
        }
    }

    fn answer(&self, operation: Operation, parts: Vec<Vec<u8>>) -> io::Result<(Reply, Vec<u8>)> {
        let Host {
            values,
            queues,
            holder,
        } = &*self.host;
        let mut parts = parts.into_iter();
        let mut next = || parts.next().ok_or(io::ErrorKind::InvalidData);
        let is = |yes: bool| match yes {
            true => (Reply::Yes, Vec::new()),
            false => (Reply::No, Vec::new()),
        };
        let found = |value: Option<Vec<u8>>| match value {
            Some(value) => (Reply::Yes, value),
            None => (Reply::No, Vec::new()),
        };
        let full = |limit: usize| (Reply::Full, limit.to_le_bytes().to_vec());
        Ok(match operation {
            Operation::Put => {
                let key = key(next()?, &next()?)?;
                match values.put(key, next()?) {
                    Ok(()) => is(true),
                    Err(PutError::Full { limit }) => full(limit),
                    Err(_) => is(false),
                }
            }
            Operation::Take => {
                let key = key(next()?, &next()?)?;
                found(values.take(&key).map_err(io::Error::other)?)
            }
            Operation::TryLock => {
                let is_held = values.try_lock().map_err(io::Error::other)?;
                if is_held {
                    *holder.lock() = Some(self.number);
                }
                is(is_held)
            }
            Operation::Lock => {
                values.lock().map_err(io::Error::other)?;
                *holder.lock() = Some(self.number);
                is(true)
            }
            Operation::Unlock => {
                let mut holder = holder.lock();
                *holder = None;
                is(values.unlock().is_ok())
            }
            Operation::Push => {
                let (queue, limit) = (id(&next()?)?, number(&next()?)?);
                let pushed = queues.push(&queue, &next()?, limit);
                match pushed.map_err(io::Error::other)? {
                    Pushed::Done => is(true),
                    Pushed::QueueIsFull => is(false),
                    Pushed::StoreIsFull { limit } => full(limit),
                }
            }
            Operation::Pop => {
                let (queue, wait) = (id(&next()?)?, milliseconds(&next()?)?);
                found(queues.pop(&queue, wait).map_err(io::Error::other)?)
            }
            Operation::Length => {
                let length = queues.len(&id(&next()?)?).map_err(io::Error::other)?;
                (Reply::Yes, length.to_le_bytes().to_vec())
            }
            Operation::TaskDone => {
                is(queues.task_done(&id(&next()?)?).map_err(io::Error::other)?)
            }
            Operation::WaitUntilDone => {
                let (queue, wait) = (id(&next()?)?, milliseconds(&next()?)?);
                let is_done = queues.wait_until_done(&queue, wait);
                is(is_done.map_err(io::Error::other)?)
            }
        })
    }
}

fn key(path: Vec<u8>, uuid: &[u8]) -> io::Result<Key> {
    Ok(Key {
        path,
        uuid: id(uuid)?,
    })
}

fn id(bytes: &[u8]) -> io::Result<[u8; 16]> {
    bytes
        .try_into()
        .map_err(|_| io::ErrorKind::InvalidData.into())
}

fn number(bytes: &[u8]) -> io::Result<usize> {
    let bytes = bytes.try_into().map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(usize::from_le_bytes(bytes))
}

fn milliseconds(bytes: &[u8]) -> io::Result<Duration> {
    let milliseconds = u64::try_from(number(bytes)?).map_err(io::Error::other)?;
    Ok(Duration::from_millis(milliseconds))
}
