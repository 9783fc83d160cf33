//! Compares counts with a baseline.

use std::collections::BTreeMap;

use super::baseline::Baseline;
use super::tools::Difference;
use super::work::Work;

/// How much a count may grow, in percent. Two runs differ by less than 0.5 %; a new feature that costs every
/// request instructions, by more than 5 %.
pub(crate) const LIMIT: f64 = 5.0;

/// Row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) rows: BTreeMap<Work, Row>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Instructions for one run of the work.
    pub(crate) now: u64,
    pub(crate) before: Option<u64>,
    pub(crate) verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// By more than [`LIMIT`].
    Grown,
    /// By more than [`LIMIT`].
    Shrunk,
    Steady,
    /// The baseline has no such work.
    New,
    /// The baseline was counted with other tools.
    NotJudged(Vec<Difference>),
}

/// The verdict on all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Grown,
    /// No row has grown, but one has shrunk or is new, so the baseline should be written again.
    Outdated,
    Steady,
}

impl Comparison {
    pub(crate) fn new(baseline: &Baseline, now: &Baseline) -> Self {
        let rows = now.instructions.iter().map(|(&work, &now_count)| {
            let before = baseline.instructions.get(&work).copied();
            let differences = now.counted_with.differences(&baseline.counted_with, work);
            let row = Row {
                now: now_count,
                before,
                verdict: match before {
                    None => Verdict::New,
                    Some(_) if !differences.is_empty() => Verdict::NotJudged(differences),
                    Some(before) => Verdict::of(change(before, now_count)),
                },
            };
            (work, row)
        });
        Self {
            rows: rows.collect(),
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let some = |wanted: &[Verdict]| self.rows.values().any(|row| wanted.contains(&row.verdict));
        if some(&[Verdict::Grown]) {
            Outcome::Grown
        } else if some(&[Verdict::Shrunk, Verdict::New]) {
            Outcome::Outdated
        } else {
            Outcome::Steady
        }
    }
}

impl Row {
    /// In percent of the baseline.
    pub(crate) fn change(&self) -> Option<f64> {
        self.before.map(|before| change(before, self.now))
    }
}

impl Verdict {
    fn of(change: f64) -> Self {
        if change > LIMIT {
            Self::Grown
        } else if change < -LIMIT {
            Self::Shrunk
        } else {
            Self::Steady
        }
    }
}

fn change(before: u64, now: u64) -> f64 {
    (now as f64 - before as f64) / before as f64 * 100.0
}
