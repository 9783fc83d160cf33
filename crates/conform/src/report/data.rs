//! The data of a report, as `report.json` has it. `docs/conform-report.schema.json` describes it, and
//! `docs/conform.md` promises how it changes: names are added, and neither removed nor given another meaning
//! without another [`VERSION`].

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::VERSION;
use super::compare::Comparison;
use super::counts::{Counts, by_group};
use super::evidence::{ConnectionReport, OutcomeReport, beginning, connections};
use crate::case::{Case, Level, Played};
use crate::expected::{Deviation, Expected, Unexpected};
use crate::judge::{Rule, Verdict};
use crate::run::{CaseResult, Settings};
use wireserve_core::text::timestamp::Timestamp;

/// The longest script that a report has, in bytes; that of most cases is below 1 KiB. `wireserve conform show`
/// prints the others.
const MAX_SCRIPT: usize = 16 * 1024;

/// The most cases whose evidence is kept in any case. In a longer run, of fuzzed responses, the cases that pass
/// have none, so that the report stays readable.
const MAX_WITH_EVIDENCE: usize = 2000;

/// What is reported of one run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub version: u32,
    /// The version of the suite.
    pub wireserve: &'static str,
    /// What the client calls itself.
    pub client: String,
    /// In the format of RFC 3339, in UTC.
    pub began: String,
    pub seconds: f64,
    pub settings: SettingsReport,
    pub counts: Counts,
    pub groups: Vec<GroupReport>,
    /// The ids of cases that are not as expected: with any of them, the exit status is 1.
    pub unexpected: Vec<String>,
    /// With `--compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    pub cases: Vec<CaseReport>,
}

/// How the cases were run.
#[derive(Debug, Serialize)]
pub struct SettingsReport {
    pub jobs: usize,
    /// In seconds.
    pub timeout: f64,
    pub repeat: usize,
}

/// A group that has results.
#[derive(Debug, Serialize)]
pub struct GroupReport {
    pub code: &'static str,
    pub title: &'static str,
    pub counts: Counts,
}

/// A case and its result.
#[derive(Debug, Serialize)]
pub struct CaseReport {
    pub id: String,
    pub group: String,
    pub title: String,
    pub clause: String,
    pub level: Level,
    pub rule: String,
    /// What a client may do, in sentences.
    pub may: Vec<String>,
    pub request: RequestReport,
    /// The bytes and times of the server, as a `.wire` file; absent if it is too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wire: Option<String>,
    /// The worst verdict of all runs.
    pub verdict: Verdict,
    pub is_flaky: bool,
    /// The verdict of each run.
    pub runs: Vec<Verdict>,
    /// The known deviation, with `--expect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Deviation>,
    /// Why the result is not as expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unexpected: Option<String>,
    pub findings: Vec<FindingReport>,
    /// Of all runs together.
    pub seconds: f64,
    /// What the client reported in the run with the worst verdict, and for the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_outcome: Option<OutcomeReport>,
    /// What went over the connections of that run.
    pub connections: Vec<ConnectionReport>,
    /// Connections beyond those.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_connections: usize,
}

/// What the client had to request.
#[derive(Debug, Serialize)]
pub struct RequestReport {
    pub method: String,
    pub target: String,
    pub fields: Vec<(String, String)>,
    /// In base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The length of the whole content, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_length: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trailers: Vec<(String, String)>,
    /// Name and password for challenges of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<(String, String)>,
}

/// What a rule of the judge found.
#[derive(Debug, Serialize)]
pub struct FindingReport {
    pub verdict: Verdict,
    pub rule: Rule,
    pub text: String,
}

/// What a report says of a run besides its results.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub client: &'a str,
    pub began: SystemTime,
    pub took: Duration,
    pub settings: Settings,
    pub expected: &'a Expected,
    pub unexpected: &'a [Unexpected],
}

impl Report {
    /// The report of these results.
    pub fn of(results: &[CaseResult], about: &About<'_>, comparison: Option<Comparison>) -> Self {
        let groups = by_group(results).into_iter();
        let groups = groups.map(|(code, title, counts)| GroupReport {
            code,
            title,
            counts,
        });
        let all = results.len() <= MAX_WITH_EVIDENCE;
        let cases = results
            .iter()
            .map(|result| CaseReport::of(result, about, all || result.verdict() > Verdict::Pass));
        Self {
            version: VERSION,
            wireserve: env!("CARGO_PKG_VERSION"),
            client: about.client.to_owned(),
            began: Timestamp(about.began).to_string(),
            seconds: milliseconds(about.took),
            settings: SettingsReport {
                jobs: about.settings.jobs,
                timeout: about.settings.patience.timeout.as_secs_f64(),
                repeat: about.settings.repeat,
            },
            counts: Counts::of(results),
            groups: groups.collect(),
            unexpected: about.unexpected.iter().map(|one| one.id.clone()).collect(),
            comparison,
            cases: cases.collect(),
        }
    }

