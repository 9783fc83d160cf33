//! The house is built as its map says. Each layer of `src/` uses itself and the layers below it
//! only, whether by a `use` or by a path in the middle of the code; Python is named in `python/`
//! alone; `unsafe` has two homes and a reason each time; every file opens by saying what it is,
//! stays short enough to be read, and has no name that says nothing.
//!
//! This reads the sources as text. Comments and literals are blanked out first, so what they say
//! about a layer counts for nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the bottom up, each with the modules it consists of. Modules of one layer may
/// use each other.
const LAYERS: &[&[&str]] = &[
    &["sync"],
    &["text"],
    &["http"],
    &["wire_script"],
    &["response_fuzz"],
    &["fault"],
    &["transcript"],
    &["wire"],
    &["hosts"],
    &["stash"],
    &["exchange"],
    &["pipes"],
    &["site"],
    &["config"],
    &["wpt"],
    &["server"],
    &["python"],
    &["log_output"],
    &["cli"],
];

/// The files that belong to no layer: the map, and the binary on top of everything.
const ABOVE: &[&str] = &["lib.rs", "main.rs"];

/// Pairs that the order of the layers would allow, and that are wrong all the same: siblings.
const STRANGERS: &[(&str, &str)] = &[("site", "stash")];

/// The only files that may hold `unsafe`.
const UNSAFE_HOMES: &[&str] = &[
    "python/interpreter/mod.rs",
    "python/interpreter/thread_state.rs",
];

/// How many lines above an `unsafe` its reason may be, attributes and a signature between them.
const REASON_WITHIN: usize = 8;

/// Lines of a file before its tests.
const LONGEST: usize = 420;

/// Names that say nothing about what is inside.
const DRAWERS: &[&str] = &[
    "common", "helper", "helpers", "manager", "misc", "util", "utils",
];

#[test]
fn every_module_has_a_layer() {
    let known: BTreeSet<_> = LAYERS.iter().flat_map(|layer| layer.iter()).collect();
    let found = sources();
    let found: BTreeSet<_> = found.iter().filter_map(Source::module).collect();
    assert_eq!(
        found.iter().collect::<BTreeSet<_>>(),
        known,
        "the modules of src/ and those of LAYERS"
    );
}

#[test]
fn layers_use_only_what_is_below_them() {
    complain(|source, found| {
        let Some(user) = source.module() else {
            return;
        };
        for (line, used) in source.crate_paths() {
            let Some(rank) = rank(&used) else {
                found.push(format!("{line}: crate::{used} is none of the layers"));
                continue;
            };
            if Some(rank) > self::rank(user) || STRANGERS.contains(&(user, used.as_str())) {
                found.push(format!("{line}: {user} uses {used}, which is not below it"));
            }
        }
    });
}

/// Another layer is named by `crate::`, which the test above reads; `super::` stays at home.
#[test]
fn no_path_climbs_out_of_its_module() {
    complain(|source, found| {
        let code = source.code_before_tests();
        let at_home = source.path.contains('/') && !source.path.ends_with("/mod.rs");
        for (number, line) in numbered(&code) {
            if line.contains("super::super") || (line.contains("super::") && !at_home) {
                found.push(format!("{number}: {}", line.trim()));
            }
        }
    });
}

#[test]
fn only_the_python_layer_names_pyo3() {
    complain(|source, found| {
        if source.module() == Some("python") {
            return;
        }
        for (number, line) in numbered(&source.code) {
            if words(line).any(|word| word.starts_with("pyo3")) {
                found.push(format!("{number}: {}", line.trim()));
            }
        }
    });
}

#[test]
fn unsafe_has_a_home_and_a_reason() {
    complain(|source, found| {
        let lines: Vec<_> = source.text.lines().collect();
        for (number, line) in numbered(&source.code) {
            // `unsafe_code`, the lint, is another word.
            if !words(line).any(|word| word == "unsafe") {
                continue;
            }
            if !UNSAFE_HOMES.contains(&source.path.as_str()) {
                found.push(format!("{number}: unsafe"));
            }
            let above = &lines[number.saturating_sub(1 + REASON_WITHIN)..number];
            if !above.iter().any(|line| line.contains("// SAFETY:")) {
                found.push(format!("{number}: unsafe without a `// SAFETY:` above it"));
            }
        }
    });
}

