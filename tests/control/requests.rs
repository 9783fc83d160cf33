//! Recorded requests: everything about them, filters, and waiting.

use std::thread;

use serde_json::json;

use crate::control::asking::{Asker, controlled};
use crate::support::client::Client;
use crate::support::embedded::get;
use crate::support::wait::eventually;

#[test]
fn everything_about_a_request_is_listed() {
    let (server, _control, asker) = controlled();
    let mut client = Client::connect(server.address());
    client
        .send(b"POST /a?x=%31 HTTP/1.1\r\nhOST: a\r\nX: \xff\r\nContent-Length: 3\r\n\r\n\0\xffb");
    client.read_response("POST");
    // The client may have the response before the exchange has ended.
    eventually("the exchange ends", || {
        asker.get("/v1/requests?wait=30")["requests"][0]["took"].is_number()
    });
    let list = asker.get("/v1/requests");
    assert_eq!((&list["latest"], &list["dropped"]), (&json!(1), &json!(0)));
    let request = &list["requests"][0];
    assert_eq!(*request, asker.get("/v1/requests/1"));
    let expected = json!({
        "number": 1, "connection": 1, "ordinal": 1, "method": "POST", "target": "/a?x=%31", "path": "/a",
        "fields": [["hOST", "a"], ["X", "\u{ff}"], ["Content-Length", "3"]],
        "raw_head": "UE9TVCAvYT94PSUzMSBIVFRQLzEuMQ0KaE9TVDogYQ0KWDog/w0KQ29udGVudC1MZW5ndGg6IDMNCg0K",
        "body": "AP9i", "body_length": 3, "body_error": null, "status": 404, "matched": false,
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&request[name], value, "{name}");
    }
    assert_eq!(request["problems"][0]["clause"], "RFC 9110 §5.5");
    assert!(request["at"].as_str().is_some_and(|at| at.ends_with('Z')));
    asker.tell("DELETE", "/v1/requests");
    assert_eq!(asker.get("/v1/requests")["requests"], json!([]));
    let gone = asker.json("GET", "/v1/requests/1", None, 404);
    assert_eq!(gone["error"]["message"], "request 1 is no longer kept");
}

#[test]
fn filters_select_requests() {
    let (server, _control, asker) = controlled();
    server.get("/taken", |_| 200);
    let mut client = Client::connect(server.address());
    client.send(b"GET /taken?q=a%20b HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n");
    client.read_response("GET");
    client.send(b"POST /items/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{\"id\": 7}");
    client.read_response("POST");
    get(&server, "/other");
    let (taken, items, other) = ("/taken?q=a%20b", "/items/7", "/other");
    for (query, expected) in [
        ("", &[taken, items, other][..]),
        ("?method=POST", &[items]),
        ("?path=/items/%7Bid%7D", &[items]),
        ("?path=/items", &[]),
        ("?target=/taken?q=a%2520b", &[taken]),
        ("?query=q", &[taken]),
        ("?query=q%3Da+b", &[taken]),
        ("?query=q%3Da", &[]),
        ("?field=accept", &[taken]),
        ("?field=Accept:+text/html", &[taken]),
        ("?field=Accept:text", &[]),
        ("?body=id", &[items]),
        ("?body_json=%7B%22id%22:7%7D", &[items]),
        ("?matched=false", &[items, other]),
        ("?matched=true", &[taken]),
        ("?status=404", &[items, other]),
        ("?connection=1", &[taken, items]),
        ("?since=1", &[items, other]),
        ("?since=1&connection=1&method=POST", &[items]),
        ("?limit=1", &[taken]),
    ] {
        assert_eq!(asker.targets(query), expected, "{query}");
    }
    assert_eq!(asker.get("/v1/requests?limit=1")["more"], 2);
}

#[test]
fn waits_end_with_the_requests_or_with_time() {
    let (server, control, asker) = controlled();
    let none = asker.get("/v1/requests?wait=0.01");
    assert_eq!(
        (&none["requests"], &none["timed_out"]),
        (&json!([]), &json!(true))
    );
    thread::scope(|scope| {
        let waiting = scope.spawn(|| asker.get("/v1/requests?wait=30&count=2&path=/awaited"));
        get(&server, "/awaited");
        get(&server, "/other");
        get(&server, "/awaited");
        let list = waiting.join().expect("no panic");
        assert_eq!(list["requests"].as_array().map(Vec::len), Some(2));
        assert_eq!(list["timed_out"], false);
    });
    // A wait keeps no lock, and ends when its client leaves or the interface stops.
    let other = Asker::of(&control);
    let mut waiting: Vec<_> = (0..2).map(|_| Client::connect(asker.address)).collect();
    for client in &mut waiting {
        other.send(client, "GET", "/v1/requests?wait=600&path=/never", None);
    }
    eventually("two waits", || {
        get(&server, "/meanwhile");
        other.targets("?path=/meanwhile&limit=1").len() == 1
    });
    drop(control);
    for mut client in waiting {
        client.read_until_close();
    }
}

#[test]
fn what_was_dropped_is_said() {
    let limits = wireserve::RecordLimits {
        requests: 2,
        ..wireserve::RecordLimits::default()
    };
    let server = wireserve::Server::builder()
        .record(limits)
        .start()
        .expect("a free port");
    let control = server.control().expect("a free port");
    let asker = Asker::of(&control);
    for number in 1..=5 {
        get(&server, &format!("/{number}"));
    }
    assert_eq!(asker.targets(""), ["/4", "/5"]);
    assert_eq!(asker.get("/v1/requests")["dropped"], 3);
    let status = asker.get("/v1/status");
    assert_eq!(
        (&status["latest_request"], &status["dropped_requests"]),
        (&json!(5), &json!(3))
    );
    asker.json("GET", "/v1/requests/3", None, 404);
}
