//! The server's log records, for Python's `logging`: they go to the logger `wireserve`, by a thread of their own, since
//! a connection must not wait for the interpreter to log.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

use log::{Level, LevelFilter, Log, Metadata, Record};
use pyo3::prelude::*;

use crate::forks::{self, PerProcess};
use crate::python;

/// Records that wait for the interpreter. More are dropped, and counted.
const CAPACITY: usize = 1024;

/// How long the end of the process waits for records.
const PATIENCE: Duration = Duration::from_millis(100);

/// Whether records come here.
static IS_OURS: AtomicBool = AtomicBool::new(false);

/// Records that the program has not seen yet.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Made for the first record.
static QUEUE: PerProcess<Queue> = PerProcess::new(Queue::start);

/// Passes records on from now on, of the levels that the program wants to see now.
pub(super) fn start(py: Python<'_>) -> PyResult<()> {
    let level: u32 = logger(py)?.call_method0("getEffectiveLevel")?.extract()?;
    let filter = match level {
        0..=10 => LevelFilter::Debug,
        11..=20 => LevelFilter::Info,
        21..=30 => LevelFilter::Warn,
        31..=50 => LevelFilter::Error,
        _ => LevelFilter::Off,
    };
    // A program that embeds the interpreter may have a logger.
    if log::set_logger(&ToPython).is_ok() {
        IS_OURS.store(true, Ordering::Relaxed);
    }
    if IS_OURS.load(Ordering::Relaxed) {
        log::set_max_level(filter);
    }
    Ok(())
}

/// Waits until the program has seen the records, but not long, and passes no others on.
pub(super) fn end(py: Python<'_>) {
    if IS_OURS.load(Ordering::Relaxed) {
        log::set_max_level(LevelFilter::Off);
    }
    let deadline = Instant::now() + PATIENCE;
    py.detach(|| {
        while WAITING.load(Ordering::Relaxed) > 0 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

struct ToPython;

impl Log for ToPython {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("wireserve")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            QUEUE.get().put(record.level(), record.args().to_string());
        }
    }

    fn flush(&self) {}
}

struct Queue {
    records: SyncSender<(Level, String)>,
    dropped: AtomicUsize,
}

impl Queue {
    fn start() -> Self {
        let (records, received) = mpsc::sync_channel(CAPACITY);
        let thread = thread::Builder::new().name("wireserve-log".to_owned());
        // Without the thread, records are dropped.
        drop(forks::spawn(thread, move || pass_on(&received)));
        Self {
            records,
            dropped: AtomicUsize::new(0),
        }
    }

    fn put(&self, level: Level, text: String) {
        WAITING.fetch_add(1, Ordering::Relaxed);
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
            self.records.try_send((level, text))
        {
            WAITING.fetch_sub(1, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn pass_on(records: &Receiver<(Level, String)>) {
    let queue = QUEUE.get();
    while let Ok((level, text)) = records.recv() {
        let dropped = queue.dropped.swap(0, Ordering::Relaxed);
        python::attach(|py| {
            if dropped > 0 {
                let text = format!("dropped {dropped} log records: the interpreter was busy");
                log_in_python(py, Level::Warn, &text);
            }
            log_in_python(py, level, &text);
        });
        WAITING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A handler of the program that fails has nowhere to be reported.
fn log_in_python(py: Python<'_>, level: Level, text: &str) {
    let number = match level {
        Level::Error => 40,
        Level::Warn => 30,
        Level::Info => 20,
        Level::Debug | Level::Trace => 10,
    };
    let _ = logger(py).and_then(|logger| logger.call_method1("log", (number, "%s", text)));
}

fn logger(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("logging")?
        .call_method1("getLogger", ("wireserve",))
}
