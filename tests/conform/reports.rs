//! The files of `--report`, and `--compare`: each is read by a parser of its own, and holds against a client
//! whose words are markup.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::schema;
use crate::support::command::program;
use crate::support::process::{Ended, Process};
use crate::support::repository;

const SCHEMA: &str = include_str!("../../docs/conform-report.schema.json");

/// A driver that answers as the server does to `CL-21`, with the first length, and whose words are markup.
pub const DRIVER: &str = r#"
import base64, json, socket, sys
def say(line): print(json.dumps(line), flush=True)
say({"version": 1, "client": "<b>x</b> & \"y\" 1"})
for line in sys.stdin:
    request = json.loads(line)
    host, _, target = request["url"][7:].partition("/")
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port))) as connection:
        connection.sendall(f"GET /{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while True:
            piece = connection.recv(65536)
            answer += piece
            if not piece or b"Content-Length: 2" in answer and answer.endswith(b"ok") or answer.endswith(b"after"):
                break
    print("<script>document.title = 'broken'</script> &amp;", file=sys.stderr, flush=True)
    head, _, content = answer.partition(b"\r\n\r\n")
    fields = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if ": " in line]
    if request["case"] == "SL-02":
        say({"id": request["id"], "error": {"kind": "</script><img src=x onerror=alert(1)>", "text": "`|@x]]>\u001b[31m"}})
    else:
        say({"id": request["id"], "status": 200, "fields": fields, "content": base64.b64encode(content).decode()})
"#;

/// Runs the suite against that driver, with these arguments before it.
pub fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let driver = folder.join("driver.py");
    fs::write(&driver, DRIVER).expect("a file");
    let mut command = Command::new(program());
    command.current_dir(folder).arg("conform").args(arguments);
    command.args(["--", "python3"]).arg(driver);
    Process::spawn(&mut command).end()
}

fn read(folder: &TempDir, name: &str) -> String {
    let path = folder.path().join("out").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(folder: &TempDir) -> Value {
    serde_json::from_str(&read(folder, "report.json")).expect("JSON")
}

/// The case of a report.
fn case<'r>(report: &'r Value, id: &str) -> &'r Value {
    let mut cases = report["cases"].as_array().expect("a list").iter();
    cases.find(|case| case["id"] == id).expect("the case")
}

const KNOWN: &str = r#"{"SL-02": {"verdict": "fail", "reason": "<i>bug</i> 7"},
    "SL-01": {"verdict": "warn", "reason": "bug 8"}}"#;

#[test]
fn the_files_of_a_run_are_read_by_parsers() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("known.json"), KNOWN).expect("a file");
    let only = "SL-01,SL-02,CL-21,TE-01";
    let arguments = ["--only", only, "--expect", "known.json", "--report", "out"];
    let ended = run(folder.path(), &arguments);
    let printed = ended.stdout.concat();
    assert_eq!(ended.code, Some(1), "{printed}{}", ended.stderr);
    assert!(
        printed.contains("unexpected: SL-01: expected warn (bug 8), found pass; remove it"),
        "{printed}"
    );

    let report = json(&folder);
    let mistakes = schema::mistakes(SCHEMA, &report);
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert_eq!(report["client"], "<b>x</b> & \"y\" 1");
    let failed = case(&report, "SL-02");
    assert_eq!(failed["known"]["reason"], "<i>bug</i> 7");
    assert_eq!(failed["outcome"]["error"]["text"], "`|@x]]>\u{1b}[31m");
    assert!(
        failed["outcome"]["printed"]
            .as_str()
            .expect("text")
            .contains("<script>")
    );
    let wrong = case(&report, "CL-21");
    assert_eq!(wrong["verdict"], "fail", "{wrong}");
    let segments = wrong["connections"][0]["segments"]
        .as_array()
        .expect("a list");
    let sides: Vec<_> = segments.iter().map(|one| &one["from"]).collect();
    assert!(sides[..2] == ["client", "server"], "{segments:?}");
    assert!(
        wrong["wire"]
            .as_str()
            .expect("a script")
            .starts_with("# CL-21: ")
    );

    assert_eq!(
        junit(&folder),
        [
            "failure\tconform.SL\tSL-01\texpected warn (bug 8), found pass; remove it from the known deviations",
            "skipped\tconform.SL\tSL-02\tknown fail: <i>bug</i> 7",
            "failure\tconform.CL\tCL-21\tfound fail: it must fail, and returned 200 \"okXX\"",
            "failure\tconform.TE\tTE-01\tfound fail: expected the content \"ok\", found \"2\\r\\nok\\r\\n0\\r\\n\\r\\n\"",
        ]
    );
    let markdown = read(&folder, "report.md");
    for part in [
        "# HTTP/1.1 conformance of `<b>x</b> & \"y\" 1`\n",
        "| SL status lines | 1 | 0 | 0 | 0 | 1 |\n",
        "## Unexpected\n\n- **SL-01** ",
        "(known: `<i>bug</i> 7`)",
    ] {
        assert!(markdown.contains(part), "no {part:?} in\n{markdown}");
    }
    let badge = folder.path().join("out/badge.svg");
    let parse = "import sys, xml.etree.ElementTree as E; print(E.parse(sys.argv[1]).getroot().get('aria-label'))";
    let parsed = python(&["-c", parse, badge.to_str().expect("a plain path")]);
    assert_eq!(parsed, "HTTP/1.1 conformance: 1 pass, 3 fail\n");
}

