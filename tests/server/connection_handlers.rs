//! A handler of connections that fails or panics before any request has been read: the connection is
//! closed. The client does not wait for a response to a request that it never sent.

use std::sync::Arc;

use wireserve::{Exchange, Fault, Limits, Listening, Server};

use crate::support::client::Client;

#[test]
fn a_failing_handler_of_connections_closes_them() {
    fn fails(_: &mut Exchange<'_>) -> Result<(), Fault> {
        Err(Fault::new(503, "not today"))
    }
    fn fails_late(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        exchange.turn().mark_written();
        exchange.turn().send(b"220 ").expect("a client");
        Err(Fault::new(500, "lost"))
    }
    fn panics(_: &mut Exchange<'_>) -> Result<(), Fault> {
        panic!("on purpose");
    }
    let server = Server::builder()
        .listener(0, Listening::Connections(Arc::new(fails)))
        .listener(0, Listening::Connections(Arc::new(fails_late)))
        .listener(0, Listening::Connections(Arc::new(panics)))
        .start()
        .expect("a server");
    for (&address, seen) in server.addresses()[1..].iter().zip(["", "220 ", ""]) {
        let mut client = Client::connect(address);
        assert_eq!(client.read_until_close(), seen.as_bytes());
    }
}

#[test]
fn no_server_starts_with_a_limit_of_zero() {
    let limits = Limits {
        connections: 0,
        ..Limits::default()
    };
    let error = Server::builder().limits(limits).start().err();
    let error = error.expect("a refusal").to_string();
    assert!(error.contains("`connections` of 0"), "{error}");
}
