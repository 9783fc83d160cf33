//! The pages that the server makes itself, errors and listings, work in a browser: headless Chromium
//! opens them at the widths of a telephone and a desktop, in light and dark colours, and sorts a
//! listing by its links. The examples page shows an error in the colour of an error.

use std::fs;
use std::process::Command;

use crate::support;
use crate::support::browser::{Browser, listen_for_reports};
use crate::support::process::Process;
use serde_json::Value;

/// Opens the pages, and reports what is wrong with them.
const DRIVER: &str = include_str!("drivers/pages.html");

const RAISES: &str = "def main(request, response):\n    raise ValueError('<b>')\n";

#[test]
fn pages_fit_both_widths_in_light_colours() {
    check(Browser::open, "light");
}

#[test]
fn pages_fit_both_widths_in_dark_colours() {
    check(Browser::open_dark, "dark");
}

fn check(open: fn(&str) -> Browser, scheme: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(support::repository().join("examples/."))
        .arg(folder.path())
        .status();
    assert!(copied.expect("the command `cp`").success());
    let pages = folder.path().join("pages");
    fs::create_dir(&pages).expect("a folder");
    for (name, text) in [
        ("../driver.html", DRIVER),
        ("a.txt", "longer"),
        ("b.txt", "b"),
        ("raises.py", RAISES),
    ] {
        fs::write(pages.join(name), text).expect("a file");
    }
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let (listener, reports) = listen_for_reports();
    let mut browser = open(&format!(
        "http://{}/driver.html?scheme={scheme}&report=http://{listener}/",
        server.addr()
    ));
    let report: Value = serde_json::from_str(&browser.wait_for(&reports)).expect("JSON");
    assert_eq!(report["wrong"], Value::Array(Vec::new()), "{report:#}");
    let checks = report["checks"].as_u64().expect("a number");
    assert!(checks > 50, "only {checks} checks");
}
