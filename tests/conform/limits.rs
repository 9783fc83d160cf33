//! `wireserve conform limits`: the limits of model clients, which are known, and of clients that hang or return a part.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use wireserve::internals::conform::limits::kinds::{Kind, MAX_FIELDS};
use wireserve::internals::conform::limits::measure::{Limit, Reaction, measure};
use wireserve::internals::conform::stage::Patience;

use super::model::message::{LONG_EXTENSION, MAX_SECTION};
use super::model::stream::MAX_LINE;
use super::model::{Deviation, HANGS_FROM, INTERIM, Model, REDIRECTS};
use crate::support::command::program;
use crate::support::process::{Ended, Process};

fn measured(deviation: Deviation, kinds: &[Kind]) -> Vec<Limit> {
    let patience = Patience {
        startup: Duration::from_secs(30),
        timeout: match deviation {
            Deviation::HangsAtLimit => Duration::from_millis(500),
            _ => Duration::from_secs(20),
        },
    };
    measure(kinds, &Model(deviation), 4, patience, &|_| {}).expect("limits")
}

/// The largest size that is taken, and the reaction to the next one.
fn found(limit: &Limit) -> (u64, Option<Reaction>) {
    let found = &limit.found;
    let taken = found.taken.expect("a size that is taken");
    if let Some((refused, _)) = found.refused {
        assert_eq!(refused, taken + 1, "{limit:?}");
    }
    (taken, found.refused.as_ref().map(|(_, how)| how.reaction))
}

#[test]
fn the_limits_of_a_model_client_are_found_exactly() {
    let limits = measured(Deviation::None, &Kind::ALL);
    let kinds: Vec<_> = limits.iter().map(|limit| limit.kind).collect();
    assert_eq!(kinds, Kind::ALL);
    let line = MAX_LINE as u64;
    // It counts lines with their CR, and sections without line ends.
    for (kind, wanted) in [
        (Kind::FieldLine, line - 1),
        (Kind::StatusLine, line - 1),
        (Kind::ChunkExtension, line - 2),
        (Kind::Fields, fields_that_fit()),
        (Kind::InterimResponses, INTERIM as u64),
        (Kind::Redirects, REDIRECTS as u64),
    ] {
        let limit = limits.iter().find(|limit| limit.kind == kind);
        let (taken, reaction) = found(limit.expect("all kinds"));
        assert_eq!(
            (taken, reaction),
            (wanted, Some(Reaction::Error)),
            "{kind:?}"
        );
    }
    for kind in [Kind::Head, Kind::TrailerSection] {
        let limit = limits.iter().find(|limit| limit.kind == kind);
        let (taken, reaction) = found(limit.expect("all kinds"));
        let section = MAX_SECTION as u64;
        assert!(
            (section..section + section / 1000).contains(&taken),
            "{kind:?}: {taken}"
        );
        assert_eq!(reaction, Some(Reaction::Error), "{kind:?}");
    }
}

/// How many fields of the probe fit in the section of the model.
fn fields_that_fit() -> u64 {
    let mut size = "Content-Length: 2".len();
    let numbers = (1..=MAX_FIELDS).take_while(|number| {
        size += format!("X-{number}: v").len();
        size <= MAX_SECTION
    });
    numbers.count() as u64 + 1
}

#[test]
fn a_part_that_is_returned_as_the_whole_is_named() {
    let limits = measured(Deviation::CutsAtLimit, &[Kind::ChunkExtension]);
    // The line also has the size and a semicolon.
    let wanted = LONG_EXTENSION as u64 - 1;
    assert_eq!(found(&limits[0]), (wanted, Some(Reaction::WrongContent)));
}

