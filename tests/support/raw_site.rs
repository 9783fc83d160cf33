//! The doc root `tests/raw_site`, whose scripts write to the wire, and requests to it.
//!
//! No script sleeps. To take turns with a script, the client acknowledges each piece with a byte, which the
//! script reads from `writer.socket`.

use serde_json::Value;

use super::client::{Client, request};
use super::process::Process;
use super::wait::eventually;
use super::{escape, repository};

/// A server with that doc root.
pub fn serve() -> Process {
    Process::wireserve(&repository().join("tests/raw_site"), ["--log", "error"])
}

/// A GET request.
pub fn get(target: &str) -> Vec<u8> {
    request("GET", target)
}

/// A new connection on which a GET request has been sent.
pub fn ask(server: &Process, target: &str) -> Client {
    let mut client = Client::connect(server.addr());
    client.send(&get(target));
    client
}

/// The next bytes on this connection are the response to the next request.
pub fn assert_next_response(client: &mut Client, case: &str) {
    client.send(&get("/plain.py"));
    let response = client.read_response("GET");
    let seen = (response.status, response.text());
    assert_eq!(seen, (200, "plain".to_owned()), "{case}");
    assert_eq!(escape::lines(client.pending(), ""), "(nothing)", "{case}");
}

/// The next response's JSON.
pub fn content(client: &mut Client) -> Value {
    let response = client.read_response("GET");
    serde_json::from_slice(&response.body)
        .unwrap_or_else(|error| panic!("{error}: {} {}", response.status, response.text()))
}

/// The text that a script puts into the stash; waits for it.
pub fn heard(server: &Process, key: &str) -> String {
    let mut client = Client::connect(server.addr());
    let mut found = String::new();
    eventually("the script has ended", || {
        client.send(&get(&format!("/heard.py?key={key}")));
        found = client.read_response("GET").text();
        found != "nothing yet"
    });
    found
}
