//! The catalogue of what a server may send (`catalogue/responses`) says what its data says
//! (`catalogue/responses.json`): a file for each case, of just the same steps, where one send is one
//! write. Nothing is played here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant};

use crate::support::catalogue::{self, Deed, OVER_TLS, PORT, cases, filled, folder};
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
    assert_eq!(cases.len(), 364);
    let expected: BTreeSet<_> = cases
        .iter()
        .filter(|case| case.is_played())
        .map(|case| case.file())
        .collect();
    assert_eq!(files, expected);
    assert_eq!(files.len(), 364 - OVER_TLS.len());
}

#[test]
fn each_file_has_the_steps_of_its_case() {
    let files = files();
    for case in cases() {
        let steps: Option<Vec<_>> = case.steps.iter().map(step).collect();
        let Some(steps) = steps else {
            assert!(!case.is_played(), "{} has steps in words", case.id);
            continue;
        };
        let name = case.file();
        if name.ends_with(".py") {
            // Shown by playing it.
            continue;
        }
        let script =
            WireScript::parse(&files[&name]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = WireScript::try_from(steps).expect("steps that can be played");
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
    for case in cases().into_iter().filter(|case| case.is_played()) {
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
    let start = Instant::now();
    for (name, file) in files.iter().filter(|(name, _)| name.ends_with(".wire")) {
        WireScript::parse(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let time = start.elapsed();
    assert!(time < ALL_READ_WITHIN, "{time:?}");
}

/// The first lines of a script; some have megabytes.
fn begin(script: &WireScript) -> String {
    script.to_string().chars().take(999).collect()
}

/// A step of the data, unless it is told in words.
fn step(step: &catalogue::Step) -> Option<Step> {
    Some(match step {
        catalogue::Step::Send(bytes) => Step::Send(filled(&bytes.0, &[(PORT, PORT_IN_TEMPLATES)])),
        catalogue::Step::PauseMs(time) => Step::Pause(Duration::from_millis(*time)),
        catalogue::Step::Wait(catalogue::Awaited::Body) => Step::WaitFor(Awaited::Body(None), None),
        catalogue::Step::Do(deed) => match deed {
            Deed::Close => Step::Close,
            Deed::HalfClose => Step::HalfClose,
            Deed::Reset => Step::Reset,
            Deed::Hold => Step::Hold(None),
            Deed::Next => Step::Next(By::Script),
        },
        catalogue::Step::Scenario(_) => return None,
    })
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
