//! A peer that goes away: a handler that keeps writing gets an error, and content that is
//! made while it is sent is no longer made.
//!
//! What became of the handler is read from the stash, over another connection.

use std::time::Instant;

use crate::support::client::{Client, DEADLINE, request};
use crate::support::process::Process;
use crate::support::site;

#[test]
fn a_write_reports_that_the_client_is_gone() {
    becomes(
        "write",
        "00000000-0000-0000-0001-000000000001",
        "write returned False",
    );
}

#[test]
fn a_generator_is_closed_when_the_peer_is_gone() {
    becomes(
        "generator",
        "00000000-0000-0000-0001-000000000002",
        "the generator was closed",
    );
}

/// Goes away in the middle of an endless response; asks until its handler has said how it ended.
fn becomes(by: &str, key: &str, expected: &str) {
    let server = Process::wireserve(&site(), ["--log", "error"]);
    let target = format!("/writer/endless.py?key={key}");
    let mut client = Client::connect(server.addr());
    client.send(&request("GET", &format!("{target}&by={by}")));
    client.read_exact(100_000);
    drop(client);

    let deadline = Instant::now() + DEADLINE;
    let mut other = Client::connect(server.addr());
    loop {
        other.send(&request("GET", &target));
        match other.read_response("GET").text().as_str() {
            "nothing yet" => assert!(
                Instant::now() < deadline,
                "by {by}: nothing after {DEADLINE:?}"
            ),
            ended => return assert_eq!(ended, expected, "by {by}"),
        }
    }
}
