//! Expectations are verified when the server is dropped; the message shows what came instead.

use std::panic::{self, AssertUnwindSafe};

use wireserve::{Chunk, Error, Exchange, Fault, Handler, RecordLimits, Response, Server, Times};

use crate::support::client::Client;
use crate::support::embedded::get;
use crate::support::wait::eventually;

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
    let route = server
        .post("/items", |_| 201)
        .when_field("Accept", "text/plain")
        .when_json(&serde_json::json!({"id": 7}));
    let line = line!() + 1;
    route.expect(1..=3);
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
expected at tests/mock/expectations.rs:LINE:11

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
    let expected = expected.replace("LINE", &line.to_string());
    assert_eq!(message_of_drop(server), expected);
}

#[test]
fn the_message_is_short_and_says_what_was_refused() {
    let server = Server::start();
    server.post("/", |_| 200).expect(1);
    let mut client = Client::connect(server.address());
    client.send(b"GET /a b HTTP/1.1\r\n\r\n");
    client.read_until_close();
    let many = vec![b'x'; 200_000];
    let head = format!(
        "POST /other HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
        many.len()
    );
    let mut client = Client::connect(server.address());
    client.send(&[head.as_bytes(), &many].concat());
    client.read_response("POST");
    let message = message_of_drop(server);
    assert!(message.len() < 4_000, "{} bytes", message.len());
    assert!(message.contains("1 request came:\n"), "{message}");
    assert!(
        message.contains("... (199002 more characters)\n"),
        "{message}"
    );
    let refused = "\nrefused on connection 1: malformed request line \"GET /a b HTTP/1.1\"";
    assert!(message.contains(refused), "{message}");
}

#[test]
fn no_request_is_the_nearest_of_too_many() {
    let server = Server::builder().start().expect("a free port");
    server.get("/a", |_| 200).expect(1);
    for target in ["/a", "/a", "/zzz"] {
        get(&server, target);
    }
    let message = message_of_drop(server);
    assert!(message.contains("found 2\n"), "{message}");
    assert!(!message.contains("nearest"), "{message}");
    assert!(
        message.contains("are not shown: add `.record("),
        "{message}"
    );
}

#[test]
fn empty_ranges_and_queries_in_patterns_are_refused_where_they_are_written() {
    let server = Server::start();
    let message = |wrong: &dyn Fn()| {
        let panic = panic::catch_unwind(AssertUnwindSafe(wrong)).expect_err("a panic");
        let text = panic.downcast_ref::<String>().cloned();
        text.unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap().to_string())
    };
    let route = server.get("/", |_| 200);
    #[allow(clippy::reversed_empty_ranges, reason = "it is refused")]
    for times in [Times::from(5..5), Times::from(0..0), Times::from(3..=1)] {
        let text = message(&|| drop(route.expect(times)));
        assert!(text.contains("found an empty one"), "{text}");
    }
    for (pattern, found) in [
        ("/a?b=c", "found a query"),
        ("/a#b", "found a fragment"),
        ("http://localhost/a", "found a URL"),
    ] {
        let text = message(&|| drop(server.get(pattern, |_| 200)));
        assert!(text.contains(found), "{text}");
    }
}

/// Panics of handlers and of content that is being made fail the test as those of closures do.
#[test]
fn every_panic_fails_the_test() {
    struct Panics;
    impl Handler for Panics {
        fn handle(&self, _: &mut Exchange<'_>) -> Result<(), Fault> {
            panic!("in a handler")
        }
    }
    let builder = Server::builder().record(RecordLimits::default());
    let builder = builder.route("GET", "/handler", Panics).expect("a route");
    let server = builder.start().expect("a free port");
    server.get("/content", |_| {
        let chunks = (0..2).map(|number| match number {
            0 => Chunk::from("first"),
            _ => panic!("in content"),
        });
        Response::new(200).stream(chunks)
    });
    assert_eq!(get(&server, "/handler").status, 500);
    let mut client = Client::connect(server.address());
    client.send(b"GET /content HTTP/1.1\r\n\r\n");
    client.read_until_close();
    eventually("the exchange is over", || {
        server
            .requests()
            .iter()
            .all(|request| request.took().is_some())
    });
    assert_eq!(
        message_of_drop(server),
        "GET /handler: the handler panicked: in a handler\n\
         GET /content: the content panicked: in content"
    );
}

/// They test what their client does when it cancels an upload.
#[test]
fn a_client_that_leaves_fails_no_test() {
    let server = Server::start();
    server.post("/", |x| x.body());
    let mut client = Client::connect(server.address());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    client.half_close();
    assert!(client.read_until_close().starts_with(b"HTTP/1.1 400 "));
    server.verify().expect("no failure of the handler");

    // One that stays is not waited for when the server stops.
    let mut client = Client::connect(server.address());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    eventually("the request has come", || server.connections() == 1);
    drop(server);
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
