//! `wireserve conform --browser`, with Chromium: the page runs the cases, and shows the report.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::command::program;
use crate::support::devtools::Page;
use crate::support::process::Process;

/// Every browser passes these: a length, chunks, a status without content, a redirect, a reset; what scripts do not
/// see; a field that scripts cannot send.
const CASES: &str = "SL-01,HS-22,CL-27,TE-01,BS-08,KA-01,RD-01,TX-07,CK-01,UP-14";

fn run(option: &str, word: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(program());
    command.current_dir(folder.path());
    command.args(["conform", option, "--only", CASES, "--report", "out"]);
    let mut suite = Process::spawn(&mut command);
    let line = suite.line().expect("a line");
    let url = line
        .strip_prefix("open ")
        .and_then(|rest| rest.strip_suffix(" in the browser\n"));
    let mut page = Page::open(url.unwrap_or_else(|| panic!("{line:?}")), (1000, 800));
    // The page is replaced by the report.
    page.wait_for_load();
    let ended = suite.end();
    let printed = ended.stdout.concat();
    assert_eq!(ended.code, Some(0), "{printed}{}", ended.stderr);

    let title = page.value("document.title");
    let title = title.as_str().expect("a title");
    assert!(
        title.contains("Chromium ") && title.ends_with(word),
        "{title}"
    );
    assert_eq!(
        page.value("document.querySelectorAll('.case.pass').length"),
        9
    );
    let report = fs::read_to_string(folder.path().join("out/report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    for case in report["cases"].as_array().expect("a list") {
        let id = case["id"].as_str().expect("an id");
        let expected = if id == "UP-14" {
            "inconclusive"
        } else {
            "pass"
        };
        assert_eq!(case["verdict"], expected, "{case}");
        // The frame has a connection of its own, which is no evidence.
        assert!(
            !case["connections"].to_string().contains("GET /frame"),
            "{case}"
        );
    }
    let unable = &report["cases"]
        .as_array()
        .expect("a list")
        .last()
        .expect("a case")["findings"];
    assert_eq!(
        unable[0]["text"],
        "the client cannot: scripts cannot send the field Expect"
    );
    let errors = page.errors().iter();
    // Requests that fail are logged, as they should.
    let thrown: Vec<_> = errors
        .filter(|error| error.contains("exceptionDetails"))
        .collect();
    assert!(thrown.is_empty(), "{thrown:?}");
}

#[test]
fn a_browser_runs_the_cases_with_fetch() {
    run("--browser", "(fetch)");
}

#[test]
fn and_with_xml_http_request() {
    run("--browser=xhr", "(xhr)");
}

#[test]
fn a_browser_is_no_command() {
    for (arguments, named) in [
        (
            &["--browser=curl"][..],
            "expected fetch or xhr, found \"curl\"",
        ),
        (&["--browser", "--", "curl", "{url}"], "cannot be used with"),
    ] {
        let mut command = Command::new(program());
        let ended = Process::spawn(command.arg("conform").args(arguments)).end();
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
}
