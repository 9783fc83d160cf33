//! What was measured, by work and contender, one [`Sample`] for each round; and what follows from it.

use std::collections::HashMap;

use super::contender::Contender;
use super::goal::Goal;
use super::load::Sample;
use super::machine::{Machine, Watch};
use super::work::Work;

#[derive(Debug, Default)]
pub(crate) struct Results {
    samples: HashMap<(Work, Contender), Vec<Sample>>,
}

/// Whether a goal was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Reached,
    Missed,
    /// There is no goal, or no measurement, or the machine was busy.
    NotJudged,
}

impl Results {
    pub(crate) fn add(&mut self, work: Work, contender: Contender, sample: Sample) {
        self.samples
            .entry((work, contender))
            .or_default()
            .push(sample);
    }

    /// One value of the samples, over the rounds.
    pub(crate) fn spread(
        &self,
        work: Work,
        contender: Contender,
        value: impl Fn(&Sample) -> f64,
    ) -> Option<Spread> {
        let samples = self.samples.get(&(work, contender))?;
        Spread::of(samples.iter().map(value))
    }

    /// wireserve's requests per second as multiples of another's, each taken within one round.
    pub(crate) fn ratio(&self, work: Work, to: Contender) -> Option<Spread> {
        let ours = self.samples.get(&(work, Contender::Wireserve))?;
        let theirs = self.samples.get(&(work, to))?;
        let rounds = ours.iter().zip(theirs);
        Spread::of(
            rounds.map(|(ours, theirs)| ours.requests_per_second / theirs.requests_per_second),
        )
    }

    pub(crate) fn verdict(&self, work: Work, goal: Goal, watch: &Watch) -> Verdict {
        match (self.ratio(work, goal.beside), watch.machine()) {
            (_, Machine::Busy) | (None, _) => Verdict::NotJudged,
            (Some(ratio), _) if ratio.median >= goal.ratio => Verdict::Reached,
            _ => Verdict::Missed,
        }
    }

    /// Whether all goals of a work were reached.
    pub(crate) fn verdict_of(&self, work: Work, watch: &Watch) -> Verdict {
        let verdicts = Goal::of(work).iter();
        let verdicts = verdicts.map(|&goal| self.verdict(work, goal, watch));
        verdicts
            .reduce(|all, one| match (all, one) {
                (Verdict::Missed, _) | (_, Verdict::Missed) => Verdict::Missed,
                (Verdict::NotJudged, _) | (_, Verdict::NotJudged) => Verdict::NotJudged,
                _ => Verdict::Reached,
            })
            .unwrap_or(Verdict::NotJudged)
    }
}

/// Values of some rounds: `min <= median <= max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// `None` without values.
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let upper = *values.get(middle)?;
        let lower = values[values.len() - 1 - middle];
        Some(Self {
            min: values[0],
            median: f64::midpoint(lower, upper),
            max: values[values.len() - 1],
        })
    }
}