#[test]
fn no_file_is_a_drawer() {
    complain(|source, found| {
        let path = Path::new(&source.path).with_extension("");
        for part in path.iter().filter_map(|part| part.to_str()) {
            if DRAWERS.contains(&part) {
                found.push(format!("{part} says nothing about what is inside"));
            }
        }
    });
}

#[test]
fn nothing_is_left_to_do() {
    complain(|source, found| {
        for (number, line) in numbered(&source.code) {
            if line.contains("todo!") || line.contains("unimplemented!") {
                found.push(format!("{number}: {}", line.trim()));
            }
        }
        for (number, line) in numbered(&source.text) {
            if words(line).any(|word| matches!(word, "TODO" | "FIXME" | "XXX")) {
                found.push(format!("{number}: {}", line.trim()));
            }
        }
    });
}

#[test]
fn every_file_opens_with_a_paragraph() {
    complain(|source, found| {
        if !source.text.starts_with("//! ") {
            found.push("1: no `//!`".to_owned());
        }
    });
}

#[test]
fn files_stay_short() {
    complain(|source, found| {
        let length = source.code_before_tests().lines().count();
        if length > LONGEST {
            found.push(format!("{length} lines before its tests"));
        }
    });
}

/// The map in `lib.rs` and [`LAYERS`] tell the same story, in the same order.
#[test]
fn the_map_has_every_layer_in_order() {
    let map = fs::read_to_string(root().join("lib.rs")).expect("lib.rs");
    let list = map
        .lines()
        .skip_while(|line| !line.starts_with("//! # The layers"))
        .filter(|line| line.starts_with("//! - "));
    let named: Vec<_> = list
        .flat_map(|line| {
            // What the layer consists of comes before the first colon that ends a name.
            let names = line.split_once(": ").map_or(line, |(names, _)| names);
            names.split('`').skip(1).step_by(2)
        })
        .filter(|name| rank(name).is_some())
        .collect();
    let ranks: Vec<_> = named.iter().map(|name| rank(name)).collect();
    assert!(
        ranks.is_sorted(),
        "lib.rs has its layers in another order: {named:?}"
    );
    let missing: Vec<_> = LAYERS
        .iter()
        .flat_map(|layer| layer.iter())
        .filter(|module| !named.contains(module))
        .collect();
    assert!(missing.is_empty(), "lib.rs does not tell of {missing:?}");
}

/// The reading itself, which all of the above stands on.
#[test]
fn paths_are_found_wherever_they_are() {
    let text = r##"
        //! crate::a
        use crate::http::head;
        pub use crate::{text::{json, latin1}, wire, exchange::{self}};
        use std::{fmt, io}; /* crate::b /* nested */ crate::c */
        fn f<'a>(x: &'a str) -> crate::fault::Fault { "crate::d \" crate::e"; b'"'; 'c' }
        macro_rules! m { () => { $crate::server::Shared } }
        const R: &str = r#"crate::f "quoted" crate::g"#; // crate::h
        pub(crate) fn g() { crate ::config::read() }
        crate::site::
            file();
    "##;
    let source = Source::new("x/y.rs".to_owned(), text.to_owned());
    let mut found: Vec<_> = source
        .crate_paths()
        .into_iter()
        .map(|found| found.1)
        .collect();
    found.sort();
    let expected = [
        "config", "exchange", "fault", "http", "server", "site", "text", "wire",
    ];
    assert_eq!(found, expected);
    let lines: Vec<_> = source
        .crate_paths()
        .into_iter()
        .map(|found| found.0)
        .collect();
    assert_eq!(lines[0], 3, "lines are counted from 1");
    assert_eq!(source.code.lines().count(), text.lines().count());
}

/// One file of `src/`.
struct Source {
    /// From `src/`, with slashes.
    path: String,
    /// As it is.
    text: String,
    /// Without comments and literals, line by line the same.
    code: String,
}

impl Source {
    fn new(path: String, text: String) -> Self {
        let code = blank(&text);
        Self { path, text, code }
    }

