//! Faults: late, slow and broken responses, refused connections, and limits of connections.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use wireserve::{Server, script};

use crate::support::client::{Client, DEADLINE};
use crate::support::embedded::get;

#[test]
fn a_delay_comes_before_the_first_byte() {
    const DELAY: Duration = Duration::from_millis(100);
    let server = Server::start();
    server.get("/late", |_| "late").delay(DELAY);
    server
        .get("/script", |_| script("send \"x\"\nclose"))
        .delay(DELAY);
    for target in ["/late", "/script"] {
        let mut client = Client::connect(server.address());
        let began = Instant::now();
        client.send(format!("GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n").as_bytes());
        client.read_exact(1);
        assert!(began.elapsed() >= DELAY, "{target}");
        client.read_until_close();
    }
}

#[test]
fn a_rate_limits_the_bytes_per_second() {
    let server = Server::start();
    server
        .get("/", |_| vec![b'x'; 1000])
        .bytes_per_second(10_000);
    let began = Instant::now();
    assert_eq!(get(&server, "/").body.len(), 1000);
    // The last piece begins when all others are due.
    let least = Duration::from_millis(80);
    assert!(began.elapsed() >= least, "{:?}", began.elapsed());
}

#[test]
fn the_connection_is_reset_after_exactly_so_many_bytes() {
    let server = Server::start();
    server.get("/content", |_| "0123456789").reset_after(12);
    server
        .get("/script", |_| script("send \"abc\"\nsend \"def\"\nclose"))
        .reset_after(4);
    for (target, bytes) in [("/content", &b"HTTP/1.1 200"[..]), ("/script", b"abcd")] {
        let mut client = Client::connect(server.address());
        client.send(format!("GET {target} HTTP/1.1\r\n\r\n").as_bytes());
        assert_eq!(client.read_until_close(), bytes, "{target}");
        assert!(client.was_reset(), "{target}");
    }
}

#[test]
fn faults_of_all_responses_reach_the_site_too() {
    let server = Server::start();
    server.get("/own", |_| "own").reset_after(5);
    server.reset_after(8);
    for (target, bytes) in [("/own", &b"HTTP/"[..]), ("/unrouted", b"HTTP/1.1")] {
        let mut client = Client::connect(server.address());
        client.send(format!("GET {target} HTTP/1.1\r\n\r\n").as_bytes());
        assert_eq!(client.read_until_close(), bytes, "{target}");
    }
    server.reset();
    assert_eq!(get(&server, "/unrouted").status, 404);
}

#[test]
fn a_delay_of_all_responses() {
    let server = Server::start();
    server.delay(Duration::from_millis(50));
    let began = Instant::now();
    assert_eq!(get(&server, "/").status, 404);
    assert!(began.elapsed() >= Duration::from_millis(50));
}

#[test]
fn connections_are_refused_while_asked() {
    let server = Server::start();
    server.get("/", |_| "works");
    let mut kept = Client::connect(server.address());
    assert_eq!(kept.ask("GET", "/").text(), "works");
    server.refuse_connections(true);
    for _ in 0..2 {
        let refused = TcpStream::connect(server.address()).expect_err("no listener");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }
    assert_eq!(kept.ask("GET", "/").text(), "works");
    server.refuse_connections(false);
    assert_eq!(get(&server, "/").text(), "works");
    server.refuse_connections(true);
    server.reset();
    assert_eq!(get(&server, "/").status, 404, "connections are accepted");
    // A server that refuses stops all the same.
    server.refuse_connections(true);
    server.stop();
}

#[test]
fn a_connection_ends_after_so_many_requests() {
    let server = Server::start();
    server.get("/", |_| "works");
    server.requests_per_connection(2);
    // Whether a route takes the last one or not.
    for last in ["/", "/nothing"] {
        let mut client = Client::connect(server.address());
        assert_eq!(client.ask("GET", "/").header("connection"), None);
        let last = client.ask("GET", last);
        assert_eq!(last.header("connection"), Some(&b"close"[..]));
        assert_eq!(client.read_until_close(), b"");
    }
}

#[test]
fn an_idle_connection_is_closed() {
    let server = Server::start();
    server.get("/", |_| "works");
    server.idle_limit(Duration::from_millis(50));
    let mut client = Client::connect(server.address());
    // Before the request: this thread may see the response late.
    let began = Instant::now();
    assert_eq!(client.ask("GET", "/").text(), "works");
    assert_eq!(client.read_until_close(), b"");
    assert!(
        began.elapsed() >= Duration::from_millis(50),
        "{:?}",
        began.elapsed()
    );
}

/// A server that never answers.
#[test]
fn the_longest_delay_is_a_delay() {
    let server = Server::start();
    server.get("/", |_| "late").delay(Duration::MAX);
    let mut client = Client::connect(server.address());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    server.take_request(DEADLINE).expect("it has come");
    assert!(!client.is_reset_within(Duration::from_millis(20)));
    assert!(!client.ended());
    server.verify().expect("no panic");
}
