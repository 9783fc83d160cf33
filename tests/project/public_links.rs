//! Links in the documentation of public items lead to public items. rustdoc accepts a path to a hidden item, and
//! writes it into the page as it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use regex::Regex;

use crate::project::exports::EXPORTED;
use crate::project::sources::sources;

/// A link whose target is a path: `](crate::Server::get)`.
static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([\w:]+)\)").expect("a pattern"));

/// Crates whose items are linked to.
const OTHERS: [&str; 2] = ["serde_json::", "std::"];

#[test]
fn links_of_public_items_lead_to_public_items() {
    let mut names = BTreeSet::new();
    for item in &*EXPORTED {
        names.insert(item.name.clone());
        let within = item.within.iter();
        names.extend(within.map(|(name, _)| format!("{}::{name}", item.name)));
    }
    let mut findings = Vec::new();
    for item in &*EXPORTED {
        let within = item.within.iter().flat_map(|(_, docs)| docs);
        let lines = item.docs.iter().chain(within);
        for link in lines.flat_map(|line| LINK.captures_iter(line)) {
            let owner = item.name.split("::").next().unwrap_or_default();
            let path = link[1].replace("Self", owner).replace("crate::", "");
            // What modules have is listed without them.
            let mut ends = path.match_indices("::").map(|(at, _)| &path[at + 2..]);
            let is_public = names.contains(&path) || ends.any(|end| names.contains(end));
            if !is_public && !OTHERS.iter().any(|other| path.starts_with(other)) {
                findings.push(format!("{}: {}: {}", item.file, item.name, &link[1]));
            }
        }
    }
    assert!(
        findings.is_empty(),
        "links to hidden items:\n{}\n",
        findings.join("\n")
    );
}

/// The documentation of `wireserve` shows links of the other crates as they were compiled there, without
/// `cfg(doc)`.
#[test]
fn links_need_no_imports_of_their_own() {
    let with_imports = sources().into_iter().filter(|path| {
        let text = fs::read_to_string(path).expect("a source");
        text.contains("cfg(doc)")
    });
    let none = Vec::<PathBuf>::new();
    assert_eq!(
        with_imports.collect::<Vec<_>>(),
        none,
        "expected paths in links"
    );
}
