//! The examples work: each tests a client of its own through the control interface, in few lines. `./dev control` runs
//! the one in Go.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::support::command::program;
use crate::support::process::Process;
use crate::support::repository;

/// Lines of a test in the examples.
const MOST: usize = 15;

#[test]
fn the_example_in_node_passes() {
    let binary = Path::new(program());
    let folder = binary.parent().expect("a folder").display();
    let path = env::var("PATH").expect("a path");
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"])
        .current_dir(repository().join("examples/control/node"))
        .env("PATH", format!("{folder}:{path}"));
    let ended = Process::spawn(&mut node).end();
    let printed = ended.stdout.concat();
    assert_eq!(ended.code, Some(0), "{printed}{}", ended.stderr);
    assert!(printed.contains("# pass 1"), "{printed}");
}

#[test]
fn the_tests_in_the_examples_are_short() {
    let node = include_str!("../../examples/control/node/items.test.mjs");
    assert!(node.lines().count() <= MOST);
    let go = include_str!("../../examples/control/go/items_test.go");
    let (_, function) = go.split_once("\nfunc Test").expect("a test");
    assert!(function.lines().count() <= MOST);
}
