//! The matrix of real clients, of which `./dev matrix --verify` compares four with what is kept of them. The pages are
//! what the kept results make, and neither names a case beside a client that hangs, crashes, mixes up responses, takes
//! a part as complete, or accepts what it must reject.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use regex::Regex;
use serde_json::{Map, Value};

use crate::support::devtools::Page;
use crate::support::{repository, virtual_environment};

/// The group of valid responses: only its cases may be named beside a client.
const VALID: &str = "VU-";

/// What may be found in such a case: an error, or a rule of the judge about an answer.
const SHOWN: [&str; 11] = [
    "error",
    "reaction",
    "status",
    "content",
    "coding",
    "fields",
    "trailers",
    "redirect",
    "upload",
    "repetition",
    "reuse",
];

/// What is only counted.
const COUNTED: [&str; 6] = ["hang", "crash", "mix-up", "next", "incomplete", "accepts"];

/// The judge's own words for what is only counted.
const UNPUBLISHED: &str = "hangs|still waited|was stopped|signal|exited|not its response|next request|must fail|incomplete|EVIL";

#[test]
fn the_pages_are_what_the_kept_results_make() {
    let run = matrix(&["--check"]);
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
}

#[test]
fn the_matrix_has_unit_tests() {
    let mut command = Command::new(python());
    command.args([
        "-m",
        "unittest",
        "-v",
        "test_clients",
        "test_kept",
        "test_verify",
    ]);
    let run = command.current_dir(folder()).output().expect("Python");
    let printed = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{printed}");
    assert!(printed.contains("... ok"), "{printed}");
}

#[test]
fn what_is_kept_names_no_case_that_is_only_counted() {
    let unpublished = Regex::new(UNPUBLISHED).expect("a pattern");
    let all = kept();
    assert!(all.len() > 10, "{}", all.len());
    for (file, data) in all {
        let names: Vec<_> = data.keys().map(String::as_str).collect();
        let expected = [
            "version", "name", "language", "client", "packages", "driver", "ran", "groups",
            "counted", "valid", "limits",
        ];
        assert_eq!(names, sorted(&expected), "{file}");
        for (id, found) in object(&data["valid"]) {
            assert!(id.starts_with(VALID), "{file}: {id}");
            let rule = found[1].as_str().expect("a rule");
            assert!(SHOWN.contains(&rule), "{file}: {id}: {found}");
            let words = found[2].as_str().expect("words");
            let is_own = rule == "error";
            assert!(
                is_own || !unpublished.is_match(words),
                "{file}: {id}: {found}"
            );
            assert_eq!(found.as_array().map(Vec::len), Some(3), "{file}: {id}");
        }
        for (kind, count) in object(&data["counted"]) {
            assert!(COUNTED.contains(&kind.as_str()), "{file}: {kind}");
            assert!(count.is_u64(), "{file}: {kind}");
        }
        for (group, counts) in object(&data["groups"]) {
            let is_counts = object(counts).values().all(Value::is_u64);
            assert!(is_counts, "{file}: {group}: {counts}");
        }
        for (limit, size) in object(&data["limits"]) {
            let is_size = size.is_null() || size.is_u64();
            let is_bound = size
                .as_str()
                .is_some_and(|size| size.starts_with("at least "));
            assert!(is_size || is_bound, "{file}: {limit}: {size}");
        }
    }
}

#[test]
fn the_pages_name_only_cases_with_valid_responses() {
    let case = Regex::new(r"\b([A-Z]{2}-\d{2,3})\b").expect("a pattern");
    for page in ["clients.md", "clients.html"] {
        let text = fs::read_to_string(repository().join("docs").join(page)).expect("a page");
        // Its outcome is that which is required.
        let named = case.captures_iter(&text).map(|found| found[1].to_owned());
        let others: Vec<_> = named
            .filter(|id| !id.starts_with(VALID) && id != "TX-17")
            .collect();
        assert!(others.is_empty(), "docs/{page}: {others:?}");
    }
}

#[test]
fn the_page_sorts_and_filters() {
    let file = repository().join("docs/clients.html");
    let mut page = Page::open(&format!("file://{}", file.display()), (1280, 900));
    let first = "document.querySelector('#clients tbody tr:not([hidden]) th').innerText";
    let shown = "document.querySelectorAll('#clients tbody tr:not([hidden])').length";
    assert_eq!(page.value(shown), kept().len());
    // The number of failures, once from the lowest and once from the highest.
    let sort = "[...document.querySelectorAll('#clients thead button')].find((b) => b.innerText === 'fail').click(); 0";
    let column = "[...document.querySelectorAll('#clients tbody tr')].map((row) => Number(row.cells[6].innerText))";
    page.value(sort);
    let rising = format!("{column}.every((n, i, all) => i === 0 || all[i - 1] <= n)");
    assert_eq!(page.value(&rising), true);
    page.value(sort);
    let falling = format!("{column}.every((n, i, all) => i === 0 || all[i - 1] >= n)");
    assert_eq!(page.value(&falling), true);
    // Words and a language; cases without a client that is shown are hidden.
    let all = page.value("document.querySelectorAll('#valid details:not([hidden])').length");
    page.value(
        "const words = document.getElementById('words'); words.value = 'urllib3 2'; \
                words.dispatchEvent(new Event('input')); 0",
    );
    assert_eq!(
        page.value("document.getElementById('shown').innerText")
            .as_str()
            .map(|text| &text[..5]),
        Some("2 of ")
    );
    page.value(
        "words.value = 'curl 7'; words.dispatchEvent(new Event('input')); \
                const language = document.getElementById('language'); language.value = 'C'; \
                language.dispatchEvent(new Event('change')); 0",
    );
    assert_eq!(page.value(shown), 1);
    assert_eq!(page.value(first), "curl");
    assert_ne!(
        page.value("document.querySelectorAll('#valid details:not([hidden])').length"),
        all
    );
    page.value("location.hash = '#VU-32'; 0");
    page.wait_until("document.getElementById('VU-32').open");
    // On a phone, only the tables scroll sideways.
    page.resize(390, 844);
    assert_eq!(
        page.value("document.documentElement.scrollWidth <= 390"),
        true
    );
    assert_eq!(
        page.value("performance.getEntriesByType('resource').length"),
        0
    );
    assert_eq!(page.errors(), [] as [String; 0]);
}

/// The contents of `matrix/kept`.
fn kept() -> Vec<(String, Map<String, Value>)> {
    let files = fs::read_dir(folder().join("kept")).expect("the folder");
    let read = |path: PathBuf| {
        let text = fs::read(&path).expect("a file");
        let data = serde_json::from_slice(&text);
        let name = path.display().to_string();
        let data = data.unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, data)
    };
    files
        .map(|file| read(file.expect("a file").path()))
        .collect()
}

/// Runs the matrix, without installing anything.
fn matrix(options: &[&str]) -> Output {
    let mut command = Command::new(python());
    command.arg(folder()).args(options).stdin(Stdio::null());
    command.output().expect("Python")
}

pub(super) fn python() -> PathBuf {
    let venv = virtual_environment().join("bin/python");
    match venv.is_file() {
        true => venv,
        false => "python3".into(),
    }
}

fn folder() -> PathBuf {
    repository().join("matrix")
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

fn sorted<'n>(names: &[&'n str]) -> Vec<&'n str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}
