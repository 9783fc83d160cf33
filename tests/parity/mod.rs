//! Parity: the same bytes go to this server and to the reference, `wptserve`, over the same doc
//! root, and what comes back must be the same bytes, with the connection kept or closed alike.
//!
//! `parity/case.rs` says what a case is, `run.rs` how it is run and `mask.rs` what may differ. The
//! cases are tables, one file for each subject. Where this server differs on purpose,
//! `departures.rs` has the case's name, the reason and what must hold instead; a departure that no
//! longer differs fails too. `docs/parity.md` tells users about them.

mod body;
mod case;
mod connection;
mod cookies;
mod departures;
mod directories;
mod environment;
mod errors;
mod fields;
mod file_pipes;
mod files;
mod forms;
mod from_scripts;
mod headers_files;
mod holds;
mod mask;
mod modules;
mod peer;
mod pipes;
mod ranges;
mod raw_handler;
mod request;
mod request_line;
mod response;
mod returns;
mod run;
mod set_cookie;
mod stash;
mod templates;
mod tls;
mod views;
mod writer;
mod writer_rules;

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::support::escape;
use case::Case;
use departures::{Departure, REFERENCE_HANGS, departures, since_python_3_14};
use run::{Outcome, Over, Servers};

type Table = fn() -> Vec<Case>;

/// The tables, by their subjects.
const GROUPS: &[(&str, Table)] = &[
    ("body", body::cases),
    ("connection", connection::cases),
    ("cookies", cookies::cases),
    ("directories", directories::cases),
    ("environment", environment::cases),
    ("errors", errors::cases),
    ("fields", fields::cases),
    ("file pipes", file_pipes::cases),
    ("files", files::cases),
    ("forms", forms::cases),
    ("headers files", headers_files::cases),
    ("modules", modules::cases),
    ("pipes", pipes::cases),
    ("ranges", ranges::cases),
    ("ranges in scripts", from_scripts::ranges),
    ("raw handler", raw_handler::cases),
    ("request", request::cases),
    ("request line", request_line::cases),
    ("response", response::cases),
    ("returns", returns::cases),
    ("scripts filled in", from_scripts::filled_in),
    ("scripts piped", from_scripts::piped),
    ("set_cookie", set_cookie::cases),
    ("stash", stash::cases),
    ("templates", templates::cases),
    ("TLS", tls::cases),
    ("views", views::cases),
    ("writer", writer::cases),
    ("writer rules", writer_rules::cases),
];

#[test]
fn bodies_are_read_alike() {
    compare("body");
}

#[test]
fn connections_are_kept_and_closed_alike() {
    compare("connection");
}

#[test]
fn cookies_are_read_alike() {
    compare("cookies");
}

#[test]
fn folders_are_answered_alike() {
    compare("directories");
}

#[test]
fn handlers_run_in_the_same_environment() {
    compare("environment");
}

#[test]
fn errors_are_answered_alike() {
    compare("errors");
}

#[test]
fn fields_are_read_alike() {
    compare("fields");
}

#[test]
fn files_are_piped_alike() {
    compare("file pipes");
}

#[test]
fn files_are_served_alike() {
    compare("files");
}

#[test]
fn forms_are_read_alike() {
    compare("forms");
}

#[test]
fn headers_files_count_alike() {
    compare("headers files");
}

#[test]
fn ranges_are_read_alike() {
    compare("ranges");
}

#[test]
fn modules_of_the_package_are_alike() {
    compare("modules");
}

#[test]
fn pipes_change_what_scripts_leave_alike() {
    compare("pipes");
}

#[test]
fn the_content_of_scripts_is_piped_as_that_of_files() {
    compare("scripts piped");
}

#[test]
fn the_content_of_scripts_is_filled_in_as_that_of_files() {
    compare("scripts filled in");
}

#[test]
fn scripts_parse_ranges_alike() {
    compare("ranges in scripts");
}

#[test]
fn the_raw_handler_of_the_writer_is_alike() {
    compare("raw handler");
}

#[test]
fn requests_are_shown_alike() {
    compare("request");
}

