//! Closures, functions and `Handler` values answer for a server within a Rust test: each sees the
//! whole request, may keep something with its connection, has its faults sent as JSON, and panics
//! alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use crate::levers::{Answer, builder};
use crate::support::client::{Client, DEADLINE, request};
use crate::support::embedded::get;
use crate::support::folder::folder;
use crate::support::response::Response;
use wireserve::handlers::{AsIsHandler, FileHandler, Files, FixedHandler};
use wireserve::{Error, Exchange, Fault, Handler, Limits};

struct Greeter {
    word: &'static str,
    count: AtomicUsize,
}

impl Handler for Greeter {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Answer {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        exchange.response.content = format!("{} {count}", self.word).into_bytes().into();
        Ok(())
    }
}

fn function(exchange: &mut Exchange<'_>) -> Answer {
    exchange.response.status = 201;
    exchange.response.reason = Some(b"Made \xff".to_vec());
    exchange.response.headers.append("X-One", "1");
    exchange.response.headers.append("x-one", "2");
    exchange.response.content = "function".into();
    Ok(())
}

#[test]
fn closures_functions_and_values_are_handlers() {
    let folder = folder(&[("one.html", "<p>"), ("raw.asis", "HTTP/1.0 299 Raw\n\nraw")]);
    let kept = Arc::<Mutex<Vec<String>>>::default();
    let keep = Arc::clone(&kept);
    let greeter = Greeter {
        word: "hello",
        count: AtomicUsize::new(0),
    };
    let server = builder([("GET", "/function", function)])
        .route("GET", "/closure", move |exchange: &mut Exchange<'_>| {
            let query = String::from_utf8_lossy(exchange.request.query()).into_owned();
            keep.lock().expect("no panic").push(query);
            exchange.response.content = "closure".into();
            Ok(())
        })
        .and_then(|builder| builder.route("GET", "/greeter", greeter))
        .and_then(|builder| builder.route("*", "/fixed", FixedHandler::text(418, "short")))
        .and_then(|builder| {
            let file =
                FileHandler::new(Files::single(folder.path().join("one.html"), folder.path()));
            builder.route("GET", "/file", file)
        })
        .and_then(|builder| {
            let file =
                AsIsHandler::new(Files::single(folder.path().join("raw.asis"), folder.path()));
            builder.route("GET", "/as-is", file)
        })
        .expect("good patterns")
        .start()
        .expect("a free port");
    for (target, status, body) in [
        ("/function", 201, "function"),
        ("/closure?a=b", 200, "closure"),
        ("/closure", 200, "closure"),
        ("/greeter", 200, "hello 1"),
        ("/greeter", 200, "hello 2"),
        ("/fixed", 418, "short"),
        ("/file", 200, "<p>"),
        ("/as-is", 299, "raw"),
    ] {
        let response = get(&server, target);
        assert_eq!(
            (response.status, response.text()),
            (status, body.to_owned()),
            "{target}"
        );
    }
    assert_eq!(*kept.lock().expect("no panic"), ["a=b", ""]);
    let made = get(&server, "/function");
    assert_eq!(made.reason, b"Made \xff");
    assert_eq!(
        made.header_values("X-One").collect::<Vec<_>>(),
        [b"1", b"2"]
    );
}

#[test]
fn a_handler_sees_the_request() {
    let server = builder([("POST", "/{kind}/*", |exchange| {
        let request = &exchange.request;
        let groups: Vec<_> = exchange
            .route_match
            .iter()
            .map(|(name, value)| format!("{name}={}", value.escape_ascii()))
            .collect();
        let body = exchange.body.read_all().expect("a body");
        let text = format!(
            "{} {} {} {} [{}] {} {}",
            request.method().escape_ascii(),
            request.request_path().escape_ascii(),
            request.path().escape_ascii(),
            request.query().escape_ascii(),
            groups.join(" "),
            body.escape_ascii(),
            exchange.hosts().names().ports[0].1.len(),
        );
        exchange
            .response
            .headers
            .append("Peer", request.peer().pair().1.to_string());
        exchange.response.content = text.into_bytes().into();
        Ok(())
    })])
    .start()
    .expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(b"POST /a/b/%20c?d=e HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n\x00\xffz");
    let response = client.read_response("POST");
    assert_eq!(
        response.text(),
        r"POST /a/b/%20c?d=e /a/b/%20c d=e [kind=a *=b/%20c] \x00\xffz 1"
    );
    let port = client.port().to_string();
    assert_eq!(response.header("peer"), Some(port.as_bytes()));
}

