//! The examples work in a browser: headless Chromium opens their test page on the real binary, and
//! every test on that page passes.
//!
//! The page reports by itself: opened with `?report=URL`, it posts its results there.

use crate::support;
use crate::support::browser::{Browser, listen_for_reports};
use crate::support::process::Process;
use serde_json::Value;

#[test]
fn every_test_on_the_examples_test_page_passes() {
    let server = Process::wireserve(&support::repository().join("examples"), [] as [&str; 0]);
    let (listener, reports) = listen_for_reports();
    let page = format!(
        "http://{}/test.html?report=http://{listener}/",
        server.addr()
    );

    let mut browser = Browser::open(&page);
    let report = browser.wait_for(&reports);

    let report: Value = serde_json::from_str(&report).expect("the page reports JSON");
    let tests = report["tests"]
        .as_array()
        .expect("the report lists its tests");
    let failed: Vec<String> = tests
        .iter()
        .filter(|test| test["status"] != "PASS")
        .map(|test| format!("{}: {}", test["name"], test["message"]))
        .collect();
    assert!(!tests.is_empty(), "the page ran no tests: {report}");
    assert!(
        failed.is_empty(),
        "{} of {} tests failed:\n{}",
        failed.len(),
        tests.len(),
        failed.join("\n")
    );
    assert_eq!(report["status"], "PASS");
}
