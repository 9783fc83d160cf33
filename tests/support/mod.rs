//! Shared by tests and benches: processes, a client that sends any bytes, a parser for responses, and formats
//! for failure messages.
//!
//! Only `embedded` and `tls` use the crate, and only its public API. The other modules see the server as a
//! client does, through the command line and a socket on loopback. No function sleeps for a fixed time: each waits for a
//! line, for bytes or for an end, with a generous deadline, so that a server that hangs fails the test.

// Each area and each bench compiles this module separately and uses a part of it. Tests export nothing: `pub`
// means "for the other files" here.
#![allow(dead_code, unreachable_pub)]

pub mod bodies;
pub mod browser;
pub mod client;
pub mod command;
pub mod devtools;
pub mod embedded;
pub mod escape;
pub mod folder;
pub mod lateness;
pub mod process;
pub mod raw_site;
pub mod response;
#[cfg(feature = "tls")]
pub mod tls;
pub mod transcript;
pub mod unread;
pub mod unused;
pub mod wait;
pub mod watch;

use std::path::PathBuf;

/// The doc root that the tests serve, as an absolute path without symbolic links.
pub fn site() -> PathBuf {
    repository()
        .join("tests/site")
        .canonicalize()
        .expect("tests/site is in the repository")
}

/// The repository's top folder.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folders with the sources of the crates: of the server, the conformance suite, and the rest.
pub fn source_folders() -> [PathBuf; 3] {
    ["crates/core/src", "crates/conform/src", "src"].map(|folder| repository().join(folder))
}

/// The virtual environment with what the tests need from PyPI.
pub fn virtual_environment() -> PathBuf {
    match std::env::var_os("WIRESERVE_VENV") {
        Some(named) => repository().join(named),
        None => repository().join("target/venv"),
    }
}
