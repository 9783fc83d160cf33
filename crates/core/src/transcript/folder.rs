//! Transcripts in a [`Folder`], one file for each connection. File names contain the start time of the
//! server and the number of the connection, so that a run never overwrites the files of another. The
//! files of one run share a limit: when it is reached, files of ended connections are deleted, oldest
//! first.
//!
//! The thread that records an entry writes its line to the file. Connections share an atomic counter;
//! they take a common lock only when a file ends or the limit is reached. An error ends the file it
//! concerns, and is logged once.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use rustix_futex_sync::Mutex;

use crate::text::timestamp::Timestamp;

use super::entry::{Bound, Entry, Opened, Side, What};
use super::line::{Beginning, Format, Line};
use super::{SHOWN_BEYOND, TranscriptLimits};

/// Size of a disk block on most systems, in bytes. File sizes are rounded up to it, since many small files
/// fill a disk as well.
const BLOCK: u64 = 4096;

/// A folder for the transcripts of one run of a server.
#[doc(hidden)]
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    format: Format,
    limits: TranscriptLimits,
    /// Prefix of the file names of this run: the time at which it started.
    run: String,
    /// Bytes of the files of this run, rounded up to blocks.
    total: AtomicU64,
    /// Files of ended connections, oldest first.
    ended: Mutex<VecDeque<Ended>>,
}

#[derive(Clone, Copy, Debug)]
struct Ended {
    connection: u64,
    /// Bytes counted for the file.
    bytes: u64,
}

/// The result of reserving space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    Reserved,
    /// Open connections use the whole limit.
    Exhausted,
}

impl Folder {
    /// Creates the folder if it does not exist, and checks that files can be created in it.
    ///
    /// # Errors
    /// The folder cannot be created or written to. The error contains the path; its `source` is the
    /// system's error.
    pub fn open(path: &Path, format: Format, limits: TranscriptLimits) -> io::Result<Self> {
        let fail = |source: io::Error| {
            let path = path.to_owned();
            io::Error::new(source.kind(), FolderError { path, source })
        };
        fs::create_dir_all(path).map_err(fail)?;
        // The working directory may change.
        let path = path.canonicalize().map_err(fail)?;
        tempfile::tempfile_in(&path).map_err(fail)?;
        let started = Timestamp(SystemTime::now()).to_string();
        Ok(Self {
            path,
            format,
            limits,
            run: started.replace(['-', ':'], ""),
            total: AtomicU64::new(0),
            ended: Mutex::default(),
        })
    }

    /// The path of a connection's file.
    fn file(&self, connection: u64) -> PathBuf {
        let ending = match self.format {
            Format::Text => "txt",
            Format::Json => "jsonl",
        };
        let run = &self.run;
        self.path.join(format!("{run}-{connection:06}.{ending}"))
    }

    /// Reserves space for an open file. Deletes files of ended connections if needed.
    fn reserve(&self, bytes: u64) -> Space {
        let total = self.total.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if total <= self.limits.folder {
            return Space::Reserved;
        }
        let mut ended = self.ended.lock();
        while self.total.load(Ordering::Relaxed) > self.limits.folder {
            let Some(oldest) = ended.pop_front() else {
                self.total.fetch_sub(bytes, Ordering::Relaxed);
                return Space::Exhausted;
            };
            self.total.fetch_sub(oldest.bytes, Ordering::Relaxed);
            let file = self.file(oldest.connection);
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    log::error!("cannot delete the transcript {}: {error}", file.display());
                }
                _ => {}
            }
        }
        Space::Reserved
    }

    fn end(&self, connection: u64, bytes: u64) {
        self.ended.lock().push_back(Ended { connection, bytes });
    }
}

/// A transcript folder that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the transcript folder {}: {source}", .path.display())]
struct FolderError {
    path: PathBuf,
    source: io::Error,
}

/// The transcript file of one connection.
#[derive(Debug)]
pub(super) struct TranscriptFile {
    folder: Arc<Folder>,
    opened: Opened,
    state: FileState,
    beginnings: Beginnings,
    /// The current line. Kept to reuse its allocation.
    line: String,
}

