//! The judge of proxies: from what both wires had, to a verdict. As for clients, the level of the clause decides,
//! and a rule is a function in the file of its topic. What a proxy may never do fails in every case: mixing up
//! messages, hanging, and forwarding a request whose end the origin may find elsewhere.

mod connection;
mod fields;
mod request;
mod response;

use super::asker::Answer;
use super::fill::Fill;
use super::origin::{Received, UNFAIR};
use crate::case::Case;
use crate::case::halves::{Halves, Need, Reaches};
use crate::judge::{Finding, Judgement, Rule, Verdict};

/// The evidence of one run of a case.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'e> {
    pub case: &'e Case,
    pub halves: &'e Halves,
    pub fill: &'e Fill,
    /// What the client got.
    pub answer: &'e Answer,
    /// The requests of the case that the origin read.
    pub received: &'e [Received],
    /// How often it reached the origin.
    pub attempts: usize,
    /// Whether bytes of the case reached the origin, parsed or not.
    pub reached: bool,
    /// What the answer depends on, and the request had lost.
    pub missing: Option<&'e Need>,
    pub after: AfterSeen,
    pub next: Option<&'e NextSeen>,
    /// How often a request reached the origin that was only the content of another.
    pub smuggled: usize,
    /// Whether the machine kept the proxy from running.
    pub is_busy: bool,
}

/// What the client's connection was after the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSeen {
    /// The response was not complete.
    Unknown,
    Closed,
    Kept,
    /// More bytes came.
    MoreBytes,
}

/// The next request.
#[derive(Clone, Debug)]
pub struct NextSeen {
    pub answer: Answer,
    /// The content that is its own.
    pub content: Vec<u8>,
    /// Whether the client sent it on the same connection.
    pub on_same: bool,
    /// Whether it reached the origin on the connection of the case; `None` if it did not reach it.
    pub at_same: Option<bool>,
}

/// Judges one run of a case.
pub fn judge(evidence: &Evidence<'_>) -> Judgement {
    let mut findings = Vec::new();
    findings.extend(response::hang(evidence));
    let hangs = !findings.is_empty();
    findings.extend(request::framing(evidence));
    if let Some(unfair) = unfair(evidence) {
        findings.push(unfair);
    } else if let Some(lost) = request::forwarding(evidence) {
        findings.push(lost);
    } else {
        findings.extend(request::findings(evidence));
        if !hangs {
            findings.extend(response::findings(evidence));
        }
    }
    if !hangs {
        findings.extend(connection::findings(evidence));
    }
    Judgement::of(findings)
}

/// An answer that became invalid because the proxy removed what it depends on is no evidence. Removing it is the
/// proxy's choice, or even its duty.
fn unfair(evidence: &Evidence<'_>) -> Option<Finding> {
    let text = match evidence.missing? {
        Need::Field(name) => format!("the request reached the origin without {name}"),
        Need::Version11 => {
            "the request reached the origin with a version below HTTP/1.1".to_owned()
        }
    };
    let answered = match evidence.answer.content == UNFAIR {
        true => "the origin gave a plain answer instead",
        false => "the origin gave a plain answer instead, which did not come back",
    };
    Some(finding(
        Verdict::Info,
        Rule::Unfair,
        format!("{text}; {answered}"),
    ))
}

impl Evidence<'_> {
    /// The verdict for a deviation from the clause of the case.
    fn violation(&self) -> Verdict {
        Verdict::violation(self.case.level)
    }

    /// Whether the proxy has answered by itself, as the clause allows.
    fn is_refused(&self) -> bool {
        !self.reached && self.halves.at_origin.reaches != Reaches::Must
    }
}

fn finding(verdict: Verdict, rule: Rule, text: impl Into<String>) -> Finding {
    Finding {
        verdict,
        rule,
        text: text.into(),
    }
}

/// Shortens a value for a text.
fn quoted(value: &str) -> String {
    const SHOWN: usize = 80;
    let shown: String = value
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    match value.chars().nth(SHOWN) {
        Some(_) => format!("\"{shown}\"..."),
        None => format!("\"{shown}\""),
    }
}

#[cfg(test)]
pub(crate) mod samples {
    //! Evidence for the unit tests of the rules.

    use std::sync::LazyLock;

