//! The test runner of a checkout runs a folder of tests in the browser, and leaves the checkout as it
//! was: its manifest is kept in the user's cache folder.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support;
use crate::support::browser::{Browser, listen_for_reports};
use crate::support::command::{FREE_TLS_PORT, wireserve};
use crate::support::process::Process;

#[test]
fn the_runner_runs_a_folder_and_leaves_the_checkout_alone() {
    let checkout = support::repository().join("tests/wpt_site");
    let cache = tempfile::tempdir().expect("a folder");
    let mut command = wireserve();
    command
        .arg("--wpt")
        .arg(&checkout)
        .args(["--port", "0"])
        .args(FREE_TLS_PORT)
        .env("XDG_CACHE_HOME", cache.path());
    let mut server = Process::spawn(&mut command);
    let address = server.ready("127.0.0.1");
    let (listener, reports) = listen_for_reports();
    let url = format!(
        "http://{address}/tools/runner/index.html?path=/scopes/run-&report=http://{listener}/"
    );
    let report = Browser::open(&url).wait_for(&reports);
    let report: Value = serde_json::from_str(&report).expect("the page reports JSON");
    let passed = |name: &str| json!([{"name": name, "status": "PASS", "message": ""}]);
    assert_eq!(
        report,
        json!({
            "/scopes/run-one.any.html": passed("one of the tests that the runner finds"),
            "/scopes/run-two.any.html": passed("two of the tests that the runner finds"),
        })
    );
    for name in ["MANIFEST.json", ".wptcache"] {
        assert!(!checkout.join(name).exists(), "{name}");
    }
    let manifests = cache.path().join("wireserve/manifests");
    let folder = only_entry(&manifests);
    for name in ["MANIFEST.json", "times.json"] {
        assert!(folder.join(name).is_file(), "{name}");
    }
}

fn only_entry(folder: &Path) -> std::path::PathBuf {
    let entries = fs::read_dir(folder).expect("a folder");
    let entries: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].clone()
}
