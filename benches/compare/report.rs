//! The result in Markdown: the method, the values of each contender, wireserve relative to the others, and the
//! goals with their verdicts. It is printed, or also written into the document.

use std::fmt::Write;
use std::time::SystemTime;

use super::contender::Contender;
use super::goal::Goal;
use super::machine::{Machine, Watch};
use super::options::Options;
use super::results::{Results, Spread, Verdict};
use super::sample::Measure;
use super::table::{Column, Table};
use super::versions::Versions;
use super::work::{Load, Work};

/// The method and the machine. The watch must have ended.
pub(crate) fn introduction(options: &Options, versions: &Versions, watch: &Watch) -> String {
    let mut text = String::from("## How it was measured\n\n");
    let date = httpdate::fmt_http_date(SystemTime::now());
    let date = date.get(5..16).unwrap_or_default();
    let rounds = match options.rounds() {
        1 => "one round".to_owned(),
        rounds => format!("{rounds} rounds"),
    };
    let _ = writeln!(
        text,
        "On {date}, {rounds} with {} s of steady load (`wrk -t1`) per workload and server, one after \
         the other. The numbers are medians over the rounds, with the minimum and the maximum in \
         brackets.\n",
        options.seconds()
    );
    for line in versions.lines() {
        let _ = writeln!(text, "- {line}");
    }
    let busiest = watch.busiest().map(|name| format!(", mostly `{name}`"));
    let _ = writeln!(
        text,
        "- {} processors, load average {} before the run; other processes used {:.1} % of their time{}\n",
        watch.processors(),
        watch.load_average(),
        watch.lost() * 100.0,
        busiest.filter(|_| watch.lost() > 0.0).unwrap_or_default()
    );
    if watch.machine() == Machine::Busy {
        text.push_str("**The machine was busy, so the goals are not judged.**\n\n");
    }
    text
}

/// The values by work and contender.
pub(crate) fn values(works: &[Work], results: &Results) -> String {
    let steady = |work: &Work| matches!(work.load(), Load::Steady(_) | Load::Churn(_));
    let (steady, once): (Vec<Work>, Vec<Work>) = works.iter().partition(|work| steady(work));
    let latency = [Measure::P50, Measure::P99, Measure::Cpu, Measure::Memory];
    let mut text = String::new();
    for (heading, works, measures) in [
        ("Steady load", steady, [&[Measure::Rate], &latency[..]]),
        (
            "Bursts and startup",
            once,
            [&[Measure::Time, Measure::Answered], &latency[..]],
        ),
    ] {
        let table = values_of(&works, results, &measures.concat()).markdown();
        if !table.is_empty() {
            let _ = write!(text, "## {heading}\n\n{table}");
        }
    }
    text
}

/// A table of medians, the first one with its range.
fn values_of(works: &[Work], results: &Results, measures: &[Measure]) -> Table {
    let mut columns = vec![Column::left("workload"), Column::left("server")];
    columns.extend(measures.iter().map(|one| Column::right(one.name())));
    columns.insert(3, Column::right(RANGE));
    let mut table = Table::new(columns);
    for &work in works {
        let mut label = work.to_string();
        for contender in Contender::ALL {
            let spread = |measure| results.spread(work, contender, measure);
            if measures.iter().all(|&measure| spread(measure).is_none()) {
                continue;
            }
            let median = |&measure: &Measure| {
                spread(measure).map_or_else(String::new, |one| measure.shown(one.median))
            };
            let first = measures[0];
            let mut cells = vec![label, contender.to_string()];
            cells.extend(measures.iter().map(median));
            let range = spread(first).map_or_else(String::new, |one| range(first, one));
            cells.insert(3, range);
            table.row(cells);
            label = String::new();
        }
    }
    table
}

const RANGE: &str = "[min – max]";

/// The results of wireserve, relative to others and absolute, and its goals.
pub(crate) fn goals(works: &[Work], results: &Results, machine: Machine) -> String {
    let mut table = Table::new([
        Column::left("workload"),
        Column::left("metric"),
        Column::right("median"),
        Column::right(RANGE),
        Column::right("goal"),
        Column::left("verdict"),
    ]);
    for &work in works {
        let mut label = work.to_string();
        for (goal, judged) in shown_goals(work) {
            let Some(achieved) = results.achieved(work, goal) else {
                continue;
            };
            let (what, median, range, wanted) = described(goal, achieved);
            let (wanted, verdict) = match judged {
                Judged::Yes => (wanted, verdict(results.verdict(work, goal, machine))),
                Judged::No => Default::default(),
            };
            table.row([label, what, median, range, wanted, verdict.to_owned()]);
            label = String::new();
        }
    }
    format!("## Ratios and goals\n\n{}", table.markdown())
}

#[derive(Clone, Copy)]
enum Judged {
    Yes,
    /// Shown for information.
    No,
}

/// The goals of a workload, and its ratios to other servers that have no goal.
fn shown_goals(work: Work) -> Vec<(Goal, Judged)> {
    let goals = Goal::of(work);
    let beside = Contender::ALL.into_iter().filter_map(|contender| {
        let is_goal =
            |goal: &&Goal| matches!(goal, Goal::Beside(beside, _) if *beside == contender);
        match goals.iter().find(is_goal) {
            Some(&goal) => Some((goal, Judged::Yes)),
            None if contender == Contender::Wireserve => None,
            None => Some((Goal::Beside(contender, 0.0), Judged::No)),
        }
    });
    let by_itself = goals
        .iter()
        .filter(|goal| !matches!(goal, Goal::Beside(..)))
        .map(|&goal| (goal, Judged::Yes));
    beside.chain(by_itself).collect()
}

/// The metric, its median, its range, and the goal.
fn described(goal: Goal, achieved: Spread) -> (String, String, String, String) {
    let (what, wanted) = match goal {
        Goal::Beside(contender, least) => (
            format!("requests/s relative to {contender}"),
            format!("≥ {least} ×"),
        ),
        Goal::WorkersBeside(contender, least) => (
            format!(
                "requests/s of {} relative to {contender}",
                Contender::Workers
            ),
            format!("≥ {least} ×"),
        ),
        Goal::CpuBeside(contender, most) => (
            format!("CPU per request relative to {contender}"),
            format!("≤ {most} ×"),
        ),
        Goal::OfTheBest(least) => (
            "requests/s relative to its best".to_owned(),
            format!("≥ {least} ×"),
        ),
        Goal::AtMost(measure, most) => {
            let median = measure.shown(achieved.median);
            let wanted = format!("≤ {}", measure.shown(most));
            return (
                measure.name().into(),
                median,
                range(measure, achieved),
                wanted,
            );
        }
    };
    let times = |ratio| times(ratio, achieved.median);
    let range = format!("[{} – {}]", times(achieved.min), times(achieved.max));
    (what, times(achieved.median), range, wanted)
}

fn range(measure: Measure, Spread { min, max, .. }: Spread) -> String {
    format!("[{} – {}]", measure.shown(min), measure.shown(max))
}

/// Ratios of rows with a small median have two digits after the point.
fn times(ratio: f64, median: f64) -> String {
    let digits = if median < 10.0 { 2 } else { 1 };
    format!("{ratio:.digits$} ×")
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reached => "reached",
        Verdict::Missed => "**missed**",
        Verdict::NotJudged => "not judged",
    }
}
