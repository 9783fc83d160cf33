//! What the client sends: a case is judged only if its request is the one that was asked for, and content that the
//! server has read is what the client was asked to send (RFC 9110 §6.4, §8.6).

use super::{Evidence, Finding, Rule, Verdict};
use crate::outcome::content_words;
use crate::seen::Request;

/// Why the request of the client is not the one of the case, which then says nothing about the response.
pub(super) fn asked(evidence: &Evidence<'_>) -> Option<Finding> {
    let (case, request) = (evidence.case, own(evidence).next()?);
    let asked = &case.request;
    let inconclusive = |text| Some(Finding::new(Verdict::Inconclusive, Rule::Asked, text));
    if request.method != asked.method {
        let (method, found) = (&asked.method, &request.method);
        return inconclusive(format!("expected the method {method}, found {found}"));
    }
    let has = |name: &str, value: &str| {
        let mut members = request.values(name).flat_map(|own| own.split(','));
        members.any(|member| member.trim().eq_ignore_ascii_case(value))
            || request.values(name).any(|own| own == value)
    };
    if let Some((name, value)) = asked.fields.iter().find(|(name, value)| !has(name, value)) {
        return inconclusive(format!("the client does not send {name}: {value}"));
    }
    if asked.drop_after.is_some() && has_whole_content(evidence) {
        return inconclusive(
            "the client reads the whole response, and drops no part of it".to_owned(),
        );
    }
    // A client that stopped sending has shown enough.
    let is_lacking = |field: &&(String, String)| {
        let mut own = request.trailers.iter();
        !own.any(|(name, value)| name.eq_ignore_ascii_case(&field.0) && *value == field.1)
    };
    let lacking = asked.trailers.iter().find(is_lacking);
    let (name, _) = lacking.filter(|_| request.content.is_some())?;
    inconclusive(format!("the client does not send the trailer field {name}"))
}

/// Content that the server has read is what the client was asked to send.
pub(super) fn upload(evidence: &Evidence<'_>) -> Option<Finding> {
    let case = evidence.case;
    let expected = case.request.content.as_deref()?;
    if !case.waits_for_content() || !evidence.first.is_complete() {
        return None;
    }
    let found = own(evidence).last()?.content.as_deref()?;
    let text = format!(
        "expected a request with the content {}, found {}",
        content_words(expected),
        content_words(found)
    );
    let violation = Verdict::violation(case.level);
    (found != expected).then(|| Finding::new(violation, Rule::Upload, text))
}

/// Whether the client shows all of the content.
fn has_whole_content(evidence: &Evidence<'_>) -> bool {
    let Evidence { case, first, .. } = evidence;
    let contents = case.accepted.contents.iter().flatten();
    let found = first.response.content.as_ref();
    found.is_some_and(|found| contents.into_iter().any(|whole| whole == found))
}

/// The requests for the case itself.
fn own<'e>(evidence: &Evidence<'e>) -> impl Iterator<Item = &'e Request> {
    let target = evidence.case.target();
    let requests = evidence.first_seen.requests();
    requests.filter(move |request| request.target == target)
}

#[cfg(test)]
mod tests {
    use super::super::evidence::{case, complete, verdict_of};
    use super::*;
    use crate::seen::{Connection, Seen};

    fn seen(method: &str, fields: &[(&str, &str)], content: &[u8], target: &str) -> Seen {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let request = Request {
            method: method.to_owned(),
            target: target.to_owned(),
            fields: fields.collect(),
            content: Some(content.to_vec()),
            trailers: Vec::new(),
        };
        Seen {
            connections: vec![Connection {
                requests: vec![request],
                client_left: None,
            }],
        }
    }

    #[test]
    fn another_request_is_no_evidence() {
        let case = case("UP-16");
        let target = case.target();
        let ok = complete(200, "ok");
        let expects = ("Expect", "100-continue");
        for (method, fields, wanted) in [
            ("PUT", &[expects][..], Verdict::Pass),
            ("PUT", &[("expect", "100-Continue")], Verdict::Pass),
            ("PUT", &[], Verdict::Inconclusive),
            ("GET", &[expects], Verdict::Inconclusive),
        ] {
            let seen = seen(method, fields, b"hello", &target);
            let found = verdict_of(&case, &ok, &seen, None, &Seen::default());
            assert_eq!(found, wanted, "{method} {fields:?}");
        }
    }

    #[test]
    fn a_response_that_is_not_dropped_is_no_evidence() {
        let case = case("VU-136");
        let seen = seen("GET", &[], b"", &case.target());
        for (length, wanted) in [
            (1 << 20, Verdict::Inconclusive),
            (1000, Verdict::Pass),
            (5000, Verdict::Pass),
        ] {
            let part = complete(200, &"a".repeat(length));
            let found = verdict_of(&case, &part, &seen, None, &Seen::default());
            assert_eq!(found, wanted, "{length}");
        }
        let other = complete(200, "b");
        let found = verdict_of(&case, &other, &seen, None, &Seen::default());
        assert_eq!(found, Verdict::Fail);
    }

    #[test]
    fn a_trailer_section_is_sent_if_it_is_asked_for() {
        let mut case = case("UP-16");
        case.request.fields.clear();
        case.request.trailers = vec![("X-T".to_owned(), "v".to_owned())];
        let ok = complete(200, "ok");
        let mut seen = seen("PUT", &[], b"hello", &case.target());
        let verdict = |seen: &Seen| verdict_of(&case, &ok, seen, None, &Seen::default());
        assert_eq!(verdict(&seen), Verdict::Inconclusive);
        seen.connections[0].requests[0].trailers = case.request.trailers.clone();
        assert_eq!(verdict(&seen), Verdict::Pass);
    }

    #[test]
    fn content_arrives_as_it_was_asked_for() {
        let case = case("UP-16");
        let ok = complete(200, "ok");
        let fields = [("Expect", "100-continue")];
        for (content, wanted) in [(&b"hello"[..], Verdict::Pass), (b"", Verdict::Warn)] {
            let seen = seen("PUT", &fields, content, &case.target());
            let found = verdict_of(&case, &ok, &seen, None, &Seen::default());
            assert_eq!(found, wanted);
        }
    }
}
