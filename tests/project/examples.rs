//! Every item that `src/lib.rs` exports has an example in its documentation, which `cargo test --doc` runs, or names
//! an item whose example uses it: ``See the example of [`Server::get`].`` The example of a file's module counts as well.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::project::exports::{EXPORTED, Exported};

/// What refers to another item's example.
static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^ ?See the example of \[`([\w:]+)`\]").expect("a pattern"));

#[test]
fn every_public_item_has_an_example() {
    let items = &*EXPORTED;
    // Names that several modules have are told apart by their files.
    let mut examples: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for item in items {
        examples
            .entry(&*item.name)
            .or_default()
            .extend(example(item));
    }
    let mut findings = Vec::new();
    for item in items {
        let mut add = |what: String| findings.push(format!("{}: {}: {what}", item.file, item.name));
        if example(item).is_some() {
            continue;
        }
        let word = item.name.rsplit("::").next().unwrap_or_default();
        let Some(target) = item.docs.iter().find_map(|line| LINK.captures(line)) else {
            let modules = items
                .iter()
                .filter(|one| one.is_module && one.file == item.file);
            if !modules.filter_map(example).any(|of| uses(&of, word)) {
                add("no example".to_owned());
            }
            continue;
        };
        match examples.get(&target[1]) {
            None => add(format!("refers to `{}`, which is not public", &target[1])),
            Some(examples) if examples.is_empty() => {
                add(format!("refers to `{}`, which has no example", &target[1]));
            }
            Some(examples)
                if !item.is_module && !examples.iter().any(|example| uses(example, word)) =>
            {
                add(format!("the example of `{}` does not use it", &target[1]));
            }
            Some(_) => {}
        }
    }
    assert!(items.len() > 400, "{} public items", items.len());
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Lines of an example that a reader sees, without empty ones.
const MOST_LINES: usize = 12;

#[test]
fn examples_are_short() {
    let findings = EXPORTED.iter().filter_map(|item| {
        let example = example(item)?;
        let lines = example.lines().map(str::trim);
        let shown =
            lines.filter(|line| !line.is_empty() && *line != "#" && !line.starts_with("# "));
        let count = shown.count();
        let name = format!("{}: {}: {count} lines", item.file, item.name);
        (count > MOST_LINES).then_some(name)
    });
    let findings: Vec<_> = findings.collect();
    assert!(
        findings.is_empty(),
        "expected at most {MOST_LINES}:\n{}\n",
        findings.join("\n")
    );
}

#[test]
fn examples_assert_something() {
    let findings = EXPORTED.iter().filter_map(|item| {
        let example = example(item)?;
        let is_checked = example.contains("assert");
        (!is_checked).then(|| format!("{}: {}", item.file, item.name))
    });
    let findings: Vec<_> = findings.collect();
    assert!(
        findings.is_empty(),
        "nothing is asserted in\n{}\n",
        findings.join("\n")
    );
}

#[test]
fn exported_items_are_those_of_all_kinds() {
    let items = &*EXPORTED;
    let has = |file: &str, name: &str| {
        items
            .iter()
            .any(|item| item.file.ends_with(file) && item.name == name)
    };
    for (file, name) in [
        ("server/mod.rs", "Server"),
        ("server/mocking.rs", "Server::get"),
        ("control/mod.rs", "Server::control"),
        ("mock/answer.rs", "IntoAnswer::into_answer"),
        ("mock/answer.rs", "json"),
        ("wire_script/limits.rs", "MAX_BYTES"),
        ("wire_script/mod.rs", "Limit"),
        ("wire_script/table.rs", "WireScript::send"),
        ("http/problems/kind.rs", "ProblemKind::clause"),
        ("http/websocket.rs", "Opcode::PING"),
        ("tls/certificates/pair.rs", "Pair::read"),
        ("tls/faults/mod.rs", "tls::faults"),
        ("lib.rs", "message"),
    ] {
        assert!(has(file, name), "{file}: {name}");
    }
    for (file, name) in [
        ("server/mod.rs", "Server::route"),
        ("exchange/request.rs", "Request"),
        ("transcript/tape.rs", "Tape"),
        ("site/routing/router.rs", "Route"),
    ] {
        assert!(!has(file, name), "{file}: {name} is not public");
    }
}

/// Whether a name occurs in code.
fn uses(code: &str, name: &str) -> bool {
    code.split(|character: char| !character.is_alphanumeric() && character != '_')
        .any(|word| word == name)
}

/// The Rust code of the documentation that runs: of blocks without a word like `no_run`.
fn example(item: &Exported) -> Option<String> {
    let mut code = Vec::new();
    let mut block = None;
    let mut has_code = false;
    for line in item.docs.iter().map(|line| line.trim()) {
        block = match (line.strip_prefix("```"), block) {
            (Some(_), Some(_)) => None,
            (Some(language), None) => Some(language),
            (None, Some("")) => {
                has_code = true;
                code.push(line);
                block
            }
            (None, _) => block,
        };
    }
    has_code.then(|| code.join("\n"))
}
