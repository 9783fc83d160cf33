//! `--control` of the command: for every kind of site, off by default, and on the loopback interface alone.

use std::process::Command;

use serde_json::json;

use crate::control::asking::Asker;
use crate::support::client::Client;
use crate::support::command::{get, run_in, wireserve};
use crate::support::folder::folder;
use crate::support::process::Process;

/// A server with one other listener, and its control interface, whose line comes last.
fn start(command: Command) -> (Process, Asker) {
    let mut server = Process::start(command);
    let (address, note) = server.ready_with_note("127.0.0.1");
    let rest = note.strip_prefix("?token=").expect("a token");
    let token = rest
        .strip_suffix(" (control)")
        .expect("its purpose")
        .to_owned();
    (server, Asker { address, token })
}

#[test]
fn every_kind_of_site_is_controlled() {
    let site = folder(&[
        ("hello.txt", "hello"),
        ("resources/testharness.js", ""),
        (
            "config/config.json",
            r#"{"doc_root": "..", "ports": [0], "control": {"port": "auto", "requests": 2}}"#,
        ),
    ]);
    for arguments in [
        &[".", "--port=0", "--control"][..],
        &[
            ".",
            "--port=0",
            "--control",
            "0",
            "--control-requests=2",
            "--host=::1",
        ],
        &["--config", "config/config.json", "--host", "0.0.0.0"],
    ] {
        let mut command = wireserve();
        command
            .current_dir(site.path())
            .args(arguments)
            .args(["--log", "error"]);
        let (server, asker) = start(command);
        let served = server.addr();
        assert_eq!(get(served, "/hello.txt").text(), "hello");
        asker.route("/put", json!({"text": "put"}));
        assert_eq!(get(served, "/put").text(), "put");
        asker.route("/file", json!({"file": "hello.txt"}));
        assert_eq!(get(served, "/file").text(), "hello");
        let limited = arguments.len() != 3;
        let kept: &[_] = match limited {
            true => &["/put", "/file"],
            false => &["/hello.txt", "/put", "/file"],
        };
        assert_eq!(asker.targets(""), kept);
        let exchange = asker.get("/v1/requests/3/exchange");
        assert_eq!(exchange["cut"], false);
        assert!(
            exchange["segments"]
                .as_array()
                .is_some_and(|segments| segments.len() >= 2)
        );
    }
}

#[test]
fn a_checkout_is_controlled() {
    let checkout = folder(&[("resources/testharness.js", ""), ("dom/a.html", "<p>")]);
    let mut command = wireserve();
    let ports = r#"{"ports": {"http": [0], "https": [], "http-private": [], "http-public": [], "http-local": [],
        "https-private": [], "https-public": [], "https-local": [], "ws": [], "wss": [], "h2": []}}"#;
    std::fs::write(checkout.path().join("config.json"), ports).expect("written");
    command
        .arg("--wpt")
        .arg(checkout.path())
        .args(["--control=0", "--log", "error"]);
    let (server, asker) = start(command);
    assert_eq!(get(server.addr(), "/dom/a.html").status, 200);
    assert_eq!(asker.targets("?status=200"), ["/dom/a.html"]);
    asker.route("/dom/a.html", json!({"status": 503}));
    assert_eq!(get(server.addr(), "/dom/a.html").status, 503);
    // What is asked of the interface is neither logged nor recorded, and counts as no connection.
    assert_eq!(asker.get("/v1/status")["connections_opened"], 2);
    let mut client = Client::connect(asker.address);
    client.send(b"GET /dom/a.html HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_response("GET").status, 403);
    assert_eq!(server.stderr(), "");
}

#[test]
fn mistakes_are_named() {
    for (arguments, message) in [
        (
            &["--control", "site"][..],
            "a doc root comes before --control",
        ),
        (&["--control", "65536"], "expected a port from 0 to 65535"),
        (&["--control-requests", "5"], "add `--control`"),
        (
            &["--control", "--control-bytes", "0"],
            "expected at least 1",
        ),
    ] {
        let ended = run_in(&std::env::temp_dir(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(
            ended.stderr.contains(message),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}
