//! One exchange in detail: segments in both directions with times, and the script that sends the same again.

use serde_json::{Value, json};
use wireserve::script;

use crate::control::asking::controlled;
use crate::support::client::Client;

/// Direction and length of each segment, and the names of other events.
fn outline(exchange: &Value) -> Vec<String> {
    let segments = exchange["segments"].as_array().expect("a list");
    let others = segments.iter().filter(|segment| segment["event"] != "note");
    let shown = others.map(|segment| {
        let from = segment["from"].as_str().unwrap_or("-");
        match segment["length"].as_u64() {
            Some(length) => format!("{from} {length}"),
            None => format!("{from} {}", segment["event"].as_str().expect("an event")),
        }
    });
    shown.collect()
}

#[test]
fn segments_with_their_times() {
    let (server, _control, asker) = controlled();
    server.enqueue_connection(script("send \"hello\""));
    server.post("/slow", |_| {
        script("wait_for body\nsend \"HTTP/1.1 200 OK\\r\\n\"\npause 20ms\nsend \"Content-Length: 0\\r\\n\\r\\n\"")
    });
    let mut client = Client::connect(server.address());
    // The server's greeting is an exchange of its own.
    client.read_exact(5);
    client.send(b"POST /slow HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
    client.send(b"ab");
    client.read_response("POST");
    let exchange = asker.get("/v1/requests/1/exchange");
    assert_eq!(exchange["request"]["target"], "/slow");
    assert_eq!(exchange["cut"], false);
    assert_eq!(exchange["connection"]["connection"], 1);
    let outlined = outline(&exchange);
    let from_client: u64 = outlined
        .iter()
        .filter_map(|one| one.strip_prefix("client ")?.parse::<u64>().ok())
        .sum();
    assert_eq!(from_client, 44);
    assert_eq!(outlined[outlined.len() - 2..], ["server 17", "server 21"]);
    let segments = exchange["segments"].as_array().expect("a list").iter();
    let segments: Vec<_> = segments.filter(|one| one["event"] == "bytes").collect();
    let [.., body, first, second] = segments.as_slice() else {
        panic!("three segments, found {segments:?}");
    };
    assert_eq!(first["bytes"], "SFRUUC8xLjEgMjAwIE9LDQo=");
    let time = |segment: &Value| segment["time"].as_f64().expect("seconds");
    // The pause ends when it is due, even if the first segment was late.
    assert!(time(second) - time(body) >= 0.0199);

    // The second exchange of the connection has its own segments, up to the end.
    let head = "GET /other HTTP/1.1\r\nConnection: close\r\n\r\n";
    client.send(head.as_bytes());
    client.read_until_close();
    let ended = || outline(&asker.get("/v1/requests/2/exchange"));
    crate::support::wait::eventually("the end", || {
        ended().last().is_some_and(|last| last == "server closed")
    });
    let outlined = ended();
    assert_eq!(outlined[0], format!("client {}", head.len()));
    assert!(outlined[1].starts_with("server "), "{outlined:?}");
    let listed = asker.get("/v1/transcripts");
    assert_eq!(listed["transcripts"][0]["connection"], 1);
    let text = asker.ask("GET", "/v1/transcripts/1/text", None).text();
    assert!(text.contains("  3  < "), "{text}");
}

#[test]
fn the_script_of_an_exchange_sends_the_same() {
    let (server, _control, asker) = controlled();
    let steps = "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n\"\npause 30ms\nsend \"\\xffabc\"\npause 5ms\nreset\n";
    server.get("/torn", |_| script("read 0"));
    asker.route("/torn", json!({"script": steps}));
    asker.route("/whole", json!({"text": "whole"}));
    let mut client = Client::connect(server.address());
    client.send(b"GET /torn HTTP/1.1\r\n\r\n");
    let bytes = client.read_until_close();
    let shown = asker.ask("GET", "/v1/requests/1/script", None);
    assert_eq!(
        shown.header("Content-Type"),
        Some(&b"text/plain; charset=utf-8"[..])
    );
    let text = shown.text();
    assert!(
        text.starts_with("# Sent in answer to \"GET /torn\"\n# on connection 1, "),
        "{text}"
    );
    let words = text.lines().filter_map(|line| line.split(' ').next());
    let words: Vec<_> = words
        .filter(|word| !matches!(*word, "#" | "" | "pause"))
        .collect();
    assert_eq!(words, ["send", "send", "reset"], "{text}");
    // Each pause is rounded down, and a late segment makes the one before it longer and the one after it shorter.
    let pauses = text.lines().filter_map(|line| {
        let pause = line.strip_prefix("pause ")?.strip_suffix("ms")?;
        Some(pause.parse::<u64>().expect("whole milliseconds"))
    });
    assert!(pauses.sum::<u64>() >= 35 - 3, "{text}");

    // Replayed, it does the same.
    asker.route("/again", json!({"script": text}));
    let mut client = Client::connect(server.address());
    client.send(b"GET /again HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_until_close(), bytes);
    assert!(client.was_reset());

    // TLS that ends without close_notify would be shown as `close without_notify`, and nothing in the clear.
    assert!(!text.contains("without_notify"), "{text}");

    // A connection that was kept is not closed.
    let mut client = Client::connect(server.address());
    client.ask("GET", "/whole");
    let text = asker.ask("GET", "/v1/requests/3/script", None).text();
    let steps = text.lines().filter(|line| !line.starts_with(['#', ' ']));
    let steps: Vec<_> = steps
        .map(|line| line.split(' ').next().expect("a word"))
        .collect();
    assert_eq!(steps.last(), Some(&"send"), "{text}");
    assert!(
        text.contains("\\r\\n\\r\\n\"\n     \"whole\"") || text.contains("whole\""),
        "{text}"
    );
}

#[test]
fn without_transcripts_the_request_remains() {
    let server = wireserve::Server::start();
    let control = server.control().expect("a free port");
    let asker = crate::control::asking::Asker::of(&control);
    crate::support::embedded::get(&server, "/a");
    let exchange = asker.get("/v1/requests/1/exchange");
    assert_eq!(exchange["request"]["target"], "/a");
    assert_eq!(
        (&exchange["segments"], &exchange["cut"]),
        (&Value::Null, &json!(true))
    );
    asker.json("GET", "/v1/requests/1/script", None, 404);
    assert_eq!(asker.get("/v1/transcripts")["transcripts"], json!([]));
}
