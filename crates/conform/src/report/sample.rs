//! Results for the unit tests of reports.

use std::time::{Duration, UNIX_EPOCH};

use super::data::{About, Report};
use crate::expected::Expected;
use crate::judge::evidence::case;
use crate::judge::{Finding, Judgement, Rule, Verdict};
use crate::outcome::{Ended, Outcome};
use crate::run::{CaseResult, Run, Settings};
use crate::stage::Patience;

/// Words that break a format that does not escape them.
pub(crate) const HOSTILE: &str =
    "</script><b>|`a`]]> & \"q\" 'p' @someone\n\u{1}\u{1b}[31m\u{fffe}é";

/// A case of the catalogue with this verdict, of a client that reports [`HOSTILE`].
pub(crate) fn result(id: &str, verdict: Verdict) -> CaseResult {
    let finding = Finding {
        verdict,
        rule: Rule::Reaction,
        text: format!("it returned {HOSTILE}"),
    };
    let mut outcome = Outcome::without_response(
        Ended::Failed {
            kind: "E".to_owned(),
            text: HOSTILE.to_owned(),
        },
        Duration::from_millis(1500),
    );
    outcome.printed = HOSTILE.to_owned();
    let run = Run {
        judgement: Judgement::of(vec![finding]),
        first: Some(outcome),
        second: None,
        transcripts: Vec::new(),
    };
    CaseResult {
        case: case(id),
        runs: vec![run],
    }
}

/// A report with a case of each verdict, of which the failure SL-02 is known, and the deviation of SL-01 gone.
pub(crate) fn report() -> Report {
    let results = [
        result("SL-01", Verdict::Pass),
        result("SL-02", Verdict::Fail),
        result("CL-02", Verdict::Info),
        result("CL-21", Verdict::Fail),
        result("CH-02", Verdict::Inconclusive),
        result("CH-04", Verdict::Warn),
    ];
    let expected = Expected::read(
        r#"{"SL-01": {"verdict": "fail", "reason": "bug 6"}, "SL-02": {"verdict": "fail", "reason": "bug 7"}}"#,
    );
    let expected = expected.unwrap();
    let unexpected = expected.unexpected(&results, Verdict::Fail);
    let about = About {
        client: &format!("x 1 {HOSTILE}"),
        began: UNIX_EPOCH,
        took: Duration::from_millis(2345),
        settings: Settings {
            jobs: 2,
            patience: Patience {
                startup: Duration::from_secs(1),
                timeout: Duration::from_secs(3),
            },
            repeat: 1,
        },
        expected: &expected,
        unexpected: &unexpected,
    };
    Report::of(&results, &about, None)
}
