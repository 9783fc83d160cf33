//! What a child process prints on standard error. A thread reads it, so that the child never waits. The caller who
//! takes the words reads what has arrived as well: so words that were printed before an outcome are words about this
//! outcome, however late the thread runs.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix_futex_sync::Mutex;

use super::output::AFTER_EXIT;

/// The most bytes that are kept; the last ones.
const MAX_WORDS: usize = 8 * 1024;

/// How much is read at a time, and how often: a child that floods its standard error delays no other client.
const PIECE: usize = 16 * 1024;
const PIECES: usize = 64;

/// The last words.
pub(super) struct Words {
    pipe: Arc<Pipe>,
    ended: Receiver<()>,
}

struct Pipe {
    end: OwnedFd,
    kept: Mutex<Vec<u8>>,
}

impl Words {
    /// The words that come from this end of a pipe.
    pub(super) fn of(end: impl Into<OwnedFd>) -> Self {
        let pipe = Arc::new(Pipe {
            end: end.into(),
            kept: Mutex::default(),
        });
        let (sender, ended) = mpsc::channel();
        let shared = Arc::clone(&pipe);
        thread::spawn(move || {
            while shared.is_readable(None) && !shared.keep() {}
            let _ = sender.send(());
        });
        Self { pipe, ended }
    }

    /// Waits for the end of the output, after the child has exited.
    pub(super) fn wait(&self) {
        let _ = self.ended.recv_timeout(AFTER_EXIT);
    }

    /// Takes what was printed since the last call.
    pub(super) fn take(&self) -> String {
        self.pipe.keep();
        let bytes = std::mem::take(&mut *self.pipe.kept.lock());
        String::from_utf8_lossy(&bytes).trim_end().to_owned()
    }
}

impl Pipe {
    /// Reads what has arrived, and returns whether the output has ended.
    fn keep(&self) -> bool {
        // What is read is kept before another thread reads.
        let mut kept = self.kept.lock();
        let mut piece = [0; PIECE];
        for _ in 0..PIECES {
            if !self.is_readable(Some(&Timespec::default())) {
                return false;
            }
            match read(&self.end, &mut piece) {
                Ok(0) => return true,
                Ok(length) => {
                    kept.extend_from_slice(&piece[..length]);
                    let excess = kept.len().saturating_sub(MAX_WORDS);
                    kept.drain(..excess);
                }
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return true,
            }
        }
        false
    }

    /// Whether there are bytes, or the end, within this time.
    fn is_readable(&self, within: Option<&Timespec>) -> bool {
        loop {
            let mut ends = [PollFd::new(&self.end, PollFlags::IN)];
            match poll(&mut ends, within) {
                Err(Errno::INTR) => {}
                found => return found.is_ok_and(|count| count > 0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Write as _, pipe};

    use super::*;

    #[test]
    fn what_was_printed_is_taken_at_once() {
        let (end, mut child) = pipe().unwrap();
        let words = Words::of(end);
        for text in ["why", "because"] {
            child.write_all(format!("{text}\n").as_bytes()).unwrap();
            assert_eq!(words.take(), text);
        }
        assert_eq!(words.take(), "");
    }

    #[test]
    fn the_last_words_are_kept() {
        let (end, mut child) = pipe().unwrap();
        let words = Words::of(end);
        child.write_all(&[b'y'; 100_000]).unwrap();
        child.write_all(b"end").unwrap();
        drop(child);
        words.wait();
        let taken = words.take();
        assert_eq!(taken.len(), MAX_WORDS);
        assert!(taken.ends_with("yend"));
    }
}
