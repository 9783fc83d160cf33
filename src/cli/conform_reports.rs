//! The options of `conform` for reports: a folder of files, and what changed since an older report.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::catalogue;
use crate::conform::case::fuzzed;
use crate::conform::report::compare::{Comparison, Old};
use crate::conform::report::data::Report;
use crate::conform::report::folder;
use crate::conform::run::CaseResult;

use super::error::CommandError;

/// Where reports go.
#[derive(Debug, Args)]
pub(super) struct ReportOptions {
    /// Writes reports into this folder: index.html, report.json, junit.xml, report.md and badge.svg
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,

    /// Lists what changed since a run whose report.json this is
    #[arg(long, value_name = "OLD.json")]
    compare: Option<PathBuf>,
}

/// The reports of one run.
pub(super) struct Reports {
    folder: Option<PathBuf>,
    old: Option<Old>,
}

impl ReportOptions {
    /// Reads the older report and makes the folder, so that a mistake is found before the run.
    pub(super) fn open(&self) -> Result<Reports, CommandError> {
        let old = self.compare.as_ref().map(|path| {
            let text = fs::read_to_string(path).map_err(|error| error.to_string());
            text.and_then(|text| Old::read(&text))
                .map_err(|reason| CommandError::Compared {
                    path: path.clone(),
                    reason,
                })
        });
        if let Some(folder) = &self.report {
            fs::create_dir_all(folder).map_err(|source| CommandError::ReportFolder {
                path: folder.clone(),
                source,
            })?;
        }
        Ok(Reports {
            folder: self.report.clone(),
            old: old.transpose()?,
        })
    }
}

impl Reports {
    /// What changed, with `--compare`.
    pub(super) fn compared(&self, results: &[CaseResult]) -> Option<Comparison> {
        let old = self.old.as_ref()?;
        let mut cases = catalogue::cases();
        cases.extend(catalogue::for_proxies());
        let is_left_out = |id: &str| fuzzed::is_id(id) || cases.iter().any(|case| case.id == id);
        Some(old.compare(results, is_left_out))
    }

    /// Writes the files, with `--report`.
    pub(super) fn write(&self, report: &Report) -> Result<(), CommandError> {
        match &self.folder {
            Some(path) => folder::write(path, report).map_err(CommandError::Report),
            None => Ok(()),
        }
    }
}
