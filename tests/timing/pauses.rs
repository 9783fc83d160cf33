//! A pause of a wire script lasts as long as asked: in the median, the bytes around it arrive within 2 ms
//! of the time asked for, and the server reports the following steps as done within 2 ms. Cases of the
//! catalogue are played one after the other.
//!
//! A busy machine adds delays, which are measured at the same time (`support/lateness.rs`). A pause that
//! is off by no more than those is inconclusive, which is printed.

use std::fs;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::catalogue::stage::Stage;
use crate::catalogue::{case, folder};
use crate::support::client::DEADLINE;
use crate::support::lateness::{Baseline, median};
use wireserve::wire_script::Played;
use wireserve::{Exchange, Fault, WireScript};

/// Cases, and how often each is played: many short pauses, some longer ones, one in a tunnel, one
/// before a reset.
const CASES: [(&str, usize); 6] = [
    ("TM-02", 2),
    ("TM-12", 2),
    ("TM-10", 3),
    ("KA-15", 7),
    ("UP-13", 5),
    ("TX-08", 9),
];

/// How far a pause may be from the time asked for.
const OFF: Duration = Duration::from_millis(2);

/// How many rounds of a case must be late for a failure: a machine can become busy between two of the
/// measurements of its delays.
const ROUNDS: usize = 3;

#[test]
fn within_two_milliseconds() {
    for (id, runs) in CASES {
        let (stage, reports) = stage(id);
        let mut rounds = Vec::new();
        while rounds.len() < ROUNDS && rounds.iter().all(|round: &Round| !round.is_in_time()) {
            rounds.push(Round::of(&stage, &reports, runs));
        }
        if rounds.iter().any(Round::is_in_time) {
            continue;
        }
        assert!(
            rounds.iter().any(Round::is_inconclusive),
            "{id} is off: {rounds:?}"
        );
        println!("{id}: inconclusive: {rounds:?}");
    }
}

/// A stage for a case, and a report of each time that it was played.
fn stage(id: &str) -> (Stage, Receiver<Played>) {
    let case = case(id);
    let file = fs::read(folder().join(case.file())).expect("a file for the case");
    let script = WireScript::parse(&file).expect("a script");
    let (says, reports) = mpsc::channel();
    let handler = move |exchange: &mut Exchange<'_>| {
        says.send(exchange.play(&script))
            .map_err(|_| Fault::new(500, "no receiver"))
    };
    (Stage::by(&case, handler), reports)
}

/// Several runs of a case.
#[derive(Debug)]
struct Round {
    /// How far pauses were from the time asked for, as seen by the client, in the median.
    pauses: Duration,
    /// How late steps were done, in the median.
    steps: Duration,
    /// The delays of the machine itself.
    machine: Duration,
}

impl Round {
    fn of(stage: &Stage, reports: &Receiver<Played>, runs: usize) -> Self {
        let baseline = Baseline::start();
        let (mut pauses, mut steps) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            let gaps = stage.play();
            // A pause that was not seen counts as missing entirely.
            let off = gaps.iter().map(|gap| {
                let seen = gap.seen.unwrap_or_default();
                seen.abs_diff(gap.asked)
            });
            pauses.extend(off);
            let played = reports.recv_timeout(DEADLINE).expect("a report");
            for timing in played.timings {
                let late = timing.achieved.checked_sub(timing.asked);
                steps.push(late.unwrap_or_else(|| panic!("too early: {timing:?}")));
            }
        }
        Self {
            pauses: median(pauses.into_iter()),
            steps: median(steps.into_iter()),
            machine: baseline.stop().usual(),
        }
    }

    fn is_in_time(&self) -> bool {
        self.pauses.max(self.steps) <= OFF
    }

    fn is_inconclusive(&self) -> bool {
        self.pauses.max(self.steps) <= OFF + self.machine
    }
}
