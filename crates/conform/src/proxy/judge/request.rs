//! What must reach the origin, and how: the request line, the fields, and the content.

use super::fields::Arrived;
use super::{Evidence, finding, quoted};
use crate::case::halves::Reaches;
use crate::judge::{Finding, Rule, Verdict};
use crate::outcome::content_words;
use crate::proxy::origin::Received;
use wireserve_core::http::head::Head;
use wireserve_core::http::list;
use wireserve_core::text::latin1;

/// A request that must reach the origin does, and one that must not does not.
pub(super) fn forwarding(evidence: &Evidence<'_>) -> Option<Finding> {
    let answered = evidence.answer.words();
    let text = match (evidence.halves.at_origin.reaches, evidence.reached) {
        (Reaches::Must, false) => {
            format!("the request did not reach the origin; the client got {answered}")
        }
        (Reaches::MustNot, true) => {
            format!("the request reached the origin; the client got {answered}")
        }
        _ => return None,
    };
    Some(finding(evidence.violation(), Rule::Forwarding, text))
}

/// No request reaches the origin with framing that two recipients may read differently (RFC 9112 §6.1, §6.3).
pub(super) fn framing(evidence: &Evidence<'_>) -> Option<Finding> {
    let wrong = |received: &Received| {
        let head = &received.head;
        let codings = head.values("Transfer-Encoding").count();
        let lengths: Vec<_> = head.values("Content-Length").map(list::trim).collect();
        let is_number = |value: &&[u8]| !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        match (codings, lengths.as_slice()) {
            (0, [] | [_]) if lengths.iter().all(is_number) => None,
            (0, _) => Some("a Content-Length that is not one number"),
            (_, []) => None,
            (_, _) => Some("both Transfer-Encoding and Content-Length"),
        }
    };
    let wrong = evidence.received.iter().find_map(wrong)?;
    let text = format!("the request reached the origin with {wrong}");
    Some(finding(Verdict::Fail, Rule::Framing, text))
}

/// All other rules about the request that reached the origin.
pub(super) fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A repeated request is as the last attempt.
    if let Some(received) = evidence.received.last() {
        findings.extend(request_line(evidence, received));
        findings.extend(fields(evidence, received));
        findings.extend(content(evidence, received));
        findings.extend(trailers(evidence, received));
    }
    findings.extend(attempts(evidence));
    findings
}

fn request_line(evidence: &Evidence<'_>, received: &Received) -> Vec<Finding> {
    let expected = &evidence.halves.at_origin;
    let head = &received.head;
    let parts = [
        ("method", &expected.method, head.method()),
        ("target", &expected.target, head.target()),
        ("version", &expected.version, head.version_bytes()),
    ];
    let wrong = parts.into_iter().filter_map(|(part, expected, found)| {
        let expected = evidence.fill.latin1(expected.as_deref()?);
        (expected != found).then(|| {
            let (expected, found) = (latin1::decode(&expected), latin1::decode(found));
            let text = format!(
                "expected the {part} {} at the origin, found {}",
                quoted(&expected),
                quoted(&found)
            );
            finding(evidence.violation(), Rule::RequestLine, text)
        })
    });
    wrong.collect()
}

fn fields(evidence: &Evidence<'_>, received: &Received) -> Vec<Finding> {
    let expected = &evidence.halves.at_origin;
    let head = &received.head;
    let arrived = Arrived {
        at: "origin",
        head: head.bytes(),
        value: &|name| joined(head, name),
        fill: evidence.fill,
    };
    let mut wrong = arrived.lacks(&expected.fields, &expected.begins, &expected.present);
    wrong.extend(arrived.has(&expected.absent, &expected.without));
    let wrong = wrong.into_iter();
    wrong
        .map(|text| finding(evidence.violation(), Rule::RequestFields, text))
        .collect()
}

fn content(evidence: &Evidence<'_>, received: &Received) -> Option<Finding> {
    let expected = &evidence.halves.at_origin;
    let text = match (&expected.content, &received.content) {
        (Some(wanted), Some(found)) if wanted.0 == *found => return None,
        (Some(wanted), found) => {
            let found = found
                .as_deref()
                .map_or_else(|| "incomplete content".to_owned(), content_words);
            let wanted = content_words(&wanted.0);
            format!("expected the content {wanted} at the origin, found {found}")
        }
        (None, Some(found)) if expected.cut => format!(
            "the request was not complete, and reached the origin complete, with the content {}",
            content_words(found)
        ),
        (None, _) => return None,
    };
    Some(finding(evidence.violation(), Rule::RequestContent, text))
}

fn trailers(evidence: &Evidence<'_>, received: &Received) -> Option<Finding> {
    let expected = &evidence.halves.at_origin.trailers;
    let is_there = |name: &String, value: &String| {
        let mut found = received.trailers.iter();
        found.any(|(own, found)| own.eq_ignore_ascii_case(name) && found == value)
    };
    let (name, _) = expected
        .iter()
        .find(|(name, value)| !is_there(name, value))?;
    let text = format!("the trailer field {name} did not reach the origin");
    Some(finding(evidence.violation(), Rule::Trailers, text))
}

fn attempts(evidence: &Evidence<'_>) -> Option<Finding> {
    let most = evidence.halves.at_origin.most?;
    let found = evidence.attempts;
    let text =
        format!("expected the request at most {most} times at the origin, found it {found} times");
    (found > most).then(|| finding(evidence.violation(), Rule::Repetition, text))
}

