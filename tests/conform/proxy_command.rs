//! `wireserve conform --proxy`: its lists, its exit status, and its reports.

use std::fs;
use std::process::Command;

use wireserve::internals::conform::case::halves::Form;

use super::proxy_model::{Deviation, ProxyModel};
use crate::support::command::program;
use crate::support::process::{Ended, Process};
use crate::support::unused::unused_address;

fn conform(arguments: &[&str]) -> Ended {
    let mut command = Command::new(program());
    command.arg("conform").args(arguments);
    Process::spawn(&mut command).end()
}

#[test]
fn a_proxy_is_graded_and_reported() {
    let origin = unused_address();
    let model = ProxyModel::start(Deviation::NoVia, Form::Reverse, origin);
    let (url, origin) = (format!("http://{}", model.address()), origin.to_string());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a plain path");
    let known = folder.path().join("known.json");
    let known_text = r#"{"PV-01": {"verdict": "fail", "reason": "bug 7"}}"#;
    fs::write(&known, known_text).expect("a file");
    let known = known.to_str().expect("a plain path");
    let asked = [
        "--proxy",
        &url,
        "--origin",
        &origin,
        "--only",
        "PM-01,PV-01",
    ];
    let ended = conform(&[&asked[..], &["--report", path]].concat());
    let text = ended.stdout.concat();
    assert_eq!(ended.code, Some(1), "{text}{}", ended.stderr);
    assert!(text.contains("unexpected: PV-01: found fail"), "{text}");
    let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let case = &report["cases"][1];
    assert_eq!(case["findings"][0]["rule"], "request-fields");
    assert_eq!(case["request"]["method"], "GET");
    // Both wires.
    let connections = case["connections"].as_array().expect("connections");
    let notes = connections
        .iter()
        .flat_map(|connection| connection["segments"].as_array().into_iter().flatten())
        .filter(|segment| segment["event"] == "note")
        .map(|segment| segment["text"].as_str().unwrap_or_default());
    let notes: Vec<_> = notes.collect();
    assert!(
        notes.contains(&"the suite, as a client of the proxy"),
        "{notes:?}"
    );
    assert!(
        notes.contains(&"the suite, as the origin of the proxy"),
        "{notes:?}"
    );
    let old = folder.path().join("report.json");
    let old = old.to_str().expect("a plain path");
    let again = conform(&[&asked[..], &["--expect", known, "--compare", old]].concat());
    let text = again.stdout.concat();
    assert_eq!(again.code, Some(0), "{text}");
    assert!(text.contains(": no differences"), "{text}");
}

#[test]
fn a_forward_proxy_needs_no_address_of_the_origin() {
    let model = ProxyModel::start(Deviation::None, Form::Forward, unused_address());
    let url = format!("http://{}", model.address());
    let ended = conform(&[
        "--proxy",
        &url,
        "--forward",
        "--only",
        "PM-01,PT-07",
        "--repeat",
        "2",
    ]);
    let text = ended.stdout.concat();
    assert_eq!(ended.code, Some(0), "{text}{}", ended.stderr);
    assert!(text.contains("forward proxy at 127.0.0.1:"), "{text}");
}

/// The origin of the proxy is another one than ours.
#[test]
fn a_proxy_that_does_not_forward_to_the_origin_is_not_graded() {
    let model = ProxyModel::start(Deviation::None, Form::Reverse, unused_address());
    let url = format!("http://{}", model.address());
    let origin = unused_address().to_string();
    let ended = conform(&["--proxy", &url, "--origin", &origin]);
    assert_eq!(ended.code, Some(2), "{}", ended.stdout.concat());
    let expected = format!(
        "no request reached the origin at {origin} through the proxy at {}; the last answer: 502",
        model.address()
    );
    assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
}

#[test]
fn cases_are_listed_and_shown() {
    let listed = conform(&["--proxy", "http://127.0.0.1:1", "--list"]);
    let text = listed.stdout.concat();
    assert_eq!(listed.code, Some(0));
    assert!(text.contains("PV-01  MUST  "), "{text}");
    assert!(!text.contains("PT-07") && !text.contains("SL-01"), "{text}");
    let shown = conform(&["show", "px-07"]).stdout.concat();
    assert!(
        shown.starts_with("# PX-07: white space before the colon"),
        "{shown}"
    );
    assert!(
        shown.contains("# asks: \"GET %T% HTTP/1.1\\r\\n"),
        "{shown}"
    );
    for (arguments, error) in [
        (&["--proxy", "127.0.0.1:1"][..], "expected http://HOST:PORT"),
        (
            &["--proxy", "http://127.0.0.1:1"],
            "add --origin 127.0.0.1:PORT",
        ),
        (
            &["--proxy", "http://127.0.0.1:1", "--", "curl"],
            "cannot be used with",
        ),
        (&["--forward"], "--forward is for a proxy"),
        (
            &["--origin", "127.0.0.1:1", "--", "curl", "{url}"],
            "--origin is for a proxy",
        ),
    ] {
        let ended = conform(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.stderr.contains(error), "{}", ended.stderr);
    }
}
