//! Every case of the catalogue (`catalogue/responses.json`) comes to a client as its data says, played
//! from its file in `catalogue/responses`: all bytes in their order, none before its time, pauses where
//! there are some, and the end. The two that need TLS are played in
//! `tests/tls/catalogue_cases.rs`; those whose steps depend on the request by the model client of
//! `tests/conform`.
//!
//! How long pauses are is the business of `pauses.rs`; here they only have to be
//! seen. A machine that is too busy for that makes it inconclusive, which is printed.

use std::any::Any;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::catalogue::stage::Stage;
use crate::catalogue::witness::Gap;
use crate::catalogue::{Case, OVER_TLS, cases};
use crate::support::lateness::Baseline;

/// How many cases are played at a time. Most of them wait.
const CLIENTS: usize = 8;

/// How often a case is played for its pauses to be seen.
const TRIES: usize = 5;

/// What went wrong in a case; or the shortest of the pauses that were never seen.
type Report = Result<Option<Duration>, String>;

#[test]
fn from_its_file() {
    let baseline = Baseline::start();
    let reports = reports();
    let machine = baseline.stop().worst();

    let mut failures = Vec::new();
    for (id, report) in &reports {
        match report {
            Ok(None) => {}
            Ok(Some(pause)) if machine >= *pause => {
                println!("{id}: inconclusive: {pause:?}, on a machine that is {machine:?} late");
            }
            Ok(Some(pause)) => failures.push(format!("{id}: no pause of {pause:?} was seen")),
            Err(message) => failures.push(format!("{id}: {message}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));

    let known = cases();
    let count = known.len();
    let others = known.into_iter().filter(|case| !case.is_planned());
    let others: BTreeSet<_> = others.map(|case| case.id).collect();
    let played: BTreeSet<_> = reports.into_keys().collect();
    assert!(OVER_TLS.iter().all(|id| others.contains(*id)) && played.is_disjoint(&others));
    assert_eq!(played.len() + others.len(), count);
}

/// Plays all cases that can be, those that take long first.
fn reports() -> BTreeMap<String, Report> {
    let mut cases: Vec<_> = cases().into_iter().filter(Case::is_planned).collect();
    cases.sort_by_key(|case| Reverse(case.length()));
    let cases = Mutex::new(cases.into_iter());
    let next = || cases.lock().expect("no panic in here").next();
    let reports = || -> Vec<_> {
        std::iter::from_fn(next)
            .map(|case| (report(&case), case.id))
            .map(|(report, id)| (id, report))
            .collect()
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(reports)).collect();
        let reports = clients
            .into_iter()
            .flat_map(|client| client.join().expect("reports"));
        reports.collect()
    })
}

fn report(case: &Case) -> Report {
    let played = panic::catch_unwind(AssertUnwindSafe(|| {
        let stage = Stage::of(case);
        unseen(|| stage.play())
    }));
    played.map_err(|panic| message(&*panic))
}

/// Plays a case until every pause in it was seen in one run at least.
fn unseen(play: impl Fn() -> Vec<Gap>) -> Option<Duration> {
    let mut unseen = play();
    for _ in 1..TRIES {
        if unseen.iter().all(Gap::is_seen) {
            return None;
        }
        for (gap, again) in unseen.iter_mut().zip(play()) {
            if again.is_seen() {
                *gap = again;
            }
        }
    }
    let unseen = unseen.iter().filter(|gap| !gap.is_seen());
    unseen.map(|gap| gap.asked).min()
}

fn message(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(message), _) => message.clone(),
        (_, Some(message)) => (*message).to_owned(),
        _ => "a panic".to_owned(),
    }
}

#[cfg(feature = "python")]
#[test]
fn from_scripts() {
    use crate::catalogue::plan::{Plan, WEBSOCKET_ACCEPT};
    use crate::catalogue::{ACCEPT, folder, witness};
    use crate::support::process::Process;

    let server = Process::wireserve(&folder(), ["--log", "error"]);
    let scripts: Vec<_> = cases()
        .into_iter()
        .filter(|case| case.file().ends_with(".py"))
        .collect();
    assert_eq!(scripts.len(), 2);
    for case in scripts {
        let path = format!("/{}", case.file());
        let plan = Plan::of(&case, &path, &[(ACCEPT, WEBSOCKET_ACCEPT)]);
        witness::see(server.addr(), &plan, || true);
    }
}
