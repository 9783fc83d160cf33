//! Several answers in order: queues, numbers of times, what follows, and one connection after another.

use std::time::Duration;

use wireserve::{Server, WireScript, script};

use crate::support::client::Client;
use crate::support::embedded::get;

/// The statuses of so many requests.
fn statuses<const N: usize>(server: &Server, target: &str) -> [u16; N] {
    std::array::from_fn(|_| get(server, target).status)
}

#[test]
fn a_handler_for_so_many_requests_and_then_another() {
    let server = Server::start();
    server.get("/retry", |_| 503).times(2).then(|_| 200);
    assert_eq!(statuses(&server, "/retry"), [503, 503, 200, 200]);
    server
        .get("/once", |_| 500)
        .then(|_| 501)
        .then(|_| 502)
        .times(1);
    assert_eq!(statuses(&server, "/once"), [500, 501, 502, 404]);
}

#[test]
fn a_used_up_route_leaves_requests_to_the_routes_before_it() {
    let server = Server::start();
    server.get("/", |_| 200);
    let broken = server.get("/", |_| 503).times(1);
    assert_eq!(statuses(&server, "/"), [503, 200, 200]);
    assert_eq!(broken.taken(), 1);
    broken.enqueue(418);
    assert_eq!(statuses(&server, "/"), [418, 200]);
}

#[test]
fn queued_answers_come_first_in_order() {
    let server = Server::start();
    let route = server.get("/a", |_| "route");
    route.enqueue("queued for the route");
    server.enqueue("first");
    server.enqueue(script("send \"HTTP/1.1 299 Odd\\r\\n\\r\\n\"\nclose"));
    assert_eq!(get(&server, "/anything").text(), "first");
    assert_eq!(get(&server, "/a").status, 299);
    assert_eq!(get(&server, "/a").text(), "queued for the route");
    assert_eq!(get(&server, "/a").text(), "route");
}

#[test]
fn a_queued_script_gets_malformed_requests_too() {
    let server = Server::start();
    server.enqueue(script("send \"seen\"\nclose"));
    let mut client = Client::connect(server.address());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: two\r\n\r\n");
    assert_eq!(client.read_until_close(), b"seen");
    let request = server
        .take_request(Duration::from_secs(10))
        .expect("it was read");
    assert_eq!(request.problems()[0].clause, "RFC 9110 §8.6");
}

#[test]
fn the_first_connection_is_reset_and_the_second_works() {
    let server = Server::start();
    server.get("/", |_| "works");
    server.get("/", |_| script("reset")).when_connection(1);
    let mut first = Client::connect(server.address());
    first.send(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(first.read_until_close(), b"");
    assert_eq!(get(&server, "/").text(), "works");
}

#[test]
fn steps_before_anything_is_read() {
    let server = Server::start();
    server.get("/", |_| "works");
    server.enqueue_connection(script("send \"220 not HTTP\\r\\n\"\nclose"));
    server.enqueue_connection(WireScript::new().send("hello "));
    let mut first = Client::connect(server.address());
    assert_eq!(first.read_until_close(), b"220 not HTTP\r\n");
    let mut second = Client::connect(server.address());
    assert_eq!(second.read_exact(6), b"hello ");
    assert_eq!(second.ask("GET", "/").text(), "works");
    assert_eq!(get(&server, "/").text(), "works");
}

#[test]
fn conditions_choose_among_routes() {
    let server = Server::start();
    server.any("/", |_| "none");
    server.any("/", |_| "query").when_query("q", "a b");
    server
        .any("/", |_| "field")
        .when_field("Accept", "text/plain");
    server.any("/", |_| "body").when_body("exactly");
    server
        .any("/", |_| "json")
        .when_json(&serde_json::json!({"a": 1, "b": [2]}));
    server.any("/", |_| "form").when_form("user", "me");
    server
        .any("/", |_| "held")
        .when(|x| x.text().is_ok_and(|text| text.contains("held")));
    for (head, body, expected) in [
        ("GET / HTTP/1.1\r\n", "", "none"),
        ("GET /?q=a+b HTTP/1.1\r\n", "", "query"),
        ("GET / HTTP/1.1\r\naccept: text/plain\r\n", "", "field"),
        ("GET / HTTP/1.1\r\naccept: text/html\r\n", "", "none"),
        ("PUT / HTTP/1.1\r\n", "exactly", "body"),
        ("PUT / HTTP/1.1\r\n", "{\"b\": [2],\n\"a\": 1}", "json"),
        ("PUT / HTTP/1.1\r\n", "{\"b\": [2]}", "none"),
        ("PUT / HTTP/1.1\r\n", "x=1&user=me", "form"),
        ("PUT / HTTP/1.1\r\n", "is held here", "held"),
    ] {
        let mut client = Client::connect(server.address());
        let length = body.len();
        client.send(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes());
        assert_eq!(client.read_response("PUT").text(), expected, "{head}{body}");
    }
}
