//! One client, which sends requests until the end: usually on a persistent connection, sometimes on a new one.
//! After an unexpected response, which is a failure, it continues on a new connection.

use std::any::Any;
use std::net::SocketAddr;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Complaint;
use super::chance::Chance;
use super::support::client::Client;
use super::support::response::Response;
use super::work::{Work, request};

/// When the load ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    Time(Instant),
    Requests(u64),
}

/// The counts of all clients.
pub(crate) struct Shared {
    limit: Limit,
    requests: AtomicU64,
    /// By the index of the work in [`Work::ALL`].
    works: [AtomicU64; Work::ALL.len()],
    failures: Mutex<Vec<String>>,
    failed: AtomicUsize,
}

/// The final counts.
pub(crate) struct Tally {
    pub(crate) requests: u64,
    works: [u64; Work::ALL.len()],
    pub(crate) failures: Vec<String>,
    pub(crate) took: Duration,
}

/// The number of failures after which the load ends early.
const ENOUGH_FAILURES: usize = 100;

impl Shared {
    pub(crate) fn new(limit: Limit) -> Self {
        Self {
            limit,
            requests: AtomicU64::new(0),
            works: [const { AtomicU64::new(0) }; Work::ALL.len()],
            failures: Mutex::default(),
            failed: AtomicUsize::new(0),
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn is_done(&self) -> bool {
        let is_enough = match self.limit {
            Limit::Time(end) => Instant::now() >= end,
            Limit::Requests(count) => self.requests() >= count,
        };
        is_enough || self.failed.load(Ordering::Relaxed) >= ENOUGH_FAILURES
    }

    pub(crate) fn total(&self, took: Duration) -> Tally {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        Tally {
            requests: self.requests(),
            works: std::array::from_fn(|at| self.works[at].load(Ordering::Relaxed)),
            failures: failures.clone(),
            took,
        }
    }

    fn add(&self, place: usize, requests: u64) {
        self.requests.fetch_add(requests, Ordering::Relaxed);
        self.works[place].fetch_add(requests, Ordering::Relaxed);
    }

    fn add_failure(&self, failure: String) {
        eprintln!("{failure}");
        self.failed.fetch_add(1, Ordering::Relaxed);
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push(failure);
    }
}

impl Tally {
    pub(crate) fn of(&self, work: Work) -> u64 {
        let place = Work::ALL.iter().position(|&other| other == work);
        place.map_or(0, |place| self.works[place])
    }
}

/// Runs one client until the load ends.
pub(crate) fn work(number: u32, address: SocketAddr, shared: &Shared) {
    let mut customer = Customer::new(number, address);
    while !shared.is_done() {
        let place = customer.next_work();
        match play(Work::ALL[place], &mut customer) {
            Ok(requests) => shared.add(place, requests),
            Err(failure) => shared.add_failure(failure),
        }
    }
}

/// Runs every work ten times, so that the server has made its one-time allocations.
pub(crate) fn warm_up(address: SocketAddr) -> Result<(), Complaint> {
    // The caller reports the failures.
    panic::set_hook(Box::new(|_| {}));
    let mut customer = Customer::new(u32::MAX, address);
    for _ in 0..10 {
        for work in Work::ALL {
            play(work, &mut customer)?;
        }
    }
    Ok(())
}

/// Runs a work. It panics if a response is unexpected.
fn play(work: Work, customer: &mut Customer) -> Result<u64, String> {
    let played = panic::catch_unwind(AssertUnwindSafe(|| work.play(customer)));
    played.map_err(|panic| {
        customer.kept = None;
        format!("{work}: {}", message_of(&*panic))
    })
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message")
}

/// A client with its persistent connection.
pub(crate) struct Customer {
    number: u32,
    address: SocketAddr,
    kept: Option<Client>,
    chance: Chance,
    keys: u64,
}

impl Customer {
    fn new(number: u32, address: SocketAddr) -> Self {
        Self {
            number,
            address,
            kept: None,
            chance: Chance::new(number),
            keys: 0,
        }
    }

    /// The index of the next work in [`Work::ALL`].
    fn next_work(&mut self) -> usize {
        let all: usize = Work::ALL.iter().map(|work| work.weight()).sum();
        let mut left = self.below(all);
        let is_it = |work: &Work| match left.checked_sub(work.weight()) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        };
        Work::ALL.iter().position(is_it).unwrap_or(0)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.chance.below(end)
    }

    /// A number that other clients are unlikely to use.
    pub(crate) fn number(&mut self) -> usize {
        self.below(1_000_000_000)
    }

    /// A key of the stash that no other client uses.
    pub(crate) fn key(&mut self) -> String {
        self.keys += 1;
        format!("{:08x}-0000-4000-8000-{:012x}", self.number, self.keys)
    }

    /// Some bytes, `least` or more and fewer than `most`.
    pub(crate) fn bytes(&mut self, least: usize, most: usize) -> Vec<u8> {
        let length = least + self.below(most - least);
        let first = self.below(256);
        (first..first + length)
            .map(|byte| (byte % 253) as u8)
            .collect()
    }

    /// The response to a GET on the persistent connection, which must be a 200.
    pub(crate) fn get(&mut self, target: &str) -> Response {
        let answer = self.ask("GET", target, b"");
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer
    }

    /// The response to a request with this body.
    pub(crate) fn ask(&mut self, method: &str, target: &str, body: &[u8]) -> Response {
        let length = match body {
            [] => String::new(),
            body => format!("Content-Length: {}\r\n", body.len()),
        };
        self.send_for(method, &request(method, target, &length, body))
    }

    /// The response to these bytes.
    pub(crate) fn send_for(&mut self, method: &str, request: &[u8]) -> Response {
        // The server must also handle new connections.
        if self.below(50) == 0 {
            self.kept = None;
        }
        let mut client = self.kept.take().unwrap_or_else(|| self.new_client());
        client.send(request);
        let answer = client.read_response(method);
        assert_eq!(client.pending(), b"", "bytes after a response");
        // Without a length the server closes the connection, even after a chunked body.
        if answer.header("Content-Length").is_some() {
            self.kept = Some(client);
        }
        answer
    }

    /// A new connection.
    pub(crate) fn new_client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Disconnects, with FIN or with RST.
    pub(crate) fn leave(&mut self, client: Client) {
        match self.below(2) {
            0 => client.reset(),
            _ => drop(client),
        }
    }
}