    /// The top-level module that it is part of.
    fn module(&self) -> Option<&str> {
        if ABOVE.contains(&self.path.as_str()) {
            return None;
        }
        let first = self.path.split('/').next().expect("a path is not empty");
        Some(first.trim_end_matches(".rs"))
    }

    fn code_before_tests(&self) -> String {
        let before = |line: &&str| !line.starts_with("#[cfg(test)]");
        let lines: Vec<_> = self.code.lines().take_while(before).collect();
        lines.join("\n")
    }

    /// The module in each `crate::module`, `crate::{module::…, module}` included, and its line.
    fn crate_paths(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut rest = self.code.as_str();
        while let Some(start) = rest.find("crate") {
            let before = rest[..start].chars().next_back();
            rest = &rest[start + "crate".len()..];
            // `pub(crate)` has no path behind it, `a_crate::x` is another word.
            let path = rest.trim_start();
            let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            if let (false, Some(path)) = (is_word, path.strip_prefix("::")) {
                let line = self.code[..self.code.len() - rest.len()]
                    .matches('\n')
                    .count()
                    + 1;
                found.extend(heads(path).into_iter().map(|head| (line, head)));
            }
        }
        found
    }
}

/// The first word of a path, or of each path in the braces it consists of.
fn heads(path: &str) -> Vec<String> {
    let path = path.trim_start();
    let Some(group) = path.strip_prefix('{') else {
        return words(path).next().map(str::to_owned).into_iter().collect();
    };
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut item = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(std::mem::take(&mut item)),
            _ => {}
        }
        if depth == 0 && c != ',' {
            item.push(c);
        }
    }
    heads.push(item);
    let first = |item: &String| words(item).next().map(str::to_owned);
    heads.iter().filter_map(first).collect()
}

/// Where a module is in the order, if it is in it.
fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

/// Asks of every file what is wrong with it, and fails with all of the answers.
fn complain(mut look: impl FnMut(&Source, &mut Vec<String>)) {
    let mut all = Vec::new();
    for source in sources() {
        let mut found = Vec::new();
        look(&source, &mut found);
        let place = |what: String| format!("src/{}: {what}", source.path);
        all.extend(found.into_iter().map(place));
    }
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let root = root();
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of src/") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                let path = path.strip_prefix(&root).expect("below src/");
                let path = path.to_str().expect("a name is UTF-8");
                found.push(Source::new(path.replace('\\', "/"), text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > LAYERS.len(), "there are sources to read");
    found
}

/// Spaces instead of comments, strings and characters; line breaks stay.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = literal_or_comment(rest);
        if length > 0 {
            out.extend(rest[..length].chars().map(|c| match c {
                '\n' => '\n',
                _ => ' ',
            }));
            rest = &rest[length..];
            continue;
        }
        // A whole word at once, so that the `r` of `for` begins no raw string.
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let length = word.max(rest.chars().next().map_or(0, char::len_utf8));
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// How long the comment or literal is that `text` begins with; 0 if it begins with code.
fn literal_or_comment(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    let prefix = text.len() - text.trim_start_matches(['b', 'c', 'r']).len();
    let behind = &text[prefix..];
    let is_raw = text[..prefix].contains('r');
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    if is_raw && behind[hashes..].starts_with('"') {
        let end = format!("\"{}", &behind[..hashes]);
        let start = prefix + hashes + 1;
        return text[start..]
            .find(&end)
            .map_or(text.len(), |found| start + found + end.len());
    }
    match behind.chars().next() {
        Some('"') if !is_raw => prefix + quoted(behind, '"').unwrap_or(behind.len()),
        // A lifetime is no character: it has no quote at its end.
        Some('\'') if !is_raw => character(behind).map_or(0, |length| prefix + length),
        _ => 0,
    }
}

fn character(text: &str) -> Option<usize> {
    let mut inside = text[1..].chars();
    match inside.next()? {
        '\\' => quoted(text, '\''),
        first => (inside.next()? == '\'').then(|| 2 + first.len_utf8()),
    }
}

/// Up to and with the quote that ends what a quote began.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                break;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}
