//! Transcripts in a [`Folder`], a file for each connection. A file's name says when the server started
//! and which connection it is, so that no run writes over another's. The files of a run stay below the
//! folder's limit together: at it, those of ended connections are deleted, oldest first.
//!
//! A file is written by whoever records, a line at a time. Connections share a counter, and a lock only
//! when a file ends or the limit is reached. What goes wrong with a file ends that file, with one line
//! in the log.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::text::timestamp::Timestamp;

use super::Limits;
use super::entry::{Bound, Entry, Opened, What};
use super::line::{Beginning, Format, Line};

/// What a disk gives to a file at once, on most systems. Counted as a whole, since many small files fill
/// a disk as well.
const BLOCK: u64 = 4096;

/// A folder for the transcripts of one run of a server.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    format: Format,
    limits: Limits,
    /// What the files of this run begin with: the moment it started.
    run: String,
    /// Bytes of the files of this run, in blocks.
    total: AtomicU64,
    /// Files of connections that have ended, oldest first.
    finished: Mutex<VecDeque<Finished>>,
}

#[derive(Clone, Copy, Debug)]
struct Finished {
    connection: u64,
    /// What is counted for it.
    bytes: u64,
}

/// What came of asking for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Given,
    /// Open connections have it all.
    Taken,
}

impl Folder {
    /// Makes the folder if it is not there, and sees whether files can be written in it.
    ///
    /// # Errors
    /// A folder that cannot be made or written in; it is named.
    pub fn open(path: &Path, format: Format, limits: Limits) -> io::Result<Self> {
        let fail = |error: io::Error| {
            let text = format!("the transcript folder {}: {error}", path.display());
            io::Error::new(error.kind(), text)
        };
        fs::create_dir_all(path).map_err(fail)?;
        // The process may change its working directory.
        let path = path.canonicalize().map_err(fail)?;
        tempfile::tempfile_in(&path).map_err(fail)?;
        let started = Timestamp(SystemTime::now()).to_string();
        Ok(Self {
            path,
            format,
            limits,
            run: started.replace(['-', ':'], ""),
            total: AtomicU64::new(0),
            finished: Mutex::default(),
        })
    }

    /// The file of a connection.
    fn file(&self, connection: u64) -> PathBuf {
        let ending = match self.format {
            Format::Text => "txt",
            Format::Json => "jsonl",
        };
        let run = &self.run;
        self.path.join(format!("{run}-{connection:06}.{ending}"))
    }

