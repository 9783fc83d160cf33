//! Known deviations: a JSON file with the verdict that each case is expected to have, and the reason. What is
//! not in the file is expected not to fail.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::judge::Verdict;
use super::run::CaseResult;
use wireserve_core::text::json_error::without_type_names;

/// The expectations by id.
#[derive(Debug, Default)]
pub struct Expected(BTreeMap<String, Deviation>);

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Deviations)
    }
}

/// Reads the members of the object. Of a name that is there twice, neither can be meant.
struct Deviations;

impl<'de> Visitor<'de> for Deviations {
    type Value = Expected;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the ids of cases")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Expected, A::Error> {
        let mut known = BTreeMap::new();
        while let Some((id, deviation)) = members.next_entry::<String, Deviation>()? {
            if known.insert(id.clone(), deviation).is_some() {
                let text = format!("expected each case once, found {id} twice");
                return Err(Error::custom(text));
            }
        }
        Ok(Expected(known))
    }
}

/// A known deviation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `verdict` and `reason`"
)]
pub struct Deviation {
    pub verdict: Verdict,
    pub reason: String,
}

/// What is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    pub id: String,
    pub text: String,
}

impl Expected {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What was expected and what was found, with line and column.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(text);
        let read = serde_path_to_error::deserialize(&mut json);
        read.map_err(|error| without_type_names(&error.to_string()))
    }

    /// A known deviation.
    pub fn known(&self, id: &str) -> Option<&Deviation> {
        self.0.get(id)
    }

    /// The reason of a known deviation.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.known(id).map(|known| known.reason.as_str())
    }

    /// The ids of all known deviations.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What is not as expected, and known deviations that are gone. `denied` is the best verdict that is a
    /// deviation.
    pub fn unexpected(&self, results: &[CaseResult], denied: Verdict) -> Vec<Unexpected> {
        let found = results.iter().filter_map(|result| {
            let (id, verdict) = (&result.case.id, result.verdict());
            let text = match self.0.get(id) {
                Some(known) if known.verdict == verdict => return None,
                Some(Deviation {
                    verdict: known,
                    reason,
                }) => {
                    let gone = match verdict < *known {
                        true => "; remove it from the known deviations",
                        false => "",
                    };
                    format!("expected {known} ({reason}), found {verdict}{gone}")
                }
                None if verdict >= denied => format!("found {verdict}"),
                None if result.is_flaky() && self.is_denied(result, denied) => {
                    "the runs differ".to_owned()
                }
                None => return None,
            };
            Some(Unexpected {
                id: id.clone(),
                text,
            })
        });
        found.collect()
    }

    fn is_denied(&self, result: &CaseResult, denied: Verdict) -> bool {
        result
            .runs
            .iter()
            .any(|run| run.judgement.verdict >= denied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Judgement;
    use crate::judge::evidence::case;
    use crate::run::Run;

    fn result(id: &str, verdict: Verdict) -> CaseResult {
        CaseResult {
            case: case(id),
            runs: vec![Run {
                judgement: Judgement {
                    verdict,
                    findings: Vec::new(),
                },
                first: None,
                second: None,
                transcripts: Vec::new(),
            }],
        }
    }

    #[test]
    fn known_deviations_are_expected_and_reported_once_gone() {
        let known = Expected::read(r#"{"SL-01": {"verdict": "fail", "reason": "bug 7"}}"#).unwrap();
        let unexpected = |id, verdict, denied| {
            let found = known.unexpected(&[result(id, verdict)], denied);
            found.into_iter().next().map(|found| found.text)
        };
        assert_eq!(unexpected("SL-01", Verdict::Fail, Verdict::Fail), None);
        assert_eq!(
            unexpected("SL-01", Verdict::Pass, Verdict::Fail).as_deref(),
            Some("expected fail (bug 7), found pass; remove it from the known deviations")
        );
        assert!(unexpected("SL-02", Verdict::Fail, Verdict::Fail).is_some());
        assert!(unexpected("SL-02", Verdict::Warn, Verdict::Fail).is_none());
        assert!(unexpected("SL-02", Verdict::Warn, Verdict::Warn).is_some());
        assert_eq!(known.reason("SL-01"), Some("bug 7"));
        for text in ["[]", r#"{"SL-01": {"verdict": "bad", "reason": ""}}"#] {
            assert!(Expected::read(text).is_err(), "{text}");
        }
        let one = r#""SL-01": {"verdict": "fail", "reason": ""}"#;
        let twice = Expected::read(&format!("{{{one}, {one}}}")).unwrap_err();
        assert!(twice.contains("found SL-01 twice"), "{twice}");
    }
}
