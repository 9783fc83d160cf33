//! Events over HTTP: what a wire script waits for, a test sets, and the other way round.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::control::asking::controlled;
use crate::support::client::{Client, DEADLINE};

#[test]
fn events_are_set_awaited_and_cleared() {
    let (server, _control, asker) = controlled();
    let steps = "set \"asked\"\nwait_for \"go on\"\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"";
    asker.route("/held", json!({"script": steps}));
    let mut client = Client::connect(server.address());
    thread::scope(|scope| {
        let waiting = scope.spawn(|| asker.get("/v1/events/asked?wait=30"));
        client.send(b"GET /held HTTP/1.1\r\n\r\n");
        let asked = waiting.join().expect("no panic");
        assert_eq!(asked, json!({"name": "asked", "set": true}));
    });
    assert_eq!(asker.get("/v1/events/go%20on")["set"], false);
    assert_eq!(asker.get("/v1/events/go%20on?wait=0.01")["set"], false);
    asker.tell("PUT", "/v1/events/go%20on");
    assert_eq!(client.read_response("GET").status, 200);
    assert!(server.events().wait("go on", DEADLINE));
    assert_eq!(asker.get("/v1/events"), json!({"set": ["asked", "go on"]}));
    asker.tell("DELETE", "/v1/events/asked");
    assert!(!server.events().is_set("asked"));
    asker.tell("DELETE", "/v1/events");
    assert!(!server.events().wait("go on", Duration::ZERO));
}
