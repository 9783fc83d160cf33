//! The server under valgrind's memcheck, which detects every wrong use of the heap by our `unsafe` code, by pyo3
//! and by the interpreter: access beyond the end of an allocation or after `free`, and memory that is unreachable
//! at exit.
//!
//! Uses of uninitialized values are not checked: CPython reads the first digit of an int that has no digits, and
//! then ignores it. Data races are not detected, since memcheck runs one thread at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::Complaint;
use super::support::process::Process;
use super::support::repository;

/// The file of the report, which includes the PID of the server.
const REPORT: &str = "target/memcheck.txt";

/// The exit code of valgrind if it has found errors. The server never uses it.
const FOUND: i32 = 99;

/// How long the server may take to end, and valgrind to check its memory.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

/// Memory that pyo3 allocates once for each class and never frees.
const SUPPRESSED: &str = "benches/soak/memcheck.supp";

/// A server under memcheck.
pub(crate) struct Memcheck {
    server: Process,
    report: PathBuf,
}

impl Memcheck {
    pub(crate) fn start(doc_root: &Path) -> Self {
        let report = repository().join(REPORT);
        if let Some(folder) = report.parent() {
            // If this fails, so does reading the report.
            let _ = fs::create_dir_all(folder);
        }
        let suppressed = repository().join(SUPPRESSED);
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=memcheck", "--undef-value-errors=no"])
            .args(["--leak-check=full", "--show-leak-kinds=definite"])
            .args(["--errors-for-leak-kinds=definite", "--num-callers=40"])
            // Otherwise the running thread tends to keep running.
            .arg("--fair-sched=yes")
            .arg(format!("--error-exitcode={FOUND}"))
            .arg(format!("--suppressions={}", suppressed.display()))
            .arg(format!("--log-file={}", report.display()))
            .arg(env!("CARGO_BIN_EXE_wireserve"))
            .arg(doc_root)
            .args(["--port", "0", "--log", "error"])
            // Python's own allocator would return parts of what valgrind sees as one allocation.
            .env("PYTHONMALLOC", "malloc");
        Self {
            server: Process::start(command),
            report,
        }
    }

    pub(crate) fn server(&self) -> &Process {
        &self.server
    }

    /// Ends the server; returns the errors, if any.
    pub(crate) fn end(mut self) -> Result<Option<String>, Complaint> {
        let process = Pid::from_raw(self.server.id().cast_signed()).ok_or("no process")?;
        kill_process(process, Signal::TERM).map_err(|error| format!("cannot end it: {error}"))?;
        let status = self.server.wait(ENDS_WITHIN);
        let report = fs::read_to_string(&self.report)
            .map_err(|error| format!("{}: {error}", self.report.display()))?;
        let summary = report
            .lines()
            .find_map(|line| line.split_once("ERROR SUMMARY: "));
        let (_, summary) =
            summary.ok_or("expected a summary of memcheck, found none: it did not end in time")?;
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
