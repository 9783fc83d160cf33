//! What must come back to the client: a response that ends, with its status, fields and content, and the interim
//! responses before it.

use super::fields::Arrived;
use super::{Evidence, finding, quoted};
use crate::case::halves::{Ends, status_word};
use crate::judge::{Finding, Rule, Verdict};
use crate::outcome::content_words;
use crate::proxy::asker::AnswerEnd;
use crate::proxy::message::ResponseHead;

/// The client gets an answer, or the end of its connection, within the time limit.
pub(super) fn hang(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.answer.end != AnswerEnd::TimedOut {
        return None;
    }
    Some(match evidence.is_busy {
        true => finding(
            Verdict::Inconclusive,
            Rule::Ends,
            "the response did not end in time, but the machine was too busy to tell",
        ),
        false => finding(
            Verdict::Fail,
            Rule::Ends,
            format!("the proxy hangs: {}", evidence.answer.words()),
        ),
    })
}

/// All other rules about the response.
pub(super) fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(status(evidence));
    findings.extend(end(evidence));
    if let Some(head) = &evidence.answer.head {
        findings.extend(without(evidence, head));
        if is_relayed(evidence, head) {
            findings.extend(status_line(evidence, head));
            findings.extend(fields(evidence, head));
            findings.extend(content(evidence));
            findings.extend(trailers(evidence));
        }
    }
    findings.extend(interim(evidence));
    findings
}

/// Whether the response is that of the origin: it has the first status code that is right for it.
fn is_relayed(evidence: &Evidence<'_>, head: &ResponseHead) -> bool {
    let expected = evidence.halves.at_client.status.first();
    evidence.reached && expected.is_none_or(|status| *status == head.status)
}

fn status(evidence: &Evidence<'_>) -> Option<Finding> {
    let expected = &evidence.halves.at_client;
    let found = evidence.answer.status().unwrap_or(0);
    let (wanted, is_right) = match evidence.is_refused() {
        true if expected.refused.is_empty() => {
            let is_right = found == 0 || found >= 400;
            ("an error".to_owned(), is_right)
        }
        true => one_of(&expected.refused, found),
        false if expected.status.is_empty() => return None,
        false => one_of(&expected.status, found),
    };
    if is_right {
        return None;
    }
    let text = format!("expected {wanted}, found {}", evidence.answer.words());
    Some(finding(evidence.violation(), Rule::Status, text))
}

fn one_of(codes: &[u16], found: u16) -> (String, bool) {
    let words: Vec<_> = codes.iter().map(|&code| status_word(code)).collect();
    (words.join(" or "), codes.contains(&found))
}

fn end(evidence: &Evidence<'_>) -> Option<Finding> {
    let answer = evidence.answer;
    if let AnswerEnd::Malformed(why) = &answer.end {
        // The client can tell that it is broken.
        let is_allowed = evidence.halves.at_client.ends == Ends::Broken;
        let text = format!("the client got a malformed response: {why}");
        return (!is_allowed).then(|| finding(evidence.violation(), Rule::Framing, text));
    }
    let is_error = answer.status().is_some_and(|status| status >= 400);
    let text = match (evidence.halves.at_client.ends, answer.is_complete()) {
        (Ends::Complete, false) => {
            format!("expected a complete response, found {}", answer.words())
        }
        (Ends::Broken, true) if !is_error => format!(
            "the origin's response was not complete, and reached the client complete, with the content {}",
            content_words(&answer.content)
        ),
        _ => return None,
    };
    Some(finding(evidence.violation(), Rule::Ends, text))
}

fn without(evidence: &Evidence<'_>, head: &ResponseHead) -> Vec<Finding> {
    let expected = &evidence.halves.at_client;
    let value = |name: &str| joined(head, name);
    let wrong = arrived(evidence, head, &value).has(&expected.absent, &expected.without);
    by_rule(evidence, Rule::Fields, wrong)
}

