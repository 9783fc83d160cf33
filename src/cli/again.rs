//! How the command starts itself once more. Usually its file is that of this process; as the command of the Python
//! package, the process is an interpreter.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

static BEGINNING: OnceLock<Vec<OsString>> = OnceLock::new();

/// The command is started by these words.
#[cfg_attr(
    not(feature = "python"),
    allow(dead_code, reason = "only in an interpreter")
)]
pub(crate) fn is_started_by(words: Vec<OsString>) {
    // The first one stays: a process has one interpreter.
    let _ = BEGINNING.set(words);
}

/// The command, without arguments.
pub(super) fn command() -> Command {
    match BEGINNING.get().map(Vec::as_slice) {
        Some([program, arguments @ ..]) => {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        }
        _ => Command::new(env::current_exe().unwrap_or_else(|_| PathBuf::from("wireserve"))),
    }
}
