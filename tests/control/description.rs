//! `crates/core/src/control/openapi.json` and the server agree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value, json};
use wireserve::internals::control::RESOURCES;

use crate::control::asking::{Asker, controlled};
use crate::support::client::Client;
use crate::support::embedded::get;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../crates/core/src/control/openapi.json");
    serde_json::from_str(text).expect("JSON")
});

/// The operations of a path, by method.
fn operations(path: &str) -> BTreeMap<String, &'static Value> {
    let methods = DESCRIPTION["paths"][path].as_object().expect("a path");
    methods
        .iter()
        .map(|(method, operation)| (method.to_uppercase(), operation))
        .collect()
}

#[test]
fn every_resource_is_described_and_the_other_way_round() {
    let served: BTreeSet<_> = RESOURCES
        .iter()
        .flat_map(|resource| {
            resource
                .methods()
                .map(|method| (resource.path.to_owned(), method.to_owned()))
        })
        .collect();
    let paths = DESCRIPTION["paths"].as_object().expect("paths");
    let described: BTreeSet<_> = paths
        .keys()
        .flat_map(|path| {
            operations(path)
                .into_keys()
                .map(|method| (path.clone(), method))
        })
        .collect();
    assert_eq!(served, described);
}

#[test]
fn the_interface_serves_its_description() {
    let (_server, _control, asker) = controlled();
    assert_eq!(asker.get("/v1/openapi.json"), *DESCRIPTION);
}

/// Follows a reference.
fn resolve(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DESCRIPTION
            .pointer(reference.strip_prefix('#').expect("in this file"))
            .unwrap_or_else(|| panic!("{reference} is missing")),
        None => value,
    }
}

/// What differs between a value and its schema, as far as this description uses schemas.
fn differences(schema: &'static Value, value: &Value, at: &str) -> Vec<String> {
    let schema = resolve(schema);
    if let Some(options) = schema["oneOf"].as_array() {
        let fits = options
            .iter()
            .filter(|one| differences(one, value, at).is_empty())
            .count();
        return match fits {
            1 => Vec::new(),
            _ => vec![format!("{at}: {fits} of the schemas fit {value}")],
        };
    }
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |wanted: &str| wanted == name || wanted == "number" && name == "integer";
    let is_of_type = match &schema["type"] {
        Value::String(wanted) => is(wanted),
        Value::Array(any) => any.iter().any(|wanted| wanted.as_str().is_some_and(is)),
        _ => true,
    };
    if !is_of_type {
        return vec![format!("{at}: expected {}, found {value}", schema["type"])];
    }
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .flat_map(|(index, item)| {
                    differences(&schema["items"], item, &format!("{at}/{index}"))
                })
                .collect()
        }
        Value::Object(found) => {
            let required = schema["required"].as_array().into_iter().flatten();
            let missing =
                required.filter(|name| found.get(name.as_str().expect("a name")).is_none());
            let mut wrong: Vec<_> = missing
                .map(|name| format!("{at}: {name} is missing"))
                .collect();
            for (name, value) in found {
                let at = format!("{at}/{name}");
                match schema["properties"].get(name) {
                    Some(schema) => wrong.extend(differences(schema, value, &at)),
                    None if schema["additionalProperties"] == false => {
                        wrong.push(format!("{at} is not described"));
                    }
                    None => {}
                }
            }
            wrong
        }
        _ => Vec::new(),
    }
}

/// Asks, and checks that the response is described.
fn check(asker: &Asker, method: &str, path: &str, target: &str, body: Option<&Value>) -> u16 {
    let response = asker.ask(method, target, body);
    let status = response.status;
    let responses = &operations(path)[method]["responses"];
    let described = &responses[status.to_string()];
    assert!(
        !described.is_null(),
        "{method} {target}: {status} is not described: {}",
        response.text()
    );
    let described = resolve(described);
    let media_type = response
        .header("Content-Type")
        .map(|value| String::from_utf8_lossy(value));
    match described["content"].as_object() {
        None => assert_eq!(
            (media_type, response.text().as_str()),
            (None, ""),
            "{method} {target}"
        ),
        Some(content) => {
            let media_type = media_type.expect("a media type");
            let essence = media_type.split(';').next().expect("a part");
            let schema = &content
                .get(essence)
                .expect("a media type that is described")["schema"];
            if essence == "application/json" {
                let value = serde_json::from_slice(&response.body).expect("JSON");
                let wrong = differences(schema, &value, "");
                assert!(
                    wrong.is_empty(),
                    "{method} {target} {status}:\n{}",
                    wrong.join("\n")
                );
            }
        }
    }
    status
}

