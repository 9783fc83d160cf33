//! The bench [`compare`], with the process wrapper and the client of the tests.

#[path = "mod.rs"]
mod compare;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

fn main() -> ExitCode {
    compare::main()
}
