//! The judge: from what a client reported and what the server saw, to a verdict. It knows no client: each rule
//! follows from the clause of the case, and what a clause does not require is never a failure. A rule is a
//! function in a file of its own kind, with the model clients of `tests/conform` as its counterparts.

mod connection;
mod reaction;
mod redirect;
mod request;
mod response;

use serde::{Deserialize, Serialize};

use super::case::{Case, Level};
use super::outcome::Outcome;
use super::seen::Seen;

/// A verdict. A later variant hides an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The client does what the clause requires.
    Pass,
    /// What the client does is its choice, or its clause names no requirement.
    Info,
    /// Not judged: the machine was too busy, or the client cannot be asked.
    Inconclusive,
    /// A SHOULD is not followed.
    Warn,
    /// A MUST is broken, or the client hangs or crashes.
    Fail,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub verdict: Verdict,
    pub rule: Rule,
    /// What was found, and what was expected.
    pub text: String,
}

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The case can be played, and the client asked for it.
    Asked,
    /// A client ends by itself, and without a crash.
    Ends,
    /// A client accepts or rejects the response, as the clause says.
    Reaction,
    Status,
    Content,
    Fields,
    Trailers,
    /// A client that offers a content coding decodes it.
    Coding,
    /// A redirect leads where it says.
    Redirect,
    /// The content of the request is what the client was asked to send.
    Upload,
    /// A request that is not idempotent is not repeated.
    Repetition,
    /// The next request gets its own response.
    Next,
    /// A connection that will close is not used again.
    Reuse,
    /// A proxy forwards the request, or answers it itself, as the clause says.
    Forwarding,
    RequestLine,
    RequestFields,
    RequestContent,
    /// A message that a proxy forwards has unambiguous framing.
    Framing,
    Interim,
    /// A proxy has removed what the answer depends on, as it may.
    Unfair,
}

/// The evidence of one run of a case.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'e> {
    pub case: &'e Case,
    pub first: &'e Outcome,
    /// What the server had seen when the first outcome came.
    pub first_seen: &'e Seen,
    /// The outcome of the request for `/after`, if it was sent.
    pub second: Option<&'e Outcome>,
    pub seen: &'e Seen,
    /// Whether the machine kept the client from running.
    pub is_busy: bool,
}

/// The findings of all rules, and the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
}

/// Judges one run of a case.
pub fn judge(evidence: &Evidence<'_>) -> Judgement {
    if let Some(finding) = reaction::unjudged(evidence).or_else(|| request::asked(evidence)) {
        return Judgement::of(vec![finding]);
    }
    let mut findings = Vec::new();
    findings.extend(reaction::end(evidence));
    if findings.is_empty() {
        findings.extend(match redirect::followed(evidence) {
            Some(_) => redirect::target(evidence),
            None => reaction::reaction(evidence),
        });
    }
    findings.extend(request::upload(evidence));
    findings.extend(connection::repetition(evidence));
    findings.extend(connection::next(evidence));
    findings.extend(connection::reuse(evidence));
    Judgement::of(findings)
}

impl Judgement {
    /// The strictest of these findings.
    pub fn of(findings: Vec<Finding>) -> Self {
        let verdicts = findings.iter().map(|finding| finding.verdict);
        Self {
            verdict: verdicts.max().unwrap_or(Verdict::Pass),
            findings,
        }
    }
}

impl Verdict {
    /// All of them, from the best to the worst.
    pub const ALL: [Self; 5] = [
        Self::Pass,
        Self::Info,
        Self::Inconclusive,
        Self::Warn,
        Self::Fail,
    ];

    /// The verdict for a client that does not do what a clause of this level says.
    pub fn violation(level: Level) -> Self {
        match level {
            Level::Must => Self::Fail,
            Level::Should => Self::Warn,
            Level::May | Level::Unspecified => Self::Info,
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Info => "info",
            Self::Inconclusive => "inconclusive",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

impl Finding {
    fn new(verdict: Verdict, rule: Rule, text: impl Into<String>) -> Self {
        Self {
            verdict,
            rule,
            text: text.into(),
        }
    }
}

#[cfg(test)]
pub(crate) mod evidence {
    //! Cases and outcomes for the unit tests of the rules.

    use std::sync::LazyLock;
    use std::time::Duration;

    use super::*;
    use crate::case::catalogue;
    use crate::outcome::{Ended, Response};
    use crate::seen::{Connection, Request};

    static CASES: LazyLock<Vec<Case>> = LazyLock::new(catalogue::cases);

    /// A case of the catalogue.
    pub(crate) fn case(id: &str) -> Case {
        let case = CASES.iter().find(|case| case.id == id);
        case.expect("a case").clone()
    }

    /// A complete response with this content.
    pub(crate) fn complete(status: u16, content: &str) -> Outcome {
        let mut outcome = Outcome::without_response(Ended::Complete, Duration::ZERO);
        outcome.response = Response {
            status: Some(status),
            content: Some(content.into()),
            ..Response::default()
        };
        outcome
    }

    /// The same with fields.
    pub(crate) fn with_fields(content: &str, fields: &[(&str, &str)]) -> Outcome {
        let mut outcome = complete(200, content);
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        outcome.response.fields = Some(fields.collect());
        outcome
    }

    /// A failure.
    pub(crate) fn failed() -> Outcome {
        ended(Ended::Failed {
            kind: "E".to_owned(),
            text: "text".to_owned(),
        })
    }

    /// Any end.
    pub(crate) fn ended(ended: Ended) -> Outcome {
        Outcome::without_response(ended, Duration::ZERO)
    }

    /// Requests by connection: `METHOD target`, with an `Accept-Encoding` after another space.
    pub(crate) fn seen(connections: &[&[&str]]) -> Seen {
        let request = |line: &&str| {
            let mut words = line.split(' ').map(str::to_owned);
            Request {
                method: words.next().unwrap_or_default(),
                target: words.next().unwrap_or_default(),
                fields: words
                    .map(|coding| ("Accept-Encoding".to_owned(), coding))
                    .collect(),
                content: Some(Vec::new()),
                trailers: Vec::new(),
            }
        };
        let connection = |requests: &&[&str]| Connection {
            requests: requests.iter().map(request).collect(),
            client_left: None,
        };
        Seen {
            connections: connections.iter().map(connection).collect(),
        }
    }

    /// The verdict for a first outcome alone, with one request.
    pub(crate) fn verdict(id: &str, first: &Outcome) -> Verdict {
        let case = case(id);
        let line = format!("{} {}", case.request.method, case.target());
        verdict_of(&case, first, &seen(&[&[&line]]), None, &Seen::default())
    }

    /// The verdict for all of it.
    pub(crate) fn verdict_of(
        case: &Case,
        first: &Outcome,
        first_seen: &Seen,
        second: Option<&Outcome>,
        seen: &Seen,
    ) -> Verdict {
        judge(&Evidence {
            case,
            first,
            first_seen,
            second,
            seen,
            is_busy: false,
        })
        .verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_finding_decides() {
        let finding = |verdict| Finding::new(verdict, Rule::Content, "");
        assert_eq!(Judgement::of(Vec::new()).verdict, Verdict::Pass);
        for (verdicts, strictest) in [
            (&[Verdict::Info, Verdict::Pass][..], Verdict::Info),
            (&[Verdict::Warn, Verdict::Fail], Verdict::Fail),
            (&[Verdict::Inconclusive, Verdict::Warn], Verdict::Warn),
        ] {
            let findings = verdicts.iter().map(|verdict| finding(*verdict));
            assert_eq!(Judgement::of(findings.collect()).verdict, strictest);
        }
    }
}
