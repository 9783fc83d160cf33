//! The catalogue of what a server may send (`catalogue/responses`) says what its data says
//! (`catalogue/responses.json`): a file for each case, of just the same steps, where one send is one
//! write. Nothing is played here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant};

use crate::catalogue::{self, Deed, PORT, cases, filled, folder};
use crate::support::repository;
use wireserve::WireScript;
use wireserve::wire_script::{Awaited, By, Step};

/// What a template has for the server's port.
const PORT_IN_TEMPLATES: &[u8] = b"{{ports[http][0]}}";

/// Far more than it takes to read all files without optimization. Reading in more than linear time
/// does not stay below it.
const ALL_READ_WITHIN: Duration = Duration::from_secs(1);

#[test]
fn a_file_for_each_case_and_nothing_else() {
    let files: BTreeSet<_> = files().into_keys().collect();
    let cases = cases();
    assert_eq!(cases.len(), 531);
    let expected: BTreeSet<_> = cases.iter().map(|case| case.file()).collect();
    assert_eq!(files, expected);
}

#[test]
fn each_file_has_the_steps_of_its_case() {
    let files = files();
    for case in cases() {
        let steps: Vec<_> = case.steps.iter().map(step).collect();
        let name = case.file();
        if name.ends_with(".py") {
            // Shown by playing it.
            continue;
        }
        let script =
            WireScript::parse(&files[&name]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = match &case.wire {
            Some(text) => WireScript::parse(text.as_bytes()).expect("a wire script"),
            None => WireScript::try_from(steps).expect("steps that can be played"),
        };
        let (read, wanted) = (begin(&script), begin(&expected));
        assert!(
            script == expected,
            "{name} says\n{read}and should say\n{wanted}"
        );
        let again = WireScript::parse(script.to_string().as_bytes());
        assert!(again.as_ref() == Ok(&script), "{name} prints as\n{read}");
    }
}

#[test]
fn each_file_begins_with_what_it_is_about() {
    let files = files();
    for case in cases() {
        let name = case.file();
        let (id, title, clause) = (case.id, case.title, case.clause);
        let (rule, expect) = (case.rule, case.expect);
        let head = format!("# {id}: {title}\n# {clause}: {rule}\n# expect: {expect}\n");
        assert!(
            files[&name].starts_with(head.as_bytes()),
            "{name} does not begin with\n{head}"
        );
    }
}

#[test]
fn all_files_are_read_at_once() {
    let files = files();
    let time = || {
        let start = Instant::now();
        for (name, file) in files.iter().filter(|(name, _)| name.ends_with(".wire")) {
            WireScript::parse(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        start.elapsed()
    };
    // A busy machine delays some of them.
    let in_time = (0..5).any(|_| time() < ALL_READ_WITHIN);
    assert!(in_time, "not within {ALL_READ_WITHIN:?}");
}

/// The first lines of a script; some have megabytes.
fn begin(script: &WireScript) -> String {
    script.to_string().chars().take(999).collect()
}

/// A step of the data.
fn step(step: &catalogue::Step) -> Step {
    match step {
        catalogue::Step::Send(bytes) => Step::Send(filled(&bytes.0, &[(PORT, PORT_IN_TEMPLATES)])),
        catalogue::Step::PauseMs(time) => Step::Pause(Duration::from_millis(*time)),
        catalogue::Step::Wait(catalogue::Awaited::Body) => Step::WaitFor(Awaited::Body(None), None),
        catalogue::Step::Do(deed) => match deed {
            Deed::Close => Step::Close,
            Deed::CloseWithoutNotify => Step::CloseWithoutNotify,
            Deed::HalfClose => Step::HalfClose,
            Deed::Reset => Step::Reset,
            Deed::Hold => Step::Hold(None),
            Deed::Next => Step::Next(By::Script),
        },
    }
}

fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = fs::read_dir(folder()).expect("the catalogue");
    folder
        .map(|entry| {
            let entry = entry.expect("a file");
            let name = entry.file_name().into_string().expect("a plain name");
            (name, fs::read(entry.path()).expect("its bytes"))
        })
        .collect()
}

/// The field names of the response and request cases, as the data has them.
fn fields(file: &str) -> BTreeSet<String> {
    let cases = records(file).into_iter();
    cases
        .flat_map(|case| case.into_iter().map(|(name, _)| name))
        .collect()
}

fn records(file: &str) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let data = fs::read(repository().join("catalogue").join(file)).expect("the data");
    serde_json::from_slice(&data).expect("a list of objects")
}

#[test]
fn the_index_page_has_every_group_with_its_count() {
    let page = index_page();
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let count = cells.get(2)?.parse::<usize>().ok()?;
        Some((cells[0].to_owned(), count))
    });
    let listed: BTreeMap<_, _> = rows.collect();
    let mut counted = BTreeMap::new();
    for file in ["responses.json", "requests.json"] {
        for case in records(file) {
            let id = case["id"].as_str().expect("a text");
            let (group, _) = id.split_once('-').expect("a group and a number");
            *counted.entry(group.to_owned()).or_insert(0) += 1;
        }
    }
    assert_eq!(listed, counted);
    let (responses, requests) = (
        records("responses.json").len(),
        records("requests.json").len(),
    );
    let totals = format!("\n{responses} HTTP/1.1 responses and {requests} requests, ");
    assert!(page.contains(&totals), "{totals}");
}

#[test]
fn the_index_page_explains_every_field_and_value() {
    let page = index_page();
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).collect();
    let explains = |word: &str| {
        let word = format!("`{}`", word.replace('|', "\\|"));
        rows.iter().any(|row| {
            row.split(" | ")
                .next()
                .is_some_and(|cell| cell.contains(&word))
        })
    };
    let mut words = fields("responses.json");
    words.extend(fields("requests.json"));
    words.extend(cases().into_iter().map(|case| case.expect));
    words.retain(|word| !explains(word));
    assert!(words.is_empty(), "not in catalogue/README.md: {words:?}");
}

fn index_page() -> String {
    fs::read_to_string(repository().join("catalogue/README.md")).expect("the index page")
}
