//! The doc root `tests/raw_site`, whose scripts have the wire, and what one asks of it.
//!
//! Nothing of this waits for time to pass. Where a script and its client must take turns, the
//! client acknowledges each piece with a byte, and the script reads it from `writer.socket`.

use serde_json::Value;

use super::client::{Client, request};
use super::process::Process;
use super::wait::eventually;
use super::{escape, repository};

/// A server of that doc root.
pub fn serve() -> Process {
    Process::wireserve(&repository().join("tests/raw_site"), ["--log", "error"])
}

/// A GET of this.
pub fn get(target: &str) -> Vec<u8> {
    request("GET", target)
}

/// A new connection on which this has been asked for.
pub fn ask(server: &Process, target: &str) -> Client {
    let mut client = Client::connect(server.addr());
    client.send(&get(target));
    client
}

/// The answer to the next request is what comes next on this connection.
pub fn goes_on(client: &mut Client, case: &str) {
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

/// What a script has put into the stash, once it has.
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
