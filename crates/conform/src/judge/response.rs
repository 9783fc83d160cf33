//! The parts of a response that a client returned: status, content, fields, trailers, and content codings.

use super::{Evidence, Finding, Rule, Verdict};
use crate::case::{Case, Fields};
use crate::outcome::content_words;

/// Set-Cookie cannot be combined into one line (RFC 9110 §5.3).
const SET_COOKIE: &str = "set-cookie";

/// What is wrong with the parts of a response that the client considers complete.
pub(super) fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Evidence { case, first, .. } = evidence;
    let response = &first.response;
    let mut found = Vec::new();
    found.extend(status(evidence));
    found.extend(content(evidence));
    for (rule, expected, reported) in [
        (Rule::Fields, &case.accepted.fields, &response.fields),
        (Rule::Trailers, &case.accepted.trailers, &response.trailers),
    ] {
        let Some(reported) = reported else {
            continue;
        };
        let wrong = expected
            .iter()
            .filter_map(|fields| mismatch(fields, reported));
        let violation = Verdict::violation(case.level);
        found.extend(wrong.map(|text| Finding::new(violation, rule, text)));
    }
    found
}

/// The content as it was sent, which is right for a client that offered no coding.
pub(super) fn undecoded(evidence: &Evidence<'_>) -> Option<Finding> {
    let Evidence { case, first, .. } = evidence;
    let undecoded = case.accepted.undecoded.as_ref()?;
    if first.response.content.as_ref() != Some(undecoded) {
        return None;
    }
    let coding = coding(case, undecoded);
    let offered = evidence.first_seen.offered(&case.target(), coding);
    Some(match offered {
        true => Finding::new(
            Verdict::violation(case.level),
            Rule::Coding,
            format!("it offered {coding}, and returned the content as sent"),
        ),
        false => Finding::new(
            Verdict::Info,
            Rule::Coding,
            format!("it did not offer {coding}, and returned the content as sent"),
        ),
    })
}

/// Whether the content has a coding that the client did not offer.
pub(super) fn is_unoffered(evidence: &Evidence<'_>) -> bool {
    let case = evidence.case;
    let undecoded = case.accepted.undecoded.as_ref();
    undecoded.is_some_and(|undecoded| {
        let coding = coding(case, undecoded);
        !evidence.first_seen.offered(&case.target(), coding)
    })
}

/// The coding of the content.
fn coding<'c>(case: &'c Case, undecoded: &[u8]) -> &'c str {
    match (&case.accepted.coding, undecoded.first()) {
        (Some(coding), _) => coding,
        // The first byte of a zlib stream.
        (None, Some(0x78)) => "deflate",
        (None, _) => "gzip",
    }
}

fn status(evidence: &Evidence<'_>) -> Option<Finding> {
    let expected = evidence.case.accepted.status?;
    let found = evidence.first.response.status?;
    let text = format!("expected status {expected}, found {found}");
    let violation = Verdict::violation(evidence.case.level);
    let is_allowed = found == expected || evidence.case.accepted.or_status == Some(found);
    (!is_allowed).then(|| Finding::new(violation, Rule::Status, text))
}

fn content(evidence: &Evidence<'_>) -> Option<Finding> {
    let Evidence { case, first, .. } = evidence;
    let found = first.response.content.as_ref()?;
    let expected = case.accepted.contents.as_ref()?;
    if expected.contains(found) {
        return None;
    }
    // Of a response that it drops, a client shows what it has read.
    let is_dropped = case.request.drop_after.is_some();
    if is_dropped && expected.iter().any(|whole| whole.starts_with(found)) {
        return None;
    }
    if let Some(finding) = undecoded(evidence) {
        return Some(finding);
    }
    let found = content_words(found);
    let text = match expected.first() {
        Some(expected) => format!(
            "expected the content {}, found {found}",
            content_words(expected)
        ),
        None => format!("expected an error, since the response is incomplete, found {found}"),
    };
    Some(Finding::new(
        Verdict::violation(case.level),
        Rule::Content,
        text,
    ))
}

