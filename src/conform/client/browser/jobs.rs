//! What the command and the page of a browser exchange: jobs, which are lines of the protocol of drivers, their
//! outcomes, and how far the run is.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::conform::judge::Verdict;
use crate::conform::report::counts::Counts;
use crate::conform::run::CaseResult;

/// How long a page may not ask for jobs until it counts as closed. Browsers slow down pages in the background.
const SILENCE: Duration = Duration::from_secs(15);

/// How long a page waits for a job before it asks again.
const WAIT: Duration = Duration::from_secs(2);

/// How many cases a page shows by name.
const LATEST: usize = 8;

/// The exchange.
#[derive(Default)]
pub(super) struct Jobs {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What the browser calls itself, once a page has greeted.
    client: Option<String>,
    waiting: VecDeque<(u64, Value)>,
    outcomes: HashMap<u64, Sender<Vec<u8>>>,
    last_id: u64,
    /// Requests for a job that wait for one.
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
    pub(super) fn of(all: usize) -> Self {
        let jobs = Self::default();
        jobs.state.lock().progress.all = all;
        jobs
    }

    /// A page greets.
    pub(super) fn greet(&self, client: String) {
        let mut state = self.state.lock();
        state.client.get_or_insert(client);
        state.asked = Some(Instant::now());
        self.changed.notify_all();
    }

    /// What the browser calls itself.
    pub(super) fn client(&self) -> Option<String> {
        self.state.lock().client.clone()
    }

    /// Waits until a page has greeted.
    pub(super) fn wait_for_page(&self) {
        let mut state = self.state.lock();
        while state.client.is_none() {
            self.changed.wait(&mut state);
        }
    }

    /// Puts a job, which `job` makes for its id.
    pub(super) fn put(&self, job: impl FnOnce(u64) -> Value) -> (u64, Receiver<Vec<u8>>) {
        let (sender, receiver) = mpsc::channel();
        let mut state = self.state.lock();
        state.last_id += 1;
        let id = state.last_id;
        state.waiting.push_back((id, job(id)));
        state.outcomes.insert(id, sender);
        self.changed.notify_all();
        (id, receiver)
    }

    /// Forgets a job whose outcome is no longer waited for.
    pub(super) fn forget(&self, id: u64) {
        let mut state = self.state.lock();
        state.outcomes.remove(&id);
        state.waiting.retain(|(waiting, _)| *waiting != id);
    }

    /// A page asks for a job: waits for one for a while.
    pub(super) fn next(&self) -> Next {
        let deadline = Instant::now() + WAIT;
        let mut state = self.state.lock();
        state.asking += 1;
        while state.waiting.is_empty() && state.report.is_none() {
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                break;
            }
        }
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
        state.asking == 0 && state.asked.is_none_or(|asked| asked.elapsed() > SILENCE)
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
            let mut state = self.state.lock();
            if state.is_shown {
                break;
            }
            self.changed.wait_for(&mut state, STEP);
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
        let jobs = Jobs::of(3);
        assert!(jobs.is_closed());
        jobs.greet("a browser".to_owned());
        jobs.wait_for_page();
        assert!(!jobs.is_closed());
        let (id, outcome) = jobs.put(|id| json!({"id": id}));
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
        let jobs = Jobs::of(1);
        let (id, outcome) = jobs.put(|_| json!("first"));
        jobs.put(|_| json!("second"));
        jobs.forget(id);
        assert_eq!(jobs.next().job, Some(json!("second")));
        jobs.outcome(br#"{"id": 1}"#.to_vec());
        assert!(outcome.recv().is_err());
    }

    #[test]
    fn the_report_ends_the_run() {
        let jobs = Jobs::of(1);
        assert_eq!(jobs.report(), None);
        jobs.greet("a browser".to_owned());
        std::thread::scope(|scope| {
            scope.spawn(|| jobs.show("the report".to_owned()));
            while !jobs.next().is_over {}
            assert_eq!(jobs.report().as_deref(), Some("the report"));
        });
    }
}
