//! What becomes of the connection: bytes that follow a response answer no other request (RFC 9112 §6.3, §9.2),
//! and a connection that will close is not used again (§9.3, §9.6).

use super::{Evidence, Finding, Rule, Verdict};
use crate::case::Next;
use crate::outcome::Ended;
use crate::stage::{AFTER, AFTER_CONTENT};

/// Methods that a client may repeat after a failure (RFC 9110 §9.2.2).
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

/// The next request gets its own response, or fails where the clause allows it.
pub(super) fn next(evidence: &Evidence<'_>) -> Option<Finding> {
    let case = evidence.case;
    let second = evidence.second?;
    let words = second.words();
    let found = |verdict, text| Some(Finding::new(verdict, Rule::Next, text));
    match &second.ended {
        Ended::Complete => {
            let response = &second.response;
            let is_own = response
                .content
                .as_deref()
                .is_none_or(|own| own == AFTER_CONTENT)
                && response.status.is_none_or(|status| status == 200);
            if is_own {
                return None;
            }
            found(
                Verdict::Fail,
                format!("the next request was answered with {words}, which is not its response"),
            )
        }
        Ended::TimedOut if evidence.is_busy => found(
            Verdict::Inconclusive,
            "the next request did not end in time, but the machine was too busy to tell".to_owned(),
        ),
        Ended::TimedOut => found(Verdict::Fail, "the next request hangs".to_owned()),
        Ended::Crashed(how) => found(Verdict::Fail, format!("at the next request it {how}")),
        Ended::Broke(how) => found(Verdict::Inconclusive, format!("at the next request: {how}")),
        Ended::Unable(_) => None,
        Ended::Failed { .. } => {
            let (verdict, why) = match case.next {
                Next::Answered if evidence.first.is_complete() => {
                    (Verdict::violation(case.level), "the connection was in step")
                }
                Next::Reconnects => (
                    Verdict::Warn,
                    "a client should notice that the connection is closed (RFC 9112 §9.5)",
                ),
                Next::Answered | Next::NewConnection | Next::NotPoisoned | Next::None => {
                    (Verdict::Info, "the connection could not be used")
                }
            };
            found(verdict, format!("the next request fails: {words}; {why}"))
        }
    }
}

/// A connection that will close is not used again.
pub(super) fn reuse(evidence: &Evidence<'_>) -> Option<Finding> {
    let case = evidence.case;
    let is_judged = case.next == Next::NewConnection && evidence.first.is_complete();
    if !is_judged || !evidence.seen.reused_after(&case.target()) {
        return None;
    }
    let text = format!("expected {AFTER} on a new connection, found it on the same one");
    Some(Finding::new(
        Verdict::violation(case.level),
        Rule::Reuse,
        text,
    ))
}

