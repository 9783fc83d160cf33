//! A [`Recorder`] gives every connection of a server its tape, and says what is in memory. It is touched
//! once for each connection; what happens on one goes to its tape alone.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Limits;
use super::folder::Folder;
use super::kept::Transcript;
use super::tape::Tape;

/// Whether the last connections are kept in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// They are not.
    #[default]
    Off,
    /// They are, see [`Limits`] for how many.
    On,
}

/// Where the tapes of a server go.
#[derive(Debug)]
pub struct Recorder {
    /// Connections so far.
    memory: Memory,
    /// The last connections, oldest first; none when memory is off.
    last: Mutex<VecDeque<Arc<Tape>>>,
    folder: Option<Arc<Folder>>,
    limits: Limits,
}

impl Recorder {
    /// A recorder into memory, into a folder, or both.
    pub fn new(memory: Memory, folder: Option<Folder>, limits: Limits) -> Self {
        Self {
            memory,
            last: Mutex::default(),
            folder: folder.map(Arc::new),
            limits,
        }
    }

    /// The tape of a connection that has just been accepted, with its number among those of the server.
    pub fn tape(&self, connection: u64, client: SocketAddr, server: SocketAddr) -> Arc<Tape> {
        let kept = match self.memory {
            Memory::On => Some(self.limits.kept_bytes),
            Memory::Off => None,
        };
        let folder = self.folder.clone();
        let tape = Arc::new(Tape::new(connection, client, server, kept, folder));
        if self.memory == Memory::On {
            self.remember(&tape);
        }
        tape
    }

    /// What is in memory, oldest connection first.
    pub fn transcripts(&self) -> Vec<Transcript> {
        let last: Vec<_> = self.last().iter().cloned().collect();
        last.iter().filter_map(|tape| tape.transcript()).collect()
    }

    fn remember(&self, tape: &Arc<Tape>) {
        let mut last = self.last();
        last.push_back(Arc::clone(tape));
        while last.len() > self.limits.kept_connections
            && let Some(tape) = last.pop_front()
        {
            tape.forget();
        }
    }

    fn last(&self) -> MutexGuard<'_, VecDeque<Arc<Tape>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_connections_are_kept_and_the_others_forget() {
        let limits = Limits {
            kept_connections: 2,
            ..Limits::default()
        };
        let recorder = Recorder::new(Memory::On, None, limits);
        let address = "127.0.0.1:1".parse().unwrap();
        let tapes: Vec<_> = (1..=3)
            .map(|number| recorder.tape(number, address, address))
            .collect();
        let kept: Vec<_> = recorder.transcripts();
        let kept: Vec<_> = kept.iter().map(Transcript::connection).collect();
        assert_eq!(kept, [2, 3]);
        assert!(tapes[0].transcript().is_none());
    }
}