#[test]
fn request_lines_are_read_alike() {
    compare("request line");
}

#[test]
fn responses_are_made_alike() {
    compare("response");
}

#[test]
fn returned_values_are_sent_alike() {
    compare("returns");
}

#[test]
fn cookies_are_set_alike() {
    compare("set_cookie");
}

#[test]
fn the_stash_is_alike() {
    compare("stash");
}

#[test]
fn templates_are_filled_in_alike() {
    compare("templates");
}

#[test]
fn parsed_views_are_alike() {
    compare("views");
}

#[test]
fn writers_write_alike() {
    compare("writer");
}

#[test]
fn writers_follow_the_same_rules() {
    compare("writer rules");
}

#[test]
fn https_is_answered_alike() {
    compare_over(Over::Tls, "TLS");
}

#[test]
fn connections_through_tls_are_kept_and_closed_alike() {
    compare_over(Over::Tls, "connection");
}

#[test]
fn writers_write_alike_through_tls() {
    compare_over(Over::Tls, "writer");
}

#[test]
fn the_tables_are_in_order() {
    let cases = GROUPS
        .iter()
        .flat_map(|(_, cases)| cases())
        .collect::<Vec<_>>();
    assert!(cases.len() >= 1300, "only {} cases", cases.len());
    let mut names = HashSet::new();
    for case in &cases {
        assert!(
            names.insert(case.name),
            "two cases are named {:?}",
            case.name
        );
    }
    let mut departed = HashSet::new();
    for Departure { case, .. } in departures() {
        assert!(names.contains(case), "a departure from no case: {case:?}");
        assert!(departed.insert(case), "two departures from {case:?}");
    }
    for case in REFERENCE_HANGS {
        assert!(
            departed.contains(case),
            "a hang that is no departure: {case:?}"
        );
    }
}

#[test]
fn every_departure_is_documented() {
    let page = include_str!("../../docs/parity.md");
    for Departure { reason, .. } in departures().chain(since_python_3_14()) {
        assert!(
            page.contains(&format!("| {reason} |")),
            "docs/parity.md has no line for: {reason}"
        );
    }
}

/// Runs a group's cases on both servers and fails with all that differ.
fn compare(group: &str) {
    compare_over(Over::Tcp, group);
}

fn compare_over(over: Over, group: &str) {
    let (_, cases) = GROUPS
        .iter()
        .find(|(name, _)| *name == group)
        .expect("a group");
    let servers = Servers::shared(over);
    let mut failures = String::new();
    for case in cases() {
        let departure = departures().find(|departure| departure.case == case.name);
        let reference = servers.ask_reference(&case, REFERENCE_HANGS.contains(&case.name));
        let wireserve = servers.ask_wireserve(&case);
        let verdict = match departure {
            None if wireserve == reference => Ok(()),
            None => Err("they differ".into()),
            Some(departure) => departed(&departure, &wireserve, &reference),
        };
        if let Err(why) = verdict {
            report(&mut failures, &case, &why, &wireserve, &reference);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// A departure must hold what it promises, and still be one.
fn departed(departure: &Departure, wireserve: &Outcome, reference: &Outcome) -> Result<(), String> {
    if wireserve == reference {
        return Err("no longer a departure: take it out of the table".into());
    }
    departure
        .holds
        .check(wireserve, reference)
        .map_err(|why| format!("{why}; it departs because {}", departure.reason))
}

fn report(text: &mut String, case: &Case, why: &str, wireserve: &Outcome, reference: &Outcome) {
    let _ = writeln!(text, "case {:?}: {why}", case.name);
    for send in &case.sends {
        // Some cases send tens of kilobytes; their start tells which they are.
        let sent = &send.bytes[..send.bytes.len().min(1000)];
        let _ = writeln!(text, "  sent:\n{}", escape::lines(sent, "    "));
    }
    let _ = writeln!(
        text,
        "  ends: wireserve {:?}, reference {:?}",
        wireserve.end, reference.end
    );
    text.push_str(&escape::difference(
        "wireserve",
        &wireserve.bytes,
        "reference",
        &reference.bytes,
    ));
    text.push('\n');
}
