//! The samples of all rounds, by work and contender, with their medians, ratios and verdicts.

use std::collections::HashMap;

use super::contender::Contender;
use super::goal::Goal;
use super::machine::Machine;
use super::sample::{Measure, Sample};
use super::work::Work;

#[derive(Debug, Default)]
pub(crate) struct Results {
    /// In the order of the rounds.
    samples: HashMap<(Work, Contender), Vec<Sample>>,
}

/// Whether a goal was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Reached,
    Missed,
    /// There is no goal or no measurement, or the machine was busy.
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
        measure: Measure,
    ) -> Option<Spread> {
        Spread::of(self.values(work, contender, measure))
    }

    /// wireserve's requests per second as multiples of another server's, each within one round.
    pub(crate) fn ratio(&self, work: Work, to: Contender) -> Option<Spread> {
        self.ratio_of(Measure::Rate, work, Contender::Wireserve, to)
    }

    /// One contender's values as multiples of another's, each within one round.
    fn ratio_of(
        &self,
        measure: Measure,
        work: Work,
        of: Contender,
        to: Contender,
    ) -> Option<Spread> {
        let ours = self.values(work, of, measure);
        let theirs = self.values(work, to, measure);
        Spread::of(ours.zip(theirs).map(|(ours, theirs)| ours / theirs))
    }

    /// wireserve's requests per second as shares of its best median in [`Work::GROWTH`]; `None` unless all
    /// those works were measured.
    fn share_of_the_best(&self, work: Work) -> Option<Spread> {
        let medians: Option<Vec<f64>> = Work::GROWTH
            .iter()
            .map(|&one| {
                Some(
                    self.spread(one, Contender::Wireserve, Measure::Rate)?
                        .median,
                )
            })
            .collect();
        let best = medians?.into_iter().reduce(f64::max)?;
        let ours = self.values(work, Contender::Wireserve, Measure::Rate);
        Spread::of(ours.map(|ours| ours / best))
    }

    /// The values to which a goal refers.
    pub(crate) fn achieved(&self, work: Work, goal: Goal) -> Option<Spread> {
        match goal {
            Goal::Beside(contender, _) => self.ratio(work, contender),
            Goal::WorkersBeside(contender, _) => {
                self.ratio_of(Measure::Rate, work, Contender::Workers, contender)
            }
            Goal::CpuBeside(contender, _) => {
                self.ratio_of(Measure::Cpu, work, Contender::Wireserve, contender)
            }
            Goal::AtMost(measure, _) => self.spread(work, Contender::Wireserve, measure),
            Goal::OfTheBest(_) => self.share_of_the_best(work),
        }
    }

    /// Judges the median.
    pub(crate) fn verdict(&self, work: Work, goal: Goal, machine: Machine) -> Verdict {
        match (self.achieved(work, goal), machine) {
            (_, Machine::Busy) | (None, _) => Verdict::NotJudged,
            (Some(achieved), _) if goal.is_reached_by(achieved.median) => Verdict::Reached,
            _ => Verdict::Missed,
        }
    }

    /// Whether all goals of a work were reached.
    pub(crate) fn verdict_of(&self, work: Work, machine: Machine) -> Verdict {
        let verdicts = Goal::of(work).iter();
        let verdicts = verdicts.map(|&goal| self.verdict(work, goal, machine));
        verdicts
            .reduce(|all, one| match (all, one) {
                (Verdict::Missed, _) | (_, Verdict::Missed) => Verdict::Missed,
                (Verdict::NotJudged, _) | (_, Verdict::NotJudged) => Verdict::NotJudged,
                _ => Verdict::Reached,
            })
            .unwrap_or(Verdict::NotJudged)
    }

    fn values(
        &self,
        work: Work,
        contender: Contender,
        measure: Measure,
    ) -> impl Iterator<Item = f64> {
        let samples = self.samples.get(&(work, contender));
        samples
            .into_iter()
            .flatten()
            .filter_map(move |sample| sample.value(measure))
    }
}

/// Statistics over rounds: `min <= median <= max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// `None` if there are no values.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
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
