//! What a route keeps, and which of its handlers is next.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::Arc;

use rustix_futex_sync::Mutex;

use crate::exchange::{Faults, RouteMatch};
use crate::site::routing::pattern::{Pattern, PatternError};
use crate::site::routing::route_error::RouteError;
use crate::site::routing::router::Method;
use crate::text::percent;

use super::answer::Answer;
use super::condition::Condition;
use super::handler::{Chosen, Respond};
use super::times::Times;

/// What a route keeps.
pub(super) struct State {
    pub(super) method: Method,
    /// As it was written.
    pub(super) written: (String, String),
    pub(super) pattern: Pattern,
    pub(super) conditions: Vec<Arc<Condition>>,
    pub(super) queue: VecDeque<Answer>,
    /// Not empty. Those before the last have a number of requests left, or are used up.
    pub(super) phases: VecDeque<Phase>,
    pub(super) faults: Faults,
    pub(super) expected: Option<Times>,
    /// Where a test said so.
    pub(super) expected_at: Option<&'static Location<'static>>,
    pub(super) taken: u64,
}

/// A handler, and for how many requests.
pub(super) struct Phase {
    pub(super) respond: Respond,
    pub(super) left: Option<u64>,
}

impl State {
    /// A route without conditions or expectations, whose handler answers all requests.
    pub(super) fn new(method: &str, pattern: &str, respond: Respond) -> Result<Self, RouteError> {
        for (is_wrong, error) in [
            (is_url(pattern), PatternError::Url),
            (pattern.contains('?'), PatternError::Query),
            (pattern.contains('#'), PatternError::Fragment),
        ] {
            if is_wrong {
                return Err(error.into());
            }
        }
        Ok(Self {
            method: Method::checked(method)?,
            written: (method.to_owned(), pattern.to_owned()),
            pattern: Pattern::compile(&percent::encode_invalid(pattern.as_bytes()))?,
            conditions: Vec::new(),
            queue: VecDeque::new(),
            phases: VecDeque::from([Phase {
                respond,
                left: None,
            }]),
            faults: Faults::default(),
            expected: None,
            expected_at: None,
            taken: 0,
        })
    }

    pub(super) fn groups(&self, path: &[u8]) -> Option<RouteMatch> {
        self.pattern.matches(path).or_else(|| {
            let decoded = percent::decode_unreserved(path);
            let encoded = percent::encode_invalid(decoded.as_deref().unwrap_or(path));
            self.pattern.matches(encoded.as_bytes())
        })
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.phases.iter().all(|phase| phase.left == Some(0))
    }

    pub(super) fn next(&mut self) -> Option<Chosen> {
        if let Some(answer) = self.queue.pop_front() {
            return Some(Chosen::Queued(Mutex::new(Some(answer))));
        }
        let phase = self.phases.iter_mut().find(|phase| phase.left != Some(0))?;
        if let Some(left) = &mut phase.left {
            *left -= 1;
        }
        Some(Chosen::Handler(Arc::clone(&phase.respond)))
    }

    /// `GET /items`, as it was written.
    pub(super) fn name(&self) -> String {
        let (method, pattern) = &self.written;
        match method.as_str() {
            "*" => format!("any request for {pattern}"),
            method => format!("{method} {pattern}"),
        }
    }
}

fn is_url(pattern: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| pattern.starts_with(scheme))
}
