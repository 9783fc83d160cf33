//! Faults of all responses and limits of all connections.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::exchange::Faults;

use super::ask::{Ask, millis};
use super::reply::{Refusal, Reply};
use super::state::State;

/// What all responses and connections have in common, as JSON. What is left out is off.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Keys {
    delay_ms: u64,
    bytes_per_second: Option<u64>,
    reset_after: Option<u64>,
    refuse_connections: bool,
    idle_limit_ms: Option<u64>,
    requests_per_connection: Option<u64>,
}

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let faults = state.server.mocks().faults();
    let connections = state.server.keep_alive();
    let in_millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Reply::json(&Keys {
        delay_ms: in_millis(faults.delay),
        bytes_per_second: faults.bytes_per_second,
        reset_after: faults.reset_after,
        refuse_connections: state.server.door().refuses(),
        idle_limit_ms: connections.idle_limit().map(in_millis),
        requests_per_connection: connections.requests(),
    })
}

pub(super) fn put(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let keys: Keys = ask.json()?;
    let faults = checked(keys.delay_ms, keys.bytes_per_second, keys.reset_after)?;
    let idle_limit = keys.idle_limit_ms.map(|time| {
        positive("idle_limit_ms", time)?;
        millis("idle_limit_ms", time)
    });
    let idle_limit = idle_limit.transpose()?;
    if let Some(count) = keys.requests_per_connection {
        positive("requests_per_connection", count)?;
    }
    refuse(state, keys.refuse_connections)?;
    state.server.mocks().change_faults(|all| *all = faults);
    let connections = state.server.keep_alive();
    connections.set_idle_limit(idle_limit);
    connections.set_requests(keys.requests_per_connection);
    show(state, ask)
}

pub(super) fn clear(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    refuse(state, false)?;
    let mocks = state.server.mocks();
    mocks.change_faults(|all| *all = Faults::default());
    let connections = state.server.keep_alive();
    connections.set_idle_limit(None);
    connections.set_requests(None);
    Ok(Reply::Nothing)
}

fn refuse(state: &State, refuse: bool) -> Result<(), Refusal> {
    let done = state.server.door().set_refuses(refuse);
    done.map_err(|error| Refusal::bad(error.to_string()))
}

/// The faults of a response from the keys of a client.
pub(super) fn checked(
    delay_ms: u64,
    bytes_per_second: Option<u64>,
    reset_after: Option<u64>,
) -> Result<Faults, Refusal> {
    if let Some(rate) = bytes_per_second {
        positive("bytes_per_second", rate)?;
    }
    Ok(Faults {
        delay: millis("delay_ms", delay_ms)?,
        bytes_per_second,
        reset_after,
    })
}

fn positive(name: &str, value: u64) -> Result<(), Refusal> {
    match value {
        0 => Err(Refusal::bad(format!(
            "expected at least 1 as `{name}`, found 0"
        ))),
        _ => Ok(()),
    }
}
