//! A [`Recorder`] creates the tapes of a server's connections and returns the transcripts in memory. A
//! connection uses it once; afterwards it only uses its tape.

use std::sync::Arc;

use crate::http::address::Address;

use super::TranscriptLimits;
use super::folder::Folder;
use super::kept::Kept;
use super::recent::Transcript;
use super::tape::Tape;

/// Whether the most recent connections are kept in memory.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// No connection is kept.
    #[default]
    Off,
    /// Up to [`TranscriptLimits::kept_connections`] are kept.
    On,
}

/// Where the tapes of a server record.
#[doc(hidden)]
#[derive(Debug)]
pub struct Recorder {
    memory: Memory,
    /// The most recent connections; empty if memory is off.
    kept: Arc<Kept>,
    folder: Option<Arc<Folder>>,
}

impl Recorder {
    /// A recorder that records into memory, into a folder, or both.
    pub fn new(memory: Memory, folder: Option<Folder>, limits: TranscriptLimits) -> Self {
        Self {
            memory,
            kept: Arc::new(Kept::new(limits)),
            folder: folder.map(Arc::new),
        }
    }

    /// The tape of an accepted connection. `connection` is its number on the server.
    pub fn tape(&self, connection: u64, client: &Address, server: &Address) -> Arc<Tape> {
        let kept = match self.memory {
            Memory::On => Some(self.kept.for_another()),
            Memory::Off => None,
        };
        let folder = self.folder.clone();
        let tape = Arc::new(Tape::new(connection, client, server, kept, folder));
        if self.memory == Memory::On {
            self.kept.add(&tape);
        }
        tape
    }

    /// The transcripts in memory, oldest connection first.
    pub fn transcripts(&self) -> Vec<Transcript> {
        let tapes = self.kept.tapes();
        tapes.iter().filter_map(|tape| tape.transcript()).collect()
    }

    /// The transcript of one connection, if it is in memory.
    #[cfg(feature = "control")]
    pub(crate) fn transcript(&self, connection: u64) -> Option<Transcript> {
        let tapes = self.kept.tapes();
        let tape = tapes.iter().find(|tape| tape.connection() == connection);
        tape?.transcript()
    }

    /// Forgets the connections in memory that are over, and what the others carried so far.
    #[cfg(feature = "control")]
    pub(crate) fn clear(&self) {
        self.kept.clear();
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
        let address = Address::Ip("127.0.0.1:1".parse().unwrap());
        let tapes: Vec<_> = (1..=3)
            .map(|number| recorder.tape(number, &address, &address))
            .collect();
        let kept: Vec<_> = recorder.transcripts();
        let kept: Vec<_> = kept.iter().map(Transcript::connection).collect();
        assert_eq!(kept, [2, 3]);
        assert!(tapes[0].transcript().is_none());
    }

    #[test]
    fn the_oldest_connections_make_room_for_all() {
        let limits = TranscriptLimits {
            kept_in_all: 10_000,
            ..TranscriptLimits::default()
        };
        let recorder = Recorder::new(Memory::On, None, limits);
        let address = Address::Ip("127.0.0.1:1".parse().unwrap());
        let record = |number| {
            let tape = recorder.tape(number, &address, &address);
            for _ in 0..3 {
                tape.received(&[b'x'; 1000], 1000);
            }
            tape
        };
        let tapes: Vec<_> = (1..=3).map(record).collect();
        let left = || {
            tapes
                .iter()
                .map(|tape| tape.transcript().unwrap().entries().len())
        };
        // Beyond the limit by less than a quarter, until an exchange begins.
        assert_eq!(left().collect::<Vec<_>>(), [3, 3, 3]);
        tapes[2].exchange_over();
        tapes[2].exchange_begins();
        assert_eq!(left().collect::<Vec<_>>(), [2, 3, 3]);
        // Far beyond it, a connection drops its own.
        for _ in 0..5 {
            tapes[2].received(&[b'x'; 1000], 1000);
        }
        assert_eq!(left().collect::<Vec<_>>(), [2, 3, 6]);
        tapes[2].exchange_over();
        tapes[2].exchange_begins();
        assert_eq!(left().collect::<Vec<_>>(), [0, 2, 6]);
        assert_eq!(tapes[1].transcript().unwrap().dropped().entries, 1);
    }
}
