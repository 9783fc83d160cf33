//! Requests that are valid and unusual get the answer that the RFCs ask for: the cases of
//! `data/valid_requests.json`, each with its clause.
//!
//! In the data, text is bytes, one character a byte (ISO 8859-1); `[character, count]` in a list of
//! texts is a run. `sends` is what the client sends, `after_100` what it sends once it has read
//! `100 Continue`. `answers` are the final responses in their order: `status`; `shows`, members that
//! the handler's JSON has; `content`; `fields`, with `null` for a field that must not be there; and
//! `interim`, the number of interim responses before it. `connection` is what becomes of it.
//!
//! The site: `/file.txt` is `0123456789`, `/` is `index`. Below `/echo`, a handler for every method
//! shows the request, and reads its body; below `/unread`, one does not read it; `/items` takes GET,
//! POST and PURGE.

use std::collections::{BTreeMap, HashSet};

use crate::support::client::Client;
use crate::support::escape;
use crate::support::folder::folder;
use crate::support::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wireserve::internals::conform::case::bytes::Bytes;
use wireserve::internals::text::latin1;
use wireserve::{Exchange, Fault, Server};

#[test]
fn whole() {
    play_all(|client, bytes| client.send(bytes));
}

#[test]
fn byte_by_byte() {
    const LONG: usize = 2000;
    play_all(|client, bytes| match bytes.len() {
        0..LONG => bytes.chunks(1).for_each(|byte| client.send(byte)),
        _ => bytes.chunks(1000).for_each(|piece| client.send(piece)),
    });
}

#[test]
fn the_data_is_complete() {
    let cases = cases();
    assert!(cases.len() >= 120, "{} cases", cases.len());
    let ids: HashSet<_> = cases.iter().map(|case| &case.id).collect();
    assert_eq!(ids.len(), cases.len());
    assert!(cases.iter().all(|case| case.clause.starts_with("RFC ")));
}

fn play_all(send: impl Fn(&mut Client, &[u8])) {
    let folder = folder(&[("file.txt", "0123456789"), ("index.html", "index")]);
    let server = server(folder.path());
    let mut failed = Vec::new();
    for case in cases() {
        let mut client = Client::connect(server.address());
        let play = || play(&mut client, &case, &send);
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(play)).is_err() {
            eprintln!("in {}, {} ({})", case.id, case.title, case.clause);
            let sent = &case.sends.0[..case.sends.0.len().min(1000)];
            eprintln!("{}", escape::lines(sent, "  sent: "));
            failed.push(case.id);
        }
    }
    assert!(failed.is_empty(), "failed: {failed:?}");
}

fn play(client: &mut Client, case: &Case, send: &impl Fn(&mut Client, &[u8])) {
    send(client, &case.sends.0);
    if let Some(rest) = &case.after_100 {
        let interim = client.read_until(b"\r\n\r\n");
        assert_eq!(interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        send(client, &rest.0);
    }
    for expected in &case.answers {
        let found = client.read_response(expected.method.as_deref().unwrap_or("GET"));
        check(&found, expected);
    }
    match case.connection {
        Connection::Closed => {
            let more = client.read_until_close();
            assert!(more.is_empty(), "{}", escape::lines(&more, "more: "));
        }
        Connection::Kept => {
            client.send(b"GET /echo/next HTTP/1.1\r\nHost: a.test\r\n\r\n");
            let next = client.read_response("GET");
            let shown: Value = serde_json::from_slice(&next.body).expect("JSON");
            assert_eq!(shown["target"], "/echo/next");
        }
    }
}

fn check(found: &Response, expected: &Answer) {
    let shown = found.text();
    assert_eq!(found.status, expected.status, "{shown}");
    assert_eq!(found.interim.len(), expected.interim, "interim responses");
    for (name, value) in &expected.fields {
        let found: Vec<_> = found.header_values(name).map(latin1::decode).collect();
        assert_eq!(found.is_empty(), value.is_none(), "{name}: {found:?}");
        if let Some(value) = value {
            assert_eq!(found.join(", "), *value, "{name}");
        }
    }
    if let Some(content) = &expected.content {
        assert_eq!(shown, *content);
    }
    if !expected.shows.is_empty() {
        let json: Value = serde_json::from_slice(&found.body).expect("JSON");
        for (name, value) in &expected.shows {
            assert_eq!(json[name], *value, "{name}");
        }
    }
}

fn server(doc_root: &std::path::Path) -> Server {
    let item = |exchange: &mut Exchange<'_>| {
        exchange.response.content = "item".into();
        Ok(())
    };
    let server = Server::builder()
        .doc_root(doc_root)
        .route("*", "/echo*", |exchange: &mut Exchange<'_>| {
            let body = exchange.body.read_all();
            show(
                exchange,
                &body.map_err(|error| Fault::new(400, error.to_string()))?,
            )
        })
        .and_then(|builder| {
            builder.route("*", "/unread*", |exchange: &mut Exchange<'_>| {
                show(exchange, b"")
            })
        })
        .and_then(|builder| builder.route("GET", "/items", item))
        .and_then(|builder| builder.route("POST", "/items", item))
        .and_then(|builder| builder.route("PURGE", "/items", item));
    server.expect("patterns").start().expect("a free port")
}

fn show(exchange: &mut Exchange<'_>, body: &[u8]) -> Result<(), Fault> {
    let request = &exchange.request;
    let mut headers = Map::new();
    for (name, value) in request.head().fields() {
        let name = latin1::decode(name).to_ascii_lowercase();
        let value = latin1::decode(value.trim_ascii());
        let all = match headers.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before}|{value}"),
            None => value.into_owned(),
        };
        headers.insert(name, all.into());
    }
    let shown = json!({
        "method": latin1::decode(request.method()),
        "target": latin1::decode(request.request_path()),
        "path": latin1::decode(request.path()),
        "query": latin1::decode(request.query()),
        "authority": request.url().split('/').nth(2),
        "headers": headers,
        "count": request.head().fields().count(),
        "body": latin1::decode(body),
        "length": body.len(),
    });
    exchange.response.content = shown.to_string().into_bytes().into();
    Ok(())
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../data/valid_requests.json")).expect("cases")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    title: String,
    clause: String,
    sends: Bytes,
    after_100: Option<Bytes>,
    answers: Vec<Answer>,
    connection: Connection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    status: u16,
    /// The method of the request, where it decides whether the response has content.
    method: Option<String>,
    #[serde(default)]
    shows: BTreeMap<String, Value>,
    content: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, Option<String>>,
    #[serde(default)]
    interim: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Connection {
    Kept,
    Closed,
}
