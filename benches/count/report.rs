//! The table, and advice.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::comparison::{Comparison, LIMIT, Outcome, Row, Verdict};
use super::work::Work;

/// Instructions by work.
pub(crate) fn table(comparison: &Comparison) -> String {
    let mut text = format!(
        "{:8}  {:>10}  {:>10}  {:>8}\n",
        "path", "baseline", "now", "change"
    );
    for (work, row) in &comparison.rows {
        let before = row.before.map(grouped).unwrap_or_default();
        let change = row.change().map(percent).unwrap_or_default();
        let now = grouped(row.now);
        let verdict = match row.verdict {
            Verdict::Grown => "  GREW",
            Verdict::Shrunk => "  shrank",
            Verdict::Steady => "",
            Verdict::New => "  new",
            Verdict::NotJudged(_) => "  not judged",
        };
        let line = format!("{work:8}  {before:>10}  {now:>10}  {change:>8}{verdict}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The works that have grown and their profiles, why a row was not judged, and whether to write the baseline.
pub(crate) fn advice(comparison: &Comparison, profiles: &BTreeMap<Work, PathBuf>) -> String {
    let mut text = String::new();
    for (work, row) in &comparison.rows {
        if let (
            Verdict::Grown,
            Row {
                now,
                before: Some(before),
                ..
            },
        ) = (&row.verdict, row)
        {
            let _ = writeln!(
                text,
                "count: {work} grew by {}, from {} to {} instructions; the limit is {LIMIT} %",
                percent(row.change().unwrap_or_default()).trim_start_matches('+'),
                grouped(*before),
                grouped(*now),
            );
            if let Some(profile) = profiles.get(work) {
                let profile = profile.display();
                let _ = writeln!(text, "count:   the profile: callgrind_annotate {profile}");
            }
        }
    }
    for (difference, works) in not_judged(comparison) {
        let _ = writeln!(
            text,
            "count: not judged: {}; {difference}",
            works.join(", ")
        );
    }
    match comparison.outcome() {
        Outcome::Grown => {
            text.push_str(
                "count: if the cost is justified, run `./dev count --write` and explain it\n",
            );
        }
        Outcome::Outdated => {
            text.push_str("count: the baseline is outdated: run `./dev count --write`\n");
        }
        Outcome::Steady => {}
    }
    text
}

/// Each difference once, with the works that were not judged because of it.
fn not_judged(comparison: &Comparison) -> Vec<(String, Vec<String>)> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (work, row) in &comparison.rows {
        let Verdict::NotJudged(differences) = &row.verdict else {
            continue;
        };
        for difference in differences {
            let difference = difference.to_string();
            match reasons.iter_mut().find(|(known, _)| *known == difference) {
                Some((_, works)) => works.push(work.to_string()),
                None => reasons.push((difference, vec![work.to_string()])),
            }
        }
    }
    reasons
}

fn percent(change: f64) -> String {
    // Adding 0 turns -0.0 into 0.
    let tenths = (change * 10.0).round() / 10.0 + 0.0;
    format!("{tenths:+.1} %")
}

/// With a comma before each three digits from the end.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