/// What is wrong with the lines of one field.
fn mismatch(expected: &Fields, reported: &[(String, String)]) -> Option<String> {
    let name = &expected.name;
    let found = reported
        .iter()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name));
    let found: Vec<_> = found.map(|(_, value)| value.as_str()).collect();
    let is_expected = expected.values.iter().any(|values| {
        // A recipient may combine the lines of one field, by a comma and optional white space (RFC 9110 §5.3).
        let may_combine = name != SET_COOKIE && values.len() > 1 && !found.is_empty();
        values == &found || may_combine && members(values) == members(&found)
    });
    if is_expected {
        return None;
    }
    let expected = expected
        .values
        .first()
        .map(Vec::as_slice)
        .unwrap_or_default();
    Some(match (expected, &found[..]) {
        ([], found) => format!("expected no field {name}, found {found:?}"),
        (expected, []) => format!("expected the field {name} with {expected:?}, found none"),
        (expected, found) => {
            format!("expected the field {name} with {expected:?}, found {found:?}")
        }
    })
}

/// What is between the commas of these lines, without white space around it.
fn members<L: AsRef<str>>(lines: &[L]) -> Vec<&str> {
    let members = lines.iter().flat_map(|line| line.as_ref().split(','));
    members
        .map(|member| member.trim_matches([' ', '\t']))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::evidence::{case, complete, seen, verdict, verdict_of, with_fields};
    use super::*;
    use crate::seen::Seen;

    #[test]
    fn status_and_content() {
        assert_eq!(verdict("SL-28", &complete(471, "ok")), Verdict::Pass);
        // An unknown status code may be shown as that of its class (RFC 9110 §15).
        assert_eq!(verdict("SL-28", &complete(400, "ok")), Verdict::Pass);
        assert_eq!(verdict("SL-28", &complete(500, "ok")), Verdict::Fail);
        assert_eq!(verdict("SL-23", &complete(500, "ok")), Verdict::Pass);
        assert_eq!(verdict("IN-04", &complete(103, "")), Verdict::Fail);
        assert_eq!(verdict("CL-01", &complete(200, "x")), Verdict::Fail);
    }

    #[test]
    fn fields_line_by_line() {
        for (id, fields, wanted) in [
            ("HS-30", &[("x-t", "a"), ("X-T", "b")][..], Verdict::Pass),
            ("HS-30", &[("X-T", "a, b")], Verdict::Pass),
            ("HS-30", &[("X-T", "a,b")], Verdict::Pass),
            ("HS-30", &[("X-T", "a,b,")], Verdict::Fail),
            ("HS-30", &[("X-T", "b, a")], Verdict::Fail),
            ("HS-30", &[("X-T", "b")], Verdict::Fail),
            (
                "CK-01",
                &[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")],
                Verdict::Pass,
            ),
            ("CK-01", &[("Set-Cookie", "a=1, b=2")], Verdict::Info),
            ("TR-02", &[], Verdict::Pass),
            ("TR-02", &[("X-T", "v")], Verdict::Fail),
            ("HS-18", &[("X-T", "\u{fffd}")], Verdict::Warn),
        ] {
            assert_eq!(
                verdict(id, &with_fields("ok", fields)),
                wanted,
                "{id} {fields:?}"
            );
        }
        for (fields, wanted) in [
            (&[("X-T", "one, two,")][..], Verdict::Pass),
            (&[("X-T", "one"), ("x-t", "two, ")], Verdict::Pass),
            (&[("X-T", "two, one")], Verdict::Fail),
        ] {
            let found = verdict("VU-90", &with_fields("hello", fields));
            assert_eq!(found, wanted, "{fields:?}");
        }
        let mut outcome = complete(200, "ok");
        for (value, wanted) in [("a b", Verdict::Pass), ("a\0b", Verdict::Fail)] {
            outcome.response.trailers = Some(vec![("X-T".to_owned(), value.to_owned())]);
            assert_eq!(verdict("TR-07", &outcome), wanted);
        }
    }

    #[test]
    fn a_coding_that_was_offered_is_decoded() {
        let case = case("CE-01");
        let raw = case.accepted.undecoded.clone().unwrap();
        let mut outcome = complete(200, "");
        outcome.response.content = Some(raw);
        for (request, wanted) in [
            ("GET /c/CE-01", Verdict::Info),
            ("GET /c/CE-01 br", Verdict::Info),
            ("GET /c/CE-01 gzip", Verdict::Fail),
        ] {
            let asked = seen(&[&[request]]);
            let found = verdict_of(&case, &outcome, &asked, None, &Seen::default());
            assert_eq!(found, wanted, "{request}");
        }
        assert_eq!(verdict("CE-01", &complete(200, "ok")), Verdict::Pass);
        assert_eq!(verdict("CE-08", &complete(200, "notgzip")), Verdict::Info);
    }
}