#[test]
fn a_client_that_hangs_ends_in_a_verdict() {
    let began = Instant::now();
    let limits = measured(Deviation::HangsAtLimit, &[Kind::FieldLine, Kind::Redirects]);
    let (refused, how) = limits[0]
        .found
        .refused
        .as_ref()
        .expect("a size that is not taken");
    let taken = limits[0].found.taken.expect("a size that is taken");
    assert_eq!(how.reaction, Reaction::Hang);
    let hangs_from = HANGS_FROM as u64;
    assert!(
        taken < hangs_from + 5 && *refused >= hangs_from,
        "{taken}, {refused}"
    );
    assert_eq!(found(&limits[1]).0, REDIRECTS as u64);
    assert!(
        began.elapsed() < Duration::from_secs(40),
        "{:?}",
        began.elapsed()
    );
}

fn limits(arguments: &[&str]) -> Ended {
    let mut command = Command::new(program());
    command.args(["conform", "limits"]).args(arguments);
    Process::spawn(&mut command).end()
}

#[test]
fn a_command_is_measured_on_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("limits.json");
    let file = file.to_str().expect("a plain path");
    let curl = ["--", "curl", "-sSL", "--max-redirs", "5", "{url}"];
    let options = [
        "-j",
        "2",
        "--only",
        "redirects,interim-responses",
        "--json",
        file,
    ];
    let ended = limits(&[&options[..], &curl].concat());
    let text = ended.stdout.concat();
    assert_eq!(ended.code, Some(0), "{text}{}", ended.stderr);
    assert!(
        text.contains("redirects ") && text.contains(" 5  error exit status 47"),
        "{text}"
    );
    let json = fs::read_to_string(file).expect("the JSON");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["client"], "curl");
    assert_eq!(json["limits"][0]["limit"], "redirects");
    assert_eq!(json["limits"][0]["taken"], 5);
    assert_eq!(json["limits"][0]["beyond"]["size"], 6);
    assert_eq!(json["limits"][0]["beyond"]["reaction"], "error");
}

#[test]
fn what_cannot_be_measured_is_refused() {
    for (arguments, error) in [
        (
            &["--only", "colour", "--", "true"][..],
            "expected one of field-line, head",
        ),
        (
            &["--only", "redirects,request-line", "--", "curl", "{url}"],
            "expected limits of a client: field-line, ",
        ),
        (
            &["--only", "redirects", "--proxy", "http://127.0.0.1:1"],
            "expected limits of a proxy: request-line, ",
        ),
        (
            &["--only", "redirects", "--", "false", "{url}"],
            "no limit could be measured; the first: it sent no request",
        ),
        (
            &["--only", "redirects", "--", "curl", "{URL}"],
            "expected the placeholder {url} in the client's command, found {URL}",
        ),
        (&["--forward", "--", "true"], "--forward is for a proxy"),
        (&["--", "/no/such/driver"], "cannot run /no/such/driver"),
        (
            &[
                "--json",
                "/no/such/folder/a.json",
                "--only",
                "redirects",
                "--",
                "curl",
                "-s",
                "{url}",
            ],
            "cannot write",
        ),
    ] {
        let ended = limits(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?} {}", ended.stderr);
        assert!(ended.stderr.contains(error), "{}", ended.stderr);
    }
}

/// Hangs if the status line is long: it waits for the end of the connection.
const HANGS: &str = r#"u=${1#http://}; a=${u%%/*}; exec 3<>/dev/tcp/${a%:*}/${a#*:}; printf 'GET /%s HTTP/1.1\r\n\r\n' "${u#*/}" >&3; read -r line <&3; [ ${#line} -gt 100 ] && cat <&3; printf ok"#;

#[test]
fn a_command_that_hangs_is_reported() {
    let options = ["--only", "status-line", "--timeout", "0.5"];
    let client = ["--", "bash", "-c", HANGS, "client", "{url}"];
    let ended = limits(&[&options[..], &client].concat());
    let text = ended.stdout.concat();
    assert_eq!(ended.code, Some(1), "{text}{}", ended.stderr);
    assert!(text.contains("it hangs"), "{text}");
}
