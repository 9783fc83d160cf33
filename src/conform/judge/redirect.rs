//! Redirects: a client need not follow one, but one that does must ask for the target that the reference means.

use super::{Evidence, Finding, Rule, Verdict};
use crate::conform::case::Redirect;
use crate::conform::outcome::content_words;
use crate::conform::stage::AFTER_CONTENT;

/// The last target besides its own that the client requested for the case.
pub(super) fn followed<'e>(evidence: &Evidence<'e>) -> Option<&'e str> {
    let own = evidence.case.target();
    let requests = evidence.first_seen.requests();
    let other = requests.filter(|request| request.target != own).last();
    other.map(|request| &*request.target)
}

/// Whether a client that follows asks for the right target, with the method of the case.
pub(super) fn target(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Evidence { case, first, .. } = evidence;
    let violation = Verdict::violation(case.level);
    let finding = |verdict, text| vec![Finding::new(verdict, Rule::Redirect, text)];
    let found = followed(evidence).unwrap_or_default();
    let Some(expected) = &case.redirect else {
        let words = first.words();
        return finding(
            Verdict::Info,
            format!("it asks for {found}, and reports {words}"),
        );
    };
    let Redirect {
        target: expected,
        methods,
    } = expected;
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

#[cfg(test)]
mod tests {
    use super::super::evidence::{case, complete, failed, seen, verdict, verdict_of};
    use super::*;
    use crate::conform::case::Case;
    use crate::conform::seen::Seen;

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
        ] {
            let asked = seen(&[requests]);
            let found = verdict_of(&case, &outcome, &asked, None, &Seen::default());
            assert_eq!(found, wanted, "{requests:?}");
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
            });
            let found = verdict(&case, method, content.as_bytes());
            assert_eq!(found, wanted, "{methods:?} {method} {content}");
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
