//! Servers start fast, share nothing, and stop without waiting for clients.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use wireserve::Server;

use crate::support::client::Client;
use crate::support::embedded::get;

#[test]
fn two_hundred_servers_at_once() {
    let servers: Vec<_> = (0..200)
        .map(|number| {
            let server = Server::start();
            server
                .get("/", move |_| format!("server {number}"))
                .expect(1);
            server
        })
        .collect();
    thread::scope(|scope| {
        for (number, server) in servers.iter().enumerate() {
            scope.spawn(move || {
                assert_eq!(get(server, "/").text(), format!("server {number}"));
            });
        }
    });
    for server in &servers {
        assert_eq!(server.requests().len(), 1);
    }
}

/// One start in four, since the machine may be busy; a start that did more than its few system calls would
/// take longer each time.
#[test]
fn a_server_starts_in_a_millisecond() {
    let mut times: Vec<_> = (0..50)
        .map(|_| {
            let began = Instant::now();
            let server = Server::start();
            let took = began.elapsed();
            drop(server);
            took
        })
        .collect();
    times.sort();
    assert!(times[12] < Duration::from_millis(1), "{times:?}");
}

#[test]
fn stopping_waits_for_no_client() {
    for request in [
        // Nothing yet; half a head; half a body; and answered, without having left.
        &b""[..],
        b"GET / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n12",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\n\r\n12",
        b"GET /slow HTTP/1.1\r\n\r\n",
    ] {
        // Exchanges that only wait end at once; others have half a second each time, while a busy machine
        // delays one stop or the other.
        let stops_at_once = |_| time_to_stop(request) < Duration::from_millis(400);
        assert!(
            (0..10).any(stops_at_once),
            "{:?}",
            request.escape_ascii().to_string()
        );
    }
}

/// How long a server takes to stop after a client has sent this, has received an answer to a whole request,
/// and stays.
fn time_to_stop(request: &[u8]) -> Duration {
    let server = Server::start();
    server.any("/", |_| "answer");
    server
        .get("/slow", |_| "slow")
        .delay(Duration::from_secs(60));
    let mut client = Client::connect(server.address());
    client.send(request);
    if request.ends_with(b"\n\r\n") && !request.starts_with(b"GET /slow") {
        client.read_response("GET");
    }
    let began = Instant::now();
    drop(server);
    began.elapsed()
}

#[test]
fn stopping_ends_a_handler_that_waits_for_an_event() {
    let server = Server::start();
    let found = Arc::new(OnceLock::new());
    let finds = Arc::clone(&found);
    server.get("/", move |x| {
        x.events().set("asked");
        let _ = finds.set(x.events().wait("never", Duration::from_secs(600)));
        "over"
    });
    let mut client = Client::connect(server.address());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    assert!(server.events().wait("asked", Duration::from_secs(10)));
    drop(server);
    assert_eq!(found.get(), Some(&false));
}
