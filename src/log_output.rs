//! Log output to stderr through a dedicated thread. If stderr is a pipe that is not being read, it fills
//! up after some hundred lines and writes to it block indefinitely; connections must not block with
//! it. When the queue is full, lines are dropped, and their number is logged once there is room.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use env_logger::{Builder, Target, WriteStyle};
use log::LevelFilter;

use crate::forks;

/// Capacity of the queue in lines: a few MiB, some seconds of a busy server.
const QUEUE: usize = 16 * 1024;

/// How long [`flush`] waits for stderr to accept the queued lines.
const FLUSH_LIMIT: Duration = Duration::from_millis(300);

enum Message {
    Lines(Vec<u8>),
    /// Answered when all lines before it are written.
    Flush(Sender<()>),
}

static QUEUED: OnceLock<SyncSender<Message>> = OnceLock::new();
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Starts logging at `level`, else at the level of `RUST_LOG`, else at `default`.
pub(crate) fn start(level: Option<LevelFilter>, default: LevelFilter) {
    let mut builder = Builder::new();
    match level {
        Some(level) => builder.filter_level(level),
        None => builder.filter_level(default).parse_default_env(),
    };
    builder.format_target(false);
    let (sender, receiver) = mpsc::sync_channel(QUEUE);
    let thread = thread::Builder::new().name("wireserve-log".to_owned());
    // Without the thread, lines are written to stderr directly.
    if forks::spawn(thread, move || write_lines(&receiver)).is_ok() {
        if io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
            builder.write_style(WriteStyle::Always);
        }
        builder.target(Target::Pipe(Box::new(Queue(sender.clone()))));
        // Logging starts once in a process; a second call keeps the first queue.
        let _ = QUEUED.set(sender);
    }
    builder.init();
}

/// Waits until all queued lines are written, up to [`FLUSH_LIMIT`].
pub(crate) fn flush() {
    let Some(queued) = QUEUED.get() else {
        return;
    };
    let (done, seen) = mpsc::channel();
    if queued.try_send(Message::Flush(done)).is_ok() {
        let _ = seen.recv_timeout(FLUSH_LIMIT);
    }
}

struct Queue(SyncSender<Message>);

impl Write for Queue {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.0.try_send(Message::Lines(lines.to_vec())) {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_lines(receiver: &Receiver<Message>) {
    let mut stderr = io::stderr();
    for message in receiver {
        // Errors are ignored: the server continues without its stderr.
        match message {
            Message::Lines(lines) => {
                let dropped = DROPPED.swap(0, Ordering::Relaxed);
                if dropped > 0 {
                    let _ = writeln!(
                        stderr,
                        "dropped {dropped} log lines because stderr was not being read"
                    );
                }
                let _ = stderr.write_all(&lines);
            }
            Message::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}