    /// The text of `report.json`.
    ///
    /// # Errors
    /// None in practice: all of its values are JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// The cases with a verdict.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &CaseReport> {
        self.cases
            .iter()
            .filter(move |case| case.verdict == verdict)
    }
}

impl CaseReport {
    fn of(result: &CaseResult, about: &About<'_>, has_evidence: bool) -> Self {
        let CaseResult { case, runs } = result;
        let worst = result.worst();
        let findings = worst.judgement.findings.iter();
        let findings = findings.map(|finding| FindingReport {
            verdict: finding.verdict,
            rule: finding.rule,
            text: finding.text.clone(),
        });
        let unexpected = about.unexpected.iter().find(|one| one.id == case.id);
        let (connections, more_connections) = match has_evidence {
            true => connections(&worst.transcripts),
            false => (Vec::new(), 0),
        };
        Self {
            id: case.id.clone(),
            group: case.group().to_owned(),
            title: case.title.clone(),
            clause: case.clause.clone(),
            level: case.level,
            rule: case.rule.clone(),
            may: may(case),
            request: RequestReport::of(case),
            wire: has_evidence.then(|| wire(case)).flatten(),
            verdict: result.verdict(),
            is_flaky: result.is_flaky(),
            runs: runs.iter().map(|run| run.judgement.verdict).collect(),
            known: about.expected.known(&case.id).cloned(),
            unexpected: unexpected.map(|one| one.text.clone()),
            findings: findings.collect(),
            seconds: milliseconds(result.took()),
            outcome: worst.first.as_ref().map(OutcomeReport::of),
            next_outcome: worst.second.as_ref().map(OutcomeReport::of),
            connections,
            more_connections,
        }
    }

    /// The texts of the findings that led to the verdict.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        let findings = self.findings.iter();
        let decisive = findings.filter(|finding| finding.verdict == self.verdict);
        decisive.map(|finding| finding.text.as_str())
    }

    /// Whether the verdict is that of a known deviation.
    pub fn is_known(&self) -> bool {
        let known = self.known.as_ref();
        known.is_some_and(|known| known.verdict == self.verdict)
    }
}

impl RequestReport {
    fn of(case: &Case) -> Self {
        let ask = &case.request;
        let content = ask.content.as_deref();
        Self {
            method: ask.method.clone(),
            target: case.target(),
            fields: ask.fields.clone(),
            content: content.map(beginning),
            content_length: content.map(<[u8]>::len),
            trailers: ask.trailers.clone(),
            credentials: ask.credentials.clone(),
        }
    }
}

fn may(case: &Case) -> Vec<String> {
    if let Played::Proxied(halves) = &case.played {
        return halves.sentences();
    }
    let sentences = [Some(case.expect.sentence()), case.next.sentence()];
    let sentences = sentences.into_iter().flatten();
    sentences.map(|sentence| format!("{sentence}.")).collect()
}

fn wire(case: &Case) -> Option<String> {
    if !matches!(case.played, Played::Script(_) | Played::Proxied(_)) {
        return None;
    }
    let text = case.to_string();
    (text.len() <= MAX_SCRIPT).then_some(text)
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Seconds with three decimals.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::*;

    /// The words of a type, which serde's error lists.
    fn words<T: DeserializeOwned>() -> BTreeSet<String> {
        let error = serde_json::from_str::<T>("\"?\"")
            .err()
            .unwrap()
            .to_string();
        let quoted = error.split('`').skip(3).step_by(2);
        quoted.map(str::to_owned).collect()
    }

    #[test]
    fn the_schema_has_every_word() {
        let schema = include_str!("../../../../docs/conform-report.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let case = "/$defs/case/properties";
        for (words, pointer) in [
            (words::<Verdict>(), "/$defs/verdict/enum".to_owned()),
            (words::<Level>(), format!("{case}/level/enum")),
            (
                words::<Rule>(),
                format!("{case}/findings/items/properties/rule/enum"),
            ),
        ] {
            let listed = schema.pointer(&pointer).and_then(Value::as_array);
            let listed = listed.unwrap().iter().filter_map(Value::as_str);
            let listed: BTreeSet<_> = listed.map(str::to_owned).collect();
            assert_eq!(words, listed, "{pointer}");
            assert!(words.len() > 3);
        }
    }
}
