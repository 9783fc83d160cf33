//! The stream of server-sent events: what happens, as it happens, and what was missed.

use serde_json::Value;

use crate::control::asking::{Asker, controlled};
use crate::support::client::Client;
use crate::support::embedded::get;

/// One event.
#[derive(Debug)]
struct Event {
    id: Option<u64>,
    name: String,
    data: Value,
}

/// A client of the stream, which has read its head.
struct Stream(Client);

impl Stream {
    fn open(asker: &Asker, fields: &str) -> Self {
        let mut client = Client::connect(asker.address);
        let (host, token) = (asker.address, &asker.token);
        let head = format!("GET /v1/stream?token={token} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");
        client.send(head.as_bytes());
        let head = client.read_until(b"\r\n\r\n");
        let head = String::from_utf8(head).expect("ASCII");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(
            head.contains("\r\nContent-Type: text/event-stream\r\n"),
            "{head}"
        );
        Self(client)
    }

    /// The next event with data.
    fn next(&mut self) -> Event {
        loop {
            let block = self.0.read_until(b"\n\n");
            let block = String::from_utf8(block).expect("UTF-8");
            let value = |name: &str| {
                let mut lines = block.lines();
                lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            };
            if let Some(data) = value("data") {
                return Event {
                    id: value("id").map(|id| id.parse().expect("a number")),
                    name: value("event").expect("a name").to_owned(),
                    data: serde_json::from_str(data).expect("JSON"),
                };
            }
        }
    }

    /// The next event of a request that is over.
    fn over(&mut self) -> Event {
        loop {
            let event = self.next();
            if event.name != "request" || !event.data["took"].is_null() {
                return event;
            }
        }
    }
}

#[test]
fn requests_are_streamed_and_a_stream_is_resumed() {
    let (server, control, asker) = controlled();
    get(&server, "/before");
    let mut stream = Stream::open(&asker, "");
    let before = stream.over();
    assert_eq!(
        (before.name.as_str(), &before.data["target"]),
        ("request", &"/before".into())
    );
    assert_eq!(
        (&before.data["number"], &before.data["status"]),
        (&1.into(), &404.into())
    );

    let mut client = Client::connect(server.address());
    client.send(b"POST /during HTTP/1.1\r\nX: \xff\r\nContent-Length: 2\r\n\r\n");
    client.read_response("POST");
    // It is told before its body is there, and again when it is.
    let began = stream.next();
    assert_eq!(began.data["body_error"], "the body is still arriving");
    client.send(b"ab");
    let during = stream.over();
    assert_eq!(
        (&during.data["target"], &during.data["body_length"]),
        (&"/during".into(), &2.into())
    );
    assert_eq!(during.data["problems"], 2);
    drop(stream);

    get(&server, "/missed");
    let resumed = format!("Last-Event-ID: {}\r\n", during.id.expect("an id"));
    let mut stream = Stream::open(&asker, &resumed);
    assert_eq!(stream.over().data["target"], "/missed");
    asker.tell("DELETE", "/v1/requests");
    assert_eq!(stream.next().name, "cleared");
    get(&server, "/after");
    assert_eq!(stream.over().data["number"], 4);
    drop(control);
    stream.0.read_until_close();
}

#[test]
fn what_is_dropped_is_told() {
    let limits = wireserve::RecordLimits {
        requests: 2,
        ..wireserve::RecordLimits::default()
    };
    let server = wireserve::Server::builder()
        .record(limits)
        .start()
        .expect("a free port");
    let control = server.control().expect("a free port");
    for number in 1..=4 {
        get(&server, &format!("/{number}"));
    }
    let mut stream = Stream::open(&Asker::of(&control), "");
    let events = [stream.next(), stream.next(), stream.next()];
    // In the order in which they were over.
    let mut numbers = [0, 1].map(|index: usize| events[index].data["number"].as_u64());
    numbers.sort_unstable();
    assert_eq!(numbers, [Some(3), Some(4)]);
    assert_eq!(events[2].name, "dropped");
    assert_eq!(
        (&events[2].data["dropped"], &events[2].data["first"]),
        (&2.into(), &3.into())
    );
}
