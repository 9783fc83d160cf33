//! What the tests of the running server share: a process that is up when it says so, a client that
//! sends bytes as they are, and a way to print bytes.
//!
//! Nothing here but `embedded` and `catalogue::stage` knows the server's code: a test that uses the
//! rest sees the server as any peer does, through a socket on loopback and the command line. Nothing
//! sleeps to wait for something to happen; every wait is on a line, on bytes or on an end, and each
//! has a generous deadline, so a server that falls silent fails a test and never hangs it.

// Each area compiles its own copy of this module and uses the part of it that it needs; and
// no test exports anything: `pub` means "for the other files" here.
#![allow(dead_code, unreachable_pub)]

pub mod bodies;
pub mod browser;
pub mod catalogue;
pub mod client;
pub mod command;
pub mod embedded;
pub mod escape;
pub mod folder;
pub mod lateness;
pub mod process;
pub mod raw_site;
pub mod response;
pub mod transcript;
pub mod wait;
pub mod watch;
pub mod written_bytes;

use std::path::PathBuf;

/// The doc root that the tests serve, as an absolute path without links in it.
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
