//! Whether a route takes a request, and why not.

use std::panic::Location;
use std::sync::Arc;

use crate::exchange::failures::Failures;
use crate::exchange::{Exchange, Faults, RouteMatch};

use super::call::Call;
use super::condition::{Condition, Unmet};
use super::handler::Chosen;
use super::route::Route;
use super::times::Times;

/// What a route answers with, what its pattern matched, and the faults of the response.
pub(super) type Taken = (Chosen, RouteMatch, Faults);

/// Why a route does not take a request.
pub(super) enum Mismatch {
    Path,
    /// The path is the route's.
    Method,
    /// It has answered as many requests as it can.
    UsedUp,
    /// The first condition that is not met, and why.
    Condition(Arc<Condition>, Unmet),
}

impl Route {
    /// What answers this request, if the route takes it.
    ///
    /// # Errors
    /// Why it does not take it.
    pub(super) fn choose(
        &self,
        exchange: &Exchange<'_>,
        call: &Call,
        failures: &Failures,
    ) -> Result<Taken, Mismatch> {
        let (groups, conditions) = {
            let state = self.state.lock();
            let request = &exchange.request;
            let Some(groups) = state.groups(&request.route_path()) else {
                return Err(Mismatch::Path);
            };
            if !state.method.covers(request.method()) {
                return Err(Mismatch::Method);
            }
            if state.queue.is_empty() && state.is_used_up() {
                return Err(Mismatch::UsedUp);
            }
            (groups, state.conditions.clone())
        };
        // Without the lock: they may wait for the body, and closures may use the route.
        for condition in conditions {
            let Some(unmet) = condition.unmet(call) else {
                continue;
            };
            if let Unmet::Panicked(text) = &unmet {
                let name = self.state.lock().name();
                failures.add(format!("{name}: the closure of `when` panicked: {text}"));
            }
            return Err(Mismatch::Condition(condition, unmet));
        }
        let mut state = self.state.lock();
        let chosen = state.next().ok_or(Mismatch::UsedUp)?;
        state.taken += 1;
        Ok((chosen, groups, state.faults))
    }

    /// The expectation, if it is not met, how many requests came, and where the test expects them.
    pub(super) fn unmet(&self) -> Option<(Times, u64, Option<&'static Location<'static>>)> {
        let state = self.state.lock();
        let expected = state.expected?;
        let is_met = expected.contains(state.taken);
        (!is_met).then_some((expected, state.taken, state.expected_at))
    }

    /// Whether it has no answer left.
    #[cfg(feature = "python")]
    pub(super) fn is_used_up(&self) -> bool {
        let state = self.state.lock();
        state.queue.is_empty() && state.is_used_up()
    }

    /// The method that it was given.
    pub(super) fn method(&self) -> String {
        self.state.lock().written.0.clone()
    }

    /// Its name, and its conditions.
    pub(super) fn named(&self) -> (String, Vec<Arc<Condition>>) {
        let state = self.state.lock();
        (state.name(), state.conditions.clone())
    }

    /// What differs in a request from what this route takes, most important first.
    pub(super) fn differences(&self, call: &Call) -> Vec<String> {
        let mut found = Vec::new();
        let state = self.state.lock();
        let (method, pattern) = &state.written;
        let request = call.request();
        if state.groups(&request.route_path()).is_none() {
            found.push(format!(
                "expected the path {pattern}, found {}",
                call.path()
            ));
        }
        if !state.method.covers(request.method()) {
            found.push(format!(
                "expected the method {method}, found {}",
                call.method()
            ));
        }
        let conditions = state.conditions.clone();
        drop(state);
        let unmet = conditions.iter().filter_map(|condition| {
            let unmet = condition.unmet(call)?;
            Some(format!("expected {condition}: {unmet}"))
        });
        found.extend(unmet);
        found
    }
}
