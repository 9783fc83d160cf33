//! One call resets everything between tests.

use serde_json::json;

use crate::control::asking::{controlled, is_reset};
use crate::support::client::Client;

#[test]
fn nothing_is_left_after_a_reset() {
    let (server, _control, asker) = controlled();
    let route = json!({"path": "/a", "answers": [{}], "expect": {"least": 7}});
    asker.json("PUT", "/v1/routes/a", Some(&route), 201);
    asker.json(
        "POST",
        "/v1/connection-scripts",
        Some(&json!({"script": "reset"})),
        201,
    );
    asker.json("PUT", "/v1/faults", Some(&json!({"delay_ms": 1})), 200);
    asker.tell("PUT", "/v1/events/e");
    // The connection with the script, then one that stays open.
    assert!(is_reset(server.address()));
    let mut client = Client::connect(server.address());
    assert_eq!(client.ask("GET", "/a").status, 200);
    asker.json("POST", "/v1/queue", Some(&json!({})), 201);
    asker.tell("POST", "/v1/reset");
    for (target, expected) in [
        ("/v1/requests", json!([])),
        ("/v1/routes", json!([])),
        ("/v1/events", json!([])),
    ] {
        let found = asker.get(target);
        let lists = found.as_object().expect("an object").values();
        let list = lists.into_iter().find(|value| value.is_array());
        assert_eq!(list, Some(&expected), "{target}");
    }
    assert_eq!(asker.get("/v1/queue")["queued"], 0);
    assert_eq!(asker.get("/v1/connection-scripts")["queued"], 0);
    assert_eq!(asker.get("/v1/faults")["delay_ms"], 0);
    assert_eq!(asker.get("/v1/verification")["met"], true);
    // Its transcript begins anew.
    let before = asker.get("/v1/transcripts/2");
    assert_eq!(before["segments"], json!([]));
    assert_eq!(client.ask("GET", "/a").status, 404);
    let after = asker.get("/v1/requests/2/exchange");
    assert_eq!(after["segments"].as_array().map(Vec::len), Some(2));
    assert_eq!(after["cut"], false);
}
