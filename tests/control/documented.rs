//! docs/control.md is accurate: its commands run, and do what it says.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use wireserve::internals::control::RESOURCES;
use wireserve::{RecordLimits, Server};

use crate::control::asking::Asker;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::repository;

fn page() -> String {
    fs::read_to_string(repository().join("docs/control.md")).expect("the page")
}

#[test]
fn its_commands_run_one_after_the_other() {
    let page = page();
    let blocks = page.split("```sh\n").skip(1);
    let blocks: String = blocks
        .map(|block| block.split_once("```").expect("an end").0)
        .collect();
    let builder = Server::builder()
        .record(RecordLimits::default())
        .transcripts();
    let server = builder.start().expect("a free port");
    let control = server.control().expect("a free port");
    // `--fail`, so that a refused request ends the script.
    let blocks = blocks
        .replace(
            "command curl -s",
            "command curl --fail --silent --show-error",
        )
        .replace(
            "http://127.0.0.1:8000",
            &format!("http://{}", server.address()),
        )
        .replace(
            "curl $CONTROL/v1/reset -X POST",
            "echo; curl $CONTROL/v1/status",
        );
    let folder = folder(&[]);
    let mut shell = Command::new("bash");
    shell
        .args(["-euc", &blocks])
        .current_dir(folder.path())
        .env("CONTROL", format!("http://{}", control.address()))
        .env("TOKEN", control.token());
    let ended = Process::spawn(&mut shell).end();
    let printed = ended.stdout.concat();
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{printed}"
    );
    for shown in [
        "Hello!",
        r#""target":"/hello/you""#,
        r#""message":"expected 1 to 3 requests POST /items\n"#,
        r#""timed_out":true"#,
        r#"{"name":"let go","set":true}"#,
        "connection 1, client 127.0.0.1:",
    ] {
        assert!(printed.contains(shown), "expected {shown} in:\n{printed}");
    }
    let seen = fs::read(folder.path().join("seen.wire")).expect("a script");
    wireserve::WireScript::parse(&seen).expect("a wire script");
    Asker::of(&control).tell("POST", "/v1/reset");
}

#[test]
fn its_table_has_all_resources() {
    let page = page();
    let rows = page.lines().filter_map(|line| {
        let (path, rest) = line.strip_prefix("| `/v1")?.split_once("` | ")?;
        let methods = ["GET", "POST", "PUT", "DELETE"];
        let named = methods
            .into_iter()
            .filter(|method| rest.contains(&format!("`{method}`")));
        Some((format!("/v1{path}"), named.collect::<BTreeSet<_>>()))
    });
    let served = RESOURCES
        .iter()
        .filter(|resource| resource.path.starts_with("/v1"));
    let served = served.map(|resource| (resource.path.to_owned(), resource.methods().collect()));
    assert_eq!(rows.collect::<Vec<_>>(), served.collect::<Vec<_>>());
}

#[test]
fn its_example_is_the_one_that_runs() {
    let page = page();
    let (_, block) = page.split_once("```js\n").expect("an example");
    let (shown, _) = block.split_once("```").expect("an end");
    let example = include_str!("../../examples/control/node/items.test.mjs");
    assert!(example.ends_with(shown), "{shown}");
}
