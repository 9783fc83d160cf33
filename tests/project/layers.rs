//! The sources of all crates follow the layers that `src/lib.rs` lists from the bottom up: a module imports
//! only from itself and from modules above it in the list, and files do not import each other in a circle.
//! Only `python` and `extension` name pyo3, and only four files allow `unsafe`. Lints in `Cargo.toml` check the rest.
//! What tests share in `tests/support` is written with the public API alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use crate::project::sources::{File, Module, files_below, sources};
use crate::support::repository;

const UNSAFE_HOMES: [&str; 4] = [
    "src/cli/allocator.rs",
    "src/python/interpreter/at_fork.rs",
    "src/python/interpreter/objects.rs",
    "src/python/interpreter/thread_state.rs",
];

/// Names that do not say what a file contains.
const VAGUE: [&str; 5] = ["common", "helpers", "manager", "misc", "utils"];

/// Lines of a file before its unit tests, without the examples of its documentation.
const MAX_LINES: usize = 420;

static FILES: LazyLock<Vec<File>> =
    LazyLock::new(|| sources().iter().map(|path| File::read(path)).collect());

/// Fails if `check` finds anything wrong in any file.
fn assert_no_findings(check: impl Fn(&File) -> Vec<String>) {
    let lines = FILES.iter().filter_map(|file| match check(file) {
        found if found.is_empty() => None,
        found => Some(format!("{}: {}", file.path, found.join(", "))),
    });
    let lines: Vec<_> = lines.collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// The modules that `src/lib.rs` lists.
fn layers() -> Vec<&'static str> {
    let root = FILES.iter().find(|file| file.path == "src/lib.rs");
    let (_, rest) = root
        .expect("src/lib.rs")
        .text
        .split_once("//! # The layers")
        .expect("a list of layers");
    let lines = rest.lines().map(str::trim_start);
    let list = lines.skip_while(|line| !line.starts_with("//! - "));
    list.take_while(|line| line.starts_with("//! "))
        .filter_map(|line| line.strip_prefix("//! - ")?.split('`').nth(1))
        .collect()
}

#[test]
fn every_module_is_in_the_list_of_layers() {
    let modules: BTreeSet<_> = FILES
        .iter()
        .filter_map(File::layer)
        .map(String::as_str)
        .collect();
    assert_eq!(modules, layers().into_iter().collect());
}

#[test]
fn modules_import_only_what_is_above_them_in_the_list() {
    let layers = layers();
    let rank = |module: &String| layers.iter().position(|layer| layer == module);
    assert_no_findings(|file| {
        let Some(own) = file.layer() else {
            return Vec::new();
        };
        let paths = file.paths.union(&file.test_paths);
        let wrong = paths.filter(|path| rank(&path[0]).is_none_or(|used| Some(used) > rank(own)));
        wrong.map(|path| path.join("::")).collect()
    });
}

/// A file may import from its own folder's `mod.rs`, which declares it.
#[test]
fn files_do_not_import_each_other_in_a_circle() {
    let file_of = |path: &Module| {
        let in_file = FILES.iter().filter(|file| path.starts_with(&file.module));
        in_file
            .map(|file| &file.module)
            .max_by_key(|module| module.len())
    };
    let imports = FILES.iter().map(|file| {
        let used = file.paths.iter().filter_map(file_of);
        (
            &file.module,
            used.filter(|used| !file.module.starts_with(used)).collect(),
        )
    });
    let mut imports: BTreeMap<_, BTreeSet<_>> = imports.collect();
    // Files that import no other file, or that no other file imports, are in no circle. The others remain
    // when such files have been removed again and again.
    loop {
        let used: BTreeSet<_> = imports.values().flatten().copied().collect();
        let users: BTreeSet<_> = imports.keys().copied().collect();
        imports.retain(|file, _| used.contains(file));
        imports
            .values_mut()
            .for_each(|used| used.retain(|used| users.contains(used)));
        imports.retain(|_, used| !used.is_empty());
        if imports.len() == users.len() {
            break;
        }
    }
    let lines = imports.iter().map(|(file, used)| {
        let used: Vec<_> = used.iter().map(|used| used.join("::")).collect();
        format!("{} imports {}", file.join("::"), used.join(", "))
    });
    let lines: Vec<_> = lines.collect();
    assert!(lines.is_empty(), "in a circle:\n{}\n", lines.join("\n"));
}

