//! Routes, queues and expectations of tests: what a running server is told to answer, by closures and
//! values, and what it verifies when it is dropped. A [`Mocks`] chooses what answers a request; the site is
//! asked if it has nothing. `server` calls it and offers its methods.
//!
//! A route that is passed over (a condition that is not met, handlers that are used up) leaves the request
//! to the routes before it. Conditions may read the body, which is kept for the handler.

mod answer;
mod call;
mod causes;
mod condition;
mod handler;
mod matching;
mod route;
mod route_state;
mod times;
mod unmatched;
mod verdict;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix_futex_sync::{Mutex, RwLock};

use crate::exchange::failures::Failures;
use crate::exchange::{Exchange, Faults, Handler, RouteMatch};
use crate::record::Recording;
use crate::site::routing::route_error::RouteError;
use crate::wire_script::WireScript;

pub use answer::{Answer, IntoAnswer, json, raw, script};
pub use call::Call;
use handler::{Chosen, Once};
pub use handler::{IntoHandler, Respond};
pub use route::Route;
pub use times::Times;
pub(crate) use unmatched::Unmatched;

/// What a server was told to answer.
#[derive(Default)]
pub struct Mocks {
    /// Whether there has ever been anything below.
    in_use: AtomicBool,
    routes: RwLock<Vec<Route>>,
    /// Answers to the next requests, whatever they ask for.
    queue: Mutex<VecDeque<Answer>>,
    /// What is played on the next connections before anything is read.
    connections: Mutex<VecDeque<WireScript>>,
    /// Faults of all responses.
    faults: Mutex<Faults>,
    /// Others after each reset, so that handlers that began before it fail no later test.
    failures: RwLock<Arc<Failures>>,
}

/// What answers a request.
pub(crate) type Choice = (Arc<dyn Handler>, RouteMatch);

impl Mocks {
    /// Adds a route, which wins over the routes before it. `method` may be `"*"`.
    pub(crate) fn add<H: IntoHandler>(
        &self,
        method: &str,
        pattern: &str,
        handler: H,
    ) -> Result<Route, RouteError> {
        let route = Route::new(method, pattern, handler)?;
        self.push(&route);
        Ok(route)
    }

    /// Adds a route that was made before.
    pub fn push(&self, route: &Route) {
        self.routes.write().push(route.clone());
        self.use_it();
    }

    /// Puts a route in the place of another one; `false` if that one was forgotten.
    #[cfg(feature = "control")]
    pub(crate) fn replace(&self, old: &Route, new: &Route) -> bool {
        let mut routes = self.routes.write();
        let Some(place) = routes.iter_mut().find(|route| route.is_same(old)) else {
            return false;
        };
        *place = new.clone();
        true
    }

    /// Forgets a route.
    #[cfg(feature = "control")]
    pub(crate) fn remove(&self, route: &Route) {
        self.routes.write().retain(|one| !one.is_same(route));
    }

    /// Whether a route is among those that are asked.
    #[cfg(feature = "control")]
    pub(crate) fn has(&self, route: &Route) -> bool {
        self.routes.read().iter().any(|one| one.is_same(route))
    }

    /// How many answers and connection scripts are queued.
    #[cfg(feature = "control")]
    pub(crate) fn queued(&self) -> (usize, usize) {
        (self.queue.lock().len(), self.connections.lock().len())
    }

    /// Forgets the queued answers.
    #[cfg(feature = "control")]
    pub(crate) fn clear_queue(&self) {
        self.queue.lock().clear();
    }

    /// Forgets the queued connection scripts.
    #[cfg(feature = "control")]
    pub(crate) fn clear_connections(&self) {
        self.connections.lock().clear();
    }

    /// The faults of all responses.
    #[cfg(feature = "control")]
    pub(crate) fn faults(&self) -> Faults {
        *self.faults.lock()
    }

    /// Adds an answer to a later request, after those that are queued.
    pub fn enqueue(&self, answer: Answer) {
        self.queue.lock().push_back(answer);
        self.use_it();
    }

    /// Adds a script for a later connection, after those that are queued.
    pub fn enqueue_connection(&self, script: WireScript) {
        self.connections.lock().push_back(script);
        self.use_it();
    }

