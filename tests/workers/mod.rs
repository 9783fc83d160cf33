//! `--workers N`: several processes that share their ports.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::client::Client;
use crate::support::process::Process;

mod ends;
mod one_server;
mod shared_stash;

/// A server with two workers over a folder.
fn start(folder: &Path, options: &[&str]) -> Process {
    Process::wireserve(folder, ["--workers", "2"].iter().chain(options))
}

/// The processes that serve, as the handler `pid.py` names them, once `count` of them have answered.
fn pids(server: &Process, count: usize) -> Vec<u32> {
    let mut found = BTreeSet::new();
    // Whoever is not busy accepts, so a client that waits keeps one busy.
    let mut waiting = Vec::new();
    crate::support::wait::eventually("all workers answer", || {
        let mut client = Client::connect(server.addr());
        found.insert(client.ask("GET", "/pid.py").text().parse().expect("a PID"));
        waiting.push(client);
        found.len() >= count
    });
    found.into_iter().collect()
}

const PID: (&str, &str) = (
    "pid.py",
    "import os\n\ndef main(request, response):\n    return str(os.getpid())\n",
);

/// The processes whose parent this is.
fn children(parent: u32) -> Vec<u32> {
    let mut children = Vec::new();
    // A child belongs to the thread that has started it.
    for task in fs::read_dir(format!("/proc/{parent}/task")).expect("a process") {
        let path = task.expect("a thread").path().join("children");
        let text = fs::read_to_string(path).unwrap_or_default();
        children.extend(
            text.split_whitespace()
                .map(|pid| pid.parse::<u32>().expect("a PID")),
        );
    }
    children
}
