//! Expectations are verified when the server is dropped; the message shows what came instead.

use std::panic::{self, AssertUnwindSafe};

use wireserve::{Error, Server, Times};

use crate::support::client::Client;
use crate::support::embedded::get;

/// The message of the panic in which dropping this server ends.
fn message_of_drop(server: Server) -> String {
    let panic = panic::catch_unwind(AssertUnwindSafe(|| drop(server))).expect_err("a panic");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn numbers_of_requests() {
    for count in 0..5 {
        for (times, is_met) in [
            (Times::from(0), count == 0),
            (Times::from(1), count == 1),
            (Times::from(1..=3), (1..=3).contains(&count)),
            (Times::from(1..3), count == 1 || count == 2),
            (Times::from(2..), count >= 2),
            (Times::from(..=1), count <= 1),
        ] {
            let server = Server::start();
            let route = server.get("/", |_| 200).expect(times);
            for _ in 0..count {
                get(&server, "/");
            }
            assert_eq!(route.taken(), count);
            assert_eq!(server.verify().is_ok(), is_met, "{count} of {times}");
            server.reset();
            server.verify().expect("nothing is expected any more");
        }
    }
}

#[test]
fn met_expectations_pass() {
    let server = Server::start();
    server.get("/a", |_| 200).expect(1..=3);
    server.get("/b", |_| 200).expect(0);
    server.get("/c", |_| 200).expect(2..);
    for target in ["/a", "/c", "/c", "/c"] {
        get(&server, target);
    }
    server.verify().expect("all are met");
}

#[test]
fn the_message_shows_what_came_and_the_nearest_request() {
    let server = Server::start();
    server
        .post("/items", |_| 201)
        .when_field("Accept", "text/plain")
        .when_json(&serde_json::json!({"id": 7}))
        .expect(1..=3);
    get(&server, "/other");
    let mut client = Client::connect(server.address());
    client.send(
        b"POST /items HTTP/1.1\r\nAccept: text/plain\r\nContent-Length: 9\r\n\r\n{\"id\": 8}",
    );
    client.read_response("POST");
    let expected = r#"expected 1 to 3 requests POST /items
  with the field Accept: "text/plain"
  with the JSON {"id":7}
found 0

the nearest is request 2:
  expected the JSON {"id":7}: found {"id":8}

2 requests came:
request 1 on connection 1, which no route took:
  "GET /other HTTP/1.1\r\n"
  "Host: localhost\r\n"
  "\r\n"
request 2 on connection 2, which no route took:
  "POST /items HTTP/1.1\r\n"
  "Accept: text/plain\r\n"
  "Content-Length: 9\r\n"
  "\r\n"
  "{\"id\": 8}"
"#;
    assert_eq!(message_of_drop(server), expected);
}

#[test]
fn a_failed_handler_fails_the_test_that_owns_the_server() {
    let server = Server::start();
    let innocent = Server::start();
    server.get("/panics", |_| -> &str { panic!("on purpose") });
    server.post("/fails", |x| {
        if x.text()?.is_empty() {
            return Err(Error::new("the cart is empty"));
        }
        Ok("fine")
    });
    let response = get(&server, "/panics");
    assert_eq!(response.status, 500);
    assert!(response.text().contains("the handler panicked: on purpose"));
    let response = Client::connect(server.address()).ask("POST", "/fails");
    assert_eq!(response.status, 500);
    assert_eq!(
        message_of_drop(server),
        "GET /panics: the handler panicked: on purpose\n\
         POST /fails: the handler failed: the cart is empty"
    );
    drop(innocent);
}

#[test]
fn conditions_may_use_their_route_and_may_panic() {
    let server = Server::start();
    let route = server.get("/", |_| 200).expect(1);
    let same = route.clone();
    route.when(move |x| same.taken() == 0 && x.query("q").expect("a query") == "1");
    assert_eq!(get(&server, "/").status, 404);
    let message = message_of_drop(server);
    let panicked = "GET /: the closure of `when` panicked: a query\n";
    assert!(message.starts_with(panicked), "{message}");
    let nearest = "expected the condition of `when`: it panicked: a query\n";
    assert!(message.contains(nearest), "{message}");
}

#[test]
fn a_test_that_panics_already_fails_with_its_own_message() {
    let panic = panic::catch_unwind(|| {
        let server = Server::start();
        server.get("/", |_| 200).expect(1);
        panic!("the first one");
    });
    let panic = panic.expect_err("a panic");
    assert_eq!(panic.downcast_ref(), Some(&"the first one"));
}