/// A request that is not idempotent is not repeated automatically, neither that of the case nor the next one.
/// What the response asks for is not a repetition: a redirect, a challenge, or a refused expectation.
pub(super) fn repetition(evidence: &Evidence<'_>) -> Option<Finding> {
    let case = evidence.case;
    let may_repeat = case.redirect.is_some()
        || case.request.credentials.is_some()
        || case.request.fields.iter().any(|(name, _)| name == "Expect");
    let first = (&case.request.method, case.target(), may_repeat);
    let second = (&case.then.method, AFTER.to_owned(), false);
    for (method, target, may_repeat) in [first, second] {
        if IDEMPOTENT.contains(&method.as_str()) || may_repeat {
            continue;
        }
        let seen = match target == AFTER {
            true => evidence.seen,
            false => evidence.first_seen,
        };
        let requests = seen.requests();
        let own = requests.filter(|request| request.target == target && request.method == *method);
        let times = own.count();
        if times > 1 {
            let text = format!("expected one {method} request, found {times} (RFC 9110 §9.2.2)");
            return Some(Finding::new(Verdict::Warn, Rule::Repetition, text));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::evidence::{case, complete, ended, failed, seen, verdict_of};
    use super::*;
    use crate::case::Case;
    use crate::outcome::Outcome;

    fn verdict(id: &str, first: &Outcome, second: &Outcome, reused: bool) -> Verdict {
        let case = case(id);
        let own = format!("{} {}", case.request.method, case.target());
        let after = "GET /after";
        let seen_at_last = match reused {
            true => seen(&[&[&own, after]]),
            false => seen(&[&[&own], &[after]]),
        };
        verdict_of(&case, first, &seen(&[&[&own]]), Some(second), &seen_at_last)
    }

    #[test]
    fn bytes_that_follow_are_no_answer() {
        let (ok, own) = (complete(200, "ok"), complete(200, "after"));
        for id in ["KA-14", "KA-15", "SM-14"] {
            assert_eq!(verdict(id, &ok, &own, false), Verdict::Pass);
            assert_eq!(verdict(id, &ok, &own, true), Verdict::Pass);
            assert_eq!(verdict(id, &ok, &failed(), true), Verdict::Info);
            assert_eq!(
                verdict(id, &ok, &complete(200, "EVIL"), true),
                Verdict::Fail
            );
        }
        // Not even if the response itself may be rejected.
        assert_eq!(
            verdict("SL-03", &failed(), &complete(200, "x"), true),
            Verdict::Fail
        );
    }

    #[test]
    fn a_connection_in_step_answers() {
        let (ok, own) = (complete(200, "ok"), complete(200, "after"));
        assert_eq!(verdict("SL-01", &ok, &own, true), Verdict::Pass);
        assert_eq!(verdict("SL-01", &ok, &own, false), Verdict::Pass);
        assert_eq!(verdict("SL-01", &ok, &failed(), true), Verdict::Fail);
        assert_eq!(
            verdict("SL-01", &ok, &ended(Ended::TimedOut), true),
            Verdict::Fail
        );
        let crashed = ended(Ended::Crashed("exited".into()));
        assert_eq!(verdict("SL-01", &ok, &crashed, true), Verdict::Fail);
        // The server has closed it.
        assert_eq!(verdict("KA-11", &ok, &own, false), Verdict::Pass);
        assert_eq!(verdict("KA-11", &ok, &failed(), false), Verdict::Warn);
    }

    #[test]
    fn a_connection_that_will_close_is_left() {
        let (ok, own) = (complete(200, "ok"), complete(200, "after"));
        for id in ["KA-02", "KA-03", "KA-04", "KA-05", "KA-07"] {
            assert_eq!(verdict(id, &ok, &own, false), Verdict::Pass);
            assert_eq!(verdict(id, &ok, &own, true), Verdict::Fail);
        }
    }

    fn case_with_a_post_next() -> Case {
        let mut case = case("KA-17");
        case.then.method = "POST".to_owned();
        case
    }

    #[test]
    fn a_post_is_sent_once() {
        let mut case = case("SL-01");
        let ok = complete(200, "ok");
        let twice = |method: &str| {
            seen(&[
                &[&format!("{method} /c/SL-01")],
                &[&format!("{method} /c/SL-01")],
            ])
        };
        assert_eq!(
            verdict_of(&case, &ok, &twice("GET"), None, &seen(&[])),
            Verdict::Pass
        );
        case.request.method = "POST".to_owned();
        assert_eq!(
            verdict_of(&case, &ok, &twice("POST"), None, &seen(&[])),
            Verdict::Warn
        );
        let next = case_with_a_post_next();
        let after = |requests: &[&[&str]]| {
            let first = seen(&[&["GET /c/KA-17"]]);
            verdict_of(&next, &ok, &first, Some(&failed()), &seen(requests))
        };
        let once = ["GET /c/KA-17", "POST /after"];
        assert_eq!(after(&[&once]), Verdict::Info);
        assert_eq!(after(&[&once, &["POST /after"]]), Verdict::Warn);
        let mut next = next.clone();
        next.then.method = "PUT".to_owned();
        let again = seen(&[&["GET /c/KA-17", "PUT /after"], &["PUT /after"]]);
        let first = seen(&[&["GET /c/KA-17"]]);
        assert_eq!(
            verdict_of(&next, &ok, &first, Some(&failed()), &again),
            Verdict::Info
        );
    }
}
