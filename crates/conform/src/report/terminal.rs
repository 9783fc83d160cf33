//! The summary at the end of a run: a table of the groups, then what failed and what was warned about. A client's
//! words cannot steer the terminal: control characters are escaped.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::time::Duration;

use super::counts::{Counts, by_group};
use crate::expected::Expected;
use crate::judge::{Judgement, Verdict};
use crate::run::CaseResult;

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
    text.push_str(&unjudged(results));
    text.push_str(&flaky(results));
    let known = results.iter().filter(|result| {
        let known = expected.known(&result.case.id);
        known.is_some_and(|known| known.verdict == result.verdict())
    });
    let known = match known.count() {
        0 => String::new(),
        1 => ", 1 known deviation".to_owned(),
        count => format!(", {count} known deviations"),
    };
    let (client, seconds) = (printable(client), took.as_secs_f64());
    let _ = writeln!(
        text,
        "\n{client}: {} {} in {seconds:.1} s{known}",
        results.len(),
        if results.len() == 1 { "case" } else { "cases" },
    );
    text
}

/// Reasons that are shown for cases that could not be judged.
const REASONS: usize = 8;

/// The cases that could not be judged, by the reason.
fn unjudged(results: &[CaseResult]) -> String {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for result in results.iter().filter(|result| result.is_unjudged()) {
        let reason = self::reasons(&result.worst().judgement)
            .next()
            .unwrap_or_default();
        let id = &*result.case.id;
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, ids)) => ids.push(id),
            None => reasons.push((reason, vec![id])),
        }
    }
    reasons.sort_by_key(|(_, ids)| Reverse(ids.len()));
    let more = reasons.len().saturating_sub(REASONS);
    let mut text = String::new();
    for (reason, ids) in reasons.iter().take(REASONS) {
        let ids = match ids[..] {
            [only] => only.to_owned(),
            [first, .., last] => format!("{} cases from {first} to {last}", ids.len()),
            [] => String::new(),
        };
        let _ = writeln!(text, "inconclusive, {ids}: {}", printable(reason));
    }
    if more > 0 {
        let _ = writeln!(text, "inconclusive for {more} other reasons: see --report");
    }
    match text.is_empty() {
        true => text,
        false => format!("\n{text}"),
    }
}

/// The cases whose runs have different verdicts, with these.
fn flaky(results: &[CaseResult]) -> String {
    let flaky = results.iter().filter(|result| result.is_flaky());
    let lines = flaky.map(|result| {
        let counts = Verdict::ALL.map(|verdict| {
            let runs = result.runs.iter();
            let runs = runs.filter(|run| run.judgement.verdict == verdict);
            (verdict, runs.count())
        });
        let counts = counts.iter().rev().filter(|(_, count)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        let (id, title) = (&result.case.id, &result.case.title);
        format!("flaky {id}: {}: {title}\n", counts.join(", "))
    });
    let lines: String = lines.collect();
    match lines.is_empty() {
        true => lines,
        false => format!("\n{lines}"),
    }
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
        .map(|reason| format!(" (known: {})", printable(reason)));
    let known = known.unwrap_or_default();
    let mut text = format!("\n{verdict} {}: {}{known}\n", case.id, case.title);
    let _ = writeln!(text, "  {} ({}): {}", case.clause, case.level, case.rule);
    for finding in reasons(&result.worst().judgement) {
        let _ = writeln!(text, "  {}", printable(finding));
    }
    text
}

/// The findings that led to the verdict.
fn reasons(judgement: &Judgement) -> impl Iterator<Item = &str> {
    let findings = judgement.findings.iter();
    let decisive = findings.filter(|finding| finding.verdict == judgement.verdict);
    decisive.map(|finding| finding.text.as_str())
}

/// Text on one line, without control characters.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{HOSTILE, result};

    #[test]
    fn flaky_cases_have_their_verdicts() {
        let mut flaky = result("CL-21", Verdict::Pass);
        for verdict in [Verdict::Fail, Verdict::Pass] {
            flaky.runs.extend(result("CL-21", verdict).runs);
        }
        let results = [result("SL-01", Verdict::Pass), flaky];
        let known = r#"{"CL-21": {"verdict": "fail", "reason": "bug 7"}}"#;
        let known = Expected::read(known).unwrap();
        let text = summary("x", &results, &known, Duration::from_millis(1500));
        let line = "\nflaky CL-21: 1 fail, 2 pass: two different";
        assert!(text.contains(line), "{text}");
        let end = "\nx: 2 cases in 1.5 s, 1 known deviation\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn words_cannot_steer_a_terminal() {
        let results = [result("CL-21", Verdict::Fail)];
        let text = summary(HOSTILE, &results, &Expected::default(), Duration::ZERO);
        let is_plain = |character: char| character == '\n' || !character.is_control();
        assert!(text.chars().all(is_plain), "{text:?}");
        assert!(text.contains("\\u{1b}[31m"), "{text}");
    }
}
