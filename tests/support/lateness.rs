//! The lateness of this machine, measured while a test measures the lateness of a server: one thread sleeps and
//! sends a byte over loopback, another one reads it. On a busy machine both are late, which a test could not
//! distinguish from a slow server.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Time between two measurements.
const TICK: Duration = Duration::from_millis(25);

/// A running measurement.
pub struct Baseline {
    stopped: Arc<AtomicBool>,
    reader: thread::JoinHandle<Vec<Duration>>,
}

/// The result of a measurement.
pub struct Machine {
    /// For each byte, the time from the due moment of its sender until the read. Sorted, not empty.
    late: Vec<Duration>,
}

impl Baseline {
    /// Starts to measure.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut outbound = TcpStream::connect(listener.local_addr().expect("bound")).expect("open");
        let (mut inbound, _) = listener.accept().expect("a connection");
        let stopped = Arc::<AtomicBool>::default();
        let (times, due) = mpsc::channel::<Instant>();
        let until = Arc::clone(&stopped);
        thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                // The time must be in the channel before the byte is sent.
                let _ = times.send(Instant::now() + TICK);
                thread::sleep(TICK);
                let _ = outbound.write_all(b".");
            }
        });
        let reader = thread::spawn(move || {
            let mut late = Vec::new();
            while inbound.read_exact(&mut [0]).is_ok() {
                late.extend(due.recv().map(|due| due.elapsed()));
            }
            late
        });
        Self { stopped, reader }
    }

    /// Ends the measurement.
    pub fn stop(self) -> Machine {
        self.stopped.store(true, Ordering::Relaxed);
        let late = self.reader.join().expect("the reader ends with the writer");
        assert!(!late.is_empty(), "a measurement shorter than {TICK:?}");
        Machine {
            late: sorted(late.into_iter()),
        }
    }
}

impl Machine {
    /// The lateness that nine of ten bytes did not exceed.
    pub fn usual(&self) -> Duration {
        self.late[self.late.len() * 9 / 10]
    }

    /// The highest lateness.
    pub fn worst(&self) -> Duration {
        self.late[self.late.len() - 1]
    }
}

/// The median.
pub fn median(durations: impl Iterator<Item = Duration>) -> Duration {
    let sorted = sorted(durations);
    sorted[sorted.len() / 2]
}

fn sorted(durations: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut durations = durations.collect::<Vec<_>>();
    durations.sort();
    durations
}
