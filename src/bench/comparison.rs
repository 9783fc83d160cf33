//! Results beside older ones: ratios with their spread. A difference counts only if the worst round of one is better
//! than the best round of the other, and nothing is judged if the machine was busy in either run.

use std::fmt::Write as _;

use super::machine::QUIET;
use super::report;
use super::results::{Measured, Results, Spread};
use super::shown::{range, ratio};

/// What a ratio shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All rounds of the new run are better than all of the old one.
    Better,
    /// All rounds of the new run are worse.
    Worse,
    /// The rounds of the two runs overlap.
    Alike,
}

/// The text for standard output. `name` is that of the file with the old results.
pub fn text(name: &str, old: &Results, new: &Results) -> String {
    // Writing to a string cannot fail.
    let mut out = String::new();
    let _ = writeln!(out, "new values relative to {name}");
    let obstacle = obstacle(old, new);
    for path in &new.paths {
        let is_same = |one: &&Measured| one.path == path.path && one.method == path.method;
        let Some(before) = old.paths.iter().find(is_same) else {
            let _ = writeln!(out, "  {} {}: not in {name}", path.method, path.path);
            continue;
        };
        let _ = writeln!(out, "  {} {}", path.method, path.path);
        for (label, before, now, more_is_better) in rows(before, path) {
            let change = relative(&before, &now);
            let verdict = match &obstacle {
                Some(_) => "not judged",
                None => word(verdict(&change, more_is_better)),
            };
            let shown = format!("{} {}", ratio(change.median), range(&change, ratio));
            let _ = writeln!(out, "    {label:<12} {shown:<26} {verdict}");
        }
    }
    if let Some(obstacle) = obstacle {
        let _ = writeln!(out, "not judged: {obstacle}");
    }
    out
}

/// Why the two runs cannot be compared.
fn obstacle(old: &Results, new: &Results) -> Option<String> {
    if old.connections != new.connections {
        let (before, now) = (old.connections, new.connections);
        return Some(format!("{before} connections before, {now} now"));
    }
    if old.machine.model != new.machine.model || old.machine.processors != new.machine.processors {
        return Some("the machine was another one".to_owned());
    }
    if old.rounds < 3 || new.rounds < 3 {
        return Some("expected at least 3 rounds, to know the spread".to_owned());
    }
    [("before", old), ("now", new)]
        .into_iter()
        .find(|(_, results)| results.machine.others > QUIET)
        .map(|(when, results)| {
            format!(
                "{when}, {}; expected at most {} %",
                report::load(&results.machine),
                QUIET * 100.0
            )
        })
}

/// The values that are compared, and whether more is better.
fn rows(old: &Measured, new: &Measured) -> Vec<(&'static str, Spread, Spread, bool)> {
    let latency = |path: &Measured| path.latency_us;
    let rows = [
        ("requests/s", old.requests_per_s, new.requests_per_s, true),
        (
            "p50",
            latency(old).map(|one| one.p50),
            latency(new).map(|one| one.p50),
            false,
        ),
        (
            "p99",
            latency(old).map(|one| one.p99),
            latency(new).map(|one| one.p99),
            false,
        ),
        ("server's CPU", old.processor_us, new.processor_us, false),
    ];
    let both = rows
        .into_iter()
        .filter_map(|(label, old, new, more_is_better)| Some((label, old?, new?, more_is_better)));
    both.collect()
}

/// The ratio of the medians, and the smallest and the largest of two rounds.
pub fn relative(old: &Spread, new: &Spread) -> Spread {
    Spread {
        median: new.median / old.median,
        min: new.min / old.max,
        max: new.max / old.min,
    }
}

/// What a ratio shows.
pub fn verdict(change: &Spread, more_is_better: bool) -> Verdict {
    match (change.min > 1.0, change.max < 1.0) {
        (true, _) if more_is_better => Verdict::Better,
        (_, true) if !more_is_better => Verdict::Better,
        (false, false) => Verdict::Alike,
        _ => Verdict::Worse,
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Alike => "no difference shown",
    }
}