#[test]
fn only_python_and_extension_name_pyo3() {
    assert_no_findings(|file| match file.layer() {
        Some(layer) if layer == "python" || layer == "extension" => Vec::new(),
        _ => file
            .idents
            .iter()
            .filter(|name| name.starts_with("pyo3"))
            .cloned()
            .collect(),
    });
}

/// The support of the tests is what any client's suite could write. What needs more is beside it, in `tests`.
#[test]
fn the_support_of_tests_uses_the_public_api() {
    let library = FILES.iter().find(|file| file.path == "src/lib.rs");
    let library = &library.expect("the root of the crate").text;
    let exports = library.split("#[doc(hidden)]\npub use ").skip(1);
    let names = exports.flat_map(|export| {
        let export = export.split(';').next().expect("a list of names");
        let names = export.split(|character: char| !character.is_alphanumeric());
        names.filter(|name| name.starts_with(char::is_uppercase))
    });
    let hidden: BTreeSet<_> = names.chain(["internals"]).collect();
    assert!(hidden.contains("Turn"), "{hidden:?}");
    let found = files_below(&repository().join("tests/support"), "rs")
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(&path).expect("a source");
            let uses: Vec<_> = text
                .lines()
                .filter(|line| line.starts_with("use wireserve::") || line.contains(" wireserve::"))
                .filter(|line| {
                    let mut words = line.split(|character: char| !character.is_alphanumeric());
                    words.any(|word| hidden.contains(word))
                })
                .map(|line| format!("{}: {line}", path.display()))
                .collect();
            (!uses.is_empty()).then_some(uses)
        });
    assert_eq!(found.flatten().collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn only_four_files_allow_unsafe() {
    let allow = FILES
        .iter()
        .filter(|file| file.text.contains("(unsafe_code)"));
    let paths: Vec<_> = allow.map(|file| file.path.as_str()).collect();
    assert_eq!(paths, UNSAFE_HOMES);
}

#[test]
fn files_are_documented_and_short_and_well_named() {
    assert_no_findings(|file| {
        let before_tests = file.text.split("\n#[cfg(test)]\nmod ").next();
        let lines = before_tests.map_or(0, lines_beside_examples);
        let mut parts = file.path.trim_end_matches(".rs").split('/');
        let wrong = [
            (!file.text.starts_with("//! "), "no module documentation"),
            (lines > MAX_LINES, "too many lines"),
            (parts.any(|part| VAGUE.contains(&part)), "a vague name"),
            (
                file.text.contains("TODO") || file.text.contains("FIXME"),
                "a task left to do",
            ),
        ];
        let wrong = wrong.iter().filter(|(is_wrong, _)| *is_wrong);
        wrong.map(|(_, what)| (*what).to_owned()).collect()
    });
}

/// The number of lines without examples in documentation, links to them, and the empty lines before both.
fn lines_beside_examples(text: &str) -> usize {
    let mut count = 0;
    let mut is_example = false;
    let mut is_after_empty = false;
    for line in text.lines() {
        let doc = line.trim_start().strip_prefix("///").map(str::trim_start);
        let is_fence = doc.is_some_and(|doc| doc.starts_with("```"));
        let is_link = doc.is_some_and(|doc| doc.starts_with("See the example of ["));
        if is_fence || is_link || is_example {
            is_example ^= is_fence;
            count -= usize::from(is_after_empty);
            is_after_empty = false;
        } else {
            count += 1;
            is_after_empty = doc.is_some_and(str::is_empty);
        }
    }
    count
}
