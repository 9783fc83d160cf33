//! Transcripts in memory: the most recent entries of one connection, up to a limit in bytes, and the
//! [`Transcript`] that callers get.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::entry::{Entry, Opened, Side, What};
use super::line::{Beginning, Format, Line};
use super::total::Total;

/// Bytes that are counted for an entry in addition to its data, so that many small entries reach the
/// limit as well. Rounded up.
const ENTRY: usize = 128;

/// The most recent entries of one connection.
#[derive(Debug)]
pub(super) struct RecentEntries {
    entries: VecDeque<Entry>,
    /// Memory of the entries in bytes. `size <= limit`
    size: usize,
    limit: usize,
    /// What all connections take, `size` of it by this one.
    total: Arc<Total>,
    dropped: Dropped,
}

/// Entries at the beginning of a connection that were dropped to stay within the limit.
///
/// See the example of [`Transcript`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Number of dropped entries.
    pub entries: u64,
    /// Number of bytes on the connection that the dropped entries recorded.
    pub bytes: u64,
}

/// A snapshot of the transcript of one connection. Its `Display` is the text of a transcript file.
///
/// ```
/// # use std::io::Write;
/// use wireserve::transcript::{Dropped, Side};
/// # let server = wireserve::Server::builder().transcripts().start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
/// # std::io::read_to_string(client)?;
/// // After a request of a client, to a server with `Builder::transcripts`:
/// let transcript = &server.transcripts()[0];
/// assert_eq!(transcript.bytes(Side::Client), b"GET / HTTP/1.0\r\n\r\n");
/// assert_eq!((transcript.connection(), transcript.opened().connection), (1, 1));
/// assert_eq!(transcript.dropped(), Dropped::default());
/// assert!(transcript.entries().len() >= 2);
/// assert!(transcript.to_string().starts_with("connection 1, client 127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    opened: Opened,
    dropped: Dropped,
    entries: Vec<Entry>,
}

impl RecentEntries {
    pub(super) fn new(limit: usize, total: Arc<Total>) -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            limit,
            total,
            dropped: Dropped::default(),
        }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        let added = size(&entry);
        self.size += added;
        self.total.add(added);
        self.entries.push_back(entry);
        while self.size > self.limit || self.total.is_far_exceeded() && self.entries.len() > 1 {
            if self.drop_oldest() == 0 {
                break;
            }
        }
    }

    /// Drops the oldest entries, until they took so many bytes.
    pub(super) fn shed(&mut self, bytes: usize) -> usize {
        let mut freed = 0;
        while freed < bytes {
            match self.drop_oldest() {
                0 => break,
                size => freed += size,
            }
        }
        freed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Drops the oldest entry, and returns what it took; 0 if there is no entry.
    fn drop_oldest(&mut self) -> usize {
        let Some(entry) = self.entries.pop_front() else {
            return 0;
        };
        let freed = size(&entry);
        self.size -= freed;
        self.total.remove(freed);
        self.dropped.entries += 1;
        if let What::Bytes { length, .. } = entry.what {
            self.dropped.bytes += length;
        }
        freed
    }

    /// Drops all entries, and forgets that there were any.
    #[cfg(feature = "control")]
    pub(super) fn clear(&mut self) {
        self.shed(usize::MAX);
        self.dropped = Dropped::default();
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
    /// Number of the connection on its server, counted from 1.
    ///
    /// See the example of [`Transcript`].
    pub fn connection(&self) -> u64 {
        self.opened.connection
    }

    /// How the connection began.
    ///
    /// See the example of [`Transcript`].
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// The entries, in order.
    ///
    /// See the example of [`Transcript`].
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The earlier entries that are not kept.
    ///
    /// See the example of [`Transcript`].
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The concatenated bytes of one side, without those that are dropped or not shown.
    ///
    /// See the example of [`Transcript`].
    pub fn bytes(&self, from: Side) -> Vec<u8> {
        let of_side = |entry: &&Entry| entry.from() == Some(from);
        let segments = self.entries.iter().filter(of_side).map(Entry::bytes);
        segments.flatten().copied().collect()
    }

    /// The same with the entries of these exchanges alone.
    #[doc(hidden)]
    #[cfg(feature = "cli")]
    pub fn only(&self, exchanges: &[u64]) -> Self {
        let entries = self.entries.iter();
        let own = entries.filter(|entry| exchanges.contains(&entry.exchange));
        Self {
            opened: self.opened.clone(),
            dropped: Dropped::default(),
            entries: own.cloned().collect(),
        }
    }
}

/// The lines of a transcript file in text, each with its line terminator.
impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = Format::Text;
        writeln!(f, "{}", Beginning(format, &self.opened))?;
        if self.dropped.entries > 0 {
            let Dropped { entries, bytes } = self.dropped;
            writeln!(f, "-- dropped {entries} earlier entries with {bytes} bytes")?;
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

impl Drop for RecentEntries {
    fn drop(&mut self) {
        self.total.remove(self.size);
    }
}

fn size(entry: &Entry) -> usize {
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
    fn the_oldest_entries_are_dropped() {
        let opened = Opened {
            connection: 1,
            client: crate::http::address::Address::Ip("127.0.0.1:5".parse().unwrap()),
            server: crate::http::address::Address::Ip("127.0.0.1:80".parse().unwrap()),
            at: UNIX_EPOCH,
        };
        for (limit, dropped, left) in [
            (3 * (ENTRY + 2), (0, 0), "> 2 \"aa\" > 2 \"bb\" > 2 \"cc\""),
            (3 * (ENTRY + 2) - 1, (1, 2), "> 2 \"bb\" > 2 \"cc\""),
            (ENTRY + 2, (2, 4), "> 2 \"cc\""),
            (0, (3, 6), ""),
        ] {
            let mut recent = RecentEntries::new(limit, Arc::new(Total::new(usize::MAX)));
            for bytes in [b"aa", b"bb", b"cc"] {
                recent.push(Entry {
                    time: Duration::ZERO,
                    exchange: 1,
                    what: What::segment(Side::Client, [bytes, b""], 2),
                });
            }
            let transcript = recent.transcript(opened.clone());
            let (entries, bytes) = dropped;
            assert_eq!(transcript.dropped(), Dropped { entries, bytes });
            let text = transcript.to_string();
            let lines: Vec<_> = text.lines().filter_map(|line| line.get(16..)).collect();
            let lines: Vec<_> = lines.into_iter().filter(|l| l.starts_with('>')).collect();
            assert_eq!(lines.join(" "), left, "{limit}");
            assert_eq!(
                text.contains(&format!("-- dropped {entries} earlier entries")),
                entries > 0
            );
        }
    }
}
