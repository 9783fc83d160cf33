//! JUnit XML, which CI systems show: `junit.xml`. A suite for each group, a test for each case. A test fails if
//! its case is not as expected, so that the numbers agree with the exit status. Known deviations and cases that
//! were not judged are skipped tests, with the reason.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::data::{CaseReport, GroupReport, Report};
use crate::judge::Verdict;
use wireserve_core::text::html::escaped;

/// What is named as the class of a test, with the group.
const CLASS: &str = "conform";

/// The text of the file.
pub fn xml(report: &Report) -> String {
    let name = attribute(&format!("HTTP/1.1 conformance of {}", report.client));
    let cases: Vec<_> = report.cases.iter().collect();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        text,
        "<testsuites name=\"{name}\" {} time=\"{:.3}\">",
        numbers(&cases),
        report.seconds
    );
    for group in &report.groups {
        suite(&mut text, report, group);
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(text: &mut String, report: &Report, group: &GroupReport) {
    let cases = report.cases.iter().filter(|case| case.group == group.code);
    let cases: Vec<_> = cases.collect();
    let name = attribute(&format!("{} {}", group.code, group.title));
    let seconds: f64 = cases.iter().map(|case| case.seconds).sum();
    // Without a time zone, as the schema of Jenkins wants it; it is UTC.
    let began = report.began.split('.').next().unwrap_or_default();
    let _ = writeln!(
        text,
        "<testsuite name=\"{name}\" {} time=\"{seconds:.3}\" timestamp=\"{began}\">",
        numbers(&cases)
    );
    for case in cases {
        test(text, case);
    }
    text.push_str("</testsuite>\n");
}

fn test(text: &mut String, case: &CaseReport) {
    let name = attribute(&format!("{}: {}", case.id, case.title));
    let _ = write!(
        text,
        "<testcase classname=\"{CLASS}.{}\" name=\"{name}\" time=\"{:.3}\">",
        attribute(&case.group),
        case.seconds
    );
    match state(case) {
        State::Passed => {}
        State::Failed(why) => {
            let _ = write!(
                text,
                "<failure type=\"{}\" message=\"{}\">{}</failure>",
                case.verdict,
                attribute(&why),
                escaped(&valid(&details(case)))
            );
        }
        State::Skipped(why) => {
            let _ = write!(text, "<skipped message=\"{}\"/>", attribute(&why));
        }
    }
    if case.verdict > Verdict::Pass && case.unexpected.is_none() {
        let details = escaped(&valid(&details(case)));
        let _ = write!(text, "<system-out>{details}</system-out>");
    }
    text.push_str("</testcase>\n");
}

/// What a CI system shows of a case.
enum State {
    Passed,
    Failed(String),
    Skipped(String),
}

fn state(case: &CaseReport) -> State {
    let reasons: Vec<_> = case.reasons().collect();
    let reasons = reasons.join("; ");
    if let Some(why) = &case.unexpected {
        return State::Failed(match case.verdict {
            Verdict::Pass | Verdict::Info => why.clone(),
            _ => format!("{why}: {reasons}"),
        });
    }
    match &case.known {
        Some(known) if case.verdict > Verdict::Info => {
            State::Skipped(format!("known {}: {}", known.verdict, known.reason))
        }
        _ if case.verdict == Verdict::Inconclusive => {
            State::Skipped(format!("inconclusive: {reasons}"))
        }
        _ => State::Passed,
    }
}

fn numbers(cases: &[&CaseReport]) -> String {
    let count = |is: fn(&State) -> bool| cases.iter().filter(|case| is(&state(case))).count();
    let failed = count(|state| matches!(state, State::Failed(_)));
    let skipped = count(|state| matches!(state, State::Skipped(_)));
    format!(
        "tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\"",
        cases.len()
    )
}

/// The verdict, the clause, and what was found.
fn details(case: &CaseReport) -> String {
    let mut text = format!(
        "{} {}: {}\n{} ({}): {}\n",
        case.verdict, case.id, case.title, case.clause, case.level, case.rule
    );
    for finding in &case.findings {
        let _ = writeln!(text, "{}: {}", finding.verdict, finding.text);
    }
    if let Some(outcome) = &case.outcome {
        let _ = writeln!(text, "the client: {}", outcome.words);
        if !outcome.printed.is_empty() {
            let _ = writeln!(text, "its standard error: {}", outcome.printed);
        }
    }
    text
}

/// A value of an attribute. A parser makes spaces of line breaks, so they are escaped.
fn attribute(text: &str) -> String {
    let text = escaped(&valid(text));
    text.replace('\n', "&#10;").replace('\t', "&#9;")
}

/// The text with escapes in place of the characters that XML 1.0 does not have, however they are written.
fn valid(text: &str) -> Cow<'_, str> {
    let is_valid = |character: char| matches!(character, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_valid) {
        return Cow::Borrowed(text);
    }
    let characters = text.chars().map(|character| match is_valid(character) {
        true => Cow::Owned(character.to_string()),
        false => Cow::Owned(character.escape_default().to_string()),
    });
    Cow::Owned(characters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::report;

    #[test]
    fn the_numbers_agree_with_the_exit_status() {
        let text = xml(&report());
        // CL-21 fails, and the deviation of SL-01 is gone; SL-02 is known, and CH-02 is not judged.
        let all = "tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"2\" time=\"2.345\"";
        assert!(text.contains(all), "{text}");
        assert!(
            text.contains("<skipped message=\"known fail: bug 7\"/>"),
            "{text}"
        );
        assert!(text.contains("timestamp=\"1970-01-01T00:00:00\""));
    }

    #[test]
    fn characters_that_xml_does_not_have_are_escaped() {
        for (text, expected) in [
            ("a\tb\nc é 😀", "a\tb\nc é 😀"),
            ("\u{1}\r\u{fffe}", "\\u{1}\\r\\u{fffe}"),
        ] {
            assert_eq!(valid(text), expected);
        }
        assert_eq!(attribute("<&\"\n>"), "&lt;&amp;&quot;&#10;&gt;");
        let text = xml(&report());
        assert!(
            text.chars()
                .all(|character| character >= ' ' || character == '\n')
        );
        assert!(!text.contains("</script>"), "{text}");
    }
}
