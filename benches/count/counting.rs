//! The counts of all works.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::Complaint;
use super::baseline::Baseline;
use super::callgrind::{Output, Threads};
use super::server::Site;
use super::tools::Tools;
use super::work::Work;

/// How often a work is run for the count. Start-up varies by about 50,000 instructions from run to run, which is
/// then less than 0.2 % of the shortest exchange.
pub(crate) const TIMES: u64 = 4000;

/// How often it is run before, so that code is compiled and caches are filled.
const BEFORE: u64 = 100;

/// Counts, and the tools that were used.
pub(crate) struct Counts {
    pub(crate) counted_with: Tools,
    pub(crate) works: BTreeMap<Work, Count>,
}

/// The count of one work.
pub(crate) struct Count {
    /// For one run of the work.
    pub(crate) instructions: u64,
    /// callgrind's file for all runs.
    pub(crate) profile: PathBuf,
}

impl Counts {
    /// These counts as a new baseline.
    pub(crate) fn baseline(&self) -> Baseline {
        let works = self.works.iter();
        Baseline {
            counted_with: self.counted_with.clone(),
            instructions: works
                .map(|(&work, count)| (work, count.instructions))
                .collect(),
        }
    }

    /// callgrind's files.
    pub(crate) fn profiles(&self) -> BTreeMap<Work, PathBuf> {
        let works = self.works.iter();
        works
            .map(|(&work, count)| (work, count.profile.clone()))
            .collect()
    }
}

/// Counts these works. callgrind's files are kept in the folder.
pub(crate) fn count(works: &[Work], folder: &Path) -> Result<Counts, Complaint> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let site = Site::make()?;
    let counted_with = Tools::find(&site)?;
    let mut counts = BTreeMap::new();
    for &work in works {
        eprintln!("counting {work}");
        let output = Output::new(folder, &work.to_string());
        let before = run(work, BEFORE, &site, &output)?;
        // This replaces the files.
        let after = run(work, BEFORE + TIMES, &site, &output)?;
        let (thread, instructions) = after
            .busiest_since(&before)
            .ok_or_else(|| format!("no thread was counted for {work}"))?;
        let count = Count {
            instructions: (instructions + TIMES / 2) / TIMES,
            profile: output.file(thread),
        };
        counts.insert(work, count);
    }
    Ok(Counts {
        counted_with,
        works: counts,
    })
}

fn run(work: Work, times: u64, site: &Site, output: &Output) -> Result<Threads, Complaint> {
    output.clear()?;
    match work.target() {
        Some(target) => site.talk(work, output, |client| {
            (0..times).try_for_each(|_| client.ask(target).map(drop))
        })?,
        None => {
            let program = env::current_exe().map_err(|error| format!("this program: {error}"))?;
            let mut command = output.command();
            command.arg(program).args(["--repeat", &work.to_string()]);
            command.args(["--times", &times.to_string()]);
            let status = command.status();
            let status = status.map_err(|error| format!("cannot start {command:?}: {error}"))?;
            if !status.success() {
                return Err(format!("{work}: {status}"));
            }
        }
    }
    output.read()
}
