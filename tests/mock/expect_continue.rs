//! Who answers `Expect: 100-continue` (RFC 9110 §10.1.1): reading the body and success invite it, and any other
//! answer takes the place of the invitation.

use wireserve::{IntoAnswer, Server, raw};

use crate::support::client::Client;

const UPLOAD: &[u8] = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A client that waits before it sends the body.
fn waiting(server: &Server) -> Client {
    let mut client = Client::connect(server.address());
    client.send(UPLOAD);
    client
}

/// The status of the response after the invitation.
fn status_after_continue(server: &Server) -> u16 {
    let mut client = waiting(server);
    assert_eq!(client.read_exact(CONTINUE.len()), CONTINUE);
    client.send(b"hello");
    client.read_response("POST").status
}

#[test]
fn success_and_handlers_that_read_invite_the_body() {
    let server = Server::start();
    server.post("/", |_| 201);
    assert_eq!(status_after_continue(&server), 201);
    server.post("/", |x| match &*x.text()? {
        "hello" => Ok(409),
        _ => Ok(500),
    });
    assert_eq!(status_after_continue(&server), 409);
    let texts: Vec<_> = server.requests().iter().map(|r| r.text()).collect();
    assert_eq!(texts, ["hello", "hello"]);
}

#[test]
fn conditions_on_the_body_invite_it() {
    let server = Server::start();
    server.post("/", |_| 400);
    server.post("/", |_| 200).when_body("hello").expect(1);
    assert_eq!(status_after_continue(&server), 200);
}

#[test]
fn a_refusal_comes_alone_and_closes() {
    let server = Server::start();
    for (is_raw, expected) in [
        (false, "HTTP/1.1 417 Expectation Failed\r\n"),
        (true, "HTTP/1.1 417 No\r\n\r\n"),
    ] {
        let answer = move || match is_raw {
            true => raw("HTTP/1.1 417 No\r\n\r\n").into_answer(),
            false => 417.into_answer(),
        };
        server.post("/", move |_| answer());
        let of_route = waiting(&server).read_until_close();
        assert!(of_route.starts_with(expected.as_bytes()), "{of_route:?}");
        server.enqueue(answer());
        let of_queue = waiting(&server).read_until_close();
        assert!(of_queue.starts_with(expected.as_bytes()), "{of_queue:?}");
    }
}
