//! The judge of proxies, with model proxies: it finds nothing in one that does what the RFCs require, and in each
//! deviant just what it does wrong. Whatever a proxy does, the run ends.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use wireserve::internals::catalogue;
use wireserve::internals::conform::case::Case;
use wireserve::internals::conform::case::halves::Form;
use wireserve::internals::conform::judge::{Rule, Verdict};
use wireserve::internals::conform::limits::kinds::Kind;
use wireserve::internals::conform::limits::measure::Reaction;
use wireserve::internals::conform::limits::proxied::measure;
use wireserve::internals::conform::proxy::origin::Origin;
use wireserve::internals::conform::proxy::run::{Proxy, run};
use wireserve::internals::conform::report::terminal;
use wireserve::internals::conform::run::{CaseResult, Settings};
use wireserve::internals::conform::select::select;
use wireserve::internals::conform::stage::Patience;

use super::proxy_model::{Deviation, ProxyModel};

const SETTINGS: Settings = Settings {
    jobs: 8,
    patience: Patience {
        startup: Duration::from_secs(30),
        timeout: Duration::from_secs(6),
    },
    repeat: 1,
};

/// How often a deviant is run until the machine is not too busy for a case to come in time.
const ATTEMPTS: usize = 5;

/// A case or more of each kind, which no deviant but those for it may fail.
const SAMPLE: &str = "PM-01,PM-02,PM-06,PM-07,PM-11,PM-28,PM-29,PM-38,PM-44,PM-62,PH-01,PH-02,PH-08,PH-12,PH-17,\
    PV-01,PV-04,PV-06,PV-11,PV-12,PT-01,PT-03,PB-01,PB-17,PR-01,PR-05,PR-15,PQ-01,PQ-02,PQ-03,PQ-11,PQ-13,PQ-14,\
    PX-01,PI-01,PI-07,PI-09,PK-02,PK-05,PK-08,PX-17";

fn run_model(deviation: Deviation, form: Form, cases: Vec<Case>) -> Vec<CaseResult> {
    let origin = Origin::start("127.0.0.1:0".parse().expect("an address")).expect("an origin");
    let model = ProxyModel::start(deviation, form, origin.address());
    let proxy = Proxy {
        address: model.address(),
        form,
    };
    run(cases, proxy, &origin, SETTINGS, &|_| {})
}

/// The texts of results that are worse than inconclusive.
fn deviations(results: &[CaseResult]) -> String {
    let expected = Default::default();
    let worse = results
        .iter()
        .filter(|result| result.verdict() > Verdict::Inconclusive);
    worse
        .map(|result| terminal::lines(result, &expected))
        .collect()
}

#[test]
fn a_proxy_that_does_what_the_rfcs_require_has_no_failures_and_no_warnings() {
    for form in [Form::Reverse, Form::Forward] {
        let cases = catalogue::for_proxy(form);
        let count = cases.len();
        let mut results = run_model(Deviation::None, form, cases);
        assert_eq!(results.len(), count);
        // On a busy machine a case may come too late. What deviates twice, deviates.
        let late = results
            .iter()
            .filter(|result| result.verdict() > Verdict::Inconclusive);
        let late: Vec<_> = late.map(|result| result.case.clone()).collect();
        for again in run_model(Deviation::None, form, late) {
            results.retain(|result| result.case.id != again.case.id);
            results.push(again);
        }
        let found = deviations(&results);
        assert!(found.is_empty(), "{form:?}{found}");
        let passed = results
            .iter()
            .filter(|result| result.verdict() == Verdict::Pass);
        let passed = passed.count();
        assert!(
            passed * 10 > count * 9,
            "{form:?}: {passed} of {count} pass"
        );
    }
}

