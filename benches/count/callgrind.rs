//! Runs callgrind and parses its files, one for each thread, which `callgrind_annotate` can show.
//!
//! For a server, only the thread that serves the connection counts. Other threads wake up by the clock, so their
//! instructions depend on the speed of the machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Complaint;

/// The instructions of each thread of a process, by callgrind's number for the thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Threads(BTreeMap<u32, u64>);

impl Threads {
    /// The thread with the largest increase, and that increase.
    pub(crate) fn busiest_since(&self, before: &Self) -> Option<(u32, u64)> {
        let more = self.0.iter().map(|(thread, now)| {
            let before = before.0.get(thread).copied().unwrap_or_default();
            (*thread, now.saturating_sub(before))
        });
        more.max_by_key(|(_, more)| *more)
    }
}

impl FromIterator<(u32, u64)> for Threads {
    fn from_iter<T: IntoIterator<Item = (u32, u64)>>(threads: T) -> Self {
        Self(threads.into_iter().collect())
    }
}

/// The files with the counts of one process.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    folder: PathBuf,
    name: String,
}

impl Output {
    /// Files whose names begin like this, in an existing folder.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
        }
    }

    /// A command that runs another program under callgrind; the program and its arguments must be added.
    pub(crate) fn command(&self) -> Command {
        let mut out = OsString::from("--callgrind-out-file=");
        out.push(self.folder.join(&self.name));
        let mut command = Command::new("valgrind");
        command
            .args(["--quiet", "--tool=callgrind", "--separate-threads=yes"])
            .arg(out);
        command
    }

    /// Removes the files of an earlier process.
    pub(crate) fn clear(&self) -> Result<(), Complaint> {
        let files = self.files()?;
        files.into_iter().try_for_each(|(_, file)| {
            fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))
        })
    }

    /// The counts, after the process has ended.
    pub(crate) fn read(&self) -> Result<Threads, Complaint> {
        let threads = self.files()?.into_iter().map(|(thread, file)| {
            let text = fs::read_to_string(&file);
            let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
            let total = total(&text);
            let total = total.ok_or_else(|| format!("{} has no total", file.display()))?;
            Ok((thread, total))
        });
        threads.collect()
    }

    /// The file of a thread.
    pub(crate) fn file(&self, thread: u32) -> PathBuf {
        self.folder.join(format!("{}-{thread:02}", self.name))
    }

    /// The existing files, each with its thread.
    fn files(&self) -> Result<Vec<(u32, PathBuf)>, Complaint> {
        let complain = |error: io::Error| format!("{}: {error}", self.folder.display());
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(complain)? {
            let entry = entry.map_err(complain)?;
            let thread = entry.file_name().to_str().and_then(|file| {
                let number = file.strip_prefix(&self.name)?.strip_prefix('-')?;
                number.parse().ok()
            });
            if let Some(thread) = thread {
                files.push((thread, entry.path()));
            }
        }
        Ok(files)
    }
}

/// The total of a callgrind file. A process that dumps while it runs would write several parts with a total
/// each; ours do not.
pub(crate) fn total(text: &str) -> Option<u64> {
    let mut totals = text.lines().filter_map(|line| line.strip_prefix("totals:"));
    let total = totals.next()?.trim().parse().ok()?;
    totals.next().is_none().then_some(total)
}

/// The version of valgrind.
pub(crate) fn version() -> Result<String, Complaint> {
    let output = Command::new("valgrind").arg("--version").output();
    match output {
        Ok(output) => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(
            "valgrind is not installed: Debian's package is `valgrind`, and `./dev count` \
             installs it"
                .to_owned(),
        ),
        Err(error) => Err(format!("valgrind: {error}")),
    }
}
