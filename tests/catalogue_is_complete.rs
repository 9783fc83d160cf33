//! The catalogue of what a server may send (`tests/catalogue/*.wire`) says what its data says
//! (`tests/data/responses.json`): a file for each case, of just the same steps, where one send is one
//! write. Nothing is played here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;
use wireserve::WireScript;
use wireserve::wire_script::{Awaited, By, Step};

/// Cases that a wire script cannot say: the first two need what the request says for their answer, the
/// others TLS. Their steps are words.
const NO_SCRIPTS: [&str; 4] = ["UP-06", "UP-07", "TX-16", "TX-17"];

/// Far more than it takes to read all files without optimization. Reading in more than linear time
/// does not stay below it.
const ALL_READ_WITHIN: Duration = Duration::from_secs(1);

#[test]
fn a_file_for_each_case_and_nothing_else() {
    let files: BTreeSet<_> = files().into_keys().collect();
    let cases: BTreeSet<_> = cases()
        .iter()
        .map(|case| text(case, "id"))
        .filter(|id| !NO_SCRIPTS.contains(&id.as_str()))
        .map(|id| format!("{id}.wire"))
        .collect();
    assert_eq!(files, cases);
    assert_eq!(files.len(), 360);
}

#[test]
fn each_file_has_the_steps_of_its_case() {
    let files = files();
    for case in cases() {
        let id = text(&case, "id");
        let steps: Option<Vec<_>> = list(&case, "steps").iter().map(step).collect();
        let Some(steps) = steps else {
            assert!(NO_SCRIPTS.contains(&id.as_str()), "{id} has unknown steps");
            continue;
        };
        let file = &files[&format!("{id}.wire")];
        let script = WireScript::parse(file).unwrap_or_else(|error| panic!("{id}: {error}"));
        let expected = WireScript::from(steps);
        let (read, wanted) = (begin(&script), begin(&expected));
        assert!(
            script == expected,
            "{id} says\n{read}and should say\n{wanted}"
        );
        let again = WireScript::parse(script.to_string().as_bytes());
        assert!(again.as_ref() == Ok(&script), "{id} prints as\n{read}");
    }
}

#[test]
fn each_file_begins_with_what_it_is_about() {
    let files = files();
    for case in cases() {
        let [id, title, clause, rule, expect] =
            ["id", "title", "clause", "rule", "expect"].map(|field| text(&case, field));
        let Some(file) = files.get(&format!("{id}.wire")) else {
            continue;
        };
        let head = format!("# {id}: {title}\n# {clause}: {rule}\n# expect: {expect}\n");
        assert!(
            file.starts_with(head.as_bytes()),
            "{id} does not begin with\n{head}"
        );
    }
}

#[test]
fn all_files_are_read_at_once() {
    let files = files();
    let start = Instant::now();
    for (name, file) in &files {
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
fn step(step: &Value) -> Option<Step> {
    let (kind, value) = step.as_object()?.iter().next()?;
    Some(match (kind.as_str(), value) {
        ("send", pieces) => Step::Send(bytes(pieces)),
        ("pause_ms", time) => Step::Pause(Duration::from_millis(time.as_u64()?)),
        ("wait", Value::String(what)) if what == "body" => Step::WaitFor(Awaited::Body(None), None),
        ("do", Value::String(what)) => match what.as_str() {
            "close" => Step::Close,
            "half_close" => Step::HalfClose,
            "reset" => Step::Reset,
            "hold" => Step::Hold(None),
            "next" => Step::Next(By::Script),
            _ => return None,
        },
        _ => return None,
    })
}

/// Text is bytes, one character a byte; a list is several of them, `[character, count]` a run.
fn bytes(pieces: &Value) -> Vec<u8> {
    let latin1 = |text: &str| -> Vec<u8> {
        let byte = |character| u8::try_from(character).expect("a byte");
        text.chars().map(byte).collect()
    };
    let piece = |piece: &Value| match piece {
        Value::String(text) => latin1(text),
        run => {
            let character = run[0].as_str().expect("a character");
            let count = run[1].as_u64().expect("a count");
            latin1(character).repeat(usize::try_from(count).expect("a size"))
        }
    };
    match pieces {
        Value::Array(pieces) => pieces.iter().flat_map(piece).collect(),
        text => piece(text),
    }
}

fn text(case: &Value, field: &str) -> String {
    case[field].as_str().expect("text").to_owned()
}

fn list<'a>(case: &'a Value, field: &str) -> &'a [Value] {
    case[field].as_array().expect("a list")
}

fn cases() -> Vec<Value> {
    let data = fs::read(folder().join("data/responses.json")).expect("the data");
    serde_json::from_slice(&data).expect("a list of cases")
}

fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = fs::read_dir(folder().join("catalogue")).expect("the catalogue");
    folder
        .map(|entry| {
            let entry = entry.expect("a file");
            let name = entry.file_name().into_string().expect("a plain name");
            (name, fs::read(entry.path()).expect("its bytes"))
        })
        .collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests")
}
