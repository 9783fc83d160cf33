//! The tasks with mockito.

use std::io::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use comparison::{ask, status};
use mockito::{Matcher, Server};
use serde_json::json;

#[test]
fn canned_answer() {
    let mut server = Server::new();
    server.mock("GET", "/hello").with_body("world").create();
    assert!(
        ask(server.socket_address(), "GET", "/hello", "")
            .0
            .ends_with("world")
    );
}

#[test]
fn sequence() {
    let mut server = Server::new();
    let count = AtomicUsize::new(0);
    let status_of = move |_: &mockito::Request| match count.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => 503,
        _ => 200,
    };
    server
        .mock("GET", "/")
        .with_status_code_from_request(status_of)
        .create();
    assert_eq!(
        [(); 3].map(|()| status(server.socket_address(), "/")),
        [503, 503, 200]
    );
}

#[test]
fn delay() {
    let mut server = Server::new();
    server
        .mock("GET", "/")
        .with_chunked_body(|_| {
            sleep(Duration::from_millis(50));
            Ok(())
        })
        .create();
    let began = Instant::now();
    assert_eq!(status(server.socket_address(), "/"), 200);
    assert!(began.elapsed() >= Duration::from_millis(50));
}

/// The connection is closed, not reset.
#[test]
fn reset_in_the_body() {
    let mut server = Server::new();
    server
        .mock("GET", "/")
        .with_chunked_body(|body| {
            body.write_all(&[b'x'; 999])?;
            Err(Error::other("broken off"))
        })
        .create();
    assert!(
        !ask(server.socket_address(), "GET", "/", "")
            .0
            .ends_with("\r\n0\r\n\r\n")
    );
}

#[test]
fn recorded_request() {
    let mut server = Server::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    server
        .mock("POST", "/items")
        .with_body_from_request(move |request| {
            *kept.lock().unwrap() = request.body().unwrap().clone();
            Vec::new()
        })
        .create();
    ask(server.socket_address(), "POST", "/items", "text");
    assert_eq!(*seen.lock().unwrap(), b"text");
}

#[test]
fn expectation() {
    let mut server = Server::new();
    let mock = server
        .mock("POST", "/items")
        .match_body(Matcher::Json(json!({"id": 7})))
        .expect_at_least(1)
        .expect_at_most(3)
        .create();
    ask(server.socket_address(), "POST", "/items", r#"{"id": 7}"#);
    mock.assert();
}

#[test]
fn parallel_servers() {
    let mut servers: Vec<_> = (0..9).map(|_| Server::new()).collect();
    for server in &mut servers {
        server.mock("GET", "/").with_body("x").create();
    }
    assert!(
        servers
            .iter()
            .all(|server| status(server.socket_address(), "/") == 200)
    );
}

/// It has no way to wait for a request.
#[tokio::test]
async fn in_async_code() {
    let mut server = Server::new_async().await;
    let mock = server.mock("GET", "/later").create_async().await;
    let address = server.socket_address();
    let asking = tokio::task::spawn_blocking(move || ask(address, "GET", "/later", ""));
    asking.await.unwrap();
    mock.assert_async().await;
}