#[test]
fn each_deviant_fails_its_own_cases_by_its_own_rule() {
    use Deviation as D;
    // Most of the time they wait.
    thread::scope(|scope| {
        for (deviation, rule, ids) in [
            (D::NoVia, Rule::RequestFields, &["PV-01", "PV-04"][..]),
            (D::ViaFirst, Rule::RequestFields, &["PV-04"]),
            (D::KeepsNominated, Rule::RequestFields, &["PH-01", "PH-02"]),
            (D::KeepsKnown, Rule::RequestFields, &["PH-08", "PH-12"]),
            (D::DropsUnknown, Rule::RequestFields, &["PM-28", "PM-29"]),
            (D::Sorts, Rule::RequestFields, &["PM-38"]),
            (D::UppercasesMethod, Rule::RequestLine, &["PM-06"]),
            (D::NoDate, Rule::Fields, &["PM-44"]),
            (D::IgnoresMaxForwards, Rule::Forwarding, &["PT-01", "PT-03"]),
            (D::TakesSpaceBeforeColon, Rule::Forwarding, &["PQ-01"]),
            (D::KeepsFold, Rule::RequestFields, &["PQ-02"]),
            (D::NeedsNoHost, Rule::Forwarding, &["PQ-03"]),
            (D::FirstLengthWins, Rule::Forwarding, &["PQ-11"]),
            (D::ForwardsBoth, Rule::Framing, &["PQ-13", "PQ-14"]),
            (D::KeepsAfterBoth, Rule::Reuse, &["PQ-13", "PQ-14"]),
            (D::CompletesCutResponse, Rule::Ends, &["PR-15"]),
            (D::CompletesCutRequest, Rule::RequestContent, &["PB-17"]),
            (D::IgnoresBadLength, Rule::Status, &["PX-01"]),
            (D::DropsInterim, Rule::Interim, &["PI-01", "PI-09"]),
            (D::InterimToOld, Rule::Interim, &["PV-12"]),
            (D::ChunksToOld, Rule::Fields, &["PV-11"]),
            (D::RepeatsPost, Rule::Repetition, &["PK-08"]),
            (D::UsesDead, Rule::Next, &["PK-05"]),
            (D::MixesUp, Rule::Next, &["PX-17"]),
            (
                D::LosesContent,
                Rule::RequestContent,
                &["PM-02", "PM-07", "PI-07", "PI-09"],
            ),
            (D::RelaysVersion, Rule::Status, &["PV-06"]),
            (D::ClosesAlways, Rule::Reuse, &["PK-02"]),
            (D::KeepsAfterClose, Rule::Reuse, &["PH-17"]),
            (D::Hangs, Rule::Ends, &["PM-07"]),
            (D::ClosesAtOnce, Rule::Forwarding, &["PM-07"]),
            (D::Floods, Rule::Forwarding, &["PM-07"]),
            (D::Babbles, Rule::Forwarding, &["PM-07"]),
        ] {
            scope.spawn(move || check_deviant(deviation, Form::Reverse, rule, ids));
        }
        for (deviation, rule, ids) in [
            (D::DecodesTarget, Rule::RequestLine, &["PM-11"][..]),
            (D::KeepsHost, Rule::RequestFields, &["PM-62"]),
        ] {
            scope.spawn(move || check_deviant(deviation, Form::Forward, rule, ids));
        }
    });
}

#[test]
fn limits_are_measured_in_both_directions() {
    let origin = Origin::start("127.0.0.1:0".parse().expect("an address")).expect("an origin");
    let model = ProxyModel::start(Deviation::None, Form::Reverse, origin.address());
    let proxy = Proxy {
        address: model.address(),
        form: Form::Reverse,
    };
    let kinds = [
        Kind::RequestHead,
        Kind::RequestFields,
        Kind::InterimResponses,
    ];
    let timeout = Duration::from_secs(10);
    let limits = measure(&kinds, proxy, &origin, timeout, &|_| {});
    let [head, fields, interim] = limits.as_slice() else {
        panic!("three limits");
    };
    // The model refuses a head of more than 64 KiB, once it has received so much.
    let taken = head.found.taken.expect("a size");
    assert!((64 * 1024..=96 * 1024).contains(&taken), "{taken}");
    let (_, how) = head.found.refused.as_ref().expect("a refusal");
    assert_eq!(how.reaction, Reaction::Error, "{how:?}");
    assert!(how.words.contains("400"), "{how:?}");
    assert!(fields.found.taken.is_some_and(|taken| taken > 1000));
    assert_eq!(
        (interim.found.taken, interim.found.refused.is_none()),
        (Some(10_000), true)
    );
}

fn sample(form: Form) -> Vec<Case> {
    let cases = select(catalogue::for_proxies(), &[SAMPLE.to_owned()], &[]).expect("ids");
    let own: BTreeSet<_> = catalogue::for_proxy(form)
        .into_iter()
        .map(|case| case.id)
        .collect();
    let mut cases = cases;
    cases.retain(|case| own.contains(&case.id));
    cases
}

fn check_deviant(deviation: Deviation, form: Form, rule: Rule, ids: &[&str]) {
    let wanted: BTreeSet<_> = ids.iter().copied().collect();
    let rule_of = |id: &str| match (deviation, id) {
        (Deviation::KeepsNominated | Deviation::KeepsKnown, "PH-02" | "PH-12")
        | (Deviation::DropsUnknown, "PM-29") => Rule::Fields,
        (Deviation::KeepsAfterBoth, "PQ-14") => Rule::Next,
        (Deviation::IgnoresMaxForwards, "PT-03") => Rule::RequestFields,
        _ => rule,
    };
    let is_wanted = |results: &[CaseResult]| {
        let failed = results
            .iter()
            .filter(|result| result.verdict() > Verdict::Inconclusive);
        let failed: Vec<_> = failed.collect();
        let ids: BTreeSet<_> = failed.iter().map(|result| &*result.case.id).collect();
        let by_its_rule = |result: &&CaseResult| {
            let findings = &result.worst().judgement.findings;
            let rule = rule_of(&result.case.id);
            findings.iter().any(|finding| finding.rule == rule)
        };
        ids == wanted && failed.iter().all(by_its_rule)
    };
    let mut results = Vec::new();
    let is_found = (0..ATTEMPTS).any(|_| {
        results = run_model(deviation, form, sample(form));
        is_wanted(&results)
    });
    assert!(
        is_found,
        "{deviation:?}: expected {ids:?} to fail by {rule:?}: {}",
        deviations(&results)
    );
}
