//! Whether a route takes a request, and what differs if it does not.

use std::panic::Location;
use std::sync::Arc;

use crate::exchange::failures::Failures;
use crate::exchange::{Exchange, Faults, RouteMatch};

use super::call::Call;
use super::condition::{Condition, Unmet};
use super::handler::Chosen;
use super::route::Route;
use super::times::Times;

impl Route {
    /// What answers this request, if the route takes it.
    pub(super) fn choose(
        &self,
        exchange: &Exchange<'_>,
        call: &Call,
        failures: &Failures,
    ) -> Option<(Chosen, RouteMatch, Faults)> {
        let (groups, conditions) = {
            let state = self.state.lock();
            let request = &exchange.request;
            let is_used_up = state.queue.is_empty() && state.is_used_up();
            if is_used_up || !state.method.covers(request.method()) {
                return None;
            }
            (
                state.groups(&request.route_path())?,
                state.conditions.clone(),
            )
        };
        // Without the lock: they may wait for the body, and closures may use the route.
        for condition in conditions {
            match condition.unmet(call) {
                None => {}
                Some(Unmet::Differs(_)) => return None,
                Some(Unmet::Panicked(text)) => {
                    let name = self.state.lock().name();
                    failures.add(format!("{name}: the closure of `when` panicked: {text}"));
                    return None;
                }
            }
        }
        let mut state = self.state.lock();
        let chosen = state.next()?;
        state.taken += 1;
        Some((chosen, groups, state.faults))
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
