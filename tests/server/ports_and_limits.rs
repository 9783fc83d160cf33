//! A server within a Rust test: `wireserve::Server` binds free ports and says where it is, counts
//! its connections and keeps to its limits; a slow handler does not delay others, and
//! servers are independent.
//!
//! That it leaves nothing running is tested in `load/stop_on_drop.rs`.

use std::net::TcpStream;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use crate::support::client::{Arrival, Client, DEADLINE, request};
use crate::support::embedded::{fixed, get};
use crate::support::wait::eventually;
use wireserve::{Exchange, Limits, Server};

#[test]
fn a_server_may_go_to_other_threads() {
    fn may<T: Send + Sync + 'static>() {}
    may::<Server>();
}

#[test]
fn it_reports_its_addresses() {
    for (host, ports, prefix) in [
        ("127.0.0.1", vec![0], "http://127.0.0.1:"),
        ("127.0.0.2", vec![0, 0, 0], "http://127.0.0.2:"),
        ("::1", vec![0], "http://[::1]:"),
        ("localhost", vec![0], "http://"),
    ] {
        let server = fixed("here")
            .host(host)
            .ports(ports.clone())
            .start()
            .expect("free ports");
        assert_eq!(server.addresses().len(), ports.len());
        assert_eq!(server.addresses()[0], server.address());
        for &address in server.addresses() {
            assert_ne!(address.port(), 0);
            let response = Client::connect(address).ask("GET", "/");
            assert_eq!(response.text(), "here", "{address}");
        }
        let port = server.address().port();
        for (path, rest) in [
            ("/", "/"),
            ("", "/"),
            ("a", "/a"),
            ("/a?b=c", "/a?b=c"),
            ("/a#b", "/a#b"),
        ] {
            let url = server.url(path);
            assert!(url.starts_with(prefix), "{url}");
            assert!(url.ends_with(&format!(":{port}{rest}")), "{url}");
        }
    }
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let first = fixed("first").start().expect("a free port");
    let port = first.address().port();
    let Err(error) = fixed("second").ports([0, port]).start() else {
        panic!("port {port} is in use")
    };
    let message = error.to_string();
    assert!(message.contains(&port.to_string()), "{message}");
    assert_eq!(get(&first, "/").text(), "first");
}

#[test]
fn two_servers_at_once() {
    let [one, two] = ["one", "two"].map(|text| fixed(text).start().expect("a free port"));
    assert_ne!(one.address(), two.address());
    let mut clients = [&one, &two].map(|server| Client::connect(server.address()));
    for _ in 0..3 {
        for (client, text) in clients.iter_mut().zip(["one", "two"]) {
            assert_eq!(client.ask("GET", "/").text(), text);
        }
    }
    drop(one);
    let [first, second] = &mut clients;
    assert_eq!(first.read_until_close(), b"");
    assert_eq!(second.ask("GET", "/").text(), "two");
    assert_eq!(get(&two, "/").text(), "two");
}

#[test]
fn slow_handlers_do_not_delay_others() {
    const SLOW: usize = 50;
    let (begun, begins) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = fixed("quick")
        .route("GET", "/slow", move |exchange: &mut Exchange<'_>| {
            begun.send(()).expect("the test waits");
            // Ends for all of them when the sender is dropped.
            let _ = wait.lock().expect("no panic").recv_timeout(DEADLINE);
            exchange.response.content = "slow".into();
            Ok(())
        })
        .expect("a good pattern")
        .start()
        .expect("a free port");
    let mut slow: Vec<_> = (0..SLOW)
        .map(|_| {
            let mut client = Client::connect(server.address());
            client.send(&request("GET", "/slow"));
            client
        })
        .collect();
    for _ in 0..SLOW {
        begins.recv_timeout(DEADLINE).expect("all of them begin");
    }
    assert_eq!(get(&server, "/").text(), "quick");
    for client in &mut slow {
        assert_eq!(client.arrival(Duration::ZERO), Arrival::Nothing);
    }
    drop(go);
    for client in &mut slow {
        assert_eq!(client.read_response("GET").text(), "slow");
    }
}

#[test]
fn connections_are_counted() {
    let server = fixed("x").start().expect("a free port");
    assert_eq!(server.connections(), 0);
    let clients: Vec<_> = (0..3)
        .map(|_| TcpStream::connect(server.address()).expect("it listens"))
        .collect();
    eventually("3", || server.connections() == 3);
    drop(clients);
    eventually("0", || server.connections() == 0);
}

#[test]
fn limits_may_be_set() {
    let limits = Limits {
        request_line: 50,
        field_line: 40,
        field_lines: 3,
        ..Limits::default()
    };
    let server = fixed("x").limits(limits).start().expect("a free port");
    let long = "x".repeat(50);
    for (head, status) in [
        ("GET / HTTP/1.1\r\na: b\r\nc: d\r\n\r\n".to_owned(), 200),
        (format!("GET /{long} HTTP/1.1\r\n\r\n"), 414),
        (format!("GET / HTTP/1.1\r\na: {long}\r\n\r\n"), 431),
        (
            "GET / HTTP/1.1\r\na: b\r\nc: d\r\ne: f\r\n\r\n".to_owned(),
            431,
        ),
    ] {
        let mut client = Client::connect(server.address());
        client.send(head.as_bytes());
        assert_eq!(client.read_response("GET").status, status, "{head}");
    }
}
