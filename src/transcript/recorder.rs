//! A [`Recorder`] creates the tapes of a server's connections and returns the transcripts in memory. A
//! connection uses it once; afterwards it only uses its tape.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::TranscriptLimits;
use super::folder::Folder;
use super::recent::Transcript;
use super::tape::Tape;

/// Whether the most recent connections are kept in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// No connection is kept.
    #[default]
    Off,
    /// Up to [`TranscriptLimits::kept_connections`] are kept.
    On,
}

/// Where the tapes of a server record.
#[derive(Debug)]
pub struct Recorder {
    memory: Memory,
    /// The most recent connections, oldest first; empty if memory is off.
    recent: Mutex<VecDeque<Arc<Tape>>>,
    folder: Option<Arc<Folder>>,
    limits: TranscriptLimits,
}

impl Recorder {
    /// A recorder that records into memory, into a folder, or both.
    pub fn new(memory: Memory, folder: Option<Folder>, limits: TranscriptLimits) -> Self {
        Self {
            memory,
            recent: Mutex::default(),
            folder: folder.map(Arc::new),
            limits,
        }
    }

    /// The tape of an accepted connection. `connection` is its number on the server.
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

    /// The transcripts in memory, oldest connection first.
    pub fn transcripts(&self) -> Vec<Transcript> {
        let recent: Vec<_> = self.recent.lock().iter().cloned().collect();
        recent.iter().filter_map(|tape| tape.transcript()).collect()
    }

    fn remember(&self, tape: &Arc<Tape>) {
        let mut recent = self.recent.lock();
        recent.push_back(Arc::clone(tape));
        while recent.len() > self.limits.kept_connections
            && let Some(tape) = recent.pop_front()
        {
            tape.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_most_recent_connections_are_kept() {
        let limits = TranscriptLimits {
            kept_connections: 2,
            ..TranscriptLimits::default()
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