#[test]
fn faults_and_missing_routes_are_json() {
    let fault = |_: &mut Exchange<'_>| Err(Fault::new(416, "too \"far\"\n\u{e9}"));
    let server = builder([("GET", "/fault", fault)])
        .start()
        .expect("a free port");
    for (method, target, status, body) in [
        (
            "GET",
            "/",
            404,
            r#"{"error": {"code": 404, "message": ""}}"#,
        ),
        (
            "POST",
            "/fault",
            405,
            r#"{"error": {"code": 405, "message": "the method POST is not allowed here, only GET, HEAD"}}"#,
        ),
        (
            "GET",
            "/fault",
            416,
            r#"{"error": {"code": 416, "message": "too \"far\"\n\u00e9"}}"#,
        ),
    ] {
        let mut client = Client::connect(server.address());
        let response = client.ask(method, target);
        assert_eq!(
            (response.status, response.text()),
            (status, body.to_owned())
        );
        assert_eq!(
            response.header("content-type"),
            Some(&b"application/json"[..])
        );
        assert!(client.is_kept_open(), "{method} {target}");
    }
}

/// Errors of the methods of an exchange are the faults that answer such a request.
#[test]
fn what_a_handler_cannot_read_is_answered() {
    let read = |exchange: &mut Exchange<'_>| {
        exchange.response.content = exchange.read(4)?.into();
        Ok(())
    };
    let fail = |_: &mut Exchange<'_>| Err(Error::caused_by("no cart", "it is empty").into());
    let server = builder([("POST", "/read", read), ("POST", "/fail", fail)])
        .limits(Limits {
            body: 8,
            ..Limits::default()
        })
        .start()
        .expect("a free port");
    for (target, framing, body, status, text) in [
        ("/read", "Content-Length: 6", "abcdef", 200, "abcd"),
        ("/read", "Content-Length: 3", "abc", 200, "abc"),
        (
            "/read",
            "Transfer-Encoding: chunked",
            "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
            200,
            "abcd",
        ),
        (
            "/read",
            "Transfer-Encoding: chunked",
            "1\r\na\r\nx\r\n",
            400,
            "RFC 9112",
        ),
        (
            "/read",
            "Transfer-Encoding: chunked",
            "9\r\nabcdefghi\r\n0\r\n\r\n",
            413,
            "8 bytes",
        ),
        (
            "/fail",
            "Content-Length: 0",
            "",
            500,
            "the handler failed: no cart: it is empty",
        ),
    ] {
        let mut client = Client::connect(server.address());
        let head = format!("POST {target} HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n{body}");
        client.send(head.as_bytes());
        let response = client.read_response("POST");
        assert_eq!(response.status, status, "{target} {body:?}");
        assert!(response.text().contains(text), "{}", response.text());
    }
}

#[test]
fn a_panic_is_its_own_connection_s_alone() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let (begun, begins) = mpsc::channel();
    let server = builder([
        ("GET", "/panics", |_: &mut Exchange<'_>| {
            panic!("on purpose")
        }),
        ("GET", "/late", |exchange: &mut Exchange<'_>| {
            exchange.turn().mark_written();
            let _ = exchange.turn().send(b"half ");
            panic!("on purpose")
        }),
    ])
    .route("GET", "/waits", move |exchange: &mut Exchange<'_>| {
        begun.send(()).expect("the test waits");
        let _ = wait.lock().expect("no panic").recv_timeout(DEADLINE);
        exchange.response.content = "unharmed".into();
        Ok(())
    })
    .expect("a good pattern")
    .start()
    .expect("a free port");
    let mut idle = Client::connect(server.address());
    assert_eq!(idle.ask("GET", "/none").status, 404);
    let mut running = Client::connect(server.address());
    running.send(&request("GET", "/waits"));
    begins.recv_timeout(DEADLINE).expect("the handler begins");

    for _ in 0..3 {
        let mut client = Client::connect(server.address());
        // The second request follows a response that closes, and is not answered.
        client.send(&[request("GET", "/panics"), request("GET", "/none")].concat());
        let response = Response::parse(&client.read_until_close(), "GET");
        assert_eq!(response.status, 500);
        assert_eq!(
            response.text(),
            r#"{"error": {"code": 500, "message": "the handler panicked"}}"#
        );
        let mut client = Client::connect(server.address());
        client.send(&request("GET", "/late"));
        assert_eq!(client.read_until_close(), b"half ");
    }
    go.send(()).expect("the handler waits");
    assert_eq!(running.read_response("GET").text(), "unharmed");
    assert_eq!(idle.ask("GET", "/none").status, 404);
    let failed = server.verify().expect_err("panics").to_string();
    let late = "GET /late: the handler panicked: on purpose";
    assert_eq!(failed.lines().filter(|line| *line == late).count(), 3);
    server.reset();
}

/// What a handler keeps with a connection is there for the next request of it, and for no other's.
#[test]
fn a_kept_value_belongs_to_its_connection() {
    let count = |exchange: &mut Exchange<'_>| {
        let kept = exchange.connection_local().take();
        let count = kept.and_then(|kept| kept.downcast::<u32>().ok());
        let count = count.map_or(0, |count| *count) + 1;
        *exchange.connection_local() = Some(Box::new(count));
        exchange.response.content = count.to_string().into_bytes().into();
        Ok(())
    };
    let server = builder([("GET", "/", count)]).start().expect("a free port");
    let mut clients = [(); 2].map(|()| Client::connect(server.address()));
    for expected in ["1", "2", "3"] {
        for client in &mut clients {
            assert_eq!(client.ask("GET", "/").text(), expected);
        }
    }
}
