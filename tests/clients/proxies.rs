//! The results of real proxies: the page is what the kept results make, and neither names a case beside a proxy that
//! hangs, mixes up messages, forwards ambiguous framing, completes what was cut off, or lets pass what it must stop.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use crate::support::{repository, virtual_environment};

/// Groups of malformed messages, of fields for the next recipient alone, and of connections, and single cases about
/// checks: what a proxy does with them is only counted.
const UNNAMED: &str =
    r"\b(PQ|PX|PK|PH)-\d\d\b|\b(PT-0[1-4]|PM-(11|14|15|20|23|24|62)|PB-1[4-7]|PR-1[4-7])\b";

/// The judge's own words for what is only counted.
const UNPUBLISHED: &str = "hangs?:|not its response|the next request (?:fails|hangs|was)|reached the client complete|reached the origin complete|both Transfer-Encoding|another request|more bytes";

#[test]
fn the_page_is_what_the_kept_results_make() {
    let run = Command::new(python())
        .args(["proxies", "--check"])
        .current_dir(repository())
        .output()
        .expect("Python");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
}

#[test]
fn the_publishing_rule_has_unit_tests() {
    let run = Command::new(python())
        .args(["-m", "unittest", "-v", "test_kept"])
        .current_dir(repository().join("proxies"))
        .output()
        .expect("Python");
    let printed = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{printed}");
    assert!(printed.contains("... ok"), "{printed}");
}

#[test]
fn what_is_kept_names_no_case_that_is_only_counted() {
    let words = Regex::new(&format!("{UNNAMED}|{UNPUBLISHED}")).expect("a pattern");
    let files = fs::read_dir(repository().join("proxies/kept")).expect("the folder");
    let mut count = 0;
    for file in files {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a text");
        let found = words.find(&text).map(|found| found.as_str());
        assert_eq!(found, None, "{path:?}");
        let data: Value = serde_json::from_str(&text).expect("JSON");
        let counted = data["counted"].as_object().expect("counts");
        assert!(counted.values().all(Value::is_u64), "{path:?}");
        count += 1;
    }
    assert!(count >= 6, "{count}");
    let page = fs::read_to_string(repository().join("docs/proxies.md")).expect("the page");
    let found = words.find(&page).map(|found| found.as_str());
    assert_eq!(found, None);
}

/// The Python of the tests, or else that of the machine.
fn python() -> PathBuf {
    let venv = virtual_environment().join("bin/python");
    match venv.exists() {
        true => venv,
        false => "python3".into(),
    }
}
