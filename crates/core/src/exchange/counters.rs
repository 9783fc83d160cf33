//! Counts the requests and connections that reach a `first` step of a wire script, so that a script can fail
//! twice and then work. The counts of requests with another method or target, or on another port, are separate.
//! All counts begin again when the server is reset.
//!
//! A request, or a connection, has one number, however often its scripts ask. Numbers are given in the order in
//! which the steps are reached, so that exactly so many of several concurrent ones are among the first.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rustix_futex_sync::Mutex;

use super::request::Request;

/// Targets and connections that are counted at the same time; 24 bytes each. With more of them, all counts begin
/// again: a client may make up as many targets as it likes.
const MOST: usize = 100_000;

/// The counts of a server.
#[derive(Debug, Default)]
pub struct Counters {
    counts: Mutex<Counts>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Counts {
    /// The last number for each key.
    last: HashMap<u64, u64>,
    /// The numbers of connections, by key and connection.
    of_connections: HashMap<(u64, u64), u64>,
}

impl Counters {
    /// The number of a request among those like it, from 1 on. The caller keeps it.
    pub(crate) fn count_request(&self, request: &Request) -> u64 {
        let key = self.key(request, "request");
        self.counts.lock().next(key)
    }

    /// The number of the request's connection among those with a request like it.
    pub(crate) fn count_connection(&self, request: &Request) -> u64 {
        let key = self.key(request, "connection");
        let connection = (key, request.arrival().connection);
        let mut counts = self.counts.lock();
        if let Some(&number) = counts.of_connections.get(&connection) {
            return number;
        }
        let number = counts.next(key);
        counts.of_connections.insert(connection, number);
        number
    }

    /// Lets all counts begin again.
    pub(crate) fn clear(&self) {
        *self.counts.lock() = Counts::default();
    }

    fn key(&self, request: &Request, counted: &str) -> u64 {
        let port = request.local().port();
        let (method, target) = (request.method(), request.request_path());
        self.hasher.hash_one((counted, port, method, target))
    }
}

impl Counts {
    fn next(&mut self, key: u64) -> u64 {
        if self.last.len() + self.of_connections.len() >= MOST {
            log::warn!(
                "wire scripts count more than {MOST} targets and connections: all counts begin again"
            );
            *self = Self::default();
        }
        let last = self.last.entry(key).or_default();
        *last += 1;
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Arrival;
    use crate::http::head::Head;

    fn request(line: &str, connection: u64) -> Request {
        let address = "127.0.0.1:80".parse().unwrap();
        let head = format!("{line} HTTP/1.1\r\n\r\n").into_bytes();
        let arrival = Arrival {
            connection,
            ..Arrival::from((address, address))
        };
        Request::new(Head::parse(head).unwrap(), arrival)
    }

    #[test]
    fn requests_alike_are_counted_together() {
        let counters = Counters::default();
        for (line, expected) in [
            ("GET /a", 1),
            ("GET /a", 2),
            ("GET /a?b", 1),
            ("HEAD /a", 1),
            ("GET /a", 3),
        ] {
            assert_eq!(
                counters.count_request(&request(line, 1)),
                expected,
                "{line}"
            );
        }
        counters.clear();
        assert_eq!(counters.count_request(&request("GET /a", 1)), 1);
    }

    #[test]
    fn a_connection_keeps_its_number() {
        let counters = Counters::default();
        for (line, connection, expected) in [
            ("GET /a", 7, 1),
            ("GET /a", 9, 2),
            ("GET /b", 9, 1),
            ("GET /a", 7, 1),
            ("GET /a", 8, 3),
        ] {
            let request = request(line, connection);
            assert_eq!(
                counters.count_connection(&request),
                expected,
                "{line} {connection}"
            );
        }
    }

    #[test]
    fn what_clients_make_up_is_bounded() {
        let counters = Counters::default();
        for number in 0..MOST + 10 {
            counters.count_request(&request(&format!("GET /{number}"), 1));
        }
        assert_eq!(counters.counts.lock().last.len(), 10);
    }
}
