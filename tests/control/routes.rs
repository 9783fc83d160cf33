//! Routes, queues and faults that clients put.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Instant;

use serde_json::{Value, json};
use wireserve::Server;

use crate::control::asking::{Asker, controlled, is_reset};
use crate::support::client::Client;
use crate::support::embedded::get;
use crate::support::folder::folder;

#[test]
fn scripts_may_send_files_of_the_doc_root() {
    let folder = folder(&[("hello.txt", "hello")]);
    let server = Server::builder()
        .site(wireserve::Site::new(folder.path()))
        .record(wireserve::RecordLimits::default())
        .start()
        .expect("a free port");
    let control = server.control().expect("a free port");
    let asker = Asker::of(&control);
    asker.route("/f", json!({"script": "send file \"/hello.txt\"\nclose"}));
    let mut client = Client::connect(server.address());
    client.send(b"GET /f HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_until_close(), b"hello");
    let none = json!({"path": "/g", "answers": [{"script": "send file \"none\"\nclose"}]});
    let refused = asker.ask("POST", "/v1/routes", Some(&none));
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("cannot open the file `none`"),
        "{}",
        refused.text()
    );
    // One that has gone since then is an answer, and nothing is played.
    std::fs::remove_file(folder.path().join("hello.txt")).expect("a file");
    assert_eq!(get(&server, "/f").status, 500);
}

