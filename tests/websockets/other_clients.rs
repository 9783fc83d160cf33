//! Clients that others have made work with the handlers and with wire scripts: the package `websockets` of
//! PyPI, and Chromium; over `ws` and over `wss`.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::browser::{Browser, listen_for_reports};
use crate::support::process::{Process, ready_address};
use crate::support::repository;
use crate::websockets::servers::{Server, handlers, python, wireserve};

/// Lets the package talk to a server whose certificate this root has issued.
fn talk(url: &str, root: Option<&Path>) {
    let mut command = Command::new(python());
    command.arg(repository().join("tests/websockets/websockets_client.py"));
    command.arg(url).args(root);
    let mut talking = Process::spawn(&mut command);
    // On a busy machine, one of its tests may take longer than a line is waited for.
    talking.wait(Duration::from_secs(60));
    let ended = talking.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.len(), 12, "{:?}", ended.stdout);
}

/// A server for `https` and `wss` with certificates of its own.
struct SecureServer {
    cache: TempDir,
    _process: Process,
    https: SocketAddr,
    wss: SocketAddr,
}

impl SecureServer {
    fn start() -> Self {
        let cache = tempfile::tempdir().expect("a folder");
        let mut command = wireserve();
        command.env("XDG_CACHE_HOME", cache.path()).arg(handlers());
        command.args(["--port=0", "--tls-port=0", "--wss-port=0", "--log=off"]);
        let mut process = Process::spawn(&mut command);
        let [_, https, wss] = ["http", "https", "wss"].map(|scheme| {
            let line = process.line().expect("a ready line");
            assert!(line.contains(&format!(" {scheme}://")), "{line}");
            ready_address(&line).expect("an address")
        });
        Self {
            cache,
            _process: process,
            https,
            wss,
        }
    }

    /// What `wireserve cert` prints about the root.
    fn root(&self, part: &str) -> String {
        let mut command = wireserve();
        command.env("XDG_CACHE_HOME", self.cache.path());
        command.args(["cert", part]).current_dir(self.cache.path());
        let ended = Process::spawn(&mut command).end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.stdout.concat()
    }
}

#[test]
fn the_package_websockets() {
    let server = Server::start(&["--log=off"]);
    talk(&format!("ws://{}", server.ws), None);
}

#[test]
fn the_package_websockets_over_tls() {
    let server = SecureServer::start();
    let root = server.cache.path().join("root.pem");
    fs::write(&root, server.root("--pem")).expect("a file");
    talk(&format!("wss://{}", server.wss), Some(&root));
}

fn passes(page: &str, handlers: &str, open: impl FnOnce(&str) -> Browser) {
    let (listener, reports) = listen_for_reports();
    let query = format!("report=http://{listener}/&handlers={handlers}");
    let mut browser = open(&format!("{page}?{query}"));
    let report = browser.wait_for(&reports);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["failed"], serde_json::json!([]));
    assert_eq!(report["names"].as_array().map(Vec::len), Some(11));
}

#[test]
fn chromium() {
    let server = Server::start(&["--log=off"]);
    let page = format!("http://{}/browser.html", server.http);
    passes(&page, &format!("ws://{}", server.ws), Browser::open);
}

#[test]
fn chromium_over_tls() {
    let server = SecureServer::start();
    let page = format!("https://{}/browser.html", server.https);
    let spki = server.root("--spki");
    passes(&page, &format!("wss://{}", server.wss), |url| {
        Browser::open_trusting_key(url, spki.trim_end())
    });
}
