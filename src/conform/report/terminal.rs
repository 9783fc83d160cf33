//! The summary at the end of a run: a table of the groups, then what failed and what was warned about.

use std::fmt::Write as _;
use std::time::Duration;

use super::counts::{Counts, by_group};
use crate::conform::expected::Expected;
use crate::conform::judge::{Judgement, Verdict};
use crate::conform::run::CaseResult;

/// The text of the summary.
pub fn summary(
    client: &str,
    results: &[CaseResult],
    expected: &Expected,
    took: Duration,
) -> String {
    let mut text = String::new();
    let width = by_group(results)
        .iter()
        .map(|(_, title, _)| title.len())
        .max();
    let width = width.unwrap_or_default().max("total".len());
    let mut row = |code: &str, title: &str, cells: [String; Verdict::ALL.len()]| {
        let _ = write!(text, "{code:<3}{title:<width$}");
        for (verdict, cell) in Verdict::ALL.iter().zip(cells) {
            let _ = write!(text, "  {cell:>0$}", verdict.word().len());
        }
        text.push('\n');
    };
    row(
        "",
        "",
        Verdict::ALL.map(|verdict| verdict.word().to_owned()),
    );
    for (code, title, counts) in by_group(results) {
        row(code, title, cells(counts));
    }
    row("", "total", cells(Counts::of(results)));
    for verdict in [Verdict::Fail, Verdict::Warn] {
        for result in results.iter().filter(|result| result.verdict() == verdict) {
            text.push_str(&lines(result, expected));
        }
    }
    let flaky: Vec<_> = results.iter().filter(|result| result.is_flaky()).collect();
    if !flaky.is_empty() {
        let ids: Vec<_> = flaky.iter().map(|result| result.case.id.as_str()).collect();
        let _ = writeln!(text, "\nflaky, with different verdicts: {}", ids.join(", "));
    }
    let seconds = took.as_secs_f64();
    let _ = writeln!(
        text,
        "\n{client}: {} cases in {seconds:.1} s",
        results.len()
    );
    text
}

fn cells(counts: Counts) -> [String; Verdict::ALL.len()] {
    Verdict::ALL.map(|verdict| match counts.get(verdict) {
        0 => "-".to_owned(),
        count => count.to_string(),
    })
}

/// A case and its findings.
pub fn lines(result: &CaseResult, expected: &Expected) -> String {
    let case = &result.case;
    let verdict = result.verdict();
    let known = expected
        .reason(&case.id)
        .map(|reason| format!(" (known: {reason})"));
    let known = known.unwrap_or_default();
    let mut text = format!("\n{verdict} {}: {}{known}\n", case.id, case.title);
    let _ = writeln!(text, "  {} ({}): {}", case.clause, case.level, case.rule);
    for finding in reasons(&result.worst().judgement) {
        let _ = writeln!(text, "  {finding}");
    }
    text
}

/// The findings that led to the verdict.
fn reasons(judgement: &Judgement) -> impl Iterator<Item = &str> {
    let findings = judgement.findings.iter();
    let decisive = findings.filter(|finding| finding.verdict == judgement.verdict);
    decisive.map(|finding| finding.text.as_str())
}
