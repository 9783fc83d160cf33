//! What clients have sent: recorded as sent, in order, whole, and bounded.

use std::sync::{Arc, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wireserve::{RecordLimits, Server, script};

use crate::support::client::{Client, DEADLINE};
use crate::support::embedded::get;

#[test]
fn everything_about_a_request() {
    let server = Server::start();
    server.post("/cart", |_| 201);
    let mut client = Client::connect(server.address());
    let head =
        "\r\nPOST /cart?x=%31&y HTTP/1.1\r\nhOST: a\r\nContent-Length: 9\r\nA:  1 \r\na:2\r\n\r\n";
    client.send(head.as_bytes());
    client.send(b"{\"id\": 7}");
    assert_eq!(client.read_response("POST").status, 201);
    client.ask("GET", "/second");

    let request = server.take_request(DEADLINE).expect("the first");
    assert_eq!(request.method(), "POST");
    assert_eq!(
        (&*request.target(), &*request.path()),
        ("/cart?x=%31&y", "/cart")
    );
    assert_eq!(request.query("x").as_deref(), Some("1"));
    assert_eq!(request.query("y").as_deref(), Some(""));
    assert_eq!(request.query("z"), None);
    assert_eq!(request.raw_head(), head.as_bytes());
    let names: Vec<_> = request.fields().map(|(name, _)| name).collect();
    assert_eq!(names, [&b"hOST"[..], b"Content-Length", b"A", b"a"]);
    assert_eq!(request.field("a").as_deref(), Some("1"));
    assert_eq!(request.field_values("A").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(request.text(), "{\"id\": 7}");
    assert_eq!((request.body_length(), request.body_error()), (9, None));
    assert_eq!(request.json::<serde_json::Value>().expect("JSON")["id"], 7);
    assert_eq!(
        (request.number(), request.connection(), request.ordinal()),
        (1, 1, 1)
    );
    assert_eq!((request.status(), request.is_matched()), (Some(201), true));
    let clauses: Vec<_> = request
        .problems()
        .iter()
        .map(|problem| problem.clause)
        .collect();
    assert_eq!(clauses, ["RFC 9112 §2.2"]);
    assert!(request.body_took().is_some());
    let shown = r#""\r\n"
"POST /cart?x=%31&y HTTP/1.1\r\n"
"hOST: a\r\n"
"Content-Length: 9\r\n"
"A:  1 \r\n"
"a:2\r\n"
"\r\n"
"{\"id\": 7}"
"#;
    assert_eq!(request.to_string(), shown);

    let second = server.take_request(DEADLINE).expect("the second");
    assert_eq!((second.number(), second.ordinal()), (2, 2));
    assert!(second.since_start() >= request.since_start());
    let none = server
        .take_request(Duration::from_millis(10))
        .expect_err("no third");
    assert_eq!(
        format!("{none:?}"),
        "no request came: expected a request within 10ms, found none after the 2 that were taken before"
    );
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_wait_may_be_without_end() {
    let server = Server::start();
    thread::scope(|scope| {
        let taken = scope.spawn(|| server.take_request(Duration::MAX));
        // It waits, or has not begun to.
        thread::sleep(Duration::from_millis(50));
        assert!(!taken.is_finished());
        get(&server, "/late");
        let request = taken.join().expect("no panic").expect("a request");
        assert_eq!(request.path(), "/late");
    });
}

#[test]
fn as_json() {
    let server = Server::start();
    let mut client = Client::connect(server.address());
    client.send(b"PUT /a HTTP/1.1\r\nX: \xff\r\nContent-Length: 2\r\nConnection: close\r\n\r\n\0b");
    client.read_until_close();
    let requests = server.requests();
    let json = serde_json::to_value(&requests[0]).expect("JSON");
    assert_eq!(json["method"], "PUT");
    assert_eq!(json["target"], "/a");
    assert_eq!(json["body"], "AGI=");
    assert_eq!(json["status"], 404);
    assert_eq!(json["matched"], false);
    assert_eq!(json["connection"], 1);
    assert_eq!(json["problems"][0]["clause"], "RFC 9110 §5.5");
    assert_eq!(json["body_error"], serde_json::Value::Null);
}

#[test]
fn bodies_are_whole_whoever_reads_them() {
    let server = Server::start();
    server.post("/unread", |_| 200);
    server.post("/read", |x| x.text());
    server.post("/raw", |_| {
        script("read 2\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"")
    });
    for target in ["/unread", "/read", "/raw"] {
        for (connection, length) in [("keep-alive", true), ("close", true), ("close", false)] {
            let mut client = Client::connect(server.address());
            let framing = match length {
                true => "Content-Length: 5",
                false => "Transfer-Encoding: chunked",
            };
            let head =
                format!("POST {target} HTTP/1.1\r\nConnection: {connection}\r\n{framing}\r\n\r\n");
            client.send(head.as_bytes());
            let body: &[u8] = match length {
                true => b"12345",
                false => b"2\r\n12\r\n3\r\n345\r\n0\r\n\r\n",
            };
            // In two parts, of which one comes after an answer that does not wait for it.
            client.send(&body[..2]);
            if target == "/unread" {
                client.read_until(b"\r\n\r\n");
            }
            client.send(&body[2..]);
            let request = server.take_request(DEADLINE).expect("a request");
            assert_eq!(request.text(), "12345", "{head}");
            assert_eq!(request.body_error(), None, "{head}");
        }
    }
}

#[test]
fn a_body_that_breaks_off() {
    let server = Server::start();
    server.post("/", |_| 200);
    let mut client = Client::connect(server.address());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n12");
    client.half_close();
    let request = server.take_request(DEADLINE).expect("a request");
    assert_eq!(request.text(), "12");
    assert_eq!(
        request.body_error(),
        Some("the client left after 2 bytes of the request body")
    );
}

#[test]
fn a_request_is_there_once_its_answer_is() {
    let server = Server::start();
    server.any("/", |_| "answer");
    for number in 1..=200 {
        let mut client = Client::connect(server.address());
        client.send(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n");
        client.read_response("POST");
        client.send(b"abc");
        let requests = server.requests();
        assert_eq!(requests.len(), number);
        assert_eq!(requests[number - 1].text(), "abc");
    }
}

#[test]
fn a_request_whose_connection_is_held_can_be_taken() {
    let server = Server::start();
    server.get("/", |_| script("hold"));
    let mut client = Client::connect(server.address());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    let request = server.take_request(DEADLINE).expect("a request");
    assert_eq!((request.path(), request.status()), ("/".into(), None));
}

#[test]
fn a_wait_ends_with_the_request() {
    let server = Server::start();
    thread::scope(|scope| {
        let taking = scope.spawn(|| server.take_request(DEADLINE));
        get(&server, "/awaited");
        let request = taking.join().expect("no panic").expect("a request");
        assert_eq!(request.path(), "/awaited");
    });
}

#[test]
fn the_oldest_requests_are_dropped_at_the_limits() {
    let limits = RecordLimits {
        requests: 3,
        body: 4,
        ..RecordLimits::default()
    };
    let server = Server::builder()
        .record(limits)
        .start()
        .expect("a free port");
    for number in 0..5 {
        get(&server, &format!("/{number}"));
    }
    let paths: Vec<_> = server
        .requests()
        .iter()
        .map(|r| r.path().into_owned())
        .collect();
    assert_eq!(paths, ["/2", "/3", "/4"]);
    assert_eq!(server.dropped_requests(), 2);
    assert_eq!(server.take_request(DEADLINE).expect("kept").path(), "/2");

    let mut client = Client::connect(server.address());
    client.send(b"POST /long HTTP/1.1\r\nContent-Length: 6\r\n\r\n123456");
    client.read_response("POST");
    let requests = server.requests();
    let long = requests.last().expect("kept");
    assert_eq!((long.text().as_str(), long.body_length()), ("1234", 6));
    assert!(
        long.to_string().ends_with(
            "\"1234\"\n(only the first 4 of its 6 bytes are kept (RecordLimits::body))\n"
        )
    );

    let limits = RecordLimits {
        bytes: 2000,
        ..RecordLimits::default()
    };
    let server = Server::builder()
        .record(limits)
        .start()
        .expect("a free port");
    for number in 0..5 {
        get(&server, &format!("/{number}"));
    }
    let kept = server.requests().len() as u64;
    assert!((1..5).contains(&kept), "{kept}");
    assert_eq!(server.dropped_requests(), 5 - kept);
}

#[test]
fn futures_end_with_a_request_or_with_time() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let server = Server::start();
    runtime.block_on(async {
        let none = server.take_request_async(Duration::from_millis(20)).await;
        assert!(none.is_err());
        // The executor has one thread, so that a future that blocked it would starve the client.
        let address = server.address();
        let client = tokio::spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(address).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream
                .write_all(b"GET /async HTTP/1.1\r\nConnection: close\r\n\r\n")
                .await?;
            stream.read_to_end(&mut Vec::new()).await
        });
        let request = server.take_request_async(DEADLINE).await;
        assert_eq!(request.expect("a request").path(), "/async");
        let read = client.await.expect("no panic");
        assert!(read.expect("an answer") > 0);
    });
}

/// Even if the response closes the connection, and the client stops in the middle.
#[test]
fn what_has_arrived_of_an_unread_body_is_recorded() {
    let server = Server::start();
    server.post("/", |_| 413);
    let mut client = Client::connect(server.address());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabc");
    assert_eq!(client.read_response("POST").status, 413);
    drop(client);
    let request = server.take_request(DEADLINE).expect("the upload");
    let (text, length) = (request.text(), request.body_length());
    assert_eq!((text.as_str(), length), ("abc", 3));
    let error = request.body_error().expect("the rest is missing");
    assert!(error.contains("left after 3 bytes"), "{error}");
}

/// A waker runs code of its executor, which may use the server.
#[test]
fn wakers_may_use_the_server() {
    struct Asks(Arc<Server>, mpsc::Sender<usize>);
    impl Wake for Asks {
        fn wake(self: Arc<Self>) {
            let _ = self.1.send(self.0.requests().len());
        }
    }
    let server = Arc::new(Server::start());
    let (counts, seen) = mpsc::channel();
    let waker = Waker::from(Arc::new(Asks(Arc::clone(&server), counts)));
    let mut taking = Box::pin(server.take_request_async(DEADLINE));
    for _ in 0..2 {
        let polled = taking.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
    }
    get(&server, "/");
    assert_eq!(seen.recv_timeout(DEADLINE), Ok(1));
    let polled = taking.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(polled.is_ready());
}

#[test]
fn a_refused_request_is_taken_by_no_route() {
    let server = Server::start();
    let route = server.post("/", |_| 200).times(1);
    let mut client = Client::connect(server.address());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na");
    assert_eq!(client.read_response("POST").status, 400);
    assert_eq!((route.taken(), server.unmatched().len()), (0, 1));
    // A wire script answers whatever comes; the queue keeps other answers for requests that can be handled.
    server.enqueue(script("send \"first\"\nclose"));
    server.enqueue(201);
    for expected in [&b"first"[..], b"HTTP/1.1 400 "] {
        let mut client = Client::connect(server.address());
        client.send(b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na");
        assert!(client.read_until_close().starts_with(expected));
    }
    assert_eq!(get(&server, "/").status, 201);
}
