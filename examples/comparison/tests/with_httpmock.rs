//! The tasks with httpmock. It has no sequences, and cannot break off a response.

use std::time::{Duration, Instant};

use comparison::{ask, status};
use httpmock::Method::{GET, POST};
use httpmock::MockServer;
use serde_json::json;

#[test]
fn canned_answer() {
    let server = MockServer::start();
    server.mock(|when, then| {
        when.method(GET).path("/hello");
        then.status(200).body("world");
    });
    assert!(
        ask(*server.address(), "GET", "/hello", "")
            .0
            .ends_with("world")
    );
}

#[test]
fn sequence() {
    let server = MockServer::start();
    let mut first = server.mock(|when, then| {
        when.path("/");
        then.status(503);
    });
    let mut statuses = vec![
        status(*server.address(), "/"),
        status(*server.address(), "/"),
    ];
    first.delete();
    server.mock(|when, then| {
        when.path("/");
        then.status(200);
    });
    statuses.push(status(*server.address(), "/"));
    assert_eq!(statuses, [503, 503, 200]);
}

#[test]
fn delay() {
    let server = MockServer::start();
    server.mock(|when, then| {
        when.method(GET).path("/");
        then.status(200).delay(Duration::from_millis(50));
    });
    let began = Instant::now();
    assert_eq!(status(*server.address(), "/"), 200);
    assert!(began.elapsed() >= Duration::from_millis(50));
}

/// A matcher sees the request.
#[test]
fn recorded_request() {
    let server = MockServer::start();
    let mock = server.mock(|when, then| {
        when.method(POST).path("/items").body("text");
        then.status(200);
    });
    ask(*server.address(), "POST", "/items", "text");
    mock.assert();
}

#[test]
fn expectation() {
    let server = MockServer::start();
    let mock = server.mock(|when, then| {
        when.method(POST).path("/items").json_body(json!({"id": 7}));
        then.status(201);
    });
    ask(*server.address(), "POST", "/items", r#"{"id": 7}"#);
    assert!((1..=3).contains(&mock.calls()));
}

#[test]
fn parallel_servers() {
    let servers = [(); 9].map(|()| MockServer::start());
    for server in &servers {
        server.mock(|when, then| {
            when.method(GET).path("/");
            then.status(200).body("x");
        });
    }
    assert!(
        servers
            .iter()
            .all(|server| status(*server.address(), "/") == 200)
    );
}

/// It has no way to wait for a request.
#[tokio::test]
async fn in_async_code() {
    let server = MockServer::start_async().await;
    let mock = server.mock_async(|when, then| {
        when.path("/later");
        then.status(200);
    });
    let mock = mock.await;
    let address = *server.address();
    let asking = tokio::task::spawn_blocking(move || ask(address, "GET", "/later", ""));
    asking.await.unwrap();
    mock.assert_async().await;
}