/// The tests of the JUnit file as Python's parser sees them: state, class, id and message.
fn junit(folder: &TempDir) -> Vec<String> {
    let script = repository().join("tests/conform/junit.py");
    let file = folder.path().join("out/junit.xml");
    let paths = [script, file].map(|path| path.to_string_lossy().into_owned());
    let lines = python(&[&paths[0], &paths[1]]);
    let test = |line: &str| {
        let columns: Vec<_> = line.split('\t').collect();
        let id = columns[2].split(':').next().unwrap_or_default();
        [columns[0], columns[1], id, columns[3]].join("\t")
    };
    lines.lines().map(test).collect()
}

fn python(arguments: &[&str]) -> String {
    let ended = Process::spawn(Command::new("python3").args(arguments)).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout.concat()
}

#[test]
fn what_changed_since_an_older_report_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(
        run(folder.path(), &["--only", "SL-01,CL-21", "--report", "out"]).code,
        Some(1)
    );
    let mut old = json(&folder);
    let same = ["--only", "SL-01", "--compare", "out/report.json"];
    let ended = run(folder.path(), &same);
    let printed = ended.stdout.concat();
    assert!(printed.contains(": no differences\n"), "{printed}");
    assert_eq!(ended.code, Some(0), "{printed}");

    // As if an older client had passed one case, and an older suite had another.
    let cases = old["cases"].as_array_mut().expect("a list");
    for case in cases {
        match case["id"].as_str() {
            Some("CL-21") => case["verdict"] = "pass".into(),
            _ => case["id"] = "XX-01".into(),
        }
    }
    fs::write(folder.path().join("old.json"), old.to_string()).expect("a file");
    let changed = [
        "--only",
        "SL-01,CL-21",
        "--compare",
        "old.json",
        "--report",
        "out",
    ];
    let printed = run(folder.path(), &changed).stdout.concat();
    for line in [
        "  CL-21: fail, was pass: two different",
        "  SL-01: new, pass: ",
        "  XX-01: removed, pass: ",
    ] {
        assert!(printed.contains(line), "no {line:?} in\n{printed}");
    }
    let report = json(&folder);
    assert_eq!(report["comparison"]["changed"][0]["from"], "pass");
    let mistakes = schema::mistakes(SCHEMA, &report);
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(read(&folder, "report.md").contains("- **XX-01** "));
}

#[test]
fn mistakes_are_found_before_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("list.json", "[]"),
        (
            "later.json",
            r#"{"version": 9, "client": "", "began": "", "cases": []}"#,
        ),
        (
            "unknown.json",
            r#"{"XX-99": {"verdict": "fail", "reason": ""}}"#,
        ),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    for (arguments, named) in [
        (["--compare", "no.json"], "cannot compare with no.json"),
        (["--compare", "list.json"], "expected a report.json"),
        (
            ["--compare", "later.json"],
            "expected version 1 of the report, found 9",
        ),
        (
            ["--expect", "unknown.json"],
            "expected the ids of cases, found \"XX-99\"",
        ),
        (
            ["--report", "list.json/x"],
            "cannot make the folder list.json/x",
        ),
    ] {
        let arguments = [&arguments[..], &["--only", "SL-01"]].concat();
        run(folder.path(), &arguments).is_refusal(&[named]);
    }
}
