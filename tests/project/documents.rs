//! The documents agree with the repository: links lead to files and headings that exist, and so do the paths of files
//! that they name, such as the tests that verify a promise.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::repository;

#[test]
fn links_lead_to_files_and_headings() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let mut broken = Vec::new();
    for document in documents() {
        for (_, [target]) in link
            .captures_iter(&document.text)
            .map(|found| found.extract())
        {
            if target.contains("://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let folder = document.path.parent().expect("in a folder");
            let path = match file {
                "" => document.path.clone(),
                file => folder.join(file),
            };
            let is_there = match fs::read_to_string(&path) {
                Ok(text) => heading.is_empty() || anchors(&text).contains(heading),
                Err(_) => heading.is_empty() && path.exists(),
            };
            if !is_there {
                broken.push(format!("{}: {target}", document.name()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

#[test]
fn named_files_exist() {
    let path = Regex::new(
        r"`((?:src|crates|tests|benches|fuzz|models|examples|catalogue|docs)/[\w./-]*)`",
    )
    .expect("a pattern");
    let mut missing = Vec::new();
    for document in documents() {
        for (_, [name]) in path
            .captures_iter(&document.text)
            .map(|found| found.extract())
        {
            if !repository().join(name).exists() {
                missing.push(format!("{}: {name}", document.name()));
            }
        }
    }
    assert!(missing.is_empty(), "missing files:\n{}", missing.join("\n"));
}

#[test]
fn the_index_lists_every_document() {
    let folder = repository().join("docs");
    let index = folder.join("README.md");
    let links = fs::read_to_string(&index).expect("the index");
    for document in documents() {
        if let Ok(name) = document.path.strip_prefix(&folder)
            && document.path != index
        {
            let name = name.display();
            assert!(links.contains(&format!("]({name})")), "{name}");
        }
    }
}

/// A file that people read.
pub(crate) struct Text {
    path: PathBuf,
    pub(crate) text: String,
}

impl Text {
    fn read(path: PathBuf) -> Self {
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, text }
    }

    pub(crate) fn name(&self) -> String {
        let name = self.path.strip_prefix(repository());
        name.unwrap_or(&self.path).display().to_string()
    }
}

/// All documents in Markdown.
pub(crate) fn documents() -> Vec<Text> {
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(|name| repository().join(name));
    let docs = files(&repository().join("docs"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    top.into_iter().chain(docs).map(Text::read).collect()
}

/// The examples, and the scripts with help texts.
pub(crate) fn other_texts() -> impl Iterator<Item = Text> {
    let scripts =
        ["dev", ".ci/run", ".github/workflows/ci.yml"].map(|name| repository().join(name));
    let examples = files(&repository().join("examples"));
    scripts.into_iter().chain(examples).map(Text::read)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true if path.ends_with("__pycache__") => Vec::new(),
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(markdown: &str) -> BTreeSet<String> {
    markdown
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}
