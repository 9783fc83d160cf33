//! Scripts and templates see one configuration: the keys and values of `request.server.config` are
//! those of `Hosts`, whatever was configured.

use std::fs;

use crate::support::embedded::get;
use crate::support::folder::folder;
use serde_json::{Value, json};
use wireserve::internals::config::Config;
use wireserve::internals::wpt::preset;
use wireserve::{Exchange, Port, Server, python};

const DUMP: &str = "import json\n\n\ndef main(request, response):\n    \
    return json.dumps(request.server.config.as_dict())\n";

/// Sets have no order, which their lists in JSON keep quiet about.
fn sorted(key: &str, mut value: Value) -> Value {
    if let (true, Value::Array(list)) = (
        key.ends_with("_set") || key.ends_with("subdomains"),
        &mut value,
    ) {
        list.sort_by_key(Value::to_string);
    }
    value
}

#[test]
fn scripts_and_templates_see_the_same() {
    let folder = folder(&[
        ("dump.py", DUMP),
        (
            "given.json",
            r#"{"browser_host": "a.test", "alternate_hosts": {"alt": "b.test"},
                "subdomains": ["www", "élève"], "not_subdomains": ["no"], "server_host": "localhost",
                "ws_doc_root": "ws", "ssl": {"type": "none"}, "check_subdomains": false,
                "bind_address": false, "log_level": "error", "inject_script": "x.js",
                "logging": {"level": "warning", "suppress_handler_traceback": true},
                "ports": {"http": [0, 0], "http-local": ["auto"], "https": [8443, "auto"],
                          "wss": ["auto"], "h2": [9000]},
                "aliases": [{"url-path": "/x/", "local-dir": "."}]}"#,
        ),
    ]);
    fs::write(folder.path().join("none.json"), "{}").expect("a file");
    let read = |name| Config::read(&folder.path().join(name)).expect("a good configuration");
    for config in [
        read("none.json"),
        read("given.json"),
        preset::config(folder.path()),
    ] {
        let site = python::site(folder.path()).expect("Python starts");
        let mut builder = Server::builder().site(site).names(config.names());
        for (scheme, ports) in config.ports.iter() {
            // Whatever a test listens on is free.
            let ports = ports.iter().map(|port| match port {
                Port::Number(number) if scheme != "http" => Port::Number(*number),
                _ => Port::Free,
            });
            builder = builder.scheme(scheme, ports.collect::<Vec<_>>());
        }
        let server = builder
            .route("GET", "/hosts", |exchange: &mut Exchange<'_>| {
                let all = Value::from(exchange.hosts().configuration().clone());
                exchange.response.content = all.to_string().into_bytes().into();
                Ok(())
            })
            .expect("a good pattern")
            .start()
            .expect("free ports");
        let parse =
            |target| -> Value { serde_json::from_slice(&get(&server, target).body).expect("JSON") };
        let (seen, told) = (parse("/dump.py"), parse("/hosts"));
        let (seen, told) = (seen.as_object().unwrap(), told.as_object().unwrap());
        let keys = |object: &serde_json::Map<String, Value>| -> Vec<String> {
            object.keys().cloned().collect()
        };
        assert_eq!(keys(seen), keys(told));
        for (key, value) in seen {
            let told = sorted(key, told[key].clone());
            assert_eq!(sorted(key, value.clone()), told, "{key}");
        }
        assert!(seen.len() >= 18, "{:?}", keys(seen));
        let http = json!(server.address().port());
        assert_eq!(seen["ports"]["http"][0], http);
    }
}

#[test]
fn every_key_has_its_value() {
    let folder = folder(&[(
        "given.json",
        r#"{"browser_host": "a.test", "alternate_hosts": {"alt": "b.test"},
            "subdomains": ["www"], "not_subdomains": ["no"], "server_host": "localhost",
            "ws_doc_root": "/ws", "log_level": "error", "inject_script": "x.js",
            "logging": {"level": "warning"}, "ssl": {"type": "none"},
            "aliases": [{"url-path": "/x/", "local-dir": "."}]}"#,
    )]);
    let config = Config::read(&folder.path().join("given.json")).expect("a good configuration");
    let names = config.names();
    let listeners = ["127.0.0.1:80".parse().expect("an address")];
    let hosts = wireserve::Hosts::new(names, &listeners, folder.path());
    for (key, value) in [
        ("browser_host", json!("a.test")),
        ("alternate_hosts", json!({"alt": "b.test"})),
        ("server_host", json!("localhost")),
        ("subdomains", json!(["www"])),
        ("not_subdomains", json!(["no"])),
        ("ports", json!({"http": [80]})),
        (
            "domains_set",
            json!(["a.test", "www.a.test", "b.test", "www.b.test"]),
        ),
        ("ws_doc_root", json!("/ws")),
        ("log_level", json!("ERROR")),
        (
            "logging",
            json!({"level": "WARNING", "suppress_handler_traceback": false}),
        ),
        ("inject_script", json!(folder.path().join("x.js"))),
        ("aliases", json!([{"url-path": "/x/", "local-dir": "."}])),
        ("ssl_config", Value::Null),
        ("check_subdomains", json!(true)),
        ("bind_address", json!(true)),
    ] {
        assert_eq!(hosts.config(key), Some(&value), "{key}");
    }
}
