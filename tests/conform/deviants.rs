//! The judge, with model clients: it finds nothing in one that does what the RFCs require, and in each deviant
//! just what it does wrong.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use wireserve::internals::catalogue;
use wireserve::internals::conform::case::{Case, fuzzed};
use wireserve::internals::conform::judge::{Rule, Verdict};
use wireserve::internals::conform::report::terminal;
use wireserve::internals::conform::run::{CaseResult, Settings, run};
use wireserve::internals::conform::select::select;
use wireserve::internals::conform::stage::Patience;
use wireserve::response_fuzz::Seed;

use super::model::{Deviation, Model};

/// Cases that wait take this long at most; a machine that is busier makes them inconclusive.
const PATIENCE: Patience = Patience {
    startup: Duration::from_secs(30),
    timeout: Duration::from_millis(800),
};

/// How often a client is run until the machine is not too busy to tell whether it hangs.
const ATTEMPTS: usize = 5;

/// Most cases wait instead of working.
const JOBS: usize = 24;

/// A case or two of each kind, which no deviant but those for it may fail.
const SAMPLE: &str = "SL-01,SL-02,SL-28,HS-10,HS-20,HS-22,HS-23,HS-27,HS-30,CL-01,CL-02,CL-05,CL-21,CL-27,\
    TE-01,TE-04,CH-02,CH-04,CH-31,TR-01,TR-02,TR-07,IN-02,BS-03,BS-08,BS-12,KA-01,KA-02,KA-04,KA-11,KA-14,\
    TM-01,TX-07,TX-11,TX-12,CE-01,CE-09,SZ-01,SM-01,SM-14,RD-01,RD-02,RD-15,CK-01,OV-04,UP-03,\
    KA-20,KA-21,UL-01,UL-02,UL-03,UL-09,UL-11,AU-06,AU-12,VU-06,VU-37,VU-41,VU-115,VU-118,VU-134,VU-136";

fn run_model(deviation: Deviation, cases: Vec<Case>) -> Vec<CaseResult> {
    let settings = Settings {
        jobs: JOBS,
        patience: PATIENCE,
        repeat: 1,
    };
    run(cases, &Model(deviation), settings, &|_| {}).expect("a run")
}

fn sample() -> Vec<Case> {
    select(catalogue::cases(), &[SAMPLE.to_owned()], &[]).expect("ids")
}

/// The texts of results that are worse than inconclusive.
fn deviations(results: &[CaseResult]) -> Vec<String> {
    let expected = Default::default();
    let worse = results
        .iter()
        .filter(|result| result.verdict() > Verdict::Inconclusive);
    worse
        .map(|result| terminal::lines(result, &expected))
        .collect()
}

#[test]
fn a_client_that_does_what_the_rfcs_require_has_no_failures_and_no_warnings() {
    // It only drips for three seconds, and is judged as TM-14 is.
    let skipped = ["TM-17".to_owned()];
    let cases = select(catalogue::cases(), &[], &skipped).expect("an id");
    let results = run_model(Deviation::None, cases);
    let found = deviations(&results);
    assert!(found.is_empty(), "{}", found.concat());
    assert_eq!(results.len(), catalogue::cases().len() - 1);
    let count = |verdict| {
        results
            .iter()
            .filter(|result| result.verdict() == verdict)
            .count()
    };
    assert!(count(Verdict::Pass) > 370, "{} pass", count(Verdict::Pass));
    // Those that are not played, and some for a busy machine.
    assert!(
        count(Verdict::Inconclusive) < 11 + 15,
        "{} inconclusive",
        count(Verdict::Inconclusive)
    );
}

#[test]
fn fuzzed_responses_are_judged_alike() {
    let judged = || {
        let cases = (0..150).map(|number| fuzzed::case(Seed::from(number)));
        run_model(Deviation::None, cases.collect())
    };
    let mut results = judged();
    for _ in 1..ATTEMPTS {
        if !is_disturbed(&results, &BTreeSet::new(), Rule::Ends) {
            break;
        }
        results = judged();
    }
    let found = deviations(&results);
    assert!(found.is_empty(), "{}", found.concat());
    let cases = (0..100).map(|number| fuzzed::case(Seed::from(number)));
    let deviant = run_model(Deviation::TakesPartForWhole, cases.collect());
    assert!(!deviations(&deviant).is_empty());
}