    use super::*;
    use crate::case::halves::Form;
    use crate::case::{Played, proxies};
    use crate::proxy::asker::AnswerEnd;
    use crate::proxy::mark::{Mark, Marks};
    use crate::proxy::message::{Read, ResponseHead};
    use wireserve_core::http::head::Head;

    static CASES: LazyLock<Vec<Case>> = LazyLock::new(proxies::all);

    pub(crate) struct Sample {
        case: Case,
        fill: Fill,
        pub(crate) mark: Mark,
        pub(crate) answer: Answer,
        pub(crate) received: Vec<Received>,
        pub(crate) missing: Option<Need>,
        pub(crate) after: AfterSeen,
        pub(crate) next: Option<NextSeen>,
        pub(crate) smuggled: usize,
        pub(crate) is_busy: bool,
    }

    impl Sample {
        /// Of a case that was forwarded as `GET` without fields, and answered with 200 and `ok`.
        pub(crate) fn of(id: &str) -> Self {
            let case = CASES
                .iter()
                .find(|case| case.id == id)
                .expect("a case")
                .clone();
            let marks = Marks::new();
            let mark = marks.next();
            let (proxy, origin) = (
                "127.0.0.1:1".parse().unwrap(),
                "127.0.0.1:2".parse().unwrap(),
            );
            let fill = Fill::new(&mark, &marks.next(), Form::Forward, proxy, origin);
            let sample = Self {
                case,
                fill,
                mark,
                answer: Answer::default(),
                received: Vec::new(),
                missing: None,
                after: AfterSeen::Kept,
                next: None,
                smuggled: 0,
                is_busy: false,
            };
            sample.forwarded("", "").answered(200, "", "ok")
        }

        /// With this request at the origin, whose fields have their line ends.
        pub(crate) fn forwarded(mut self, fields: &str, content: &str) -> Self {
            let method = &self.case.request.method;
            let head = format!("{method} /p/{} HTTP/1.1\r\n{fields}\r\n", self.mark);
            self.received = vec![Received {
                connection: 1,
                exchange: 1,
                head: Head::parse(head.into_bytes()).unwrap(),
                content: Some(content.into()),
                trailers: Vec::new(),
            }];
            self
        }

        /// With no request at the origin.
        pub(crate) fn refused(mut self, status: u16) -> Self {
            self.received.clear();
            self.answered(status, "", "")
        }

        /// With this response, whole.
        pub(crate) fn answered(mut self, status: u16, fields: &str, content: &str) -> Self {
            self.answer = answer(status, fields, content);
            self
        }

        pub(crate) fn ended(mut self, end: AnswerEnd) -> Self {
            self.answer.end = end;
            self
        }

        pub(crate) fn judged(&self) -> Judgement {
            let Played::Proxied(halves) = &self.case.played else {
                panic!("both halves");
            };
            judge(&Evidence {
                case: &self.case,
                halves,
                fill: &self.fill,
                answer: &self.answer,
                received: &self.received,
                attempts: self.received.len(),
                reached: !self.received.is_empty(),
                missing: self.missing.as_ref(),
                after: self.after,
                next: self.next.as_ref(),
                smuggled: self.smuggled,
                is_busy: self.is_busy,
            })
        }

        /// The verdict, and the rules that found something.
        pub(crate) fn verdict(&self) -> (Verdict, Vec<Rule>) {
            let judged = self.judged();
            let rules = judged.findings.iter().map(|finding| finding.rule);
            (judged.verdict, rules.collect())
        }
    }

    pub(crate) fn answer(status: u16, fields: &str, content: &str) -> Answer {
        let head = format!("HTTP/1.1 {status} OK\r\n{fields}\r\n");
        let Read::Head(head) = ResponseHead::read(head.as_bytes()) else {
            panic!("a head");
        };
        Answer {
            head: Some(head),
            content: content.into(),
            end: AnswerEnd::Complete,
            ..Answer::default()
        }
    }

    #[test]
    fn what_was_lost_on_the_way_makes_a_case_unfair() {
        let mut sample = Sample::of("PI-01").answered(200, "", "unfair");
        sample.missing = Some(Need::Version11);
        assert_eq!(sample.verdict(), (Verdict::Info, vec![Rule::Unfair]));
        sample.missing = None;
        assert_eq!(sample.verdict().0, Verdict::Fail);
    }
}
