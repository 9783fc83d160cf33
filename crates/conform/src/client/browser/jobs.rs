//! What the command and the page of a browser exchange: jobs, which are lines of the protocol of drivers, their
//! outcomes, and how far the run is.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use rustix_futex_sync::{Condvar, Mutex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::judge::Verdict;
use crate::report::counts::Counts;
use crate::run::CaseResult;

/// How long a page may not ask for jobs until it counts as closed. Browsers slow down pages in the background.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// How long a page waits for a job before it asks again, which shows that it is still open.
const WAIT: Duration = Duration::from_secs(1);

const CLOSED: &str = "the page was closed, or its browser no longer runs it";

const RELOADED: &str = "the page was loaded again before the outcome came";

/// How many cases a page shows by name.
const LATEST: usize = 8;

/// The exchange.
pub(super) struct Jobs {
    state: Mutex<State>,
    changed: Condvar,
    silence: Duration,
}

/// A job that a page has to do.
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) outcome: Receiver<Vec<u8>>,
    /// How often pages had greeted before.
    pub(super) greetings: u64,
}

#[derive(Default)]
struct State {
    /// What the browser calls itself, once a page has greeted.
    client: Option<String>,
    waiting: VecDeque<(u64, Value)>,
    outcomes: HashMap<u64, Sender<Vec<u8>>>,
    last_id: u64,
    greetings: u64,
    /// Requests for a job: how many came, how many of them wait for one, and when the last one came or ended.
    asks: u64,
    asking: usize,
    asked: Option<Instant>,
    progress: Progress,
    report: Option<String>,
    is_shown: bool,
}

/// How far the run is, for the page.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Progress {
    pub(super) all: usize,
    counts: Counts,
    latest: VecDeque<Ended>,
}

#[derive(Clone, Debug, Serialize)]
struct Ended {
    verdict: Verdict,
    id: String,
    title: String,
}

/// What a page gets.
#[derive(Debug, Serialize)]
pub(super) struct Next {
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<Value>,
    progress: Progress,
    /// The report can be had.
    is_over: bool,
}

