//! The server under valgrind's memcheck, which sees every wrong use of memory on the heap, whoever makes
//! it: our `unsafe`, pyo3's or the interpreter's. Bytes that are read behind an end or behind a `free` are
//! errors, and so is memory that nobody can reach any more at the end.
//!
//! It does not ask whether a value was ever set: CPython reads the first digit of an int that has none,
//! and looks at the result only where there is one. Nor does it see races, for it runs one thread at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::Complaint;
use super::support::process::Process;
use super::support::repository;

/// Where the report is. The process of the server is named in it.
const REPORT: &str = "target/memcheck.txt";

/// What valgrind leaves with when it has found something, which the server never does by itself.
const FOUND: i32 = 99;

/// How long the server may take to end, and valgrind to look at what it has left.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

/// What pyo3 makes once for each class and never gives back; what it makes for a request is not of these.
const SUPPRESSED: &str = "benches/soak/memcheck.supp";

/// A server that is looked at.
pub(crate) struct Memcheck {
    server: Process,
    report: PathBuf,
}

impl Memcheck {
    pub(crate) fn start(doc_root: &Path) -> Self {
        let report = repository().join(REPORT);
        if let Some(folder) = report.parent() {
            // What comes of it shows in a moment.
            let _ = fs::create_dir_all(folder);
        }
        let suppressed = repository().join(SUPPRESSED);
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=memcheck", "--undef-value-errors=no"])
            .args(["--leak-check=full", "--show-leak-kinds=definite"])
            .args(["--errors-for-leak-kinds=definite", "--num-callers=40"])
            // Otherwise the thread that has run goes on running.
            .arg("--fair-sched=yes")
            .arg(format!("--error-exitcode={FOUND}"))
            .arg(format!("--suppressions={}", suppressed.display()))
            .arg(format!("--log-file={}", report.display()))
            .arg(env!("CARGO_BIN_EXE_wireserve"))
            .arg(doc_root)
            .args(["--port", "0", "--log", "error"])
            // Python's own allocator hands out pieces of what valgrind sees as one.
            .env("PYTHONMALLOC", "malloc");
        Self {
            server: Process::start(command),
            report,
        }
    }

    pub(crate) fn server(&self) -> &Process {
        &self.server
    }

    /// Ends the server, and tells what was found, if anything.
    pub(crate) fn end(mut self) -> Result<Option<String>, Complaint> {
        let process = Pid::from_raw(self.server.id().cast_signed()).ok_or("no process")?;
        kill_process(process, Signal::TERM).map_err(|error| format!("cannot end it: {error}"))?;
        let status = self.server.wait(ENDS_WITHIN);
        let report = fs::read_to_string(&self.report)
            .map_err(|error| format!("{}: {error}", self.report.display()))?;
        let summary = report
            .lines()
            .find_map(|line| line.split_once("ERROR SUMMARY: "));
        let (_, summary) = summary.ok_or("memcheck did not come to an end")?;
        println!("memcheck: {summary}");
        match status.and_then(|status| status.code()) {
            Some(0) => Ok(None),
            code => Ok(Some(format!(
                "memcheck: {summary}; exit code {code:?}; see {}",
                self.report.display()
            ))),
        }
    }
}