    /// Changes the faults of all responses.
    pub fn change_faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.faults.lock());
        self.use_it();
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        // Dropped without the locks: handlers may own anything.
        let routes = mem::take(&mut *self.routes.write());
        let queue = mem::take(&mut *self.queue.lock());
        drop((routes, queue));
        self.connections.lock().clear();
        *self.faults.lock() = Faults::default();
        *self.failures.write() = Arc::default();
    }

    /// What is played on a connection that was just accepted.
    pub(crate) fn next_connection(&self) -> Option<WireScript> {
        self.is_in_use()
            .then(|| self.connections.lock().pop_front())
            .flatten()
    }

    /// What answers a request; also imposes the faults of its response. A request that is not admitted is left to a
    /// wire script at the head of the queue, which answers whatever comes.
    ///
    /// # Errors
    /// Why no route takes it. `None` if nothing was ever told to the server, or if the request is not admitted.
    pub(crate) fn choose(
        &self,
        exchange: &Exchange<'_>,
        is_admitted: impl FnOnce() -> bool,
    ) -> Result<Choice, Option<Unmatched>> {
        if !self.is_in_use() {
            return Err(None);
        }
        let everywhere = *self.faults.lock();
        let impose = |faults: Faults| exchange.turn().impose(faults.over(everywhere));
        let is_admitted = is_admitted();
        let queued = {
            let mut queue = self.queue.lock();
            let is_due = |answer: &Answer| is_admitted || answer.is_script();
            queue.front().is_some_and(is_due).then(|| queue.pop_front())
        };
        if let Some(answer) = queued.flatten() {
            impose(Faults::default());
            return Ok(self.choice(Chosen::Queued(Mutex::new(Some(answer))), RouteMatch::new()));
        }
        if !is_admitted {
            impose(Faults::default());
            return Err(None);
        }
        let routes = self.routes.read().clone();
        let call = exchange.call();
        let failures = self.failures();
        let mut unmatched = Unmatched::default();
        for route in routes.iter().rev() {
            match route.choose(exchange, &call, &failures) {
                Ok((chosen, groups, faults)) => {
                    impose(faults);
                    return Ok(self.choice(chosen, groups));
                }
                Err(mismatch) => unmatched.add(route, mismatch),
            }
        }
        impose(Faults::default());
        Err(Some(unmatched))
    }

    /// What handlers have failed with.
    pub(crate) fn failed(&self) -> Vec<String> {
        self.failures().all()
    }

    /// The expectations that are not met, and what came instead.
    pub(crate) fn unmet(&self, recording: Option<&Recording>) -> Option<String> {
        let routes = self.routes.read().clone();
        let unmet: Vec<_> = routes
            .iter()
            .filter(|route| route.unmet().is_some())
            .collect();
        if unmet.is_empty() {
            return None;
        }
        let requests = recording.map(Recording::requests).unwrap_or_default();
        let described = unmet
            .iter()
            .filter_map(|route| verdict::describe(route, &requests));
        let mut texts: Vec<_> = described.collect();
        texts.push(match recording {
            Some(recording) => verdict::list(&requests, &recording.refused()),
            None => verdict::NOT_RECORDED.to_owned(),
        });
        Some(texts.join("\n"))
    }

    /// The route that a request comes closest to which none took, and why it did not take it.
    #[doc(hidden)]
    #[cfg(feature = "python")]
    pub fn nearest_route(&self, request: &crate::record::RecordedRequest) -> Option<String> {
        let routes = self.routes.read().clone();
        verdict::nearest_route(&routes, request)
    }

    fn failures(&self) -> Arc<Failures> {
        Arc::clone(&self.failures.read())
    }

    fn choice(&self, chosen: Chosen, groups: RouteMatch) -> Choice {
        let once = Once {
            chosen,
            failures: self.failures(),
        };
        (Arc::new(once), groups)
    }

    fn use_it(&self) {
        self.in_use.store(true, Ordering::Release);
    }

    fn is_in_use(&self) -> bool {
        self.in_use.load(Ordering::Acquire)
    }
}
