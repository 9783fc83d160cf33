//! Every section of `docs/reference.md` that a comment or a page names is there.
//!
//! A section is named by its document and a section sign: `RFC 9112` or `reference`, then the sign
//! and a number. A sign without a document continues with the document that was named last. RFCs
//! are not read; sections of `docs/reference.md` must exist.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::repository;

const FOLDERS: [&str; 6] = ["src", "crates", "tests", "fuzz", "benches", "docs"];

/// Inputs, and what tools leave; not prose.
const DATA: [&str; 5] = [
    ".mypy_cache",
    ".pytest_cache",
    "__pycache__",
    "corpus",
    "target",
];

const SIGN: char = '\u{a7}';

#[test]
fn every_named_section_exists() {
    let sections = sections();
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&repository().join(folder), &mut files);
    }

    let mut count = 0;
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read(&file).expect("a file of the repository");
        let text = String::from_utf8_lossy(&text);
        let own = file.ends_with("docs/reference.md");
        let first = if own {
            Document::Reference
        } else {
            Document::Unknown
        };
        for name in names(&text, first) {
            let known = match name.document {
                Document::Rfc => true,
                Document::Reference => sections.iter().any(|section| section == name.section),
                Document::Unknown => false,
            };
            if !known {
                let file = file.display();
                wrong.push(format!("{file}:{}: {SIGN}{}", name.line, name.section));
            }
            count += usize::from(name.document == Document::Reference && !own);
        }
    }
    assert!(wrong.is_empty(), "no such section:\n{}", wrong.join("\n"));
    assert!(count >= 50, "only {count} references were found");
}

#[test]
fn sections_are_numbered_in_order() {
    let numbers: Vec<Vec<u32>> = sections()
        .iter()
        .map(|section| {
            let parts = section.split('.');
            parts.map(|part| part.parse().expect("digits")).collect()
        })
        .collect();
    assert!(
        numbers.is_sorted_by(|one, next| one < next),
        "{numbers:?} are not in order"
    );
}

#[test]
fn documents_are_distinguished() {
    type Found = (usize, Document, &'static str);
    let cases: [(&str, &[Found]); 6] = [
        ("(reference @7.3)", &[(1, Document::Reference, "7.3")]),
        ("RFC 9112 @6.3.", &[(1, Document::Rfc, "6.3")]),
        (
            "//! (reference\n//! @8.8.1).",
            &[(2, Document::Reference, "8.8.1")],
        ),
        (
            "reference @2.1, @5; RFC 9110 @8.6 and @9",
            &[
                (1, Document::Reference, "2.1"),
                (1, Document::Reference, "5"),
                (1, Document::Rfc, "8.6"),
                (1, Document::Rfc, "9"),
            ],
        ),
        ("(contract @4)", &[(1, Document::Unknown, "4")]),
        ("the sign @ alone", &[]),
    ];
    for (text, expected) in cases {
        let text = text.replace('@', &SIGN.to_string());
        let found: Vec<_> = names(&text, Document::Unknown)
            .into_iter()
            .map(|name| (name.line, name.document, name.section))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Document {
    Rfc,
    /// `docs/reference.md`.
    Reference,
    Unknown,
}

/// A section that a text names.
struct Name<'t> {
    line: usize,
    document: Document,
    section: &'t str,
}

fn names(text: &str, first: Document) -> Vec<Name<'_>> {
    let words = text.lines().zip(1..).flat_map(|(line, number)| {
        let words = line.split_whitespace().map(move |word| (number, word));
        words.filter(|(_, word)| !["//!", "///", "//", "#"].contains(word))
    });

    let mut found = Vec::new();
    let mut document = first;
    let mut before = "";
    for (line, word) in words {
        if word.contains(SIGN) {
            let title = before.trim_start_matches(|letter: char| !letter.is_alphanumeric());
            if title == "reference" {
                document = Document::Reference;
            } else if title == "contract" {
                document = Document::Unknown;
            } else if title.starts_with(|letter: char| letter.is_ascii_digit()) {
                document = Document::Rfc;
            }
        }
        for after in word.split(SIGN).skip(1) {
            let end = after.find(|letter: char| !letter.is_alphanumeric() && letter != '.');
            let section = after[..end.unwrap_or(after.len())].trim_end_matches('.');
            if !section.is_empty() {
                found.push(Name {
                    line,
                    document,
                    section,
                });
            }
        }
        before = if word.contains(SIGN) { "" } else { word };
    }
    found
}

/// The numbers of the sections of `docs/reference.md`, as they stand in its headings.
fn sections() -> Vec<String> {
    let page = fs::read_to_string(repository().join("docs/reference.md")).expect("the page");
    let headings = page.lines().filter(|line| line.starts_with("##"));
    let numbers = headings.filter_map(|line| line.split_whitespace().nth(1));
    let numbers: Vec<_> = numbers
        .filter(|number| number.starts_with(|letter: char| letter.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    assert!(!numbers.is_empty(), "docs/reference.md has no sections");
    numbers
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !DATA.iter().any(|name| path.ends_with(name)) {
                collect(&path, files);
            }
        } else {
            files.push(path);
        }
    }
}