/// The values of a field's lines, joined as RFC 9110 §5.3 allows.
fn joined(head: &Head, name: &str) -> Option<String> {
    let values = head
        .values(name)
        .map(|value| latin1::decode(list::trim(value)));
    let values: Vec<_> = values.collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::samples::Sample;
    use super::*;

    #[test]
    fn requests_that_must_or_must_not_be_forwarded() {
        for (id, sample, expected) in [
            ("PM-01", Sample::of("PM-01"), None),
            (
                "PM-01",
                Sample::of("PM-01").refused(403),
                Some(Verdict::Fail),
            ),
            (
                "PM-04",
                Sample::of("PM-04").refused(405),
                Some(Verdict::Info),
            ),
            ("PM-06", Sample::of("PM-06").refused(501), None),
            ("PQ-03", Sample::of("PQ-03"), Some(Verdict::Fail)),
            ("PQ-03", Sample::of("PQ-03").refused(400), None),
            ("PQ-26", Sample::of("PQ-26"), Some(Verdict::Warn)),
        ] {
            let expected = match expected {
                Some(verdict) => (verdict, vec![Rule::Forwarding]),
                None => (Verdict::Pass, Vec::new()),
            };
            assert_eq!(sample.verdict(), expected, "{id}");
        }
    }

    #[test]
    fn framing_at_the_origin_is_unambiguous() {
        for (fields, is_wrong) in [
            ("Content-Length: 0\r\n", false),
            ("Transfer-Encoding: chunked\r\n", false),
            ("Content-Length: 0\r\nContent-Length: 0\r\n", true),
            ("Content-Length: +0\r\n", true),
            ("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", true),
        ] {
            let sample = Sample::of("PT-09").forwarded(fields, "");
            let expected = match is_wrong {
                true => (Verdict::Fail, vec![Rule::Framing]),
                false => (Verdict::Pass, Vec::new()),
            };
            assert_eq!(sample.verdict(), expected, "{fields}");
        }
    }

    #[test]
    fn the_request_line_is_kept() {
        let other = Sample::of("PM-07");
        assert_eq!(other.forwarded("", "hello").verdict().0, Verdict::Pass);
        // The target of the sample has no query.
        assert_eq!(
            Sample::of("PM-10").verdict(),
            (Verdict::Fail, vec![Rule::RequestLine])
        );
    }

    #[test]
    fn fields_pass_or_are_removed() {
        for (id, fields, is_wrong) in [
            ("PM-28", "X-Unknown: some value\r\n", false),
            ("PM-28", "X-Unknown: some\r\n", true),
            ("PM-28", "", true),
            ("PM-38", "X-List: c\r\nX-List: a, b\r\n", false),
            ("PM-38", "X-List: a, b, c\r\n", true),
            ("PH-01", "X-End: 2\r\n", false),
            ("PH-01", "X-Hop: 1\r\n", true),
            ("PH-06", "Connection: keep-alive\r\n", false),
            ("PH-06", "Connection: X-Option, x-option\r\n", true),
            ("PV-01", "Via: 1.1 a\r\n", false),
            ("PV-01", "", true),
            (
                "PV-04",
                "Via: 1.0 first, 1.1 second (a, b), 1.1 c\r\n",
                false,
            ),
            (
                "PV-04",
                "Via: 1.1 c, 1.0 first, 1.1 second (a, b)\r\n",
                true,
            ),
            ("PQ-02", "X-A: 1 2\r\n", false),
            ("PQ-02", "X-A: 1\r\n 2\r\n", true),
        ] {
            let (verdict, rules) = Sample::of(id).forwarded(fields, "").verdict();
            let expected = match is_wrong {
                true => Verdict::Fail,
                false => Verdict::Pass,
            };
            assert_eq!(verdict, expected, "{id} {fields}");
            assert!(rules.iter().all(|rule| *rule == Rule::RequestFields));
        }
    }

    #[test]
    fn content_reaches_the_origin_as_it_is() {
        let sample = Sample::of("PM-02").forwarded("", "hello");
        assert_eq!(sample.verdict().0, Verdict::Pass);
        let wrong = (Verdict::Fail, vec![Rule::RequestContent]);
        assert_eq!(Sample::of("PM-02").forwarded("", "hell").verdict(), wrong);
        let mut cut = Sample::of("PM-02");
        cut.received[0].content = None;
        assert_eq!(cut.verdict(), wrong);
        // Content that was cut off on the client's side.
        assert_eq!(Sample::of("PB-16").forwarded("", "hello").verdict(), wrong);
        let mut cut = Sample::of("PB-16");
        cut.received[0].content = None;
        assert_eq!(cut.verdict().0, Verdict::Pass);
    }

    #[test]
    fn trailers_may_be_discarded() {
        let mut sample = Sample::of("PB-05").forwarded("", "ok");
        assert_eq!(sample.verdict(), (Verdict::Info, vec![Rule::Trailers]));
        sample.received[0].trailers = vec![("x-trailer".to_owned(), "t".to_owned())];
        assert_eq!(sample.verdict().0, Verdict::Pass);
    }

    #[test]
    fn a_post_is_not_repeated() {
        let mut sample = Sample::of("PK-08");
        assert_eq!(sample.verdict().0, Verdict::Pass);
        sample.received.push(sample.received[0].clone());
        assert_eq!(sample.verdict(), (Verdict::Fail, vec![Rule::Repetition]));
    }
}
