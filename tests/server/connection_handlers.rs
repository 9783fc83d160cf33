//! A handler of connections that fails or panics before any request has been read: the connection is
//! closed. The client does not wait for a response to a request that it never sent.

use std::sync::Arc;

use wireserve::{Exchange, Fault, Limits, Listening, Server};

use crate::support::client::{Client, DEADLINE};

#[test]
fn a_failing_handler_of_connections_closes_them() {
    // A reset before that could be the result of the client's connect.
    fn wait_for_a_byte(exchange: &Exchange<'_>) {
        assert!(exchange.turn().wire().is_readable_within(DEADLINE));
    }
    fn fails(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        wait_for_a_byte(exchange);
        Err(Fault::new(503, "not today"))
    }
    fn fails_late(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        wait_for_a_byte(exchange);
        exchange.turn().mark_written();
        exchange.turn().send(b"220 ").expect("a client");
        Err(Fault::new(500, "lost"))
    }
    fn panics(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        wait_for_a_byte(exchange);
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
        client.send(b"x");
        assert_eq!(client.read_until_close(), seen.as_bytes());
    }
    // A panic fails the test that owns the server, unless it is forgotten.
    let failed = server.verify().expect_err("a panic").to_string();
    assert_eq!(failed, "the handler of connection 3 panicked: on purpose");
    server.reset();
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
