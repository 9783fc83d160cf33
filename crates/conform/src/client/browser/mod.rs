//! A client that is a browser: a page asks for each case, with `fetch` or XMLHttpRequest, from a frame of the case's
//! own origin (`frame`). The page is a driver: its jobs and outcomes are lines of the
//! protocol of drivers, and go over HTTP (`jobs`, `pages`).

mod jobs;
mod pages;

use std::io;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::output::wait;
use super::protocol::{self, RequestLine};
use super::{Client, Connect};
use crate::case::Ask;
use crate::outcome::{Ended, Outcome};
use crate::run::CaseResult;
use crate::stage::{Patience, Stage};
use wireserve_core::server::Server;
use wireserve_core::transcript::Side;

use jobs::{Jobs, SILENCE};

/// A field that scripts never see (Fetch, forbidden response-header names).
const HIDDEN: &[u8] = b"set-cookie";

/// With what the page makes requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Fetch,
    Xhr,
}

impl Api {
    /// The word, as in options.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Xhr => "xhr",
        }
    }
}

/// A browser, once it opens the page.
pub struct Browser {
    jobs: Arc<Jobs>,
    url: String,
    /// Serves the page until it is dropped.
    _server: Server,
}

impl Browser {
    /// Serves the page for a run of so many cases.
    ///
    /// # Errors
    /// When the system has no port or thread left.
    pub fn start(api: Api, cases: usize) -> io::Result<Self> {
        let jobs = Arc::new(Jobs::of(cases, SILENCE));
        let (server, url) = pages::serve(&jobs, api)?;
        Ok(Self {
            jobs,
            url,
            _server: server,
        })
    }

    /// What the browser must open.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the browser has opened the page.
    pub fn wait_until_open(&self) {
        self.jobs.wait_for_page();
    }

    /// Shows a result on the page.
    pub fn ended(&self, result: &CaseResult) {
        self.jobs.ended(result);
    }

    /// Shows the report, a page, and waits until the browser has it or has closed the page.
    pub fn show(self, report: String) {
        self.jobs.show(report);
    }
}

impl Connect for Browser {
    fn name(&self) -> String {
        self.jobs.client().unwrap_or_else(|| "a browser".to_owned())
    }

    fn connect(&self) -> io::Result<Box<dyn Client + '_>> {
        Ok(Box::new(Worker(&self.jobs)))
    }
}

/// One of the workers of a run. All of them share the page.
struct Worker<'b>(&'b Jobs);

impl Client for Worker<'_> {
    fn ask(&mut self, request: &Ask, target: &str, stage: &Stage, patience: Patience) -> Outcome {
        let began = Instant::now();
        if !stage.has_frame() {
            let why = "a page of this origin would be answered in the same way";
            return Outcome::without_response(Ended::Unable(why.to_owned()), began.elapsed());
        }
        let url = stage.url(&request.reference(target));
        let job = self
            .0
            .put(|id| json!(RequestLine::of(id, request, target, url.clone(), patience)));
        let line = wait(
            &job.outcome,
            || stage.deadline(patience),
            || self.0.is_closed(),
        );
        let (ended, mut response) = match line {
            Some(line) => protocol::outcome(&line, job.id)
                .unwrap_or_else(|broke| (Ended::Broke(broke), Default::default())),
            None => {
                let ended = match self.0.excuse(job.greetings) {
                    Some(why) => Ended::Broke(why.to_owned()),
                    None => Ended::TimedOut,
                };
                (ended, Default::default())
            }
        };
        self.0.forget(job.id);
        if has_hidden_field(stage) {
            // The other fields cannot be told from all fields.
            response.fields = None;
        }
        Outcome {
            ended,
            response,
            took: began.elapsed(),
            printed: String::new(),
        }
    }

    fn keeps_connections(&self) -> bool {
        true
    }
}

/// Whether the server has sent a field that scripts do not see.
fn has_hidden_field(stage: &Stage) -> bool {
    stage.transcripts().iter().any(|transcript| {
        let sent = transcript.bytes(Side::Server).to_ascii_lowercase();
        memchr::memmem::find(&sent, HIDDEN).is_some()
    })
}
