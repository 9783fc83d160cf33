//! One run of the conformance suite, from its beginning to its reports.

use std::time::{Instant, SystemTime};

use indicatif::ProgressBar;

use crate::conform::expected::Expected;
use crate::conform::judge::Verdict;
use crate::conform::report::data::{About, Report};
use crate::conform::report::terminal;
use crate::conform::run::{CaseResult, Settings};

use super::conform_reports::Reports;
use super::error::CommandError;
use super::print;

/// A run that has begun.
pub(super) struct Suite {
    pub(super) expected: Expected,
    pub(super) reports: Reports,
    pub(super) settings: Settings,
    /// The best verdict that is a deviation.
    pub(super) denied: Verdict,
    pub(super) began: Instant,
    pub(super) began_at: SystemTime,
}

impl Suite {
    /// Shows a deviation that is not expected.
    pub(super) fn note(&self, result: &CaseResult, bar: &ProgressBar) {
        let verdict = result.verdict();
        if verdict >= self.denied && self.expected.reason(&result.case.id).is_none() {
            let (id, title) = (&result.case.id, &result.case.title);
            bar.println(format!("{verdict} {id}: {title}"));
        }
        bar.inc(1);
    }

    /// Prints the summary and writes the reports; returns the exit status, too.
    pub(super) fn conclude(
        &self,
        name: &str,
        results: &[CaseResult],
    ) -> Result<(Report, u8), CommandError> {
        let took = self.began.elapsed();
        let unexpected = self.expected.unexpected(results, self.denied);
        let comparison = self.reports.compared(results);
        let mut text = terminal::summary(name, results, &self.expected, took);
        if let Some(comparison) = &comparison {
            text.push_str(&comparison.text());
        }
        for found in &unexpected {
            text.push_str(&format!(
                "unexpected: {}: {}\n",
                found.id,
                terminal::printable(&found.text)
            ));
        }
        let about = About {
            client: name,
            began: self.began_at,
            took,
            settings: self.settings,
            expected: &self.expected,
            unexpected: &unexpected,
        };
        let report = Report::of(results, &about, comparison);
        self.reports.write(&report)?;
        print(&text)?;
        // Of the cases that this suite plays, if there is one.
        let mut shown = results.iter().filter(|result| !result.case.is_unplayed());
        let first = shown.next().or_else(|| results.first());
        if let Some(first) = first.filter(|_| results.iter().all(CaseResult::is_unjudged)) {
            let findings = &first.worst().judgement.findings;
            let why = findings
                .first()
                .map(|finding| terminal::printable(&finding.text));
            return Err(CommandError::NothingJudged(why.unwrap_or_default()));
        }
        Ok((report, u8::from(!unexpected.is_empty())))
    }
}
