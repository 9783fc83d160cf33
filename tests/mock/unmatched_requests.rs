//! What a client is told of a request that no route takes.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use wireserve::Server;

use crate::support::client::Client;

/// The message of a 404 response in JSON.
fn message(client: &mut Client, request: &str) -> String {
    client.send(request.as_bytes());
    let method = request.split(' ').next().expect("a method");
    let response = client.read_response(method);
    assert_eq!(response.status, 404, "{request:?}");
    let fault: Value = serde_json::from_slice(&response.body).expect("JSON");
    assert_eq!(fault["error"]["code"], 404);
    fault["error"]["message"]
        .as_str()
        .expect("a message")
        .to_owned()
}

#[test]
fn routes_with_its_path_say_why_they_did_not_take_it() {
    let server = Server::start();
    server.get("/other", |_| "");
    server.get("/hello/{name}", |_| "once").times(1);
    server.post("/hello/*", |_| "").when_field("X-Key", "a");
    server
        .put("/hello/you", |_| "")
        .when_json(&json!({"a": 1}))
        .when_query("q", "1");
    let mut client = Client::connect(server.address());
    assert_eq!(client.ask("GET", "/hello/you").text(), "once");
    assert_eq!(
        message(&mut client, "GET /hello/you?a=b HTTP/1.1\r\n\r\n"),
        "no route takes GET /hello/you\n\
         PUT /hello/you: expected the method PUT, found GET\n\
         POST /hello/*: expected the method POST, found GET\n\
         GET /hello/{name}: it has answered as many requests as it can"
    );
    assert_eq!(
        message(
            &mut client,
            "PUT /hello/you HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":2}"
        ),
        "no route takes PUT /hello/you\n\
         PUT /hello/you: expected the JSON {\"a\":1}: found {\"a\":2}\n\
         POST /hello/*: expected the method POST, found PUT\n\
         GET /hello/{name}: expected the method GET, found PUT"
    );
    assert_eq!(
        message(&mut client, "POST /hello/me HTTP/1.1\r\nX-Key: b\r\n\r\n"),
        "no route takes POST /hello/me\n\
         POST /hello/*: expected the field X-Key: \"a\": found \"b\"\n\
         GET /hello/{name}: expected the method GET, found POST"
    );
}

#[test]
fn without_such_a_route_those_that_exist_are_named() {
    let server = Server::start();
    let mut client = Client::connect(server.address());
    let first = server.get("/0", |_| "");
    assert_eq!(
        message(&mut client, "GET /x%20y HTTP/1.1\r\n\r\n"),
        "no route takes GET /x%20y; the routes are:\nGET /0"
    );
    drop(first);
    for name in 1..12 {
        server.on("*", &format!("/{name}"), |_| "");
    }
    let text = message(&mut client, "GET /x HTTP/1.1\r\n\r\n");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 12, "{text}");
    assert_eq!(lines[1..3], ["GET /0", "any request for /1"]);
    assert_eq!(lines[11], "and 2 more");
    server.reset();
    assert_eq!(
        message(&mut client, "DELETE /x HTTP/1.1\r\n\r\n"),
        "no route takes DELETE /x; there are no routes"
    );
    client.send(b"GET /x HTTP/1.1\r\nAccept: text/html\r\n\r\n");
    let page = client.read_response("GET");
    assert!(
        page.text()
            .contains("<pre>no route takes GET /x; there are no routes</pre>")
    );
}

/// Closures may count, and a body may be large.
#[test]
fn conditions_are_asked_once() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let server = Server::start();
    server.post("/", |_| "").when(|_| {
        ASKED.fetch_add(1, Ordering::SeqCst);
        false
    });
    server.post("/", |_| "").when_body("x".repeat(10));
    let mut client = Client::connect(server.address());
    let body = "y".repeat(5000);
    let request = format!("POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n{body}");
    let text = message(&mut client, &request);
    assert_eq!(ASKED.load(Ordering::SeqCst), 1);
    assert!(
        text.len() < 3000 && text.contains("more characters"),
        "{text}"
    );
}
