//! Where log lines go: to stderr, through a thread of their own. A pipe that nobody reads fills up after
//! some hundred lines, and whoever writes to it then waits for ever; no connection is to wait for that.
//! When the queue is full, lines are dropped and counted, and the count is told once there is room.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use env_logger::{Builder, Target, WriteStyle};
use log::LevelFilter;

/// Lines that may wait for stderr: some seconds of a busy server, a few MiB.
const QUEUE: usize = 16 * 1024;

/// How long ending may wait for stderr to take what is queued.
const FLUSH_LIMIT: Duration = Duration::from_millis(300);

enum Message {
    Lines(Vec<u8>),
    /// Answered when everything before it is written.
    Flush(Sender<()>),
}

static QUEUED: OnceLock<SyncSender<Message>> = OnceLock::new();
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Starts logging: at `level`, or as `RUST_LOG` says, or at `default`.
pub(crate) fn start(level: Option<LevelFilter>, default: LevelFilter) {
    let mut builder = Builder::new();
    match level {
        Some(level) => builder.filter_level(level),
        None => builder.filter_level(default).parse_default_env(),
    };
    builder.format_target(false);
    let (sender, receiver) = mpsc::sync_channel(QUEUE);
    let thread = thread::Builder::new().name("wireserve-log".to_owned());
    // Without a thread, lines go to stderr as they come.
    if thread.spawn(move || write_lines(&receiver)).is_ok() {
        if io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
            builder.write_style(WriteStyle::Always);
        }
        builder.target(Target::Pipe(Box::new(Queue(sender.clone()))));
        // Logging starts once a process; a second start finds the first one's queue.
        let _ = QUEUED.set(sender);
    }
    builder.init();
}

/// Waits until stderr has all lines, but not for long.
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
        // A stderr that is gone takes nothing; that is no reason to stop serving.
        match message {
            Message::Lines(lines) => {
                let dropped = DROPPED.swap(0, Ordering::Relaxed);
                if dropped > 0 {
                    let _ = writeln!(
                        stderr,
                        "{dropped} log lines were dropped: nobody read stderr"
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