#[test]
fn answers_of_all_kinds() {
    let (server, _control, asker) = controlled();
    for (answer, status, media_type, body) in [
        (json!({}), 200, None, ""),
        (json!({"status": 204}), 204, None, ""),
        (
            json!({"text": "é"}),
            200,
            Some("text/plain; charset=utf-8"),
            "é",
        ),
        (
            json!({"base64": "YWI="}),
            200,
            Some("application/octet-stream"),
            "ab",
        ),
        (
            json!({"json": {"a": [1]}}),
            200,
            Some("application/json"),
            "{\"a\":[1]}",
        ),
        (json!({"json": null}), 200, Some("application/json"), "null"),
        (
            json!({"status": 404, "text": "<p>", "fields": [["content-TYPE", "text/html"]]}),
            404,
            Some("text/html"),
            "<p>",
        ),
    ] {
        asker.route("/a", answer.clone());
        let response = get(&server, "/a");
        assert_eq!(response.status, status, "{answer}");
        let found = response.header("Content-Type");
        assert_eq!(found, media_type.map(str::as_bytes), "{answer}");
        assert_eq!(response.text(), body);
    }
    asker.route(
        "/a",
        json!({"reason": "Odd", "fields": [["X", "1"], ["X", "2"]]}),
    );
    let response = get(&server, "/a");
    assert_eq!(response.reason, b"Odd");
    let values: Vec<_> = response.header_values("X").collect();
    assert_eq!(values, [b"1", b"2"]);
    asker.route(
        "/a",
        json!({"script": "send \"HTTP/1.1 299 \\xff\\r\\n\\r\\n\"\nclose"}),
    );
    let mut client = Client::connect(server.address());
    client.send(b"GET /a HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_until_close(), b"HTTP/1.1 299 \xff\r\n\r\n");
}

#[test]
fn files_below_the_doc_root_alone() {
    let folder = folder(&[("site/a.html", "<p>"), ("secret.txt", "secret")]);
    let server = Server::builder()
        .doc_root(folder.path().join("site"))
        .record(wireserve::RecordLimits::default())
        .start()
        .expect("a free port");
    let control = server.control().expect("a free port");
    let asker = Asker::of(&control);
    asker.route("/page", json!({"status": 203, "file": "a.html"}));
    let response = get(&server, "/page");
    assert_eq!((response.status, response.text().as_str()), (203, "<p>"));
    assert_eq!(response.header("Content-Type"), Some(&b"text/html"[..]));
    for name in [
        "../secret.txt",
        "/etc/hostname",
        "",
        ".",
        "missing",
        "a.html/",
    ] {
        let route = json!({"path": "/", "answers": [{"file": name}]});
        if name != "a.html/" {
            asker.json("POST", "/v1/routes", Some(&route), 400);
        }
    }
}

#[test]
fn sequences_conditions_and_faults() {
    let (server, _control, asker) = controlled();
    let answers = json!([{"status": 503, "times": 2}, {"status": 500}, {"text": "now"}]);
    let route = json!({"method": "GET", "path": "/retry", "answers": answers, "expect": {"least": 5, "most": 6}});
    let added = asker.json("POST", "/v1/routes", Some(&route), 201);
    let id = added["id"].as_str().expect("a name").to_owned();
    assert_eq!(
        (&added["definition"], &added["met"]),
        (&route, &json!(false))
    );
    let statuses: Vec<_> = (0..5).map(|_| get(&server, "/retry").status).collect();
    assert_eq!(statuses, [503, 503, 500, 200, 200]);
    let shown = asker.get(&format!("/v1/routes/{id}"));
    assert_eq!((&shown["taken"], &shown["met"]), (&json!(5), &json!(true)));
    assert_eq!(
        asker.get("/v1/verification"),
        json!({"met": true, "message": null})
    );

    let when = json!({"query": {"a": "1"}, "fields": {"accept": "x"}, "form": {"b": "c"}, "connection": 6,
        "body": "b=c", "body_base64": "Yj1j"});
    let route = json!({"path": "/when", "when": when, "answers": [{"text": "met"}], "expect": {"least": 2}});
    asker.json("POST", "/v1/routes", Some(&route), 201);
    let mut client = Client::connect(server.address());
    for (target, status) in [("/when?a=1", 200), ("/when?a=2", 404)] {
        let head = format!("POST {target} HTTP/1.1\r\nAccept: x\r\nContent-Length: 3\r\n\r\nb=c");
        client.send(head.as_bytes());
        assert_eq!(client.read_response("POST").status, status);
    }
    let unmet = asker.get("/v1/verification");
    let message = unmet["message"].as_str().expect("a message");
    assert!(
        message.starts_with("expected at least 2 requests any request for /when"),
        "{message}"
    );
    asker.tell("DELETE", "/v1/routes");
    let route = json!({"path": "/json", "when": {"json": {"id": 7}}, "answers": [{}]});
    asker.json("POST", "/v1/routes", Some(&route), 201);
    client.send(b"POST /json HTTP/1.1\r\nContent-Length: 9\r\n\r\n{ \"id\":7}");
    assert_eq!(client.read_response("POST").status, 200);

    let route = json!({"path": "/cut", "answers": [{"text": "0123456789"}], "delay_ms": 20, "reset_after": 30,
        "bytes_per_second": 100_000});
    asker.json("POST", "/v1/routes", Some(&route), 201);
    let began = Instant::now();
    let mut client = Client::connect(server.address());
    client.send(b"GET /cut HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_until_close().len(), 30);
    assert!(client.was_reset() && began.elapsed().as_millis() >= 20);
}

#[test]
fn routes_are_put_by_name_and_removed() {
    let (server, control, asker) = controlled();
    let of = |text: &str| json!({"path": "/named", "answers": [{"text": text}]});
    asker.json("PUT", "/v1/routes/a", Some(&of("first")), 201);
    asker.json("PUT", "/v1/routes/b", Some(&of("second")), 201);
    // In its place: the later one still answers.
    asker.json("PUT", "/v1/routes/a", Some(&of("third")), 200);
    assert_eq!(get(&server, "/named").text(), "second");
    asker.tell("DELETE", "/v1/routes/b");
    assert_eq!(get(&server, "/named").text(), "third");
    asker.json("DELETE", "/v1/routes/b", None, 404);
    asker.json("PUT", "/v1/routes/a%20b", Some(&of("x")), 400);
    // A route of Rust stays, and a reset in Rust is seen.
    server.get("/rust", |_| "stays");
    asker.tell("DELETE", "/v1/routes");
    assert_eq!(get(&server, "/rust").text(), "stays");
    asker.json("PUT", "/v1/routes/a", Some(&of("again")), 201);
    server.reset();
    assert_eq!(asker.get("/v1/routes"), json!({"routes": []}));
    asker.json("PUT", "/v1/routes/a", Some(&of("after")), 201);
    // What was told stays when the interface ends.
    drop(control);
    assert_eq!(get(&server, "/named").text(), "after");
}

#[test]
fn queues_of_answers_and_connections() {
    let (server, _control, asker) = controlled();
    let post = |target: &str, body: Value| asker.json("POST", target, Some(&body), 201);
    asker.route("/a", json!({"text": "route"}));
    assert_eq!(post("/v1/queue", json!({"status": 503}))["queued"], 1);
    assert_eq!(
        post("/v1/routes/1/queue", json!({"text": "once"}))["queued"],
        1
    );
    let texts = || get(&server, "/a").text();
    assert_eq!(asker.get("/v1/queue")["queued"], 1);
    assert_eq!([texts(), texts(), texts()], ["", "once", "route"]);
    post("/v1/queue", json!({"text": "forgotten"}));
    asker.tell("DELETE", "/v1/queue");
    assert_eq!(texts(), "route");
    assert_eq!(
        post("/v1/connection-scripts", json!({"script": "reset"}))["queued"],
        1
    );
    assert!(is_reset(server.address()));
    assert_eq!(asker.get("/v1/connection-scripts")["queued"], 0);
    post("/v1/connection-scripts", json!({"script": "reset"}));
    asker.tell("DELETE", "/v1/connection-scripts");
    assert_eq!(texts(), "route");
}

#[test]
fn faults_of_all_responses() {
    let (server, _control, asker) = controlled();
    asker.route("/", json!({"text": "whole"}));
    let faults = asker.json("PUT", "/v1/faults", Some(&json!({"reset_after": 5})), 200);
    let off = json!({"delay_ms": 0, "bytes_per_second": null, "reset_after": null, "refuse_connections": false,
        "idle_limit_ms": null, "requests_per_connection": null});
    let mut expected = off.clone();
    expected["reset_after"] = json!(5);
    assert_eq!(faults, expected);
    let mut client = Client::connect(server.address());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_until_close(), b"HTTP/");
    let limits = json!({"requests_per_connection": 1, "idle_limit_ms": 10});
    asker.json("PUT", "/v1/faults", Some(&limits), 200);
    let mut idle = Client::connect(server.address());
    assert_eq!(idle.read_until_close(), b"");
    let mut client = Client::connect(server.address());
    assert_eq!(
        client.ask("GET", "/").header("Connection"),
        Some(&b"close"[..])
    );
    let refusing = json!({"refuse_connections": true});
    asker.json("PUT", "/v1/faults", Some(&refusing), 200);
    let refused = TcpStream::connect(server.address()).expect_err("no listener");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    asker.tell("DELETE", "/v1/faults");
    assert_eq!(asker.get("/v1/faults"), off);
    assert_eq!(get(&server, "/").text(), "whole");
}

#[test]
fn malformed_definitions_are_refused_with_the_reason() {
    let (_server, _control, asker) = controlled();
    let with = |answer: Value| json!({"path": "/", "answers": [answer]});
    for (route, message) in [
        (json!({"path": "/"}), "missing field `answers`"),
        (
            json!({"path": "/", "answers": []}),
            "expected at least one answer",
        ),
        (json!({"path": "/{", "answers": [{}]}), "expected a group"),
        (
            json!({"path": "/", "method": "A B", "answers": [{}]}),
            "cannot add the route",
        ),
        (
            json!({"path": "/", "answers": [{}], "dely_ms": 1}),
            "unknown field `dely_ms`",
        ),
        (
            json!({"path": "/", "answers": [{}], "delay_ms": 86_400_001}),
            "at most 86400000 milliseconds",
        ),
        (
            json!({"path": "/", "answers": [{}], "bytes_per_second": 0}),
            "at least 1 as `bytes_per_second`",
        ),
        (
            json!({"path": "/", "answers": [{}], "expect": {"least": 2, "most": 1}}),
            "expected `least`",
        ),
        (
            json!({"path": "/", "when": {"body_base64": "?"}, "answers": [{}]}),
            "cannot decode `body_base64`",
        ),
        (json!([]), "invalid type: list, expected an object"),
        (with(json!([200])), "`answers[0]`: invalid type: list"),
        (
            with(json!({"fields": {"A": "b"}})),
            "`answers[0]`: `fields`: invalid type: object, expected a list",
        ),
        (
            json!({"path": "/", "when": {"body_base64": 1}, "answers": [{}]}),
            "`when`: `body_base64`: invalid type: integer `1`, expected a string",
        ),
        (
            with(json!({"status": 99})),
            "expected a `status` from 200 to 999",
        ),
        (with(json!({"text": "a", "json": 1})), "found several"),
        (
            with(json!({"script": "reset", "status": 200})),
            "found `script` and `status`",
        ),
        (
            with(json!({"script": "send \"a\"\nsned"})),
            "cannot parse `script`: line 2",
        ),
        (with(json!({"base64": "?"})), "cannot decode `base64`"),
        (with(json!({"times": 0})), "expected at least 1 as `times`"),
        (
            with(json!({"delay_ms": -1})),
            "`answers[0]`: `delay_ms`: invalid value: integer `-1`, expected a whole number, 0 or more",
        ),
    ] {
        let refused = asker.json("POST", "/v1/routes", Some(&route), 400);
        let found = refused["error"]["message"].as_str().expect("a message");
        assert!(found.contains(message), "{route}: {found}");
    }
    assert_eq!(asker.get("/v1/routes")["routes"], json!([]));
    let once = json!({"times": 2});
    let refused = asker.json("POST", "/v1/queue", Some(&once), 400);
    assert!(
        refused["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("used once"))
    );
}
