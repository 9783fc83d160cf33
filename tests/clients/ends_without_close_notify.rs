//! How real clients handle connections over TLS that end without close_notify after a complete response: the case TX-17
//! of the catalogue. What they do if they cannot know that it is complete is not published.
//!
//! `tests/data/clients.json` states what each did in the version that it names, and `docs/clients.md` shows it. A
//! difference is reported and fails nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;

use serde::Deserialize;

use crate::catalogue::case;
use crate::clients::drivers::{CLIENTS, Case, Client};
use crate::support::command::wireserve;
use crate::support::process::Process;
use crate::support::repository;

/// The cases that the page shows.
const SHOWN: [&str; 1] = ["TX-17"];

/// The part of `tests/data/clients.json` for these cases.
#[derive(Deserialize)]
struct Stated {
    /// The versions of the clients, by their names.
    versions: BTreeMap<String, String>,
    /// The outcomes of the clients, by the case and by their names.
    over_tls: BTreeMap<String, BTreeMap<String, String>>,
}

#[test]
fn each_client_does_what_is_stated_or_a_difference_is_reported() {
    let stated = stated();
    let root = root();
    let outcomes: Vec<_> = thread::scope(|scope| {
        let meet = |client: &'static Client| (client, scope.spawn(|| meet(client, &root)));
        let meetings: Vec<_> = CLIENTS.iter().map(meet).collect();
        let outcomes = meetings.into_iter();
        outcomes
            .map(|(client, meeting)| (client, meeting.join().expect("a client that can be run")))
            .collect()
    });
    let mut report = String::new();
    for (client, outcomes) in outcomes {
        for (id, now) in SHOWN.into_iter().zip(outcomes) {
            let before = &stated.over_tls[id][client.name];
            if now != *before {
                let version = (client.version)().expect("it has just been run");
                let written_for = &stated.versions[client.name];
                writeln!(
                    report,
                    "DIFFERENCE {id}:\n  {version} does {now}\n  {written_for} did {before}"
                )
                .expect("a string takes all");
            }
        }
    }
    // It bypasses the capture of tests' output, so that it is seen.
    io::stderr().write_all(report.as_bytes()).expect("stderr");
}

#[test]
fn the_page_shows_what_is_stated() {
    let stated = stated();
    assert!(stated.over_tls.keys().eq(&SHOWN));
    let names: Vec<_> = CLIENTS.iter().map(|client| client.name).collect();
    let mut table = format!("| case | allowed | {} |\n", names.join(" | "));
    table.push_str(&format!("|{}\n", " --- |".repeat(names.len() + 2)));
    for id in SHOWN {
        let case = case(id);
        let outcomes = names
            .iter()
            .map(|name| format!("`{}`", stated.over_tls[id][*name]));
        let outcomes: Vec<_> = outcomes.collect();
        let (title, allowed) = (case.title, case.expect);
        writeln!(
            table,
            "| {id}: {title} | {allowed} | {} |",
            outcomes.join(" | ")
        )
        .expect("a string takes all");
    }
    let page = fs::read_to_string(repository().join("docs/clients.md")).expect("the page");
    assert!(page.contains(&table), "docs/clients.md lacks\n\n{table}");
}

fn stated() -> Stated {
    let data = fs::read(repository().join("tests/data/clients.json")).expect("the data");
    serde_json::from_slice(&data).expect("outcomes")
}

/// What one client does with the cases, each of which has a server.
fn meet(client: &Client, root: &Path) -> Vec<String> {
    let servers: Vec<_> = SHOWN.iter().map(|_| serve()).collect();
    let cases: Vec<_> = SHOWN
        .iter()
        .zip(&servers)
        .map(|(id, (_, address))| Case {
            urls: vec![format!("https://{address}/catalogue/responses/{id}.wire")],
        })
        .collect();
    let outcomes = (client.meet)(&cases, root);
    assert_eq!(outcomes.len(), cases.len(), "{outcomes:?}");
    outcomes
}

/// The real binary, with its listener for HTTPS.
fn serve() -> (Process, SocketAddr) {
    let mut command = wireserve();
    command.arg(repository());
    command.args(["--log=error", "--port=0", "--tls-port=0"]);
    let process = Process::start_with_listeners(command, 2);
    let address = process.addresses()[1];
    (process, address)
}

/// The file of the root that has issued the servers' certificates.
fn root() -> PathBuf {
    let printed = Process::spawn(wireserve().args(["cert", "--path"])).end();
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    printed.stdout.concat().trim_end().into()
}
