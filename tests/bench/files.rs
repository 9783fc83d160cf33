//! The files: the JSON has the documented keys and is what `--compare` reads, and the picture is SVG.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{SHORT, bench, read, results};
use crate::support::folder::folder;
use crate::support::repository;

#[test]
fn the_document_has_every_key() {
    let root = folder(&[("a.py", "def main(request, response):\n    return 'a'\n")]);
    let found = results(root.path(), &["a.py", "/none", "--profile"], 1);
    let page = repository().join("docs/bench.md");
    let page = fs::read_to_string(page).expect("the page");
    let mut keys = BTreeSet::new();
    collect(&found, &mut keys);
    for key in &keys {
        let is_named = page.contains(&format!("`{key}`"));
        assert!(
            is_named || key.starts_with("status "),
            "`{key}` in docs/bench.md"
        );
    }
    for key in [
        "format",
        "requests_per_s",
        "others",
        "own_us",
        "median",
        "waiting",
    ] {
        assert!(keys.contains(key), "{key} in {keys:?}");
    }
}

fn collect(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            collect(value, keys);
        }),
        Value::Array(values) => values.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}

#[test]
fn a_run_is_compared_with_an_earlier_one() {
    let root = folder(&[("a.txt", "a"), ("b.txt", "b")]);
    let old = root.path().join("results.json");
    results(root.path(), &["a.txt"], 0);
    let compare = ["a.txt", "b.txt", "--compare", "results.json"];
    let ended = bench(root.path(), &[SHORT, &compare].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let text = ended.stdout.concat();
    let (_, text) = text
        .split_once("new values relative to results.json\n")
        .expect("a comparison");
    // Two rounds do not show a spread.
    for shown in [
        "  GET /a.txt\n    requests/s ",
        " ×]",
        "not judged\n    p50 ",
        "server's CPU",
        "GET /b.txt: not in results.json",
        "not judged: expected at least 3 rounds",
    ] {
        assert!(text.contains(shown), "{shown:?} in {text}");
    }
    // The machine of the earlier run was busy.
    let mut results = read(&old);
    results["rounds"] = 5.into();
    results["machine"]["others"] = 0.5.into();
    results["machine"]["busiest"] = "something".into();
    fs::write(&old, results.to_string()).expect("a file");
    let more = [
        "-c",
        "2",
        "-d",
        "0.3",
        "--rounds",
        "3",
        "a.txt",
        "--compare",
        "results.json",
    ];
    let text = bench(root.path(), &more).stdout.concat();
    let reason = "not judged: before, other processes used 50 % of the ";
    assert!(
        text.contains(reason) && text.contains("mostly `something`"),
        "{text}"
    );
    // It had other connections.
    results["connections"] = 7.into();
    fs::write(&old, results.to_string()).expect("a file");
    let text = bench(root.path(), &more).stdout.concat();
    assert!(
        text.contains("not judged: 7 connections before, 2 now\n"),
        "{text}"
    );
}

#[test]
fn the_picture_has_a_curve_for_each_path() {
    let root = folder(&[("a.txt", "a"), ("b.txt", "b")]);
    let arguments = ["a.txt", "b.txt?<&>", "--svg", "latency.svg"];
    let ended = bench(root.path(), &[SHORT, &arguments].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let picture = fs::read_to_string(root.path().join("latency.svg")).expect("the picture");
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    assert_eq!(picture.matches("<polyline ").count(), 2);
    assert!(picture.contains("GET /b.txt?&lt;&amp;&gt;"), "{picture}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let root = folder(&[("a.txt", "a")]);
    let arguments = ["a.txt", "--json", "no/such/folder.json"];
    let ended = bench(root.path(), &[SHORT, &arguments].concat());
    ended.is_refusal(&["bench", "no/such/folder.json"]);
}
