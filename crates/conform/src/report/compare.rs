//! What changed since an older report: `--compare OLD.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::VERSION;
use super::terminal::printable;
use crate::judge::Verdict;
use crate::run::CaseResult;

/// What is read of an older report.
#[derive(Debug, Deserialize)]
pub struct Old {
    version: u32,
    client: String,
    began: String,
    cases: Vec<OldCase>,
}

#[derive(Debug, Deserialize)]
struct OldCase {
    id: String,
    title: String,
    verdict: Verdict,
}

/// The differences, in the order of the cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The client of the older report, and when its run began.
    pub client: String,
    pub began: String,
    pub changed: Vec<Changed>,
    /// Cases that the older report does not have.
    pub new: Vec<Other>,
    /// Cases that the suite no longer has.
    pub removed: Vec<Other>,
}

/// A case with another verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub id: String,
    pub title: String,
    pub from: Verdict,
    pub to: Verdict,
}

/// A case that only one of the reports has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Other {
    pub id: String,
    pub title: String,
    pub verdict: Verdict,
}

impl Old {
    /// Reads the text of a `report.json`.
    ///
    /// # Errors
    /// What was expected and what was found, with line and column.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(text);
        let old: Self = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| format!("expected a report.json: {error}"))?;
        match old.version {
            VERSION => Ok(old),
            other => Err(format!(
                "expected version {VERSION} of the report, found {other}"
            )),
        }
    }

    /// The differences of these results. A case that was only left out of this run, which `is_left_out` decides
    /// by its id, is not compared.
    pub fn compare(
        &self,
        results: &[CaseResult],
        is_left_out: impl Fn(&str) -> bool,
    ) -> Comparison {
        let old = self.cases.iter().map(|case| (case.id.as_str(), case));
        let mut old: BTreeMap<_, _> = old.collect();
        let (mut changed, mut new) = (Vec::new(), Vec::new());
        for result in results {
            let (id, title) = (result.case.id.clone(), result.case.title.clone());
            let to = result.verdict();
            match old.remove(id.as_str()).map(|case| case.verdict) {
                Some(from) if from == to => {}
                Some(from) => changed.push(Changed {
                    id,
                    title,
                    from,
                    to,
                }),
                None => new.push(Other {
                    id,
                    title,
                    verdict: to,
                }),
            }
        }
        let removed = self.cases.iter().filter(|case| {
            let is_missing = old.contains_key(case.id.as_str());
            is_missing && !is_left_out(&case.id)
        });
        let removed = removed.map(|case| Other {
            id: case.id.clone(),
            title: case.title.clone(),
            verdict: case.verdict,
        });
        Comparison {
            client: self.client.clone(),
            began: self.began.clone(),
            changed,
            new,
            removed: removed.collect(),
        }
    }
}

impl Comparison {
    /// Whether no case differs.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.new.is_empty() && self.removed.is_empty()
    }

    /// The differences as lines of text.
    pub fn text(&self) -> String {
        let (client, began) = (printable(&self.client), printable(&self.began));
        let mut text = format!("\ncompared with {client}, {began}:");
        if self.is_empty() {
            text.push_str(" no differences");
        }
        text.push('\n');
        for Changed {
            id,
            title,
            from,
            to,
        } in &self.changed
        {
            let _ = writeln!(text, "  {id}: {to}, was {from}: {title}");
        }
        for (kind, cases) in [("new", &self.new), ("removed", &self.removed)] {
            for Other { id, title, verdict } in cases {
                let (id, title) = (printable(id), printable(title));
                let _ = writeln!(text, "  {id}: {kind}, {verdict}: {title}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::result;

    const OLD: &str = r#"{"version": 1, "client": "x 1", "began": "2026-01-01T00:00:00.000000Z", "later": [],
        "cases": [{"id": "SL-01", "title": "a", "verdict": "pass", "more": 1},
                  {"id": "SL-02", "title": "b", "verdict": "fail"},
                  {"id": "SL-03", "title": "c", "verdict": "warn"},
                  {"id": "XX-01", "title": "d", "verdict": "info"}]}"#;

    #[test]
    fn what_differs_is_listed() {
        let old = Old::read(OLD).unwrap();
        let results = [
            result("SL-01", Verdict::Fail),
            result("SL-02", Verdict::Fail),
            result("CL-21", Verdict::Pass),
        ];
        let compared = old.compare(&results, |id| id == "SL-03");
        let changed: Vec<_> = compared.changed.iter().map(|one| &*one.id).collect();
        let ids = |others: &[Other]| others.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        assert_eq!(changed, ["SL-01"]);
        assert_eq!(ids(&compared.new), ["CL-21"]);
        assert_eq!(ids(&compared.removed), ["XX-01"]);
        let text = compared.text();
        assert!(text.contains("\n  SL-01: fail, was pass: "), "{text}");
        assert!(text.contains("\n  XX-01: removed, info: d\n"), "{text}");
        assert!(text.contains("\n  CL-21: new, pass: "), "{text}");
    }

    #[test]
    fn nothing_differs() {
        let old = Old::read(OLD).unwrap();
        let compared = old.compare(&[result("SL-01", Verdict::Pass)], |_| true);
        assert!(compared.is_empty());
        assert!(compared.text().ends_with("Z: no differences\n"));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for (text, error) in [
            ("", "expected a report.json: "),
            ("{}", "missing field `version`"),
            (
                r#"{"version": 2, "client": "", "began": "", "cases": []}"#,
                "expected version 1 of the report, found 2",
            ),
            (
                r#"{"version": 1, "client": "", "began": "", "cases": [{"id": "", "title": "", "verdict": "good"}]}"#,
                "cases[0].verdict",
            ),
        ] {
            let found = Old::read(text).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
    }
}
