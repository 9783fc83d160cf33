//! What a handler writes arrives when it is written: a handler that writes, sleeps 50 ms and writes
//! again is seen to do so, and each piece is there within 2 ms of its write.
//!
//! Each piece says when it was written, by the clock that `Instant` reads too, but whose zero
//! `Instant` does not tell. How far the two are apart is bounded by the runs themselves: no handler
//! has written before the client sent its request. So a measured lateness is too large by as much
//! as the fastest request took to reach its handler, and never too small.
//!
//! A busy machine is late by itself. How late is measured at the same time (`support/lateness.rs`), and
//! is allowed on top.

use std::time::{Duration, Instant};

use crate::support;
use crate::support::client::{Arrival, Client};
use crate::support::lateness::{Baseline, median};
use crate::support::process::Process;
use crate::support::{escape, site};

/// How often each way of writing is run; the median counts.
const RUNS: usize = 15;

/// How many pieces each run has.
const PIECES: usize = 3;

/// What the handler sleeps between its pieces.
const PAUSE: Duration = Duration::from_millis(50);

/// How late a piece may be. Header lines may be gathered for 1 ms of it.
const LATE: Duration = Duration::from_millis(2);

#[test]
fn writes_arrive_when_they_are_written() {
    pieces_arrive_in_time("write");
}

#[test]
fn header_lines_arrive_when_they_are_written() {
    pieces_arrive_in_time("header");
}

#[test]
fn yielded_pieces_arrive_when_they_are_yielded() {
    pieces_arrive_in_time("generator");
}

fn pieces_arrive_in_time(by: &str) {
    let server = Process::wireserve(&site(), ["--log", "error"]);
    let baseline = Baseline::start();
    // The first run compiles the handler and is not counted.
    Run::of(&server, by);
    let runs = (0..RUNS).map(|_| Run::of(&server, by)).collect::<Vec<_>>();
    let machine = baseline.stop().usual();

    let offset = runs.iter().map(Run::least_offset).max().expect("runs");
    for piece in 0..PIECES {
        let late = median(runs.iter().map(|run| run.lateness(piece, offset)));
        assert!(
            late <= LATE + machine,
            "by {by}: piece {piece} is {late:?} late, on a machine that is {machine:?} late by itself"
        );
    }
    let apart = median(runs.iter().map(Run::least_apart));
    assert!(
        apart >= PAUSE.saturating_sub(LATE + machine),
        "by {by}: pieces written {PAUSE:?} apart arrive {apart:?} apart"
    );
}

/// One response: when its request was sent, when each piece was written and when it arrived.
struct Run {
    /// Against the test's own zero.
    sent: Duration,
    /// By the handler's clock and by the test's.
    pieces: Vec<(Duration, Duration)>,
}

impl Run {
    fn of(server: &Process, by: &str) -> Self {
        let mut client = Client::connect(server.addr());
        let request = format!("GET /writer/stamped.py?by={by} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let sent = since_zero(Instant::now());
        client.send(request.as_bytes());
        let mut pieces = Vec::new();
        while client.arrival(support::client::DEADLINE) == Arrival::Bytes {
            let arrived = since_zero(Instant::now());
            let written = stamps(client.pending());
            pieces.extend(written[pieces.len()..].iter().map(|&at| (at, arrived)));
        }
        assert_eq!(
            pieces.len(),
            PIECES,
            "{PIECES} pieces:\n{}",
            escape::lines(client.pending(), "  ")
        );
        Self { sent, pieces }
    }

    /// How far the test's clock is ahead of the handler's, at least: the first piece was not
    /// written before the request was sent.
    fn least_offset(&self) -> i128 {
        nanoseconds(self.sent) - nanoseconds(self.pieces[0].0)
    }

    /// How late one of its pieces was, at most.
    fn lateness(&self, piece: usize, offset: i128) -> Duration {
        let (written, arrived) = self.pieces[piece];
        let late = nanoseconds(arrived) - nanoseconds(written) - offset;
        Duration::from_nanos(late.try_into().unwrap_or(0))
    }

    /// The least time between the arrivals of two pieces.
    fn least_apart(&self) -> Duration {
        let apart = |pair: &[(_, Duration)]| pair[1].1 - pair[0].1;
        self.pieces.windows(2).map(apart).min().expect("pieces")
    }
}

/// The times in all whole stamps, `at=NANOSECONDS;`.
fn stamps(bytes: &[u8]) -> Vec<Duration> {
    String::from_utf8_lossy(bytes)
        .split("at=")
        .skip(1)
        .filter_map(|rest| Some(Duration::from_nanos(rest.split_once(';')?.0.parse().ok()?)))
        .collect()
}

/// Against a zero that is the same for the whole test run.
fn since_zero(at: Instant) -> Duration {
    static ZERO: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    at.saturating_duration_since(*ZERO.get_or_init(Instant::now))
}

fn nanoseconds(duration: Duration) -> i128 {
    duration
        .as_nanos()
        .try_into()
        .expect("less than the age of the universe")
}