    /// Counts more bytes of an open file, deleting finished ones if need be.
    fn reserve(&self, bytes: u64) -> Room {
        let total = self.total.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if total <= self.limits.folder {
            return Room::Given;
        }
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        while self.total.load(Ordering::Relaxed) > self.limits.folder {
            let Some(oldest) = finished.pop_front() else {
                self.total.fetch_sub(bytes, Ordering::Relaxed);
                return Room::Taken;
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
        Room::Given
    }

    fn finish(&self, connection: u64, bytes: u64) {
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        finished.push_back(Finished { connection, bytes });
    }
}

/// One connection's file.
#[derive(Debug)]
pub(super) struct Sheet {
    folder: Arc<Folder>,
    opened: Opened,
    paper: Paper,
    /// The line that is being made; kept for its room.
    line: String,
}

#[derive(Debug)]
enum Paper {
    /// Nothing has been written.
    Blank,
    Begun {
        file: File,
        /// Bytes in the file.
        written: u64,
        /// Bytes that the folder counts for it. `written <= counted`, but for the line that says the end.
        counted: u64,
    },
    /// Nothing more is written.
    Full,
}

impl Sheet {
    pub(super) fn new(folder: Arc<Folder>, opened: Opened) -> Self {
        Self {
            folder,
            opened,
            paper: Paper::Blank,
            line: String::new(),
        }
    }

    /// Whether nothing more is written.
    pub(super) fn is_full(&self) -> bool {
        matches!(self.paper, Paper::Full)
    }

    /// Makes the file with its first line, unless it is there.
    pub(super) fn open(&mut self) {
        if !matches!(self.paper, Paper::Blank) {
            return;
        }
        if self.folder.reserve(BLOCK) == Room::Taken {
            log::error!(
                "no transcript of connection {}: open ones have all of the folder",
                self.opened.connection
            );
            self.paper = Paper::Full;
            return;
        }
        let path = self.folder.file(self.opened.connection);
        match File::create_new(path) {
            Ok(file) => {
                self.paper = Paper::Begun {
                    file,
                    written: 0,
                    counted: BLOCK,
                };
                self.line.clear();
                let beginning = Beginning(self.folder.format, &self.opened);
                let _ = writeln!(self.line, "{beginning}");
                self.put();
            }
            Err(error) => {
                self.folder.total.fetch_sub(BLOCK, Ordering::Relaxed);
                self.paper = Paper::Full;
                self.complain(&error);
            }
        }
    }

    /// Writes an entry, or that the limit is reached.
    pub(super) fn write(&mut self, entry: &Entry) {
        self.open();
        self.set_line(entry);
        let length = self.line.len() as u64;
        let limits = self.folder.limits;
        let Paper::Begun {
            written, counted, ..
        } = &mut self.paper
        else {
            return;
        };
        let end = *written + length;
        let bound = if end > limits.connection {
            Some(Bound::Connection(limits.connection))
        } else if end > *counted {
            let more = (end - *counted).next_multiple_of(BLOCK);
            match self.folder.reserve(more) {
                Room::Given => {
                    *counted += more;
                    None
                }
                Room::Taken => Some(Bound::Folder(limits.folder)),
            }
        } else {
            None
        };
        if let Some(bound) = bound {
            let end = Entry {
                what: What::Ends(bound),
                ..entry.clone()
            };
            self.set_line(&end);
            self.put();
            self.finish();
        } else {
            self.put();
        }
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

    /// Hands the line to the system.
    fn put(&mut self) {
        let Paper::Begun { file, written, .. } = &mut self.paper else {
            return;
        };
        *written += self.line.len() as u64;
        if let Err(error) = file.write_all(self.line.as_bytes()) {
            self.complain(&error);
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Paper::Begun { counted, .. } = self.paper {
            self.folder.finish(self.opened.connection, counted);
        }
        self.paper = Paper::Full;
    }

    fn complain(&self, error: &io::Error) {
        let path = self.folder.file(self.opened.connection);
        log::error!("the transcript {} ends: {error}", path.display());
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::entry::Side;
    use super::*;

    fn opened(connection: u64) -> Opened {
        Opened {
            connection,
            client: "127.0.0.1:5".parse().unwrap(),
            server: "127.0.0.1:80".parse().unwrap(),
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

    fn folder(limits: Limits) -> (tempfile::TempDir, Arc<Folder>) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("a/b"), Format::Text, limits).unwrap();
        (place, Arc::new(folder))
    }

    #[test]
    fn a_line_is_in_the_file_at_once() {
        let (_place, folder) = folder(Limits::default());
        let mut sheet = Sheet::new(Arc::clone(&folder), opened(3));
        sheet.open();
        let path = folder.file(3);
        assert!(path.to_str().unwrap().ends_with("Z-000003.txt"));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
        sheet.write(&entry(b"a"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("\n   0.000000  1  > 1 \"a\"\n"), "{text}");
    }

    #[test]
    fn a_connection_ends_at_its_limit() {
        let limits = Limits {
            connection: 150,
            ..Limits::default()
        };
        let (_place, folder) = folder(limits);
        let mut sheet = Sheet::new(Arc::clone(&folder), opened(1));
        for _ in 0..9 {
            sheet.write(&entry(b"aaaaaaaaaaaaaaaaaaaa"));
        }
        assert!(sheet.is_full());
        let text = fs::read_to_string(folder.file(1)).unwrap();
        let last = text.lines().last().unwrap();
        assert!(last.ends_with("-- the transcript ends here: it has its 150 bytes"));
        assert_eq!(text.lines().count(), 3, "{text}");
    }

    #[test]
    fn finished_files_make_room_and_open_ones_do_not() {
        let limits = Limits {
            folder: 3 * BLOCK,
            ..Limits::default()
        };
        let (_place, folder) = folder(limits);
        let exist = || -> Vec<u64> {
            let exists = |id: &u64| folder.file(*id).exists();
            (1..=9).filter(exists).collect()
        };
        let sheet = |id| {
            let mut sheet = Sheet::new(Arc::clone(&folder), opened(id));
            sheet.open();
            sheet
        };
        let first = sheet(1);
        drop(sheet(2));
        drop(sheet(3));
        assert_eq!(exist(), [1, 2, 3]);
        drop(sheet(4));
        assert_eq!(exist(), [1, 3, 4]);
        drop(first);
        drop(sheet(5));
        assert_eq!(exist(), [1, 4, 5]);
        // Two blocks: the last one ended but one goes as well.
        let mut large = sheet(6);
        large.write(&entry(&[b'a'; 5000]));
        assert_eq!(exist(), [5, 6]);
        large.write(&entry(&[b'a'; 5000]));
        assert_eq!(exist(), [6]);
        assert!(!large.is_full());
        large.write(&entry(&[b'a'; 5000]));
        assert!(large.is_full());
        let text = fs::read_to_string(folder.file(6)).unwrap();
        let last = text.lines().last().unwrap();
        assert!(
            last.contains("open connections have all 12288 bytes"),
            "{last}"
        );
        assert_eq!(folder.total.load(Ordering::Relaxed), 3 * BLOCK);
    }

    /// `/dev/full` is always full.
    #[test]
    fn a_full_disk_ends_the_file() {
        let (_place, folder) = folder(Limits::default());
        std::os::unix::fs::symlink("/dev/full", folder.file(2)).unwrap();
        let mut sheet = Sheet::new(Arc::clone(&folder), opened(2));
        sheet.paper = Paper::Begun {
            file: File::options().write(true).open(folder.file(2)).unwrap(),
            written: 0,
            counted: BLOCK,
        };
        sheet.write(&entry(b"a"));
        assert!(sheet.is_full());
    }

    #[test]
    fn what_is_there_is_not_written_over() {
        let (_place, folder) = folder(Limits::default());
        fs::write(folder.file(1), "mine").unwrap();
        let mut sheet = Sheet::new(Arc::clone(&folder), opened(1));
        sheet.write(&entry(b"a"));
        assert!(sheet.is_full());
        assert_eq!(fs::read_to_string(folder.file(1)).unwrap(), "mine");
        assert_eq!(folder.total.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_is_no_folder_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Folder::open(file.path(), Format::Json, Limits::default()).unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains(file.path().to_str().unwrap()), "{shown}");
    }
}
