//! `./dev handlers`, which compares a checkout's handlers under two servers, reports what is no known departure.

use std::process::Command;

use super::matrix::python;
use crate::support::repository;

#[test]
fn the_comparison_has_unit_tests() {
    let mut command = Command::new(python());
    command.args(["-B", "-m", "unittest", "-v", "test_handlers"]);
    command.current_dir(repository().join("tests/pages"));
    let run = command.output().expect("Python");
    let printed = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{printed}");
    assert!(printed.contains("... ok"), "{printed}");
}
