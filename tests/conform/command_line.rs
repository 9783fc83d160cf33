//! `wireserve conform`: its lists, its exit status, and what it prints.

use std::fs;
use std::process::Command;

use wireserve::WireScript;

use crate::support::client::Client;
use crate::support::command::program;
use crate::support::process::{Ended, Process};
use crate::support::repository;

fn conform(arguments: &[&str]) -> Ended {
    let mut command = Command::new(program());
    command.arg("conform").args(arguments);
    Process::spawn(&mut command).end()
}

#[test]
fn cases_are_listed_and_shown() {
    let listed = conform(&["--list", "--only", "KA,MAY", "--skip", "KA-01,VU"]);
    assert_eq!(listed.code, Some(0));
    let text = listed.stdout.concat();
    assert!(
        text.contains(
            "KA-02  MUST         Connection: close but server keeps open (RFC 9112 §9.6)\n"
        ),
        "{text}"
    );
    assert!(text.contains("SL-04  MAY ") && !text.contains("KA-01") && !text.contains("SL-01"));
    let shown = conform(&["show", "ka-14"]).stdout.concat();
    assert!(
        shown.starts_with("# KA-14: unsolicited second response"),
        "{shown}"
    );
    assert_eq!(
        WireScript::parse(shown.as_bytes()).map(|script| script.steps().len()),
        Ok(1)
    );
    for (arguments, error) in [
        (
            &["show", "KA"][..],
            "expected the id of a case, found \"KA\"",
        ),
        (
            &["--only", "XX", "--list"],
            "expected the id of a case, a group or a level, found \"XX\"",
        ),
        (
            &["--only", "SL", "--skip", "SL", "--list"],
            "expected at least one case",
        ),
        (&[], "expected a client after `--`"),
        (
            &["curl", "{url}"],
            "expected `show`, `limits`, `serve`, or `--` and the client's command, found \"curl\"",
        ),
        (
            &["serve", "UP-08"],
            "UP-08: not played by this suite: needs a client that asks a proxy",
        ),
        (
            &["--only", "UP-08", "--", "true", "{url}"],
            "no case could be judged; the first: not played by this suite",
        ),
        (
            &["--only", "SL-01", "--", "/no/such/driver"],
            "cannot run /no/such/driver",
        ),
    ] {
        let ended = conform(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.stderr.contains(error), "{}", ended.stderr);
    }
}

#[test]
fn a_case_is_served() {
    let mut command = Command::new(program());
    command.args(["conform", "serve", "CH-04", "--port", "0"]);
    let mut serving = Process::spawn(&mut command);
    let line = serving.line().expect("a line");
    let address = line
        .trim()
        .strip_prefix("http://")
        .and_then(|url| url.strip_suffix("/c/CH-04"));
    let address = address
        .unwrap_or_else(|| panic!("{line:?}"))
        .parse()
        .expect("an address");
    let mut client = Client::connect(address);
    client.send(b"GET /c/CH-04 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.read_response("GET").body, b"ok");
    client.send(b"GET /after HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.read_response("GET").body, b"after");
}

#[test]
fn an_exit_status_says_whether_all_is_as_expected() {
    let folder = tempfile::tempdir().expect("a folder");
    let known = folder.path().join("known.json");
    fs::write(
        &known,
        r#"{"CL-21": {"verdict": "fail", "reason": "bug 7"}}"#,
    )
    .expect("a file");
    let known = known.to_str().expect("a plain path");
    let script = repository().join("tests/conform/lenient.py");
    let script = script.to_str().expect("a plain path");
    let lenient = ["--", "python3", script, "{url}"];
    let run = |arguments: &[&str]| conform(&[arguments, &lenient].concat());
    let deviates = run(&["--only", "CL-21,SL-01"]);
    let text = deviates.stdout.concat();
    assert_eq!(deviates.code, Some(1), "{text}");
    assert!(
        text.contains("fail CL-21: two different")
            && text.contains("unexpected: CL-21: found fail"),
        "{text}"
    );
    let expected = run(&["--only", "CL-21,SL-01", "--expect", known]);
    assert_eq!(expected.code, Some(0), "{}", expected.stdout.concat());
    assert!(expected.stdout.concat().contains("(known: bug 7)"));
    let warned = ["--only", "SL-15"];
    assert_eq!(run(&warned).code, Some(0));
    assert_eq!(
        run(&[&warned[..], &["--deny-warnings"]].concat()).code,
        Some(1)
    );
    let fuzzed = run(&["--seeds", "1..4", "--repeat", "2"]);
    assert!(
        fuzzed.stdout.concat().contains("3 cases in "),
        "{}",
        fuzzed.stderr
    );
}
