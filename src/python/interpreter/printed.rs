//! What scripts print, to standard output and standard error. Output that cannot be written must not
//! affect a handler: the server waits for an unread pipe once, briefly, then drops and counts what is
//! printed until there is room again. What goes to a broken pipe or a full disk is lost.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pyo3::prelude::*;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Stat};
use rustix::io::{Errno, ReadWriteFlags};

use crate::python::interpreter::gate;

/// How long to wait for a slow reader. A working reader empties a pipe within this time.
const PATIENCE: Duration = Duration::from_millis(250);

/// Bytes that a pipe accepts without waiting once it is writable: `PIPE_BUF` on Linux.
const PIECE: usize = 4096;

/// Bytes dropped since there was room last, by stream; 0 while there is room.
static DROPPED: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

/// Writes to standard error if `descriptor` is 2, else to standard output.
#[pyfunction]
pub(crate) fn print_bytes(py: Python<'_>, descriptor: i32, bytes: &[u8]) {
    gate::away(py, || match descriptor {
        2 => print(io::stderr().as_fd(), "error", &DROPPED[1], bytes),
        _ => print(io::stdout().as_fd(), "output", &DROPPED[0], bytes),
    });
}

fn print(stream: BorrowedFd<'_>, name: &str, dropped: &AtomicUsize, bytes: &[u8]) {
    let mut left = bytes;
    while !left.is_empty() {
        let before = dropped.load(Ordering::Relaxed);
        if !has_room(
            stream,
            if before == 0 {
                PATIENCE
            } else {
                Duration::ZERO
            },
        ) {
            dropped.fetch_add(left.len(), Ordering::Relaxed);
            return;
        }
        let before = dropped.swap(0, Ordering::Relaxed);
        if before > 0 {
            log::warn!("dropped {before} bytes that scripts printed: standard {name} was not read");
        }
        match write_now(stream, &left[..left.len().min(PIECE)]) {
            Ok(count) => left = &left[count..],
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return,
        }
    }
}

/// The log and other writers share the pipe, so there may be no room after all.
fn write_now(stream: BorrowedFd<'_>, bytes: &[u8]) -> rustix::io::Result<usize> {
    let is_pipe = |stat: Stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo;
    if rustix::fs::fstat(stream).is_ok_and(is_pipe) {
        let at_its_end = u64::MAX;
        let parts = [IoSlice::new(bytes)];
        match rustix::io::pwritev2(stream, &parts, at_its_end, ReadWriteFlags::NOWAIT) {
            // Kernels before 6.5 block here.
            Err(Errno::OPNOTSUPP) => {}
            written => return written,
        }
    }
    rustix::io::write(stream, bytes)
}

fn has_room(stream: BorrowedFd<'_>, patience: Duration) -> bool {
    let timeout = Timespec::try_from(patience).unwrap_or_default();
    let mut asked = [PollFd::new(&stream, PollFlags::OUT)];
    // Other errors show when the write is made.
    !matches!(poll(&mut asked, Some(&timeout)), Ok(0))
}
