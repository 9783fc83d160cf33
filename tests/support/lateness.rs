//! How late this machine is by itself while a test measures how late a server is: a thread sleeps and
//! sends a byte over loopback, another one reads it. On a machine that does other work as well, both
//! take their time, and nobody can tell a slow server from that.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Between two measurements.
const TICK: Duration = Duration::from_millis(25);

/// A measurement that goes on.
pub struct Baseline {
    stopped: Arc<AtomicBool>,
    reader: thread::JoinHandle<Vec<Tick>>,
}

/// What was found.
pub struct Machine {
    ticks: Vec<Tick>,
}

struct Tick {
    /// How late the sender woke up.
    woken: Duration,
    /// How long its byte was on the way.
    read: Duration,
}

impl Baseline {
    /// Begins to measure.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut outbound = TcpStream::connect(listener.local_addr().expect("bound")).expect("open");
        let (mut inbound, _) = listener.accept().expect("a connection");
        let stopped = Arc::<AtomicBool>::default();
        let (times, sent) = mpsc::channel::<(Duration, Instant)>();
        let until = Arc::clone(&stopped);
        thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                let began = Instant::now();
                thread::sleep(TICK);
                let woken = began.elapsed().saturating_sub(TICK);
                // The channel first: the byte must find its time there.
                let _ = times.send((woken, Instant::now()));
                let _ = outbound.write_all(b".");
            }
        });
        let reader = thread::spawn(move || {
            let mut ticks = Vec::new();
            while inbound.read_exact(&mut [0]).is_ok() {
                let Ok((woken, at)) = sent.recv() else { break };
                let read = at.elapsed();
                ticks.push(Tick { woken, read });
            }
            ticks
        });
        Self { stopped, reader }
    }

    /// Ends it.
    pub fn stop(self) -> Machine {
        self.stopped.store(true, Ordering::Relaxed);
        let ticks = self.reader.join().expect("the reader ends with the writer");
        assert!(!ticks.is_empty(), "a measurement shorter than {TICK:?}");
        Machine { ticks }
    }
}

impl Machine {
    /// The lateness that nine of ten bytes stay under.
    pub fn of_bytes(&self) -> Duration {
        nine_of_ten(self.ticks.iter().map(|tick| tick.read))
    }

    /// The lateness that nine of ten bytes stay under whose sender slept before.
    pub fn of_sleepers(&self) -> Duration {
        nine_of_ten(self.ticks.iter().map(Tick::whole))
    }

    /// The worst of those.
    pub fn worst(&self) -> Duration {
        self.ticks.iter().map(Tick::whole).max().unwrap_or_default()
    }
}

impl Tick {
    fn whole(&self) -> Duration {
        self.woken + self.read
    }
}

/// The middle one.
pub fn median(durations: impl Iterator<Item = Duration>) -> Duration {
    let sorted = sorted(durations);
    sorted[sorted.len() / 2]
}

fn nine_of_ten(durations: impl Iterator<Item = Duration>) -> Duration {
    let sorted = sorted(durations);
    sorted[sorted.len() * 9 / 10]
}

fn sorted(durations: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut durations = durations.collect::<Vec<_>>();
    durations.sort();
    durations
}
