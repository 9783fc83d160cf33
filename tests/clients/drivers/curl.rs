//! curl: one run for a case, with its own defaults, so that two URLs share its connections.

use crate::support::process::Process;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{ANSWER_WITHIN, Case, answer, trusting, without_ends};

/// The names that libcurl has for the exit codes that are to be expected.
const CODES: [(&str, &str); 8] = [
    ("1", "UNSUPPORTED_PROTOCOL"),
    ("8", "WEIRD_SERVER_REPLY"),
    ("16", "HTTP2"),
    ("18", "PARTIAL_FILE"),
    ("43", "BAD_FUNCTION_ARGUMENT"),
    ("52", "GOT_NOTHING"),
    ("55", "SEND_ERROR"),
    ("56", "RECV_ERROR"),
];

/// The exit code after the time was up.
const TIMED_OUT: &str = "28";

/// What it is asked to print for each URL.
const WRITE_OUT: &str = "%{exitcode}\t%{http_code}\t%header{x-t}\n";

/// What curl does.
pub fn meet(cases: &[Case], root: &Path) -> Vec<String> {
    cases.iter().map(|case| meet_one(case, root)).collect()
}

fn meet_one(case: &Case, root: &Path) -> String {
    let folder = TempDir::with_prefix("wireserve-curl-").expect("a temporary folder");
    let mut command = Command::new("curl");
    // Two transfers a second: what the server sends after an answer comes before the next.
    command.args(["-q", "--silent", "--noproxy", "*", "--rate", "120/m"]);
    command.args(["--max-time", &ANSWER_WITHIN.as_secs().to_string()]);
    command.args(["--write-out", WRITE_OUT]);
    trusting(&mut command, root);
    let files: Vec<_> = (0..case.urls.len())
        .map(|number| folder.path().join(number.to_string()))
        .collect();
    for (file, url) in files.iter().zip(&case.urls) {
        command.arg("--output").arg(file).arg(url);
    }
    // Its exit code is that of a transfer.
    let ended = Process::spawn(&mut command).end();
    let lines = without_ends(&ended.stdout);
    assert_eq!(lines.len(), files.len(), "{lines:?}\n{}", ended.stderr);
    let outcomes = lines.iter().zip(&files).map(|(line, file)| {
        let mut words = line.splitn(3, '\t');
        let mut word = || words.next().expect("three words");
        let (code, status, field) = (word(), word(), word());
        let seen = match status {
            "000" => String::new(),
            status => format!("{status} "),
        };
        match code {
            "0" => {
                let body = fs::read(file).unwrap_or_default();
                seen + &answer(&body, Some(field).filter(|field| !field.is_empty()))
            }
            TIMED_OUT => seen + "hang",
            _ => {
                let name = CODES.iter().find(|(number, _)| *number == code);
                let name = name.map_or(code, |(_, name)| name);
                format!("{seen}error {name}")
            }
        }
    });
    outcomes.collect::<Vec<_>>().join(", then ")
}