#[test]
fn each_deviant_fails_its_own_cases_by_its_own_rule() {
    use Deviation as D;
    // Most of the time they wait.
    thread::scope(|scope| {
        for (deviation, rule, ids) in [
            (D::RefusesFolds, Rule::Reaction, &["HS-23"][..]),
            (D::FirstLengthWins, Rule::Reaction, &["CL-21"]),
            (D::TakesPartForWhole, Rule::Reaction, &["CL-27", "TX-07"]),
            (D::WaitsForContent, Rule::Ends, &["BS-03"]),
            (
                D::StatusOfClass,
                Rule::Status,
                &["UP-03", "UL-09", "UL-11", "AU-12"],
            ),
            (
                D::InterimIsFinal,
                Rule::Status,
                &["IN-02", "SM-14", "UL-03", "VU-06"],
            ),
            (
                D::MergesTrailers,
                Rule::Fields,
                &["TR-01", "TR-02", "VU-41"],
            ),
            (D::KeepsNul, Rule::Fields, &["HS-10", "TR-07"]),
            (D::KeepsWhitespace, Rule::Fields, &["HS-20"]),
            (D::DecodesNothing, Rule::Coding, &["CE-01", "CE-09"]),
            (
                D::ResolvesWrongly,
                Rule::Redirect,
                &["RD-01", "RD-15", "VU-115", "VU-118", "VU-134"],
            ),
            (D::TrustsStrayBytes, Rule::Next, &["KA-14", "SM-14"]),
            (D::IgnoresClose, Rule::Reuse, &["KA-02", "KA-04"]),
            (D::NeverReconnects, Rule::Next, &["CL-05", "KA-11"]),
            (D::CutsAtLimit, Rule::Content, &["VU-37"]),
            (D::LosesContent, Rule::Upload, &["UL-01", "UL-03", "VU-118"]),
            (D::NeverDeclaresNothing, Rule::Status, &["UL-02"]),
            (D::SendsWithoutReading, Rule::Ends, &["UL-09"]),
            (D::FollowsWithGet, Rule::Redirect, &["VU-118"]),
            (D::FollowsWithContent, Rule::Redirect, &["VU-115"]),
            (D::RepeatsPost, Rule::Repetition, &["KA-20", "KA-21"]),
            (D::ReusesAfterPart, Rule::Next, &["UL-11"]),
            (D::NeverGivesUp, Rule::Reaction, &["AU-12"]),
            (D::ReusesAfterDrop, Rule::Next, &["VU-136"]),
            (D::LosesFragment, Rule::Redirect, &["VU-134"]),
            (D::SendsFragment, Rule::Redirect, &["VU-134"]),
        ] {
            scope.spawn(move || check_deviant(deviation, rule, ids));
        }
    });
}

#[test]
fn a_request_that_was_not_asked_for_is_no_evidence() {
    let cases = select(catalogue::cases(), &["UL-03,VU-45,VU-125".to_owned()], &[]).expect("ids");
    for result in run_model(Deviation::DropsFields, cases) {
        let findings = &result.worst().judgement.findings;
        assert_eq!(result.verdict(), Verdict::Inconclusive, "{findings:?}");
        assert!(findings.iter().all(|finding| finding.rule == Rule::Asked));
    }
}

fn check_deviant(deviation: Deviation, rule: Rule, ids: &[&str]) {
    let wanted: BTreeSet<_> = ids.iter().copied().collect();
    let mut results = run_model(deviation, sample());
    for _ in 1..ATTEMPTS {
        if !is_disturbed(&results, &wanted, rule) {
            break;
        }
        results = run_model(deviation, sample());
    }
    let found = deviations(&results).concat();
    assert_eq!(failed(&results), wanted, "{deviation:?}\n{found}");
    for result in results.iter().filter(|result| is_worse(result)) {
        let rule = match (deviation, &*result.case.id) {
            (_, "TR-07") => Rule::Trailers,
            (Deviation::LosesContent, "VU-118") => Rule::Redirect,
            _ => rule,
        };
        let findings = &result.worst().judgement.findings;
        let by_rule = findings.iter().any(|finding| finding.rule == rule);
        assert!(by_rule, "{deviation:?}: {findings:?}");
    }
}

/// The cases with a warning or a failure.
fn failed(results: &[CaseResult]) -> BTreeSet<&str> {
    let worse = results.iter().filter(|result| is_worse(result));
    worse.map(|result| result.case.id.as_str()).collect()
}

fn is_worse(result: &CaseResult) -> bool {
    result.verdict() > Verdict::Inconclusive
}

/// Whether the machine may have been too busy: it leaves cases without a verdict, and what is slow seems to hang.
fn is_disturbed(results: &[CaseResult], wanted: &BTreeSet<&str>, rule: Rule) -> bool {
    results.iter().any(|result| {
        let mut findings = result.worst().judgement.findings.iter();
        let hangs = is_worse(result) && findings.any(|finding| finding.text.contains("hangs"));
        match wanted.contains(&*result.case.id) {
            true => !is_worse(result) || hangs && rule != Rule::Ends,
            false => hangs,
        }
    })
}
