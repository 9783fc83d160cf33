//! The report in Markdown, for a summary in CI or a comment: `report.md`.

use std::fmt::Write as _;

use super::compare::{Changed, Comparison, Other};
use super::counts::Counts;
use super::data::{CaseReport, Report};
use crate::judge::Verdict;

/// The text of the file.
pub fn text(report: &Report) -> String {
    let mut text = format!(
        "# HTTP/1.1 conformance of {}\n\n{} cases in {:.1} s, {}, with wireserve {}.\n\n",
        code(&report.client),
        report.cases.len(),
        report.seconds,
        report.began.split('T').next().unwrap_or_default(),
        report.wireserve,
    );
    table(&mut text, report);
    if let Some(comparison) = &report.comparison {
        compared(&mut text, comparison);
    }
    let unexpected = report.cases.iter().filter(|case| case.unexpected.is_some());
    section(&mut text, "Unexpected", unexpected, |text, case| {
        let why = case.unexpected.as_deref().unwrap_or_default();
        let _ = writeln!(text, "- {}: {}", heading(case), code(why));
    });
    section(&mut text, "Failures", report.with(Verdict::Fail), item);
    section(&mut text, "Warnings", report.with(Verdict::Warn), item);
    section(
        &mut text,
        "Not judged",
        report.with(Verdict::Inconclusive),
        item,
    );
    let flaky = report.cases.iter().filter(|case| case.is_flaky);
    section(&mut text, "Flaky", flaky, |text, case| {
        let runs: Vec<_> = case.runs.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "- {}: {}", heading(case), runs.join(", "));
    });
    text
}

fn table(text: &mut String, report: &Report) {
    let words = Verdict::ALL.map(Verdict::word);
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(text, "| group | {} |", words.join(" | "));
    let _ = writeln!(text, "| --- |{}", " ---: |".repeat(words.len()));
    let cells = |counts: Counts| {
        Verdict::ALL
            .map(|verdict| counts.get(verdict).to_string())
            .join(" | ")
    };
    for group in &report.groups {
        let (code, title) = (group.code, plain(group.title));
        let _ = writeln!(text, "| {code} {title} | {} |", cells(group.counts));
    }
    let _ = writeln!(text, "| **total** | {} |", cells(report.counts));
}

fn section<'c>(
    text: &mut String,
    title: &str,
    cases: impl Iterator<Item = &'c CaseReport>,
    write: impl Fn(&mut String, &CaseReport),
) {
    let mut cases = cases.peekable();
    if cases.peek().is_some() {
        let _ = write!(text, "\n## {title}\n\n");
        cases.for_each(|case| write(text, case));
    }
}

/// A case with what was found.
fn item(text: &mut String, case: &CaseReport) {
    let known = case.known.as_ref().filter(|_| case.is_known());
    let known = known.map(|known| format!(" (known: {})", code(&known.reason)));
    let _ = writeln!(text, "- {}{}", heading(case), known.unwrap_or_default());
    let (clause, level) = (plain(&case.clause), case.level);
    let _ = writeln!(text, "  - {clause} ({level}): {}", plain(&case.rule));
    for reason in case.reasons() {
        let _ = writeln!(text, "  - {}", code(reason));
    }
}

fn compared(text: &mut String, comparison: &Comparison) {
    let (client, began) = (code(&comparison.client), &comparison.began);
    let _ = write!(text, "\n## Compared with {client}, {began}\n\n");
    if comparison.is_empty() {
        text.push_str("No differences.\n");
    }
    for Changed {
        id,
        title,
        from,
        to,
    } in &comparison.changed
    {
        let _ = writeln!(text, "- **{id}** {}: {to}, was {from}", plain(title));
    }
    for (kind, cases) in [("new", &comparison.new), ("removed", &comparison.removed)] {
        for Other { id, title, verdict } in cases {
            let _ = writeln!(text, "- **{id}** {}: {kind}, {verdict}", plain(title));
        }
    }
}

fn heading(case: &CaseReport) -> String {
    format!("**{}** {}", case.id, plain(&case.title))
}

/// Text of the suite, with its punctuation escaped.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\r' | '\n' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '#' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Words from outside, on one line, as code: they are neither markup nor mentions.
fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|character| match character.is_control() {
            true => ' ',
            false => character,
        })
        .collect();
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    match text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::report;

    #[test]
    fn words_from_outside_are_code() {
        for (words, expected) in [
            ("plain", "`plain`"),
            ("a `b` ``c``", "``` a `b` ``c`` ```"),
            ("x ` y", "``x ` y``"),
            ("@me <b>\n|", "`@me <b> |`"),
        ] {
            assert_eq!(code(words), expected);
        }
        assert_eq!(plain("a|b_c <d>"), "a\\|b\\_c \\<d\\>");
    }

    #[test]
    fn what_is_unexpected_comes_first() {
        let text = text(&report());
        let order = [
            "| SL status lines | 1 | 0 | 0 | 0 | 1 |",
            "| **total** | 1 | 1 | 1 | 1 | 2 |",
            "## Unexpected",
            "- **SL-01** ",
            "## Failures",
            "(known: `bug 7`)",
            "- **CL-21** ",
            "## Warnings",
            "- **CH-04** ",
        ];
        let mut rest = &*text;
        for part in order {
            let at = rest.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
            rest = &rest[at + part.len()..];
        }
        assert!(!text.contains("## Flaky"));
    }
}
