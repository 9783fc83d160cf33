//! What a child process prints on standard output, read by a thread up to a limit, so that a child that floods its output or
//! never ends it costs neither memory nor time.

use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

/// The most bytes of standard output that are kept: twice the largest response whose limits are measured
/// (`limits::kinds::MAX_BYTES`), so that a driver can report all its fields. Outcomes of cases are below 6 MiB as JSON.
pub(super) const MAX_OUTPUT: usize = 32 * 1024 * 1024;

/// How long output may still arrive after a child has exited.
pub(super) const AFTER_EXIT: Duration = Duration::from_millis(500);

/// The bytes of standard output, all of them at the end.
pub(super) struct Whole {
    ended: Receiver<()>,
    kept: Arc<Mutex<Vec<u8>>>,
    flooded: Receiver<()>,
}

impl Whole {
    pub(super) fn of(mut output: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = mpsc::channel();
        let (flood, flooded) = mpsc::channel();
        let shared = Arc::clone(&kept);
        thread::spawn(move || {
            read_pieces(&mut output, |piece| {
                let mut kept = shared.lock();
                kept.extend_from_slice(piece);
                if kept.len() > MAX_OUTPUT {
                    let _ = flood.send(());
                    return false;
                }
                true
            });
            let _ = end.send(());
        });
        Self {
            ended,
            kept,
            flooded,
        }
    }

    /// Whether it has printed more than the limit.
    pub(super) fn is_flooded(&self) -> bool {
        self.flooded.try_recv().is_ok()
    }

    /// All bytes, after the child has exited.
    pub(super) fn end(self) -> Vec<u8> {
        let _ = self.ended.recv_timeout(AFTER_EXIT);
        std::mem::take(&mut *self.kept.lock())
    }
}

/// The lines of a driver.
pub(super) struct Lines(Receiver<Line>);

/// One line, or the reason why no line came.
pub(super) enum Line {
    /// Without its LF.
    Text(Vec<u8>),
    /// More than [`MAX_OUTPUT`] bytes without LF.
    TooLong,
    Ended,
}

impl Lines {
    pub(super) fn of(output: impl Read + Send + 'static) -> Self {
        // A driver that floods its output waits here.
        let (sender, receiver) = mpsc::sync_channel(4);
        thread::spawn(move || read_lines(output, |line| sender.send(line).is_ok()));
        Self(receiver)
    }

    /// The next line, or `None` at the deadline, which may move.
    pub(super) fn next(&self, deadline: impl Fn() -> Instant) -> Option<Line> {
        wait(&self.0, deadline, || false)
    }

    /// A line that has already arrived.
    pub(super) fn waiting(&self) -> Option<Line> {
        self.0.try_recv().ok()
    }
}

fn read_lines(mut output: impl Read, mut send: impl FnMut(Line) -> bool) {
    let mut line = Vec::new();
    read_pieces(&mut output, |mut piece| {
        while let Some(end) = memchr::memchr(b'\n', piece) {
            line.extend_from_slice(&piece[..end]);
            piece = &piece[end + 1..];
            if !send(Line::Text(std::mem::take(&mut line))) {
                return false;
            }
        }
        line.extend_from_slice(piece);
        line.len() <= MAX_OUTPUT || {
            send(Line::TooLong);
            false
        }
    });
    if !line.is_empty() && line.len() <= MAX_OUTPUT {
        send(Line::Text(line));
    }
    send(Line::Ended);
}

fn read_pieces(output: &mut impl Read, mut keep: impl FnMut(&[u8]) -> bool) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length) = output.read(&mut piece) {
        if length == 0 || !keep(&piece[..length]) {
            break;
        }
    }
}

/// Waits for a value until a deadline that may move, or until `is_over`. A sender that is gone without a value
/// counts as one at the deadline.
pub(super) fn wait<T>(
    receiver: &Receiver<T>,
    deadline: impl Fn() -> Instant,
    mut is_over: impl FnMut() -> bool,
) -> Option<T> {
    /// How often the deadline is asked: a request that arrives makes it earlier.
    const STEP: Duration = Duration::from_millis(50);
    loop {
        let left = deadline().saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left.min(STEP)) {
            Ok(value) => return Some(value),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if is_over() || Instant::now() >= deadline() => {
                return None;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// A thread that sends the result of a call.
pub(super) fn in_thread<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
) -> Receiver<T> {
    let (sender, receiver): (Sender<T>, _) = mpsc::channel();
    thread::spawn(move || sender.send(call()));
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_any_pieces() {
        for (text, lines) in [
            (&b""[..], &[][..]),
            (b"a\nb", &[&b"a"[..], b"b"]),
            (b"a\n\nb\n", &[b"a", b"", b"b"]),
        ] {
            let mut read = Vec::new();
            read_lines(text, |line| {
                match line {
                    Line::Text(text) => read.push(text),
                    Line::TooLong => panic!("too long"),
                    Line::Ended => {}
                }
                true
            });
            assert_eq!(read, lines);
        }
    }

    #[test]
    fn a_flood_ends() {
        let whole = Whole::of(std::io::repeat(b'x'));
        assert!(whole.flooded.recv_timeout(Duration::from_secs(20)).is_ok());
        assert!(whole.end().len() > MAX_OUTPUT);
        let mut last = None;
        read_lines(std::io::repeat(b'z'), |line| {
            last.get_or_insert(line);
            true
        });
        assert!(matches!(last, Some(Line::TooLong)));
    }
}