#[derive(Debug)]
enum FileState {
    /// The file does not exist.
    Unopened,
    Open {
        file: File,
        /// Bytes in the file.
        written: u64,
        /// Bytes that are reserved for the file. `written <= reserved`, except after the last line of a
        /// stopped recording.
        reserved: u64,
        extent: Extent,
    },
    /// Nothing more is written.
    Ended,
}

/// How much of each entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// All of it.
    Whole,
    /// Beyond the limit of the connection: the beginnings of requests and responses, and lengths.
    Beyond,
}

/// How much of the current request and of its response has been recorded, to know what their beginnings are.
#[derive(Debug, Default)]
struct Beginnings {
    exchange: u64,
    /// Bytes from the client and from the server.
    recorded: [u64; 2],
}

impl Beginnings {
    /// Counts an entry, and returns how many of its bytes belong to a beginning.
    fn take(&mut self, entry: &Entry) -> usize {
        let What::Bytes { from, length, .. } = &entry.what else {
            return 0;
        };
        if self.exchange != entry.exchange {
            *self = Self {
                exchange: entry.exchange,
                ..Self::default()
            };
        }
        let recorded = &mut self.recorded[match from {
            Side::Client => 0,
            Side::Server => 1,
        }];
        let left = (SHOWN_BEYOND as u64).saturating_sub(*recorded);
        *recorded += length;
        usize::try_from(left).unwrap_or(SHOWN_BEYOND)
    }
}

/// The entry that reports a limit, at the time of another entry.
fn reached(entry: &Entry, bound: Bound) -> Entry {
    Entry {
        what: What::Reached(bound),
        ..entry.clone()
    }
}

impl TranscriptFile {
    pub(super) fn new(folder: Arc<Folder>, opened: Opened) -> Self {
        Self {
            folder,
            opened,
            state: FileState::Unopened,
            beginnings: Beginnings::default(),
            line: String::new(),
        }
    }

    /// Whether nothing more is written.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, FileState::Ended)
    }

    /// Creates the file with its first line, unless it exists.
    pub(super) fn open(&mut self) {
        if !matches!(self.state, FileState::Unopened) {
            return;
        }
        if self.folder.reserve(BLOCK) == Space::Exhausted {
            log::error!(
                "no transcript of connection {}: open connections use all {} bytes of the folder's limit",
                self.opened.connection,
                self.folder.limits.folder
            );
            self.state = FileState::Ended;
            return;
        }
        let path = self.folder.file(self.opened.connection);
        match File::create_new(path) {
            Ok(file) => {
                self.state = FileState::Open {
                    file,
                    written: 0,
                    reserved: BLOCK,
                    extent: Extent::Whole,
                };
                self.line.clear();
                let beginning = Beginning(self.folder.format, &self.opened);
                let _ = writeln!(self.line, "{beginning}");
                self.write_line();
            }
            Err(error) => {
                self.folder.total.fetch_sub(BLOCK, Ordering::Relaxed);
                self.state = FileState::Ended;
                self.log_error(&error);
            }
        }
    }

    /// Writes an entry: whole up to the limit of the connection, cut beyond it. At the limit of the folder, a
    /// last line reports it.
    pub(super) fn write(&mut self, entry: &Entry) {
        self.open();
        let beginning = self.beginnings.take(entry);
        if !self.is_beyond() {
            self.set_line(entry);
            if !self.passes_limit() {
                return self.write_within_folder(entry);
            }
            let bound = Bound::Connection(self.folder.limits.connection);
            self.set_line(&reached(entry, bound));
            self.write_within_folder(entry);
            if let FileState::Open { extent, .. } = &mut self.state {
                *extent = Extent::Beyond;
            }
        }
        self.set_line(&entry.cut_to(beginning));
        self.write_within_folder(entry);
    }

    fn is_beyond(&self) -> bool {
        matches!(
            self.state,
            FileState::Open {
                extent: Extent::Beyond,
                ..
            }
        )
    }

    /// Whether the current line would pass the limit of the connection.
    fn passes_limit(&self) -> bool {
        let FileState::Open { written, .. } = self.state else {
            return false;
        };
        written + self.line.len() as u64 > self.folder.limits.connection
    }

    /// Writes the current line, or, if there is no space for it, a last one.
    fn write_within_folder(&mut self, entry: &Entry) {
        let length = self.line.len() as u64;
        let FileState::Open {
            written, reserved, ..
        } = &mut self.state
        else {
            return;
        };
        let missing = (*written + length).saturating_sub(*reserved);
        let more = missing.next_multiple_of(BLOCK);
        if more > 0 && self.folder.reserve(more) == Space::Exhausted {
            let bound = Bound::Folder(self.folder.limits.folder);
            self.set_line(&reached(entry, bound));
            self.write_line();
            return self.end();
        }
        *reserved += more;
        self.write_line();
    }

    fn set_line(&mut self, entry: &Entry) {
        let line = Line {
            format: self.folder.format,
            connection: self.opened.connection,
            entry,
        };
        self.line.clear();
        // Writing to a String cannot fail.
        let _ = writeln!(self.line, "{line}");
    }

    /// Writes the current line to the file.
    fn write_line(&mut self) {
        let FileState::Open { file, written, .. } = &mut self.state else {
            return;
        };
        *written += self.line.len() as u64;
        if let Err(error) = file.write_all(self.line.as_bytes()) {
            self.log_error(&error);
            self.end();
        }
    }

    fn end(&mut self) {
        if let FileState::Open { reserved, .. } = self.state {
            self.folder.end(self.opened.connection, reserved);
        }
        self.state = FileState::Ended;
    }

    fn log_error(&self, error: &io::Error) {
        let path = self.folder.file(self.opened.connection);
        log::error!("recording into {} stopped: {error}", path.display());
    }
}

