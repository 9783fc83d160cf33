//! The tasks with wiremock. It cannot break off a response.

use std::time::{Duration, Instant};

use comparison::{ask, status};
use serde_json::json;
use wiremock::matchers::{body_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::test(flavor = "multi_thread")]
async fn canned_answer() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_string("world");
    Mock::given(method("GET"))
        .and(path("/hello"))
        .respond_with(answer)
        .mount(&server)
        .await;
    assert!(
        ask(*server.address(), "GET", "/hello", "")
            .0
            .ends_with("world")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sequence() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    assert_eq!(
        [(); 3].map(|()| status(*server.address(), "/")),
        [503, 503, 200]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn delay() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_millis(50));
    Mock::given(method("GET"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let began = Instant::now();
    assert_eq!(status(*server.address(), "/"), 200);
    assert!(began.elapsed() >= Duration::from_millis(50));
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_request() {
    let server = MockServer::start().await;
    ask(*server.address(), "POST", "/items", "text");
    assert_eq!(server.received_requests().await.unwrap()[0].body, b"text");
}

#[tokio::test(flavor = "multi_thread")]
async fn expectation() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/items"))
        .and(body_json(json!({"id": 7})))
        .respond_with(ResponseTemplate::new(201))
        .expect(1..=3)
        .mount(&server)
        .await;
    ask(*server.address(), "POST", "/items", r#"{"id": 7}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_servers() {
    let mut servers = Vec::new();
    for _ in 0..9 {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(200).set_body_string("x"))
            .mount(&server)
            .await;
        servers.push(server);
    }
    assert!(
        servers
            .iter()
            .all(|server| status(*server.address(), "/") == 200)
    );
}

/// It can wait until an expectation is met, but not for a request to look at.
#[tokio::test]
async fn in_async_code() {
    let server = MockServer::start().await;
    let address = *server.address();
    let asking = tokio::task::spawn_blocking(move || ask(address, "GET", "/later", ""));
    asking.await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].url.path(), "/later");
}
