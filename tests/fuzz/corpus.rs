//! Every fuzz target holds for all of its corpus: what a fuzzer was given to begin with, and what one
//! has found. The targets are those of `fuzz/targets/`, compiled here without a fuzzer, so that
//! stable Rust and nothing else is needed. When one fails, the last file that it named is the input.

// To a fuzzer each target is a crate of its own, with its own copy of what several need.
#![allow(clippy::duplicate_mod)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module and a test of its name for each target that this build can have.
macro_rules! targets {
    ($($(#[$built:meta])? $target:ident $path:literal)*) => {
        $(
            $(#[$built])?
            #[path = $path]
            pub(crate) mod $target;

            $(#[$built])?
            #[test]
            fn $target() {
                replay(stringify!($target), $target::holds);
            }
        )*

        const TARGETS: &[&str] = &[$(stringify!($target)),*];
    };
}

targets! {
    basic_auth "../../fuzz/targets/basic_auth.rs"
    chunked "../../fuzz/targets/chunked.rs"
    connection "../../fuzz/targets/connection.rs"
    #[cfg(feature = "python")]
    cookies "../../fuzz/targets/cookies.rs"
    #[cfg(feature = "python")]
    form "../../fuzz/targets/form.rs"
    framing "../../fuzz/targets/framing.rs"
    head "../../fuzz/targets/head.rs"
    headers_file "../../fuzz/targets/headers_file.rs"
    pipes "../../fuzz/targets/pipes.rs"
    quoted "../../fuzz/targets/quoted.rs"
    ranges "../../fuzz/targets/ranges.rs"
    raw_lines "../../fuzz/targets/raw_lines.rs"
    response_fuzz "../../fuzz/targets/response_fuzz.rs"
    route_pattern "../../fuzz/targets/route_pattern.rs"
    #[cfg(feature = "python")]
    stash_key "../../fuzz/targets/stash_key.rs"
    target_and_query "../../fuzz/targets/target_and_query.rs"
    template "../../fuzz/targets/template.rs"
    wire_script "../../fuzz/targets/wire_script.rs"
}

/// Each target is a file, a binary, a corpus and a dictionary, and is listed here.
#[test]
fn nothing_of_a_target_is_missing() {
    let listed: BTreeSet<_> = TARGETS.iter().map(|&target| target.to_owned()).collect();
    for folder in ["targets", "corpus", "dictionaries"] {
        assert_eq!(names_in(&fuzz().join(folder)), listed, "fuzz/{folder}");
    }
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("fuzz/Cargo.toml");
    for target in TARGETS {
        let path = format!("path = \"targets/{target}.rs\"");
        let mut binaries = manifest.split("[[bin]]");
        let binary = binaries.find(|binary| binary.contains(&path));
        let binary = binary.unwrap_or_else(|| panic!("{target} in fuzz/Cargo.toml"));
        // By this, `./dev fuzz` knows for which ones it needs Python.
        assert_eq!(
            source_of(target).contains("\nmod scripts;\n"),
            binary.contains("\nrequired-features = [\"python\"]\n"),
            "{target}"
        );
    }
}

#[test]
fn the_first_line_of_a_target_is_its_invariant() {
    for target in TARGETS {
        let text = source_of(target);
        assert!(text.starts_with("//! "), "{target}");
        assert!(text.contains("\n//! Input: "), "{target}");
    }
}

fn replay(target: &str, holds: fn(&[u8])) {
    let mut inputs = files_in(&fuzz().join("corpus").join(target));
    assert!(!inputs.is_empty(), "{target} has no corpus");
    inputs.sort();
    for path in inputs {
        println!("{}", path.display());
        holds(&fs::read(&path).expect("an input"));
    }
    holds(b"");
}

fn source_of(target: &str) -> String {
    let path = fuzz().join("targets").join(target).with_extension("rs");
    fs::read_to_string(path).expect("a target")
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The names of what is in a folder, without their extensions.
fn names_in(folder: &Path) -> BTreeSet<String> {
    let stem = |path: PathBuf| {
        path.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
    };
    files_in(folder).into_iter().filter_map(stem).collect()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}
