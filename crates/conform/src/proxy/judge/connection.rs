//! What becomes of the connections: the client's is closed or kept, the next request gets its own answer, and what
//! was content never reaches the origin as a request.

use super::{AfterSeen, Evidence, NextSeen, finding};
use crate::case::halves::{After, Company, Then};
use crate::judge::{Finding, Rule, Verdict};
use crate::proxy::asker::AnswerEnd;

/// All rules about connections.
pub(super) fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(smuggled(evidence));
    findings.extend(after(evidence));
    if let Some(seen) = evidence.next {
        findings.extend(next(evidence, seen));
        findings.extend(reuse(evidence, seen));
    }
    findings
}

fn smuggled(evidence: &Evidence<'_>) -> Option<Finding> {
    let text =
        "what followed the request, or was its content, reached the origin as another request";
    (evidence.smuggled > 0).then(|| finding(Verdict::Fail, Rule::Next, text))
}

fn after(evidence: &Evidence<'_>) -> Option<Finding> {
    let found = |verdict, rule, text: &str| Some(finding(verdict, rule, text));
    let is_judged = evidence.missing.is_none();
    match (evidence.after, evidence.halves.at_client.after) {
        (AfterSeen::MoreBytes, _) => found(
            Verdict::Fail,
            Rule::Next,
            "more bytes follow the response on the client's connection",
        ),
        (AfterSeen::Kept, After::Closed) if is_judged && evidence.is_busy => found(
            Verdict::Inconclusive,
            Rule::Reuse,
            "the client's connection was open, but the machine was too busy to tell",
        ),
        (AfterSeen::Kept, After::Closed) if is_judged => found(
            evidence.violation(),
            Rule::Reuse,
            "expected the end of the client's connection after the response, found it open",
        ),
        (AfterSeen::Closed, After::Kept) if is_judged => found(
            evidence.violation(),
            Rule::Reuse,
            "expected the client's connection to stay open after the response, found it closed",
        ),
        _ => None,
    }
}

fn next(evidence: &Evidence<'_>, seen: &NextSeen) -> Option<Finding> {
    let answer = &seen.answer;
    let words = answer.words();
    let is_error = answer.status().is_none_or(|status| status >= 400);
    let (verdict, text) = match &answer.end {
        AnswerEnd::Complete if !is_error && answer.content == seen.content => return None,
        AnswerEnd::Complete if !is_error => (
            Verdict::Fail,
            format!("the next request was answered with {words}, which is not its response"),
        ),
        AnswerEnd::Malformed(_) => (
            Verdict::Fail,
            format!("the next request was answered with {words}"),
        ),
        AnswerEnd::TimedOut if evidence.is_busy => (
            Verdict::Inconclusive,
            "the next request did not end in time, but the machine was too busy to tell".to_owned(),
        ),
        AnswerEnd::TimedOut => (Verdict::Fail, "the next request hangs".to_owned()),
        AnswerEnd::Complete | AnswerEnd::Closed | AnswerEnd::Reset if evidence.is_busy => (
            Verdict::Inconclusive,
            format!("the next request fails: {words}; the machine was too busy to tell why"),
        ),
        AnswerEnd::Complete | AnswerEnd::Closed | AnswerEnd::Reset => {
            let text = format!("the next request fails: {words}");
            // Where other cases may run, nothing has happened to the origin's other connections.
            let verdict = match evidence.halves.company {
                Company::Alone => evidence.violation(),
                Company::Any => Verdict::Warn,
            };
            (verdict, text)
        }
    };
    Some(finding(verdict, Rule::Next, text))
}

/// Reports the reuse of connections, which is the proxy's choice.
fn reuse(evidence: &Evidence<'_>, seen: &NextSeen) -> Option<Finding> {
    if evidence.halves.then != Then::Counted {
        return None;
    }
    let which = |same| match same {
        true => "the same connection",
        false => "another connection",
    };
    let client = which(seen.on_same);
    let origin = seen.at_same.map_or("no connection", which);
    let text = format!("the next request used {client} of the client, and {origin} to the origin");
    Some(finding(Verdict::Info, Rule::Reuse, text))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, answer};
    use super::*;
    use crate::proxy::asker::Answer;

    fn followed(id: &str, answer: Answer) -> Sample {
        let mut sample = Sample::of(id);
        sample.next = Some(NextSeen {
            answer,
            content: b"own".to_vec(),
            on_same: true,
            at_same: Some(false),
        });
        sample
    }

    fn ended(end: AnswerEnd) -> Answer {
        Answer {
            end,
            ..Answer::default()
        }
    }

    #[test]
    fn the_next_request_gets_its_own_answer() {
        for (id, answer, expected) in [
            ("PM-01", answer(200, "", "own"), None),
            ("PM-01", answer(200, "", "other"), Some(Verdict::Fail)),
            ("PT-09", answer(200, "", "other"), Some(Verdict::Fail)),
            ("PM-01", answer(502, "", ""), Some(Verdict::Warn)),
            ("PK-05", answer(502, "", ""), Some(Verdict::Warn)),
            ("PK-12", answer(502, "", ""), Some(Verdict::Fail)),
            ("PK-11", answer(502, "", ""), Some(Verdict::Info)),
            ("PM-01", ended(AnswerEnd::TimedOut), Some(Verdict::Fail)),
            (
                "PM-01",
                ended(AnswerEnd::Malformed(String::new())),
                Some(Verdict::Fail),
            ),
        ] {
            let expected = match expected {
                Some(verdict) => (verdict, vec![Rule::Next]),
                None => (Verdict::Pass, Vec::new()),
            };
            assert_eq!(followed(id, answer).verdict(), expected, "{id}");
        }
        let mut busy = followed("PM-01", ended(AnswerEnd::TimedOut));
        busy.is_busy = true;
        assert_eq!(busy.verdict().0, Verdict::Inconclusive);
    }

    #[test]
    fn content_is_never_a_request() {
        let mut sample = Sample::of("PT-09");
        sample.smuggled = 1;
        assert_eq!(sample.verdict(), (Verdict::Fail, vec![Rule::Next]));
        sample.smuggled = 0;
        sample.after = AfterSeen::MoreBytes;
        assert_eq!(sample.verdict(), (Verdict::Fail, vec![Rule::Next]));
    }

    #[test]
    fn the_clients_connection_is_closed_or_kept() {
        for (id, after, expected) in [
            ("PH-17", AfterSeen::Closed, Verdict::Pass),
            ("PH-17", AfterSeen::Kept, Verdict::Fail),
            ("PK-02", AfterSeen::Kept, Verdict::Pass),
            ("PK-02", AfterSeen::Closed, Verdict::Warn),
            ("PM-01", AfterSeen::Closed, Verdict::Pass),
        ] {
            let mut sample = Sample::of(id);
            sample.after = after;
            assert_eq!(sample.verdict().0, expected, "{id} {after:?}");
        }
        let mut late = Sample::of("PH-17");
        late.is_busy = true;
        assert_eq!(late.verdict(), (Verdict::Inconclusive, vec![Rule::Reuse]));
    }

    #[test]
    fn reuse_is_reported() {
        let sample = followed("PK-01", answer(200, "", "own"));
        assert_eq!(sample.verdict(), (Verdict::Info, vec![Rule::Reuse]));
        let text = &sample.judged().findings[0].text;
        assert!(
            text.contains("the same connection of the client, and another"),
            "{text}"
        );
    }
}
