//! Redirects: a client need not follow one, but one that does must ask for the target that the reference means.

use super::{Evidence, Finding, Rule, Verdict};
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
    if found != expected {
        return finding(
            violation,
            format!("expected a request for {expected}, found {found}"),
        );
    }
    let requests = evidence.first_seen.requests();
    let methods = requests.filter(|request| request.target == *expected);
    if let Some(other) = methods
        .map(|request| &request.method)
        .find(|method| **method != case.request.method)
    {
        let method = &case.request.method;
        return finding(
            violation,
            format!("expected the method {method}, found {other}"),
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

#[cfg(test)]
mod tests {
    use super::super::evidence::{case, complete, failed, seen, verdict, verdict_of};
    use super::*;
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
    fn a_redirect_need_not_be_followed() {
        assert_eq!(verdict("RD-08", &complete(302, "")), Verdict::Info);
        assert_eq!(verdict("RD-08", &failed()), Verdict::Pass);
        assert_eq!(verdict("RD-09", &complete(302, "")), Verdict::Info);
        assert_eq!(verdict("RD-14", &complete(304, "")), Verdict::Pass);
    }
}
