//! A server within a Rust test finds the route for a request: the last one that matches wins, GET
//! answers HEAD too, routes may be added while it serves, and a doc root answers the rest.

use std::sync::{Mutex, mpsc};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::embedded::{fixed, get};
use crate::support::folder::folder;
use crate::support::response::head_length;
use wireserve::handlers::FixedHandler;
use wireserve::{ContentForHead, Exchange, Server, Site};

#[test]
fn get_routes_answer_head_too() {
    let fixed = |text| FixedHandler::text(200, text);
    let server = Server::builder()
        .route("GET", "/got", fixed("got"))
        .and_then(|builder| builder.route("GET", "/apart", fixed("by GET")))
        .and_then(|builder| builder.route("HEAD", "/apart", fixed("by HEAD, longer")))
        .and_then(|builder| builder.route("POST", "/posted", fixed("posted")))
        .and_then(|builder| builder.route("*", "/any", fixed("any")))
        .and_then(|builder| {
            builder.route("GET", "/on-purpose", |exchange: &mut Exchange<'_>| {
                exchange.response.content_for_head = ContentForHead::Send;
                exchange.response.content = "unasked".into();
                exchange.close_connection();
                Ok(())
            })
        })
        .expect("good patterns")
        .start()
        .expect("a free port");
    for (target, status, length) in [
        ("/got", 200, "3"),
        ("/apart", 200, "15"),
        ("/posted", 405, "85"),
        ("/any", 200, "3"),
    ] {
        let mut client = Client::connect(server.address());
        let response = client.ask("HEAD", target);
        assert_eq!(response.status, status, "{target}");
        assert_eq!(
            response.header("content-length"),
            Some(length.as_bytes()),
            "{target}"
        );
        // Nothing follows the head, so the next answer follows it directly.
        assert!(client.is_kept_open(), "{target}");
    }
    let mut client = Client::connect(server.address());
    client.send(&request("HEAD", "/on-purpose"));
    assert!(client.read_until_close().ends_with(b"\r\n\r\nunasked"));
    // Nor does anything where the request is refused.
    for field in ["Content-Length: two", "Host: a/b"] {
        let mut client = Client::connect(server.address());
        client.send(format!("HEAD /got HTTP/1.1\r\n{field}\r\n\r\n").as_bytes());
        let answer = client.read_until_close();
        assert!(answer.starts_with(b"HTTP/1.1 400 "), "{field}");
        assert_eq!(head_length(&answer), Some(answer.len()), "{field}");
    }
}

#[test]
fn the_last_route_that_matches_wins() {
    let fixed = |text| FixedHandler::text(200, text);
    let server = Server::builder()
        .route("GET", "/a", fixed("first"))
        .and_then(|builder| builder.route("GET", "/a", fixed("second")))
        .and_then(|builder| builder.route("GET", "/b/*", fixed("star")))
        .and_then(|builder| builder.route("GET", "/b/c", fixed("exact")))
        .and_then(|builder| builder.route("GET", "/d/e", fixed("exact")))
        .and_then(|builder| builder.route("*", "/d/{x}", fixed("group")))
        .expect("good patterns")
        .start()
        .expect("a free port");
    for (target, text) in [
        ("/a", "second"),
        ("/b/c", "exact"),
        ("/b/d", "star"),
        ("/d/e", "group"),
    ] {
        assert_eq!(get(&server, target).text(), text, "{target}");
    }
}

#[test]
fn routes_are_added_while_it_serves() {
    let server = fixed("before").start().expect("a free port");
    let mut client = Client::connect(server.address());
    assert_eq!(client.ask("GET", "/").text(), "before");

    // One exchange is under way with the routes it found.
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let (begun, begins) = mpsc::channel();
    server
        .route("GET", "/slow", move |exchange: &mut Exchange<'_>| {
            begun.send(()).expect("the test waits");
            let _ = wait.lock().expect("no panic").recv_timeout(DEADLINE);
            exchange.response.content = "slow, as it was".into();
            Ok(())
        })
        .expect("a good pattern");
    let mut slow = Client::connect(server.address());
    slow.send(&request("GET", "/slow"));
    begins.recv_timeout(DEADLINE).expect("the handler begins");

    server
        .route("*", "*", FixedHandler::text(200, "after"))
        .expect("a good pattern");
    assert_eq!(client.ask("GET", "/").text(), "after", "kept alive");
    assert_eq!(get(&server, "/slow").text(), "after");
    go.send(()).expect("the handler waits");
    assert_eq!(slow.read_response("GET").text(), "slow, as it was");

    let error = server
        .route("GET", "/{", FixedHandler::text(200, ""))
        .expect_err("no pattern");
    assert!(!error.to_string().is_empty());
    assert_eq!(get(&server, "/").text(), "after", "as it was");
}

#[test]
fn a_doc_root_is_served() {
    let folder = folder(&[
        ("index.html", "<title>"),
        ("below/data.json", "[]"),
        ("as.asis", "HTTP/1.1 222 Two\n\n2"),
    ]);
    let server = Server::builder()
        .doc_root(folder.path())
        .route("GET", "/below/data.json", FixedHandler::text(200, "routed"))
        .expect("a good pattern")
        .start()
        .expect("a free port");
    let same = Server::builder()
        .site(Site::new(folder.path()))
        .start()
        .expect("a free port");
    for (target, status, body, routed) in [
        ("/", 200, "<title>", "<title>"),
        ("/index.html", 200, "<title>", "<title>"),
        ("/below/data.json", 200, "[]", "routed"),
        ("/as.asis", 222, "2", "2"),
    ] {
        for (server, body) in [(&same, body), (&server, routed)] {
            let response = get(server, target);
            assert_eq!((response.status, response.text().as_str()), (status, body));
        }
    }
    for target in ["/none", "/../x", "/below/../../x", "/%2e%2e/x"] {
        assert_eq!(get(&server, target).status, 404, "{target}");
    }
}