#[test]
fn every_answer_is_described() {
    let (server, _control, asker) = controlled();
    asker.json(
        "PUT",
        "/v1/routes/r",
        Some(&json!({"path": "/a", "answers": [{"text": "a"}], "expect": {"least": 1}})),
        201,
    );
    asker.tell("PUT", "/v1/events/e");
    let mut client = Client::connect(server.address());
    client.send(b"POST /a HTTP/1.1\r\nX : 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab");
    client.read_until_close();
    get(&server, "/b");
    let route = json!({"path": "/c", "answers": [{"json": 1}]});
    let mut seen = BTreeSet::new();
    for (method, path, target, body) in [
        ("GET", "/v1/status", "", None),
        ("GET", "/v1/verification", "", None),
        ("GET", "/v1/requests", "?wait=30&count=2", None),
        ("GET", "/v1/requests", "?since=x", None),
        ("GET", "/v1/requests/{number}", "/v1/requests/1", None),
        ("GET", "/v1/requests/{number}", "/v1/requests/9", None),
        (
            "GET",
            "/v1/requests/{number}/exchange",
            "/v1/requests/1/exchange",
            None,
        ),
        (
            "GET",
            "/v1/requests/{number}/exchange",
            "/v1/requests/x/exchange",
            None,
        ),
        (
            "GET",
            "/v1/requests/{number}/script",
            "/v1/requests/1/script",
            None,
        ),
        ("GET", "/v1/routes", "", None),
        ("POST", "/v1/routes", "", Some(&route)),
        ("POST", "/v1/routes", "", Some(&Value::Null)),
        ("GET", "/v1/routes/{id}", "/v1/routes/r", None),
        ("PUT", "/v1/routes/{id}", "/v1/routes/s", Some(&route)),
        ("PUT", "/v1/routes/{id}", "/v1/routes/s", Some(&route)),
        (
            "POST",
            "/v1/routes/{id}/queue",
            "/v1/routes/s/queue",
            Some(&json!({"status": 204})),
        ),
        (
            "POST",
            "/v1/routes/{id}/queue",
            "/v1/routes/t/queue",
            Some(&json!({})),
        ),
        ("DELETE", "/v1/routes/{id}", "/v1/routes/s", None),
        ("DELETE", "/v1/routes/{id}", "/v1/routes/s", None),
        ("GET", "/v1/queue", "", None),
        ("POST", "/v1/queue", "", Some(&json!({}))),
        ("DELETE", "/v1/queue", "", None),
        ("GET", "/v1/connection-scripts", "", None),
        (
            "POST",
            "/v1/connection-scripts",
            "",
            Some(&json!({"script": "reset"})),
        ),
        ("DELETE", "/v1/connection-scripts", "", None),
        ("GET", "/v1/faults", "", None),
        (
            "PUT",
            "/v1/faults",
            "",
            Some(&json!({"delay_ms": 1, "idle_limit_ms": 5})),
        ),
        ("DELETE", "/v1/faults", "", None),
        ("GET", "/v1/events", "", None),
        ("GET", "/v1/events/{name}", "/v1/events/e?wait=1", None),
        ("PUT", "/v1/events/{name}", "/v1/events/f", None),
        ("DELETE", "/v1/events/{name}", "/v1/events/f", None),
        ("DELETE", "/v1/events", "", None),
        ("GET", "/v1/transcripts", "", None),
        (
            "GET",
            "/v1/transcripts/{connection}",
            "/v1/transcripts/1",
            None,
        ),
        (
            "GET",
            "/v1/transcripts/{connection}",
            "/v1/transcripts/9",
            None,
        ),
        (
            "GET",
            "/v1/transcripts/{connection}/text",
            "/v1/transcripts/1/text",
            None,
        ),
        ("GET", "/v1/openapi.json", "", None),
        ("GET", "/", "", None),
        ("DELETE", "/v1/routes", "", None),
        ("DELETE", "/v1/requests", "", None),
        ("POST", "/v1/reset", "", None),
    ] {
        let target = match target.starts_with('/') {
            true => target.to_owned(),
            false => format!("{path}{target}"),
        };
        let status = check(&asker, method, path, &target, body);
        seen.insert((path, method, status / 100));
    }
    // Each operation has succeeded; the stream, which does not end, is tested elsewhere.
    for resource in RESOURCES
        .iter()
        .filter(|resource| resource.path != "/v1/stream")
    {
        for method in resource.methods() {
            assert!(
                seen.contains(&(resource.path, method, 2)),
                "{method} {}",
                resource.path
            );
        }
    }
}