impl Drop for TranscriptFile {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn opened(connection: u64) -> Opened {
        Opened {
            connection,
            client: crate::http::address::Address::Ip("127.0.0.1:5".parse().unwrap()),
            server: crate::http::address::Address::Ip("127.0.0.1:80".parse().unwrap()),
            at: UNIX_EPOCH,
        }
    }

    fn entry(bytes: &[u8]) -> Entry {
        Entry {
            time: Duration::ZERO,
            exchange: 1,
            what: What::segment(Side::Client, [bytes, b""], bytes.len() as u64),
        }
    }

    fn folder(limits: TranscriptLimits) -> (tempfile::TempDir, Arc<Folder>) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("a/b"), Format::Text, limits).unwrap();
        (place, Arc::new(folder))
    }

    #[test]
    fn lines_are_written_immediately() {
        let (_place, folder) = folder(TranscriptLimits::default());
        let mut file = TranscriptFile::new(Arc::clone(&folder), opened(3));
        file.open();
        let path = folder.file(3);
        assert!(path.to_str().unwrap().ends_with("Z-000003.txt"));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
        file.write(&entry(b"a"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("\n   0.000000  1  > 1 \"a\"\n"), "{text}");
    }

    /// Beyond the limit, later requests still have their heads, and everything has its length.
    #[test]
    fn beyond_its_limit_a_connection_has_heads_and_lengths() {
        let limits = TranscriptLimits {
            connection: 40_000,
            ..TranscriptLimits::default()
        };
        let (_place, folder) = folder(limits);
        let mut file = TranscriptFile::new(Arc::clone(&folder), opened(1));
        let mut write = |exchange, from, bytes: &[u8]| {
            file.write(&Entry {
                time: Duration::ZERO,
                exchange,
                what: What::segment(from, [bytes, b""], bytes.len() as u64),
            });
        };
        write(1, Side::Client, b"PUT /large");
        for _ in 0..4 {
            write(1, Side::Client, &[b'x'; 15_000]);
        }
        write(1, Side::Server, b"HTTP/1.1 201");
        write(2, Side::Client, b"GET /next");
        write(2, Side::Server, &[b'y'; 10_000]);
        write(2, Side::Server, b"tail");
        let text = fs::read_to_string(folder.file(1)).unwrap();
        let (x, y) = ("x".repeat(15_000), "y".repeat(SHOWN_BEYOND));
        let lines: Vec<_> = text.lines().skip(1).map(|line| &line[13..]).collect();
        let expected = [
            "1  > 10 \"PUT /large\"",
            &format!("1  > 15000 \"{x}\""),
            &format!("1  > 15000 \"{x}\""),
            "1  -- the connection's limit of 40000 bytes is reached: from here on, at most 8192 bytes \
             of each request and of each response are shown",
            "1  > 15000 \"\" and 15000 more bytes",
            "1  > 15000 \"\" and 15000 more bytes",
            "1  < 12 \"HTTP/1.1 201\"",
            "2  > 9 \"GET /next\"",
            &format!("2  < 10000 \"{y}\" and 1808 more bytes"),
            "2  < 4 \"\" and 4 more bytes",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn only_files_of_ended_connections_are_deleted() {
        let limits = TranscriptLimits {
            folder: 3 * BLOCK,
            ..TranscriptLimits::default()
        };
        let (_place, folder) = folder(limits);
        let exist = || -> Vec<u64> {
            let exists = |id: &u64| folder.file(*id).exists();
            (1..=9).filter(exists).collect()
        };
        let file = |id| {
            let mut file = TranscriptFile::new(Arc::clone(&folder), opened(id));
            file.open();
            file
        };
        let first = file(1);
        drop(file(2));
        drop(file(3));
        assert_eq!(exist(), [1, 2, 3]);
        drop(file(4));
        assert_eq!(exist(), [1, 3, 4]);
        drop(first);
        drop(file(5));
        assert_eq!(exist(), [1, 4, 5]);
        // Two blocks: both older files of ended connections are deleted.
        let mut large = file(6);
        large.write(&entry(&[b'a'; 5000]));
        assert_eq!(exist(), [5, 6]);
        large.write(&entry(&[b'a'; 5000]));
        assert_eq!(exist(), [6]);
        assert!(!large.has_ended());
        large.write(&entry(&[b'a'; 5000]));
        assert!(large.has_ended());
        let text = fs::read_to_string(folder.file(6)).unwrap();
        let last = text.lines().last().unwrap();
        assert!(
            last.contains("open connections use all 12288 bytes"),
            "{last}"
        );
        assert_eq!(folder.total.load(Ordering::Relaxed), 3 * BLOCK);
    }

    /// Writes to `/dev/full` fail as on a full disk.
    #[test]
    fn a_full_disk_ends_the_file() {
        let (_place, folder) = folder(TranscriptLimits::default());
        std::os::unix::fs::symlink("/dev/full", folder.file(2)).unwrap();
        let mut file = TranscriptFile::new(Arc::clone(&folder), opened(2));
        file.state = FileState::Open {
            file: File::options().write(true).open(folder.file(2)).unwrap(),
            written: 0,
            reserved: BLOCK,
            extent: Extent::Whole,
        };
        file.write(&entry(b"a"));
        assert!(file.has_ended());
    }

    #[test]
    fn existing_files_are_not_overwritten() {
        let (_place, folder) = folder(TranscriptLimits::default());
        fs::write(folder.file(1), "mine").unwrap();
        let mut file = TranscriptFile::new(Arc::clone(&folder), opened(1));
        file.write(&entry(b"a"));
        assert!(file.has_ended());
        assert_eq!(fs::read_to_string(folder.file(1)).unwrap(), "mine");
        assert_eq!(folder.total.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn errors_contain_the_path_and_the_source() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error =
            Folder::open(file.path(), Format::Json, TranscriptLimits::default()).unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains(file.path().to_str().unwrap()), "{shown}");
        let inner = error.get_ref().unwrap().source().unwrap();
        assert!(inner.is::<io::Error>(), "{inner}");
    }
}