fn status_line(evidence: &Evidence<'_>, head: &ResponseHead) -> Vec<Finding> {
    let expected = &evidence.halves.at_client;
    let parts = [
        ("reason phrase", &expected.reason, &head.reason),
        ("version", &expected.version, &head.version),
    ];
    let wrong = parts.into_iter().filter_map(|(part, expected, found)| {
        let expected = expected.as_ref()?;
        (expected != found).then(|| {
            let (expected, found) = (quoted(expected), quoted(found));
            format!("expected the {part} {expected} at the client, found {found}")
        })
    });
    by_rule(evidence, Rule::Status, wrong.collect())
}

fn fields(evidence: &Evidence<'_>, head: &ResponseHead) -> Vec<Finding> {
    let expected = &evidence.halves.at_client;
    let value = |name: &str| joined(head, name);
    let arrived = arrived(evidence, head, &value);
    let wrong = arrived.lacks(&expected.fields, &expected.begins, &expected.present);
    by_rule(evidence, Rule::Fields, wrong)
}

fn arrived<'a>(
    evidence: &Evidence<'a>,
    head: &'a ResponseHead,
    value: &'a dyn Fn(&str) -> Option<String>,
) -> Arrived<'a> {
    Arrived {
        at: "client",
        head: &head.bytes,
        value,
        fill: evidence.fill,
    }
}

fn content(evidence: &Evidence<'_>) -> Option<Finding> {
    let expected = evidence.halves.at_client.content.as_ref()?;
    let answer = evidence.answer;
    if expected.0 == answer.content {
        return None;
    }
    let text = format!(
        "expected the content {} at the client, found {}",
        content_words(&expected.0),
        content_words(&answer.content)
    );
    Some(finding(evidence.violation(), Rule::Content, text))
}

fn trailers(evidence: &Evidence<'_>) -> Option<Finding> {
    let is_there = |name: &String, value: &String| {
        let mut found = evidence.answer.trailers.iter();
        found.any(|(own, found)| own.eq_ignore_ascii_case(name) && found == value)
    };
    let mut expected = evidence.halves.at_client.trailers.iter();
    let (name, _) = expected.find(|(name, value)| !is_there(name, value))?;
    let text = format!("the trailer field {name} did not reach the client");
    Some(finding(evidence.violation(), Rule::Trailers, text))
}

fn interim(evidence: &Evidence<'_>) -> Option<Finding> {
    let expected = &evidence.halves.at_client;
    let found: Vec<_> = evidence
        .answer
        .interim
        .iter()
        .map(|head| head.status)
        .collect();
    let mut rest = found.iter();
    let are_there = expected
        .interim
        .iter()
        .all(|status| rest.any(|found| found == status));
    let is_right = match expected.only_interim {
        true => found == expected.interim,
        false => are_there,
    };
    let words = |codes: &[u16]| match codes {
        [] => "no interim response".to_owned(),
        codes => {
            let codes: Vec<_> = codes.iter().map(u16::to_string).collect();
            format!("the interim responses {}", codes.join(", "))
        }
    };
    let (wanted, found) = (words(&expected.interim), words(&found));
    let text = format!("expected {wanted} at the client, found {found}");
    (!is_right).then(|| finding(evidence.violation(), Rule::Interim, text))
}

fn by_rule(evidence: &Evidence<'_>, rule: Rule, texts: Vec<String>) -> Vec<Finding> {
    let texts = texts.into_iter();
    texts
        .map(|text| finding(evidence.violation(), rule, text))
        .collect()
}

