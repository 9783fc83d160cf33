//! The badge for a README: `badge.svg`, with the counts of what passed and of what did not.

use super::data::Report;
use crate::judge::Verdict;
use wireserve_core::text::html::escaped;

/// The text on the left.
const LABEL: &str = "HTTP/1.1 conformance";

/// The width of a character at 11 pixels, about; `textLength` makes the text fit whatever font is there.
const CHARACTER: f64 = 6.2;

/// The space on each side of a text.
const PADDING: f64 = 7.0;

/// The text of the file.
pub fn svg(report: &Report) -> String {
    let (words, colour) = words(report);
    let (left, right) = (width(LABEL), width(&words));
    let all = left + right;
    let alternative = escaped(&format!("{LABEL}: {words}"));
    let text = |words: &str, start: f64, width: f64| {
        let (middle, length) = (start + width / 2.0, width - 2.0 * PADDING);
        let words = escaped(words);
        format!(r#"<text x="{middle:.1}" y="14" textLength="{length:.1}">{words}</text>"#)
    };
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all:.1}" height="20" role="img" aria-label="{alternative}">
<title>{alternative}</title>
<clipPath id="r"><rect width="{all:.1}" height="20" rx="4"/></clipPath>
<g clip-path="url(#r)"><rect width="{left:.1}" height="20" fill="#40464f"/><rect x="{left:.1}" width="{right:.1}" height="20" fill="{colour}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
{}
{}
</g>
</svg>
"##,
        text(LABEL, 0.0, left),
        text(&words, left, right),
    )
}

/// The text on the right, and its colour, with enough contrast to white.
fn words(report: &Report) -> (String, &'static str) {
    let count = |verdict| report.counts.get(verdict);
    let parts = [Verdict::Pass, Verdict::Warn, Verdict::Fail].map(|verdict| match count(verdict) {
        0 => None,
        count => Some(format!("{count} {verdict}")),
    });
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    let colour = match (count(Verdict::Fail), count(Verdict::Warn), parts.is_empty()) {
        (_, _, true) => "#5d6470",
        (0, 0, _) => "#17703a",
        (0, ..) => "#8a5a00",
        _ => "#b3261e",
    };
    match parts.is_empty() {
        true => ("not judged".to_owned(), colour),
        false => (parts.join(", "), colour),
    }
}

fn width(text: &str) -> f64 {
    // A few characters: their number is exact.
    text.chars().count() as f64 * CHARACTER + 2.0 * PADDING
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::counts::Counts;
    use crate::report::sample::{report, result};

    #[test]
    fn the_worst_verdict_decides_the_colour() {
        let mut report = report();
        for (verdicts, text, colour) in [
            (
                &[Verdict::Pass, Verdict::Fail][..],
                "1 pass, 1 fail",
                "#b3261e",
            ),
            (&[Verdict::Warn], "1 warn", "#8a5a00"),
            (&[Verdict::Pass, Verdict::Info], "1 pass", "#17703a"),
            (&[Verdict::Inconclusive], "not judged", "#5d6470"),
        ] {
            let results = verdicts.iter().map(|verdict| result("SL-01", *verdict));
            report.counts = Counts::of(&results.collect::<Vec<_>>());
            assert_eq!(words(&report), (text.to_owned(), colour));
            let svg = svg(&report);
            assert!(
                svg.contains(&format!("conformance: {text}</title>")),
                "{svg}"
            );
        }
    }
}
