//! The packages for crates.io: each has fewer files than a reader or a registry minds, and all that its code includes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use regex::Regex;

use crate::project::sources::files_below;
use crate::support::repository;

/// The packages, and their folders.
const PACKAGES: [(&str, &str); 3] = [
    ("wireserve-core", "crates/core"),
    ("wireserve-conform", "crates/conform"),
    ("wireserve", ""),
];

/// Files of one package; a larger one is a reason to divide it.
const MAX_FILES: usize = 400;

/// The files of a package, from its folder.
fn files_of(package: &str) -> BTreeSet<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .args(["--package", package])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{package}: {complaint}");
    let list = String::from_utf8(output.stdout).expect("names in UTF-8");
    list.lines().map(PathBuf::from).collect()
}

#[test]
fn every_crate_is_a_package() {
    let entries = fs::read_dir(repository().join("crates")).expect("the crates");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let folders = names.map(|name| format!("crates/{}", name.display()));
    let known = PACKAGES.iter().map(|(_, folder)| (*folder).to_owned());
    assert_eq!(
        folders.chain([String::new()]).collect::<BTreeSet<_>>(),
        known.collect::<BTreeSet<_>>()
    );
}

#[test]
fn packages_are_small_and_have_all_sources() {
    for (package, folder) in PACKAGES {
        let files = files_of(package);
        let count = files.len();
        assert!(count < MAX_FILES, "{package} has {count} files");
        let folder = repository().join(folder);
        for source in files_below(&folder.join("src"), "rs") {
            let source = source.strip_prefix(&folder).expect("below");
            assert!(files.contains(source), "{package}: {}", source.display());
        }
    }
}

/// Unit tests may include other files of the repository, since they run there.
#[test]
fn packages_have_what_their_code_includes() {
    let include = Regex::new(r#"include_(?:str|bytes)!\("([^"]+)"\)"#).expect("a pattern");
    let mut count = 0;
    for (package, folder) in PACKAGES {
        let files = files_of(package);
        let folder = repository().join(folder);
        for source in files_below(&folder.join("src"), "rs") {
            let text = fs::read_to_string(&source).expect("a source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (_, [path]) in include.captures_iter(code).map(|found| found.extract()) {
                let beside = source.parent().expect("in a folder");
                let included = without_dots(&beside.join(path));
                let included = included.strip_prefix(&folder).unwrap_or(&included);
                let source = source.display();
                assert!(files.contains(included), "{package}: {source}: {path}");
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count} files are included");
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}
