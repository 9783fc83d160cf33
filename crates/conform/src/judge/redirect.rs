//! Redirects: a client need not follow one, but one that does must ask for the target that the reference means.

use super::{Evidence, Finding, Rule, Verdict};
use crate::case::{Expect, Redirect};
use crate::outcome::content_words;
use crate::stage::AFTER_CONTENT;

/// The target to which the client has followed a redirect. Other requests, as for `/robots.txt`, are its own affair.
pub(super) fn followed<'e>(evidence: &Evidence<'e>) -> Option<&'e str> {
    let Evidence { case, first, .. } = evidence;
    let status = case.accepted.status.unwrap_or_default();
    if case.redirect.is_none() && (!(300..400).contains(&status) || status == 304) {
        return None;
    }
    let own = case.target();
    let targets = evidence
        .first_seen
        .requests()
        .map(|request| &*request.target);
    let others: Vec<_> = targets.filter(|target| *target != own).collect();
    let expected = case.redirect.as_ref().map(|redirect| &*redirect.target);
    if let Some(expected) = expected
        && others.contains(&expected)
    {
        return Some(expected);
    }
    let accepted = &case.accepted;
    let response = &first.response;
    // A client that shows no status cannot be told from one that has followed.
    let is_redirect = first.is_complete()
        && response
            .status
            .is_some_and(|found| Some(found) == accepted.status)
        && response.content.as_ref().is_none_or(|found| {
            let contents = accepted.contents.as_ref();
            contents.is_none_or(|contents| contents.contains(found))
        });
    match is_redirect {
        true => None,
        false => others.last().copied(),
    }
}

/// Whether a client that follows asks for the right target, with the method of the case.
pub(super) fn target(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Evidence { case, first, .. } = evidence;
    let violation = Verdict::violation(case.level);
    let finding = |verdict, text| vec![Finding::new(verdict, Rule::Redirect, text)];
    let found = followed(evidence).unwrap_or_default();
    let Some(expected) = &case.redirect else {
        if case.expect == Expect::RejectOrSpace && found.contains("%0D") {
            let text = format!("expected an error, or a space for the CR, found {found}");
            return finding(violation, text);
        }
        let words = first.words();
        return finding(
            Verdict::Info,
            format!("it asks for {found}, and reports {words}"),
        );
    };
    let Redirect {
        target: expected,
        methods,
        fragment,
    } = expected;
    let mut requests = evidence.first_seen.requests();
    if let Some(request) = requests.find(|request| request.target.contains('#')) {
        let found = &request.target;
        return finding(
            violation,
            format!("expected a target without a fragment (RFC 9110 §7.1), found {found}"),
        );
    }
    if found != expected {
        return finding(
            violation,
            format!("expected a request for {expected}, found {found}"),
        );
    }
    let requests = evidence.first_seen.requests();
    let led = requests.filter(|request| request.target == *expected);
    for request in led {
        let other = &request.method;
        if !methods.contains(other) {
            let methods = methods.join(" or ");
            return finding(
                violation,
                format!("expected the method {methods}, found {other}"),
            );
        }
        let own = case.request.content.as_deref().unwrap_or_default();
        let content = if *other == case.request.method {
            own
        } else {
            b""
        };
        if let Some(found) = request.content.as_ref().filter(|found| **found != content) {
            let (content, found) = (content_words(content), content_words(found));
            return finding(
                violation,
                format!("expected {other} {expected} with the content {content}, found {found}"),
            );
        }
    }
    if let Some((expected, found)) = wrong_fragment(fragment.as_deref(), evidence) {
        return finding(
            violation,
            format!("expected a result whose URL has the fragment {expected}, found {found}"),
        );
    }
    let is_shown = first.response.content.as_deref() == Some(AFTER_CONTENT);
    match first.is_complete() && is_shown {
        true => Vec::new(),
        false => finding(
            violation,
            format!(
                "expected the content of {expected}, found {}",
                first.words()
            ),
        ),
    }
}

/// The expected fragment, and the URL of the result if it has another one.
fn wrong_fragment<'e>(
    fragment: Option<&'e str>,
    evidence: &Evidence<'e>,
) -> Option<(&'e str, &'e str)> {
    let expected = fragment?;
    let url = evidence.first.response.url.as_deref()?;
    let found = url.split_once('#').map(|(_, fragment)| fragment);
    (found != Some(expected)).then_some((expected, url))
}

#[cfg(test)]
mod tests {
    use super::super::evidence::{case, complete, failed, seen, verdict, verdict_of};
    use super::*;
    use crate::case::Case;
    use crate::seen::Seen;

