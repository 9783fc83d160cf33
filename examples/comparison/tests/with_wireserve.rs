//! The tasks with wireserve.

use std::time::{Duration, Instant};

use comparison::{ask, status};
use serde_json::json;
use wireserve::Server;

#[test]
fn canned_answer() {
    let server = Server::start();
    server.get("/hello", |_| "world");
    assert!(
        ask(server.address(), "GET", "/hello", "")
            .0
            .ends_with("world")
    );
}

#[test]
fn sequence() {
    let server = Server::start();
    server.get("/", |_| 503).times(2).then(|_| 200);
    assert_eq!(
        [(); 3].map(|()| status(server.address(), "/")),
        [503, 503, 200]
    );
}

#[test]
fn delay() {
    let server = Server::start();
    server.get("/", |_| 200).delay(Duration::from_millis(50));
    let began = Instant::now();
    assert_eq!(status(server.address(), "/"), 200);
    assert!(began.elapsed() >= Duration::from_millis(50));
}

#[test]
fn reset_in_the_body() {
    let server = Server::start();
    server.get("/", |_| vec![b'x'; 9999]).reset_after(1000);
    assert!(ask(server.address(), "GET", "/", "").1);
}

#[test]
fn recorded_request() {
    let server = Server::start();
    ask(server.address(), "POST", "/items", "text");
    assert_eq!(server.requests()[0].text(), "text");
}

#[test]
fn expectation() {
    let server = Server::start();
    server
        .post("/items", |_| 201)
        .when_json(&json!({"id": 7}))
        .expect(1..=3);
    ask(server.address(), "POST", "/items", r#"{"id": 7}"#);
}

#[test]
fn parallel_servers() {
    let servers = [(); 9].map(|()| Server::start());
    for server in &servers {
        server.get("/", |_| "x");
    }
    assert!(
        servers
            .iter()
            .all(|server| status(server.address(), "/") == 200)
    );
}

#[tokio::test]
async fn in_async_code() {
    let server = Server::start();
    let address = server.address();
    tokio::task::spawn_blocking(move || ask(address, "GET", "/later", ""));
    let request = server.take_request_async(Duration::from_secs(9)).await;
    assert_eq!(request.unwrap().path(), "/later");
}