/// The values of a field's lines, joined as RFC 9110 §5.3 allows.
fn joined(head: &ResponseHead, name: &str) -> Option<String> {
    let values: Vec<_> = head.values(name).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, answer};
    use super::*;

    #[test]
    fn a_hang_is_a_failure_unless_the_machine_is_busy() {
        let mut sample = Sample::of("PT-09").ended(AnswerEnd::TimedOut);
        assert_eq!(sample.verdict(), (Verdict::Fail, vec![Rule::Ends]));
        sample.is_busy = true;
        assert_eq!(sample.verdict(), (Verdict::Inconclusive, vec![Rule::Ends]));
    }

    #[test]
    fn status_codes() {
        for (sample, expected) in [
            (Sample::of("PX-01").answered(502, "", ""), Verdict::Pass),
            (Sample::of("PX-01").answered(200, "", "ok"), Verdict::Fail),
            (Sample::of("PQ-06").refused(400), Verdict::Fail), // It must be closed, too.
            (Sample::of("PQ-01").refused(400), Verdict::Pass),
            (Sample::of("PQ-01").refused(404), Verdict::Fail),
            (Sample::of("PM-06").refused(302), Verdict::Fail),
            (Sample::of("PT-01").refused(204), Verdict::Pass),
        ] {
            assert_eq!(sample.verdict().0, expected, "{:?}", sample.judged());
        }
    }

    #[test]
    fn a_part_is_not_the_whole() {
        let cut = Sample::of("PR-14").answered(200, "", "hello");
        assert_eq!(cut.verdict(), (Verdict::Fail, vec![Rule::Ends]));
        assert_eq!(cut.ended(AnswerEnd::Closed).verdict().0, Verdict::Pass);
        assert_eq!(
            Sample::of("PR-14").answered(502, "", "").verdict().0,
            Verdict::Pass
        );
        let broken = AnswerEnd::Malformed("x".to_owned());
        assert_eq!(
            Sample::of("PR-14").ended(broken.clone()).verdict().0,
            Verdict::Pass
        );
        let whole = Sample::of("PM-01").ended(broken);
        assert_eq!(whole.verdict(), (Verdict::Fail, vec![Rule::Framing]));
        let whole = Sample::of("PM-01").ended(AnswerEnd::Closed);
        assert_eq!(whole.verdict(), (Verdict::Fail, vec![Rule::Ends]));
    }

    #[test]
    fn fields_of_responses() {
        for (id, fields, rule) in [
            ("PM-29", "X-Unknown: some value\r\n", None),
            ("PM-29", "", Some(Rule::Fields)),
            ("PH-02", "", None),
            ("PH-02", "X-Hop: 1\r\n", Some(Rule::Fields)),
            ("PH-07", "Connection: x-option\r\n", Some(Rule::Fields)),
            (
                "PV-05",
                "Via: 1.0 first\r\nVia: 1.1 second, 1.1 c\r\n",
                None,
            ),
            ("PV-05", "Via: 1.1 c\r\n", Some(Rule::Fields)),
            ("PX-07", "X-A : 1\r\n", Some(Rule::Fields)),
        ] {
            let (verdict, rules) = Sample::of(id).answered(200, fields, "ok").verdict();
            assert_eq!(rules, Vec::from_iter(rule), "{id} {fields}");
            assert_eq!(verdict == Verdict::Pass, rule.is_none());
        }
        // The proxy's own error has no such fields.
        assert_eq!(
            Sample::of("PX-07").answered(502, "", "").verdict().0,
            Verdict::Pass
        );
    }

    #[test]
    fn content_and_trailers() {
        let wrong = Sample::of("PM-01").answered(200, "", "no");
        assert_eq!(wrong.verdict(), (Verdict::Fail, vec![Rule::Content]));
        let mut sample = Sample::of("PR-04");
        assert_eq!(sample.verdict(), (Verdict::Info, vec![Rule::Trailers]));
        sample.answer.trailers = vec![("X-Trailer".to_owned(), "t".to_owned())];
        assert_eq!(sample.verdict().0, Verdict::Pass);
    }

    #[test]
    fn the_status_line() {
        let mut sample = Sample::of("PV-06");
        assert_eq!(sample.verdict().0, Verdict::Pass);
        if let Some(head) = &mut sample.answer.head {
            head.version = "HTTP/1.0".to_owned();
        }
        assert_eq!(sample.verdict(), (Verdict::Fail, vec![Rule::Status]));
    }

    #[test]
    fn interim_responses() {
        let of = |id: &str, codes: &[u16]| {
            let mut sample = Sample::of(id);
            let heads = codes.iter().filter_map(|&code| answer(code, "", "").head);
            sample.answer.interim = heads.collect();
            sample.verdict()
        };
        let wrong = (Verdict::Fail, vec![Rule::Interim]);
        assert_eq!(of("PI-03", &[103, 103]).0, Verdict::Pass);
        assert_eq!(of("PI-03", &[103]), wrong);
        assert_eq!(of("PI-01", &[100, 103]).0, Verdict::Pass);
        assert_eq!(of("PV-12", &[]).0, Verdict::Pass);
        assert_eq!(of("PV-12", &[103]), wrong);
    }
}