    #[test]
    fn a_client_that_follows_asks_for_the_target() {
        let case = case("RD-01");
        for (requests, outcome, wanted) in [
            (
                &["GET /c/RD-01", "GET /after"][..],
                complete(200, "after"),
                Verdict::Pass,
            ),
            (
                &["GET /c/RD-01", "GET /c/after"],
                complete(404, ""),
                Verdict::Fail,
            ),
            (
                &["GET /c/RD-01", "POST /after"],
                complete(200, "after"),
                Verdict::Fail,
            ),
            (&["GET /c/RD-01", "GET /after"], failed(), Verdict::Fail),
            (&["GET /c/RD-01"], complete(302, ""), Verdict::Pass),
            // Other requests are no redirects.
            (
                &["GET /robots.txt", "GET /c/RD-01"],
                complete(302, ""),
                Verdict::Pass,
            ),
            (
                &["GET /c/RD-01", "GET /after", "GET /favicon.ico"],
                complete(200, "after"),
                Verdict::Pass,
            ),
        ] {
            let asked = seen(&[requests]);
            let found = verdict_of(&case, &outcome, &asked, None, &Seen::default());
            assert_eq!(found, wanted, "{requests:?}");
        }
    }

    #[test]
    fn other_requests_are_no_redirects() {
        for (id, other, outcome, wanted) in [
            (
                "SL-01",
                "GET /robots.txt",
                complete(500, "x"),
                Verdict::Fail,
            ),
            (
                "SL-01",
                "GET /robots.txt",
                complete(200, "ok"),
                Verdict::Pass,
            ),
            ("IN-04", "GET /a.css", complete(103, ""), Verdict::Fail),
            // 201 is no redirect, and a bare CR no part of a reference.
            (
                "VU-123",
                "GET /after",
                complete(200, "after"),
                Verdict::Fail,
            ),
            ("RD-12", "GET /after%0D?x", complete(404, ""), Verdict::Fail),
            ("RD-12", "GET /after%20?x", complete(404, ""), Verdict::Info),
        ] {
            let own = format!("GET /c/{id}");
            let asked = seen(&[&[&own, other]]);
            let found = verdict_of(&case(id), &outcome, &asked, None, &Seen::default());
            assert_eq!(found, wanted, "{id} {other}");
        }
    }

    #[test]
    fn content_is_sent_again_with_the_same_method_only() {
        let mut case = case("RD-01");
        case.request.method = "POST".to_owned();
        case.request.content = Some(b"hello"[..].into());
        let ok = complete(200, "after");
        let verdict = |case: &Case, method: &str, content: &[u8]| {
            let mut asked = seen(&[&["POST /c/RD-01", &format!("{method} /after")]]);
            asked.connections[0].requests[1].content = Some(content.to_vec());
            verdict_of(case, &ok, &asked, None, &Seen::default())
        };
        for (methods, method, content, wanted) in [
            (&["POST"][..], "POST", "hello", Verdict::Pass),
            (&["POST"], "POST", "", Verdict::Fail),
            (&["POST"], "GET", "", Verdict::Fail),
            (&["GET"], "GET", "", Verdict::Pass),
            (&["GET"], "GET", "hello", Verdict::Fail),
            (&["GET"], "POST", "hello", Verdict::Fail),
            (&["GET", "POST"], "POST", "hello", Verdict::Pass),
        ] {
            case.redirect = Some(Redirect {
                target: "/after".to_owned(),
                methods: methods.iter().map(|&method| method.to_owned()).collect(),
                fragment: None,
            });
            let found = verdict(&case, method, content.as_bytes());
            assert_eq!(found, wanted, "{methods:?} {method} {content}");
        }
    }

    #[test]
    fn the_result_has_a_fragment() {
        // Inherited; that of the reference; both.
        for (id, wanted) in [("VU-134", "part"), ("VU-108", "frag"), ("VU-135", "frag")] {
            let case = case(id);
            let asked = seen(&[&[&format!("GET /c/{id}"), "GET /after"]]);
            let verdict = |url: Option<String>| {
                let mut outcome = complete(200, "after");
                outcome.response.url = url;
                verdict_of(&case, &outcome, &asked, None, &Seen::default())
            };
            let with = |fragment: &str| Some(format!("http://127.0.0.1:1/after{fragment}"));
            assert_eq!(verdict(None), Verdict::Pass, "{id}");
            assert_eq!(verdict(with(&format!("#{wanted}"))), Verdict::Pass, "{id}");
            assert_eq!(verdict(with("")), Verdict::Fail, "{id}");
            assert_eq!(verdict(with("#other")), Verdict::Fail, "{id}");
        }
        for requests in [
            &["GET /c/VU-134#part"][..],
            &["GET /c/VU-134#part", "GET /after"],
        ] {
            let sent = seen(&[requests]);
            let outcome = complete(200, "after");
            let found = verdict_of(&case("VU-134"), &outcome, &sent, None, &Seen::default());
            assert_eq!(found, Verdict::Fail);
        }
    }

    #[test]
    fn a_redirect_need_not_be_followed() {
        assert_eq!(verdict("RD-08", &complete(302, "")), Verdict::Info);
        assert_eq!(verdict("RD-08", &failed()), Verdict::Pass);
        assert_eq!(verdict("RD-09", &complete(302, "")), Verdict::Info);
        assert_eq!(verdict("RD-14", &complete(304, "")), Verdict::Pass);
    }
}
