//! The bench [`count`], with the process wrapper and the client of the tests.

#[path = "mod.rs"]
mod count;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

fn main() -> ExitCode {
    count::main()
}
