//! Running cases: several at a time, those that take long first, so that waits run side by side. Each worker
//! has a client of its own.

use std::cmp::Reverse;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

use super::case::{Case, Next, Played};
use super::client::{Client, Connect};
use super::judge::{Evidence, Finding, Judgement, Rule, Verdict, judge};
use super::lag::Lag;
use super::outcome::{Ended, Outcome};
use super::stage::{AFTER, Patience, Stage};
use wireserve_core::transcript::Transcript;

/// How long the end of a connection may take to reach the client before its next request.
const SETTLE: Duration = Duration::from_millis(30);

/// How cases are run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many at a time; at least 1.
    pub jobs: usize,
    pub patience: Patience,
    /// How often each; at least 1.
    pub repeat: usize,
}

/// A case and its runs, one or more.
#[derive(Clone, Debug)]
pub struct CaseResult {
    pub case: Case,
    pub runs: Vec<Run>,
}

/// One run of a case.
#[derive(Clone, Debug)]
pub struct Run {
    pub judgement: Judgement,
    /// `None` if the case was not played.
    pub first: Option<Outcome>,
    pub second: Option<Outcome>,
    pub transcripts: Vec<Transcript>,
}

impl CaseResult {
    /// The worst verdict of all runs.
    pub fn verdict(&self) -> Verdict {
        self.worst().judgement.verdict
    }

    /// Whether it was played, and could not be judged.
    pub fn is_unjudged(&self) -> bool {
        self.verdict() == Verdict::Inconclusive
    }

    /// Whether the runs have different verdicts.
    pub fn is_flaky(&self) -> bool {
        let verdict = self.verdict();
        self.runs.iter().any(|run| run.judgement.verdict != verdict)
    }

    /// The run with the worst verdict.
    pub fn worst(&self) -> &Run {
        let runs = self.runs.iter();
        // Of equals, the first.
        let worst = runs.rev().max_by_key(|run| run.judgement.verdict);
        worst.unwrap_or_else(|| unreachable!("a case is run at least once"))
    }

    /// The time of all runs.
    pub fn took(&self) -> Duration {
        let outcomes = self
            .runs
            .iter()
            .flat_map(|run| run.first.iter().chain(&run.second));
        outcomes.map(|outcome| outcome.took).sum()
    }
}

/// Runs all cases, and returns their results in the same order. `done` is called after each.
///
/// # Errors
/// When a client cannot be started, or a server has no port.
pub fn run(
    cases: Vec<Case>,
    client: &dyn Connect,
    settings: Settings,
    done: &(dyn Fn(&CaseResult) + Sync),
) -> io::Result<Vec<CaseResult>> {
    let mut waiting: Vec<(usize, Case)> = cases.into_iter().enumerate().collect();
    // The last ones are taken first.
    waiting.sort_by_key(|(index, case)| (cost(case, settings), Reverse(*index)));
    let jobs = settings.jobs.clamp(1, waiting.len().max(1));
    let queue = Queue {
        waiting: Mutex::new(waiting),
        results: Mutex::default(),
        error: Mutex::default(),
    };
    let lag = Lag::start();
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                let worked = queue.work(client, settings, &lag, done);
                if let Err(error) = worked {
                    queue.stop(error);
                }
            });
        }
    });
    if let Some(error) = queue.error.into_inner() {
        return Err(error);
    }
    let mut results = queue.results.into_inner();
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// How long a case takes at most, if the client does not hang.
fn cost(case: &Case, settings: Settings) -> Duration {
    match case.holds() {
        true => case.length() + settings.patience.timeout,
        false => case.length(),
    }
}

struct Queue {
    waiting: Mutex<Vec<(usize, Case)>>,
    results: Mutex<Vec<(usize, CaseResult)>>,
    error: Mutex<Option<io::Error>>,
}

impl Queue {
    fn work(
        &self,
        client: &dyn Connect,
        settings: Settings,
        lag: &Lag,
        done: &(dyn Fn(&CaseResult) + Sync),
    ) -> io::Result<()> {
        let mut own: Option<Box<dyn Client + '_>> = None;
        while let Some((index, case)) = self.take() {
            let client = match &mut own {
                Some(client) => client,
                None => own.insert(client.connect()?),
            };
            let mut runs = Vec::with_capacity(settings.repeat);
            for _ in 0..settings.repeat.max(1) {
                runs.push(run_once(&case, &mut **client, settings.patience, lag)?);
            }
            let result = CaseResult { case, runs };
            done(&result);
            self.results.lock().push((index, result));
        }
        Ok(())
    }

    fn take(&self) -> Option<(usize, Case)> {
        self.waiting.lock().pop()
    }

    fn stop(&self, error: io::Error) {
        self.waiting.lock().clear();
        self.error.lock().get_or_insert(error);
    }
}

fn run_once(
    case: &Case,
    client: &mut dyn Client,
    patience: Patience,
    lag: &Lag,
) -> io::Result<Run> {
    if let Played::NotYet(why) = &case.played {
        return Ok(not_played(why));
    }
    let began = Instant::now();
    let mut stage = Stage::of(case)?;
    stage.begin();
    let first = client.ask(&case.request, &case.target(), &stage, patience);
    let first_seen = stage.seen();
    let second = may_follow(case, &first, client).then(|| {
        stage.wait_until_played(case.length() + patience.timeout);
        thread::sleep(SETTLE);
        stage.begin();
        let patience = Patience {
            // The client has started.
            startup: patience.timeout,
            ..patience
        };
        client.ask(&case.then, AFTER, &stage, patience)
    });
    let judgement = judge(&Evidence {
        case,
        first: &first,
        first_seen: &first_seen,
        second: second.as_ref(),
        seen: &stage.seen(),
        is_busy: lag.since(began) > patience.timeout / 3,
    });
    Ok(Run {
        judgement,
        first: Some(first),
        second,
        transcripts: stage.transcripts(),
    })
}

fn not_played(why: &str) -> Run {
    let finding = Finding {
        verdict: Verdict::Inconclusive,
        rule: Rule::Asked,
        text: why.to_owned(),
    };
    Run {
        judgement: Judgement::of(vec![finding]),
        first: None,
        second: None,
        transcripts: Vec::new(),
    }
}

fn may_follow(case: &Case, first: &Outcome, client: &dyn Client) -> bool {
    let goes_on = matches!(first.ended, Ended::Complete | Ended::Failed { .. });
    goes_on && client.keeps_connections() && case.next != Next::None
}