impl Jobs {
    /// For a run of so many cases, with a page that counts as closed after this time.
    pub(super) fn of(all: usize, silence: Duration) -> Self {
        let mut state = State::default();
        state.progress.all = all;
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            silence,
        }
    }

    /// A page greets.
    pub(super) fn greet(&self, client: String) {
        let mut state = self.state.lock();
        state.client.get_or_insert(client);
        state.greetings += 1;
        state.asked = Some(Instant::now());
        self.changed.notify_all();
    }

    /// What the browser calls itself.
    pub(super) fn client(&self) -> Option<String> {
        self.state.lock().client.clone()
    }

    /// Waits until a page has greeted.
    pub(super) fn wait_for_page(&self) {
        let state = self.state.lock();
        drop(
            self.changed
                .wait_while(state, |state| state.client.is_none()),
        );
    }

    /// Puts a job, which `job` makes for its id.
    pub(super) fn put(&self, job: impl FnOnce(u64) -> Value) -> Job {
        let (sender, outcome) = mpsc::channel();
        let mut state = self.state.lock();
        state.last_id += 1;
        let id = state.last_id;
        state.waiting.push_back((id, job(id)));
        state.outcomes.insert(id, sender);
        self.changed.notify_all();
        Job {
            id,
            outcome,
            greetings: state.greetings,
        }
    }

    /// Why the page, and not its browser, may be the reason that the outcome of a job did not come in time, if pages
    /// had greeted so often before it. Waits until the page asks for another job, which shows that it is open.
    pub(super) fn excuse(&self, greetings: u64) -> Option<&'static str> {
        if self.is_closed() {
            return Some(CLOSED);
        }
        let state = self.state.lock();
        let before = state.asks;
        let is_silent = |state: &mut State| state.asks == before;
        let (state, waited) = self
            .changed
            .wait_timeout_while(state, self.silence, is_silent);
        if waited.timed_out() {
            return Some(CLOSED);
        }
        (state.greetings > greetings).then_some(RELOADED)
    }

    /// Forgets a job whose outcome is no longer waited for.
    pub(super) fn forget(&self, id: u64) {
        let mut state = self.state.lock();
        state.outcomes.remove(&id);
        state.waiting.retain(|(waiting, _)| *waiting != id);
    }

    /// A page asks for a job: waits for one for a while.
    pub(super) fn next(&self) -> Next {
        let mut state = self.state.lock();
        state.asks += 1;
        state.asking += 1;
        state.asked = Some(Instant::now());
        self.changed.notify_all();
        let has_nothing = |state: &mut State| state.waiting.is_empty() && state.report.is_none();
        let (mut state, _) = self.changed.wait_timeout_while(state, WAIT, has_nothing);
        state.asking -= 1;
        state.asked = Some(Instant::now());
        Next {
            job: state.waiting.pop_front().map(|(_, job)| job),
            progress: state.progress.clone(),
            is_over: state.report.is_some(),
        }
    }

    /// A page posts the outcome of a job. That of a job that was given up is ignored.
    pub(super) fn outcome(&self, line: Vec<u8>) {
        #[derive(Deserialize)]
        struct Id {
            id: u64,
        }
        let Ok(Id { id }) = serde_json::from_slice(&line) else {
            return;
        };
        if let Some(sender) = self.state.lock().outcomes.remove(&id) {
            let _ = sender.send(line);
        }
    }

    /// Whether the page was closed: it has not asked for a job for a while.
    pub(super) fn is_closed(&self) -> bool {
        let state = self.state.lock();
        state.asking == 0
            && state
                .asked
                .is_none_or(|asked| asked.elapsed() > self.silence)
    }

    /// A case has ended.
    pub(super) fn ended(&self, result: &CaseResult) {
        let verdict = result.verdict();
        let progress = &mut self.state.lock().progress;
        progress.counts.add(verdict);
        progress.latest.push_front(Ended {
            verdict,
            id: result.case.id.clone(),
            title: result.case.title.clone(),
        });
        progress.latest.truncate(LATEST);
    }

    /// Offers the report, and waits until the page has asked for it, unless it was closed.
    pub(super) fn show(&self, report: String) {
        /// How often to look whether it was closed.
        const STEP: Duration = Duration::from_millis(500);
        self.state.lock().report = Some(report);
        self.changed.notify_all();
        while !self.is_closed() {
            let state = self.state.lock();
            if state.is_shown {
                break;
            }
            drop(self.changed.wait_timeout(state, STEP));
        }
    }

    /// The report, for the page.
    pub(super) fn report(&self) -> Option<String> {
        let mut state = self.state.lock();
        state.is_shown |= state.report.is_some();
        self.changed.notify_all();
        state.report.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_goes_to_the_page_and_its_outcome_comes_back() {
        let jobs = Jobs::of(3, SILENCE);
        assert!(jobs.is_closed());
        jobs.greet("a browser".to_owned());
        jobs.wait_for_page();
        assert!(!jobs.is_closed());
        let Job { id, outcome, .. } = jobs.put(|id| json!({"id": id}));
        let next = jobs.next();
        assert_eq!(next.job, Some(json!({"id": id})));
        assert_eq!((next.progress.all, next.is_over), (3, false));
        for line in ["oops", r#"{"id": 99}"#, r#"{"id": 1, "status": 200}"#] {
            jobs.outcome(line.into());
        }
        assert_eq!(outcome.recv().unwrap(), br#"{"id": 1, "status": 200}"#);
    }

    #[test]
    fn what_is_forgotten_is_not_asked_for() {
        let jobs = Jobs::of(1, SILENCE);
        let Job { id, outcome, .. } = jobs.put(|_| json!("first"));
        jobs.put(|_| json!("second"));
        jobs.forget(id);
        assert_eq!(jobs.next().job, Some(json!("second")));
        jobs.outcome(br#"{"id": 1}"#.to_vec());
        assert!(outcome.recv().is_err());
    }

    #[test]
    fn a_page_that_is_open_has_no_excuse() {
        let jobs = Jobs::of(1, SILENCE);
        jobs.greet("a browser".to_owned());
        let Job { greetings, .. } = jobs.put(|_| json!("first"));
        let excuse = |reload: bool| {
            std::thread::scope(|scope| {
                let excuse = scope.spawn(|| jobs.excuse(greetings));
                if reload {
                    jobs.greet("a browser".to_owned());
                }
                while !excuse.is_finished() {
                    jobs.next();
                }
                excuse.join().unwrap()
            })
        };
        assert_eq!(excuse(false), None);
        assert_eq!(excuse(true), Some(RELOADED));
    }

    #[test]
    fn a_page_that_was_closed_is_the_reason() {
        let jobs = Jobs::of(1, Duration::from_millis(1));
        jobs.greet("a browser".to_owned());
        let Job { greetings, .. } = jobs.put(|_| json!("first"));
        // At first it is waited for.
        assert_eq!(jobs.excuse(greetings), Some(CLOSED));
        assert!(jobs.is_closed());
        assert_eq!(jobs.excuse(greetings), Some(CLOSED));
    }

    #[test]
    fn the_report_ends_the_run() {
        let jobs = Jobs::of(1, SILENCE);
        assert_eq!(jobs.report(), None);
        jobs.greet("a browser".to_owned());
        std::thread::scope(|scope| {
            scope.spawn(|| jobs.show("the report".to_owned()));
            while !jobs.next().is_over {}
            assert_eq!(jobs.report().as_deref(), Some("the report"));
        });
    }
}
