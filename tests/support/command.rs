//! The command `wireserve`, a folder for it to serve, and single requests to an address.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::client::Client;
use super::folder::folder;
use super::process::{Ended, Process};
use super::response::Response;

/// The path of the command.
pub fn program() -> &'static str {
    env!("CARGO_BIN_EXE_wireserve")
}

/// The command, without settings for logging in its environment, and with a cache folder of the tests.
pub fn wireserve() -> Command {
    let mut command = Command::new(program());
    command.env_remove("RUST_LOG");
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Options for a checkout, whose ports for HTTPS are fixed otherwise.
pub const FREE_TLS_PORT: &[&str] = if cfg!(feature = "tls") {
    &["--tls-port", "0"]
} else {
    &[]
};

/// Runs the command to its end.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ended {
    run_in(&std::env::temp_dir(), arguments)
}

/// Runs the command to its end, in this folder.
pub fn run_in<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Ended {
    let mut command = wireserve();
    // If it listens unexpectedly, its port must not conflict with another process.
    command.current_dir(folder).arg("--port=0").args(arguments);
    Process::spawn(&mut command).end()
}

/// A folder with these files, and a `hello.txt`.
pub fn site(files: &[(&str, &str)]) -> TempDir {
    folder(&[files, &[("hello.txt", "hello")]].concat())
}

/// The response to a request without a body, on a new connection.
pub fn ask(address: SocketAddr, method: &str, target: &str) -> Response {
    Client::connect(address).ask(method, target)
}

/// The response to a GET.
pub fn get(address: SocketAddr, target: &str) -> Response {
    ask(address, "GET", target)
}
