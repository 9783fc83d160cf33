//! docs/rust.md is accurate: its code is `guide.rs`, which is compiled and passes here, and its table of lines counts
//! those of the examples.

use std::fs;

use crate::support::repository;

/// The page's code.
#[path = "guide.rs"]
mod guide;

fn page() -> String {
    fs::read_to_string(repository().join("docs/rust.md")).expect("the page")
}

#[test]
fn the_code_of_the_page_is_compiled() {
    let page = page();
    let blocks = page.split("```rust\n").skip(1);
    let code: Vec<_> = blocks
        .map(|block| block.split_once("```").expect("an end").0)
        .collect();
    // A feature of this crate, which users' tests do not have.
    let guide = include_str!("guide.rs").replace("#[cfg(feature = \"tls\")]\n", "");
    assert_eq!(code.join("\n"), guide);
}

const CRATES: [&str; 4] = ["wireserve", "wiremock", "mockito", "httpmock"];

/// The lines of the body of a function in an example; `None` without such a function.
fn lines(of: &str, task: &str) -> Option<usize> {
    let path = format!("examples/comparison/tests/with_{of}.rs");
    let text = fs::read_to_string(repository().join(path)).expect("an example");
    let (_, rest) = text.split_once(&format!("fn {task}() {{\n"))?;
    let (body, _) = rest.split_once("\n}\n").expect("an end");
    Some(body.lines().count())
}

#[test]
fn no_task_takes_more_lines_than_with_another_crate() {
    let page = page();
    let (_, table) = page.split_once("\n| task | wireserve ").expect("a table");
    let rows: Vec<_> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(rows.len(), 8);
    for row in rows {
        let task = row.split('`').nth(1).expect("the name of a task");
        let counts = CRATES.map(|of| lines(of, task));
        let shown =
            counts.map(|count| count.map_or_else(|| "—".to_owned(), |count| count.to_string()));
        assert_eq!(row, format!("| `{task}` | {} |", shown.join(" | ")));
        let ours = counts[0].expect("every task is possible");
        assert!(counts.iter().flatten().all(|&count| ours <= count), "{row}");
    }
}
