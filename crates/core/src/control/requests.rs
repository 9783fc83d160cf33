//! Recorded requests: listing, filtering, awaiting and forgetting them.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::json;

use crate::record::{RecordedRequest, Recording};

use super::ask::Ask;
use super::filter::{self, Filter};
use super::reply::{Refusal, Reply};
use super::state::State;

/// Requests that are listed without another limit.
const LISTED: usize = 1000;

/// Requests that are looked at together.
const BATCH: usize = 10_000;

/// The requests that a client asks for, when they are all there or its time is over.
pub(super) fn list(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[&filter::PARAMETERS[..], &["wait", "count", "limit"]].concat())?;
    let filter = Filter::new(ask)?;
    let limit = ask.parsed("limit", "a whole number")?.unwrap_or(LISTED);
    let count = ask.parsed("count", "a whole number")?;
    let wait = ask.wait()?;
    if count.is_some() && wait.is_none() {
        return Err(Refusal::bad(
            "add `wait`, a number of seconds, to wait for a `count` of requests",
        ));
    }
    let recording = &state.recording;
    let found: Vec<_> = match wait {
        None => {
            let mut all = recording.requests();
            all.retain(|request| filter.selects(request));
            all
        }
        Some(until) => {
            let count = count.unwrap_or(1);
            ask.waiting(|is_connected| awaited(recording, &filter, count, until, is_connected))
        }
    };
    let is_timed_out = wait.is_some() && found.len() < count.unwrap_or(1);
    let (latest, _) = recording.latest();
    Reply::json(&json!({
        "requests": &found[..found.len().min(limit)],
        "more": found.len().saturating_sub(limit),
        "timed_out": is_timed_out,
        "latest": latest,
        "dropped": recording.dropped(),
    }))
}

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    Reply::json(&find(state, ask)?)
}

pub(super) fn clear(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.recording.clear();
    Ok(Reply::Nothing)
}

/// The request whose number is in the path.
pub(super) fn find(state: &State, ask: &Ask<'_>) -> Result<RecordedRequest, Refusal> {
    let number = ask.number("number")?;
    state.recording.request(number).ok_or_else(|| {
        let (latest, _) = state.recording.latest();
        Refusal::not_found(match number {
            0 => "requests are counted from 1".to_owned(),
            past if past <= latest => format!("request {number} is no longer kept"),
            _ => format!("there is no request {number} yet; the latest is {latest}"),
        })
    })
}

/// Waits for so many requests with their bodies. When the time is over, those whose bodies are still arriving
/// are among them.
fn awaited(
    recording: &Recording,
    filter: &Filter,
    count: usize,
    until: Instant,
    is_connected: &dyn Fn() -> bool,
) -> Vec<RecordedRequest> {
    let mut selected = BTreeMap::new();
    let mut seen = 0;
    loop {
        // Each change is looked at once, without the recording's lock.
        while let Some(changes) = recording.changes_since(seen, BATCH) {
            seen = changes.latest;
            if changes.is_cleared {
                selected.clear();
            }
            for request in changes.requests {
                if filter.selects(&request) {
                    selected.insert(request.number(), request);
                } else {
                    selected.remove(&request.number());
                }
            }
        }
        let settled = selected.values().filter(|request| request.is_settled());
        if settled.count() >= count || !recording.wait_for_change(seen, until, is_connected) {
            return selected.into_values().collect();
        }
    }
}
