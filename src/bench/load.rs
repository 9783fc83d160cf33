//! The load: one thread keeps so many connections busy, each with one request at a time, and measures how long the
//! response takes to its last byte. A connection that the server closes is opened again. If it did so after a response
//! and has not begun the next one, the request is sent again: a bench sends each request many times anyway, so that no
//! method is an exception.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;

use super::connection::{Connection, Event};
use super::target::Request;

/// How long a response may take. After it, the connection is given up.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// The longest latency that is told apart from longer ones, in nanoseconds.
const LONGEST: u64 = 60_000_000_000;

/// Significant digits of latencies.
const DIGITS: u8 = 3;

/// Bytes that one read takes at most.
const READ_SIZE: usize = 256 * 1024;

/// How often connections are looked at whose response takes too long.
const LOOK: Duration = Duration::from_millis(100);

/// Failures to connect, one after the other, after which the load ends.
const MOST_REFUSALS: u64 = 64;

/// What to ask, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Load<'r> {
    /// Where.
    pub address: SocketAddr,
    /// What.
    pub request: &'r Request,
    /// How many connections.
    pub connections: usize,
    /// Until when requests are sent. Those that were sent are waited for.
    pub until: Until,
}

/// The end of a load.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After this time.
    Time(Duration),
    /// After one response.
    Answer,
}

/// What came of a load.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Responses with a status of success, 2xx or 3xx.
    pub answered: u64,
    /// Their latencies in nanoseconds.
    pub latencies: Histogram<u64>,
    /// Bytes that were received.
    pub received: u64,
    /// Connections that were opened.
    pub opened: u64,
    /// Everything else, by what was found.
    pub errors: BTreeMap<String, u64>,
    /// The time from the first request to the last response.
    pub took: Duration,
}

impl Counted {
    /// Nothing yet.
    pub fn new() -> Self {
        let latencies = Histogram::new_with_bounds(1, LONGEST, DIGITS);
        Self {
            answered: 0,
            latencies: latencies.expect("the bounds and the digits are those of a histogram"),
            received: 0,
            opened: 0,
            errors: BTreeMap::new(),
            took: Duration::ZERO,
        }
    }

    /// Counts a failure.
    pub(super) fn fail(&mut self, found: String) {
        *self.errors.entry(found).or_default() += 1;
    }
}

impl Default for Counted {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs a load to its end.
///
/// # Errors
/// When the system has no means to wait for connections. What happens to connections is counted instead.
pub fn run(load: Load<'_>) -> io::Result<Counted> {
    Running::new(load)?.run()
}

struct Running<'r> {
    load: Load<'r>,
    events: OwnedFd,
    connections: Vec<Option<Connection>>,
    /// Connections that wait for a response.
    waiting: usize,
    /// Failures to connect since the last success.
    refusals: u64,
    counted: Counted,
    buffer: Vec<u8>,
}

impl<'r> Running<'r> {
    fn new(load: Load<'r>) -> io::Result<Self> {
        Ok(Self {
            load,
            events: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            connections: Vec::with_capacity(load.connections),
            waiting: 0,
            refusals: 0,
            counted: Counted::new(),
            buffer: vec![0; READ_SIZE],
        })
    }

    fn run(mut self) -> io::Result<Counted> {
        for number in 0..self.load.connections {
            self.connections.push(None);
            self.open(number);
        }
        let begun = Instant::now();
        let (mut last, mut looked, mut asks) = (begun, begun, true);
        for number in 0..self.connections.len() {
            self.ask(number, Instant::now())?;
        }
        let mut ready = Vec::with_capacity(self.load.connections.max(1));
        while self.waiting > 0 {
            ready.clear();
            let patience = Timespec::try_from(LOOK).unwrap_or_default();
            match epoll::wait(&self.events, spare_capacity(&mut ready), Some(&patience)) {
                Err(rustix::io::Errno::INTR) => continue,
                waited => waited?,
            };
            for event in &ready {
                let number = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
                // The clock is read once for each event.
                let (is_answered, now) = self.handle(number)?;
                if is_answered {
                    last = now;
                }
                asks = asks && self.goes_on(now - begun);
                if asks {
                    self.ask(number, now)?;
                } else if let Some(Some(connection)) = self.connections.get_mut(number) {
                    connection.update(&self.events, number, self.load.request)?;
                }
            }
            if looked.elapsed() > LOOK {
                looked = Instant::now();
                self.give_up(looked);
            }
        }
        self.counted.took = last - begun;
        Ok(self.counted)
    }

