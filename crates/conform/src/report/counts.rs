//! How many cases have which verdict, by group.

use serde::{Serialize, Serializer};

use crate::case::group::GROUPS;
use crate::judge::Verdict;
use crate::run::CaseResult;

/// The counts of some cases, in the order of [`Verdict::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([usize; Verdict::ALL.len()]);

impl Counts {
    /// The counts of these results.
    pub fn of<'r>(results: impl IntoIterator<Item = &'r CaseResult>) -> Self {
        let mut counts = Self::default();
        for result in results {
            counts.add(result.verdict());
        }
        counts
    }

    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    /// How many have a verdict.
    pub fn get(self, verdict: Verdict) -> usize {
        self.0[verdict as usize]
    }

    /// How many there are.
    pub fn total(self) -> usize {
        self.0.iter().sum()
    }
}

/// As an object with a number for each verdict.
impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Verdict::ALL.map(|verdict| (verdict.word(), self.get(verdict))))
    }
}

/// The groups that have results: code, title and counts.
pub fn by_group(results: &[CaseResult]) -> Vec<(&'static str, &'static str, Counts)> {
    let groups = GROUPS.iter().map(|(code, title)| {
        let own = results.iter().filter(|result| result.case.group() == *code);
        (*code, *title, Counts::of(own))
    });
    groups.filter(|(_, _, counts)| counts.total() > 0).collect()
}
