//! Whether a client accepts or rejects a response as the clause says, and whether it ends at all.

use super::response;
use super::{Evidence, Finding, Rule, Verdict};
use crate::case::{Expect, Played, Waiting};
use crate::outcome::Ended;

/// Why the run is no evidence about the client.
pub(super) fn unjudged(evidence: &Evidence<'_>) -> Option<Finding> {
    let Evidence { case, first, .. } = evidence;
    let why = match (&case.played, &first.ended) {
        (Played::NotYet(why), _) => why.clone(),
        (_, Ended::Unable(why)) => format!("the client cannot: {why}"),
        (_, Ended::Broke(how)) => how.clone(),
        (_, Ended::TimedOut) if evidence.is_busy => {
            "it did not end in time, but the machine was too busy to tell".to_owned()
        }
        // A crash is one even before the request.
        (_, Ended::Crashed(_)) => return None,
        (_, ended) if evidence.first_seen.requests().next().is_none() => match ended {
            Ended::TimedOut => "the client sent no request until it was stopped".to_owned(),
            _ => format!(
                "the client sent no request, and reported: {}",
                first.words()
            ),
        },
        _ => return None,
    };
    Some(Finding::new(Verdict::Inconclusive, Rule::Asked, why))
}

/// A client ends when it has what it needs, and not by a crash.
pub(super) fn end(evidence: &Evidence<'_>) -> Option<Finding> {
    let Evidence { case, first, .. } = evidence;
    let finding = |verdict, text: &str| Some(Finding::new(verdict, Rule::Ends, text));
    match (&first.ended, case.waiting) {
        (Ended::Crashed(how), _) => finding(Verdict::Fail, how),
        (Ended::TimedOut, Waiting::May) => finding(
            Verdict::Info,
            "it waited until it was stopped; the RFCs set no time limit",
        ),
        (Ended::TimedOut, Waiting::ShouldNot) => {
            finding(Verdict::Warn, "it waited until it was stopped")
        }
        (Ended::TimedOut, Waiting::MustNot) => finding(
            Verdict::Fail,
            "it hangs: it still waited when all bytes had long been sent",
        ),
        _ => None,
    }
}

/// What the clause says about the response.
pub(super) fn reaction(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Evidence { case, first, .. } = evidence;
    let violation = Verdict::violation(case.level);
    let one = |verdict, text: String| vec![Finding::new(verdict, Rule::Reaction, text)];
    let words = first.words();
    if !first.is_complete() {
        return match case.expect {
            Expect::Accept | Expect::AcceptOrLimit | Expect::AcceptOrFail
                if response::is_unoffered(evidence) =>
            {
                one(
                    Verdict::Info,
                    format!("it did not offer the content coding, and fails: {words}"),
                )
            }
            Expect::AcceptOrLimit => one(
                Verdict::Info,
                format!("it fails, which a limit of its own allows: {words}"),
            ),
            Expect::AcceptOrFail => one(
                Verdict::Info,
                format!("it fails, which the clause allows: {words}"),
            ),
            Expect::Accept => one(violation, format!("it must accept the response: {words}")),
            Expect::Either => one(Verdict::Info, format!("it fails: {words}")),
            Expect::Any => one(Verdict::Info, words),
            Expect::Reject | Expect::RejectOrSpace | Expect::RejectOrSkip => Vec::new(),
        };
    }
    let found = response::findings(evidence);
    match case.expect {
        Expect::Accept | Expect::AcceptOrLimit | Expect::AcceptOrFail => found,
        Expect::Any => one(Verdict::Info, words),
        Expect::Either if found.iter().all(|finding| finding.verdict <= Verdict::Info) => {
            let accepted = one(Verdict::Info, format!("it accepts: {words}"));
            accepted.into_iter().chain(found).collect()
        }
        Expect::Either => found,
        Expect::Reject => match response::undecoded(evidence) {
            Some(finding) => vec![finding],
            None if is_redirect(evidence) => one(
                Verdict::Info,
                format!("it does not follow the redirect: {words}"),
            ),
            None => one(violation, format!("it must fail, and returned {words}")),
        },
        Expect::RejectOrSpace | Expect::RejectOrSkip => {
            let is_shown = first.response.fields.is_some() || case.accepted.fields.is_empty();
            match is_shown || !found.is_empty() {
                true => found,
                false => one(
                    Verdict::Info,
                    "it accepts the response, and does not show its fields".to_owned(),
                ),
            }
        }
    }
}

fn is_redirect(evidence: &Evidence<'_>) -> bool {
    let status = evidence.case.accepted.status;
    status.is_some_and(|status| (300..400).contains(&status))
        && evidence
            .first
            .response
            .status
            .is_none_or(|own| Some(own) == status)
}

#[cfg(test)]
mod tests {
    use super::super::evidence::{
        case, complete, ended, failed, seen, verdict, verdict_of, with_fields,
    };
    use super::super::{Evidence, judge};
    use super::*;
    use crate::outcome::Outcome;

    fn crashed() -> Ended {
        Ended::Crashed("ended by signal 11".to_owned())
    }