    /// Whether more requests are sent.
    fn goes_on(&self, elapsed: Duration) -> bool {
        self.refusals < MOST_REFUSALS
            && match self.load.until {
                Until::Time(time) => elapsed < time,
                Until::Answer => self.counted.answered == 0 && self.counted.errors.is_empty(),
            }
    }

    fn open(&mut self, number: usize) {
        self.connections[number] = None;
        let opened = Connection::open(self.load.address);
        let opened = opened.and_then(|opened| {
            opened.register(&self.events, number)?;
            Ok(opened)
        });
        match opened {
            Ok(connection) => {
                self.refusals = 0;
                self.counted.opened += 1;
                self.connections[number] = Some(connection);
            }
            Err(error) => {
                self.refusals += 1;
                let address = self.load.address;
                self.counted
                    .fail(format!("cannot connect to {address}: {error}"));
            }
        }
    }

    /// Sends the next request, unless the last one is not answered yet.
    fn ask(&mut self, number: usize, mut now: Instant) -> io::Result<()> {
        if self.connections[number].is_none() {
            self.open(number);
            // Connecting is no part of the latency.
            now = Instant::now();
        }
        if let Some(connection) = &mut self.connections[number] {
            if connection.asked().is_none() {
                connection.ask(self.load.request, now);
                self.waiting += 1;
            }
            connection.update(&self.events, number, self.load.request)?;
        }
        Ok(())
    }

    /// Handles an event, and returns whether it brought a response, and when.
    fn handle(&mut self, number: usize) -> io::Result<(bool, Instant)> {
        let Some(Some(connection)) = self.connections.get_mut(number) else {
            return Ok((false, Instant::now()));
        };
        let received = &mut self.counted.received;
        let event = connection.handle(self.load.request, &mut self.buffer, received);
        let now = Instant::now();
        let is_answered = match event {
            Event::Nothing => false,
            Event::Answered(whole, asked) => {
                self.waiting -= 1;
                if whole.closes {
                    self.connections[number] = None;
                }
                if (200..400).contains(&whole.status) {
                    self.counted.answered += 1;
                    let latency = now.saturating_duration_since(asked);
                    let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
                    self.counted.latencies.saturating_record(nanoseconds);
                } else {
                    self.counted.fail(format!("status {}", whole.status));
                }
                true
            }
            Event::Unanswered => {
                self.connections[number] = None;
                self.waiting -= 1;
                // Once only, since the new connection has carried no response.
                self.ask(number, now)?;
                false
            }
            Event::Failed(found) => {
                let was_asked = connection.asked().is_some();
                self.connections[number] = None;
                // An idle connection that the server closes harms no request.
                if was_asked {
                    self.waiting -= 1;
                    self.counted.fail(found);
                }
                false
            }
        };
        Ok((is_answered, now))
    }

    /// Gives up the connections whose response takes too long.
    fn give_up(&mut self, now: Instant) {
        for number in 0..self.connections.len() {
            let asked = self.connections[number]
                .as_ref()
                .and_then(Connection::asked);
            if asked.is_some_and(|asked| now.saturating_duration_since(asked) > ANSWER_WITHIN) {
                self.connections[number] = None;
                self.waiting -= 1;
                let limit = ANSWER_WITHIN.as_secs();
                self.counted.fail(format!("no response within {limit} s"));
            }
        }
    }
}
