//! The result in Markdown: how it was measured, the values of each contender, wireserve beside the
//! others, and the goals with a verdict each. It is printed as it is written into the document.

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

/// How it was measured, and where. The watch has to have ended.
pub(crate) fn introduction(options: &Options, versions: &Versions, watch: &Watch) -> String {
    let mut text = String::from("## How it was measured\n\n");
    let date = httpdate::fmt_http_date(SystemTime::now());
    let date = date.get(5..16).unwrap_or_default();
    let _ = writeln!(
        text,
        "On {date}, {} rounds with {} s of steady load (`wrk -t1`) for each work on each server, one \
         after the other; medians over the rounds, and the least and the most in brackets.\n",
        options.rounds(),
        options.seconds()
    );
    for line in versions.lines() {
        let _ = writeln!(text, "- {line}");
    }
    let busiest = watch.busiest().map(|name| format!(", most to `{name}`"));
    let _ = writeln!(
        text,
        "- {} processors, load average {} before; {:.1} % of their time went to others{}\n",
        watch.processors(),
        watch.load_average(),
        watch.lost() * 100.0,
        busiest.filter(|_| watch.lost() > 0.0).unwrap_or_default()
    );
    if watch.machine() == Machine::Busy {
        text.push_str("**The machine was busy: there are no verdicts.**\n\n");
    }
    text
}

/// What was measured, by work and contender.
pub(crate) fn values(works: &[Work], results: &Results) -> String {
    let steady = |work: &Work| matches!(work.load(), Load::Steady(_));
    let (steady, once): (Vec<Work>, Vec<Work>) = works.iter().partition(|work| steady(work));
    let mut text = String::new();
    for (heading, works, measure) in [
        ("Steady load", steady, Measure::Rate),
        ("Crowds and beginnings", once, Measure::Time),
    ] {
        let table = values_of(&works, results, measure).markdown();
        if !table.is_empty() {
            let _ = write!(text, "## {heading}\n\n{table}");
        }
    }
    text
}

/// `first` is the measure that counts most.
fn values_of(works: &[Work], results: &Results, first: Measure) -> Table {
    let mut table = Table::new([
        Column::left("work"),
        Column::left("server"),
        Column::right(first.name()),
        Column::right("[least – most]"),
        Column::right(Measure::P50.name()),
        Column::right(Measure::P99.name()),
        Column::right(Measure::Cpu.name()),
        Column::right(Measure::Memory.name()),
    ]);
    for &work in works {
        let mut label = work.to_string();
        for contender in Contender::ALL {
            let spread = |measure| results.spread(work, contender, measure);
            if spread(Measure::Memory).is_none() {
                continue;
            }
            let median = |measure: Measure| {
                let spread = spread(measure);
                spread.map_or_else(String::new, |spread| measure.shown(spread.median))
            };
            let range = spread(first).map_or_else(String::new, |spread| range(first, spread));
            table.row([
                label,
                contender.to_string(),
                median(first),
                range,
                median(Measure::P50),
                median(Measure::P99),
                median(Measure::Cpu),
                median(Measure::Memory),
            ]);
            label = String::new();
        }
    }
    table
}

/// What wireserve reaches, beside others and by itself, and the goals.
pub(crate) fn goals(works: &[Work], results: &Results, watch: &Watch) -> String {
    let mut table = Table::new([
        Column::left("work"),
        Column::left("wireserve's"),
        Column::right("median"),
        Column::right("[least – most]"),
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
                Judged::Yes => (
                    wanted,
                    verdict(results.verdict(work, goal, watch.machine())),
                ),
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
    /// It is shown because it says something.
    No,
}

/// The goals of a work, and what there is beside others without one.
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

/// What it is, its median, its range, and what it should be.
fn described(goal: Goal, achieved: Spread) -> (String, String, String, String) {
    match goal {
        Goal::Beside(contender, least) => (
            format!("requests/s beside {contender}"),
            times(achieved.median, achieved.median),
            format!(
                "[{} – {}]",
                times(achieved.min, achieved.median),
                times(achieved.max, achieved.median)
            ),
            format!("≥ {least} ×"),
        ),
        Goal::AtMost(measure, most) => (
            measure.name().to_owned(),
            measure.shown(achieved.median),
            range(measure, achieved),
            format!("≤ {}", measure.shown(most)),
        ),
        Goal::OfTheBest(least) => (
            "requests/s beside its best".to_owned(),
            times(achieved.median, achieved.median),
            format!(
                "[{} – {}]",
                times(achieved.min, achieved.median),
                times(achieved.max, achieved.median)
            ),
            format!("≥ {least} ×"),
        ),
    }
}

fn range(measure: Measure, Spread { min, max, .. }: Spread) -> String {
    format!("[{} – {}]", measure.shown(min), measure.shown(max))
}

/// Beside equals two digits say something; `beside` is a ratio of the same row.
fn times(ratio: f64, beside: f64) -> String {
    let digits = if beside < 10.0 { 2 } else { 1 };
    format!("{ratio:.digits$} ×")
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reached => "reached",
        Verdict::Missed => "**missed**",
        Verdict::NotJudged => "not judged",
    }
}
