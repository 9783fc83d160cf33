//! The `wireserve` command; all of it is in [`wireserve::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    wireserve::cli::run(std::env::args_os())
}
