//! A transcript in memory: the last entries of one connection, and what one sees of them from outside.
//! What they weigh together stays below a limit, however small they are.

use std::collections::VecDeque;
use std::fmt;

use super::entry::{Entry, Opened, Side, What};
use super::line::{Beginning, Format, Line};

/// What an entry weighs beside its bytes. Rounded up, so that a byte in each makes them no bargain.
const ENTRY: usize = 128;

/// The last entries of one connection.
#[derive(Debug)]
pub(super) struct Kept {
    entries: VecDeque<Entry>,
    /// What the entries weigh. `weight <= limit`
    weight: usize,
    limit: usize,
    dropped: Dropped,
}

/// Entries at the beginning of a connection that memory had no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// How many.
    pub entries: u64,
    /// Bytes of the connection that they stood for.
    pub bytes: u64,
}

/// What is known of one connection, at the moment it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    opened: Opened,
    dropped: Dropped,
    entries: Vec<Entry>,
}

impl Kept {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            weight: 0,
            limit,
            dropped: Dropped::default(),
        }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.weight += weight(&entry);
        self.entries.push_back(entry);
        while self.weight > self.limit
            && let Some(entry) = self.entries.pop_front()
        {
            self.weight -= weight(&entry);
            self.dropped.entries += 1;
            if let What::Bytes { length, .. } = entry.what {
                self.dropped.bytes += length;
            }
        }
    }

    pub(super) fn transcript(&self, opened: Opened) -> Transcript {
        Transcript {
            opened,
            dropped: self.dropped,
            entries: self.entries.iter().cloned().collect(),
        }
    }
}

impl Transcript {
    /// Which of the server's connections it is, counted from 1.
    pub fn connection(&self) -> u64 {
        self.opened.connection
    }

    /// How the connection began.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// What happened, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What happened before that and is not kept.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// All bytes of one side that are shown, joined.
    pub fn bytes(&self, from: Side) -> Vec<u8> {
        let of_side = |entry: &&Entry| entry.from() == Some(from);
        let segments = self.entries.iter().filter(of_side).map(Entry::bytes);
        segments.flatten().copied().collect()
    }
}

/// The lines of the file, each with its line end.
impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = Format::Text;
        writeln!(f, "{}", Beginning(format, &self.opened))?;
        if self.dropped.entries > 0 {
            let Dropped { entries, bytes } = self.dropped;
            let lines = "earlier lines are not kept";
            writeln!(f, "-- {entries} {lines}, nor their {bytes} bytes")?;
        }
        let connection = self.connection();
        self.entries.iter().try_for_each(|entry| {
            let line = Line {
                format,
                connection,
                entry,
            };
            writeln!(f, "{line}")
        })
    }
}

fn weight(entry: &Entry) -> usize {
    ENTRY
        + match &entry.what {
            What::Bytes { bytes, .. } => bytes.len(),
            What::Note(text) => text.len(),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn the_oldest_entries_make_room() {
        let opened = Opened {
            connection: 1,
            client: "127.0.0.1:5".parse().unwrap(),
            server: "127.0.0.1:80".parse().unwrap(),
            at: UNIX_EPOCH,
        };
        for (limit, dropped, left) in [
            (3 * (ENTRY + 2), (0, 0), "> 2 \"aa\" > 2 \"bb\" > 2 \"cc\""),
            (3 * (ENTRY + 2) - 1, (1, 2), "> 2 \"bb\" > 2 \"cc\""),
            (ENTRY + 2, (2, 4), "> 2 \"cc\""),
            (0, (3, 6), ""),
        ] {
            let mut kept = Kept::new(limit);
            for bytes in [b"aa", b"bb", b"cc"] {
                kept.push(Entry {
                    time: Duration::ZERO,
                    exchange: 1,
                    what: What::segment(Side::Client, [bytes, b""], 2),
                });
            }
            let transcript = kept.transcript(opened);
            let (entries, bytes) = dropped;
            assert_eq!(transcript.dropped(), Dropped { entries, bytes });
            let text = transcript.to_string();
            let lines: Vec<_> = text.lines().filter_map(|line| line.get(16..)).collect();
            let lines: Vec<_> = lines.into_iter().filter(|l| l.starts_with('>')).collect();
            assert_eq!(lines.join(" "), left, "{limit}");
            assert_eq!(
                text.contains(&format!("-- {entries} earlier lines")),
                entries > 0
            );
        }
    }
}
