//! Events: setting, clearing and awaiting the names that wire scripts and handlers wait for and set.

use std::time::Instant;

use serde_json::json;

use super::ask::Ask;
use super::reply::{Refusal, Reply};
use super::state::State;

/// Bytes of the name of an event.
const MAX_NAME: usize = 1024;

/// Events that clients can set.
const MAX_EVENTS: usize = 10_000;

pub(super) fn list(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    Reply::json(&json!({"set": state.server.events().all_set()}))
}

pub(super) fn clear_all(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.server.events().clear_all();
    Ok(Reply::Nothing)
}

/// Waits for the event, if that is asked for.
pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&["wait"])?;
    let name = name(ask)?;
    let events = state.server.events();
    let is_set = match ask.wait()? {
        None => events.is_set(&name),
        Some(limit) => ask.waiting(|is_connected| {
            while is_connected() {
                let left = limit.saturating_duration_since(Instant::now());
                if events.wait(&name, left.min(super::ask::CHECK)) {
                    return true;
                }
                if left.is_zero() {
                    break;
                }
            }
            false
        }),
    };
    Reply::json(&json!({"name": name, "set": is_set}))
}

pub(super) fn set(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let name = name(ask)?;
    let events = state.server.events();
    if !events.is_set(&name) && events.all_set().len() >= MAX_EVENTS {
        return Err(Refusal::full(format!(
            "{MAX_EVENTS} events are set already"
        )));
    }
    events.set(&name);
    Ok(Reply::Nothing)
}

pub(super) fn clear(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.server.events().clear(&name(ask)?);
    Ok(Reply::Nothing)
}

fn name(ask: &Ask<'_>) -> Result<String, Refusal> {
    let name = ask.group("name")?;
    match name.len() {
        0..=MAX_NAME => Ok(name),
        length => Err(Refusal::bad(format!(
            "expected a name of at most {MAX_NAME} bytes, found {length}"
        ))),
    }
}