    #[test]
    fn a_violation_is_as_bad_as_its_clause() {
        // MUST accept, SHOULD accept, a choice of the client.
        assert_eq!(verdict("SL-01", &failed()), Verdict::Fail);
        assert_eq!(verdict("SL-15", &failed()), Verdict::Warn);
        assert_eq!(verdict("SZ-07", &failed()), Verdict::Info);
        assert_eq!(verdict("SL-01", &complete(200, "ok")), Verdict::Pass);
        // MUST reject; invalid, but a recipient may recover it.
        assert_eq!(verdict("CL-21", &complete(200, "ok")), Verdict::Fail);
        assert_eq!(verdict("CH-11", &complete(200, "ok")), Verdict::Info);
        assert_eq!(verdict("CL-21", &failed()), Verdict::Pass);
        assert_eq!(verdict("CH-11", &failed()), Verdict::Pass);
    }

    #[test]
    fn a_limit_is_a_choice_and_a_part_is_not() {
        let mut case = case("CH-33");
        case.expect = Expect::AcceptOrLimit;
        case.level = crate::case::Level::Must;
        let asked = seen(&[&["GET /c/CH-33"]]);
        let verdict = |first: &Outcome| verdict_of(&case, first, &asked, None, &seen(&[]));
        assert_eq!(verdict(&failed()), Verdict::Info);
        assert_eq!(verdict(&complete(200, "ok")), Verdict::Pass);
        assert_eq!(verdict(&complete(200, "o")), Verdict::Fail);
        assert_eq!(verdict(&ended(Ended::TimedOut)), Verdict::Fail);
    }

    #[test]
    fn what_is_wrong_may_be_reported() {
        assert_eq!(verdict("CL-26", &complete(200, "o")), Verdict::Pass);
        assert_eq!(verdict("CL-26", &failed()), Verdict::Info);
        assert_eq!(verdict("CL-26", &complete(200, "ok")), Verdict::Fail);
        assert_eq!(verdict("BS-07", &complete(205, "")), Verdict::Pass);
    }

    #[test]
    fn a_crash_before_the_request_is_one() {
        let case = case("CL-01");
        let nothing = seen(&[]);
        let found = verdict_of(&case, &ended(crashed()), &nothing, None, &nothing);
        assert_eq!(found, Verdict::Fail);
    }

    #[test]
    fn a_coding_that_was_not_offered_may_be_refused() {
        let case = case("CE-01");
        for (request, wanted) in [
            ("GET /c/CE-01", Verdict::Info),
            ("GET /c/CE-01 br", Verdict::Info),
            ("GET /c/CE-01 gzip", Verdict::Fail),
        ] {
            let asked = seen(&[&[request]]);
            let found = verdict_of(&case, &failed(), &asked, None, &seen(&[]));
            assert_eq!(found, wanted, "{request}");
        }
    }

    #[test]
    fn either_is_reported() {
        assert_eq!(verdict("SL-03", &complete(200, "ok")), Verdict::Info);
        assert_eq!(verdict("SL-03", &failed()), Verdict::Info);
        // The clause says which framing is right, if the response is accepted.
        assert_eq!(verdict("TE-04", &complete(200, "2\r\nok")), Verdict::Fail);
        // The content is incomplete.
        assert_eq!(verdict("CK-14", &complete(200, "hal")), Verdict::Fail);
    }

    #[test]
    fn a_hang_is_a_failure_unless_the_server_holds_the_connection() {
        let hang = ended(Ended::TimedOut);
        assert_eq!(verdict("SL-01", &hang), Verdict::Fail);
        assert_eq!(verdict("CL-21", &hang), Verdict::Fail);
        assert_eq!(verdict("TM-14", &hang), Verdict::Info);
        assert_eq!(verdict("RD-08", &hang), Verdict::Warn);
        // What is returned while the server holds is incomplete.
        assert_eq!(verdict("TM-14", &complete(200, "")), Verdict::Fail);
        assert_eq!(verdict("SL-01", &ended(crashed())), Verdict::Fail);
        assert_eq!(verdict("CL-21", &ended(crashed())), Verdict::Fail);
    }

    #[test]
    fn what_cannot_be_judged_is_inconclusive() {
        for outcome in [
            Ended::Unable("no HEAD".into()),
            Ended::Broke("bad JSON".into()),
        ] {
            assert_eq!(verdict("SL-01", &ended(outcome)), Verdict::Inconclusive);
        }
        assert_eq!(verdict("UP-08", &failed()), Verdict::Inconclusive);
        let case = case("SL-01");
        let hang = ended(Ended::TimedOut);
        let asked = seen(&[&["GET /c/SL-01"]]);
        for (first_seen, is_busy) in [(&asked, true), (&seen(&[]), false)] {
            let judgement = judge(&Evidence {
                case: &case,
                first: &hang,
                first_seen,
                second: None,
                seen: first_seen,
                is_busy,
            });
            assert_eq!(judgement.verdict, Verdict::Inconclusive);
        }
    }

    #[test]
    fn bad_bytes_become_spaces_or_an_error() {
        let shown = |value| with_fields("ok", &[("X-T", value)]);
        assert_eq!(verdict("HS-10", &failed()), Verdict::Pass);
        assert_eq!(verdict("HS-10", &shown("a b")), Verdict::Pass);
        assert_eq!(verdict("HS-10", &shown("a\0b")), Verdict::Fail);
        assert_eq!(verdict("HS-10", &complete(200, "ok")), Verdict::Info);
        assert_eq!(verdict("HS-27", &with_fields("ok", &[])), Verdict::Pass);
        assert_eq!(verdict("HS-27", &shown("v")), Verdict::Fail);
    }
}
