//! Clients that others have made work with the handlers and with wire scripts: the package `websockets` of
//! PyPI, and Chromium.

use std::process::Command;

use serde_json::Value;

use crate::servers::{Server, python};
use crate::support::browser::{Browser, listen_for_reports};
use crate::support::process::Process;
use crate::support::repository;

#[test]
fn the_package_websockets() {
    let server = Server::start(&["--log=off"]);
    let mut command = Command::new(python());
    command.arg(repository().join("tests/websockets/websockets_client.py"));
    command.arg(format!("ws://{}", server.ws));
    let ended = Process::spawn(&mut command).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.len(), 12, "{:?}", ended.stdout);
}

#[test]
fn chromium() {
    let server = Server::start(&["--log=off"]);
    let (listener, reports) = listen_for_reports();
    let page = format!(
        "http://{}/browser.sub.html?report=http://{listener}/",
        server.http
    );
    let report = Browser::open(&page).wait_for(&reports);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["failed"], serde_json::json!([]));
    assert_eq!(report["names"].as_array().map(Vec::len), Some(11));
}
