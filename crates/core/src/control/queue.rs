//! Queued answers to the next requests, and queued scripts for the next connections.

use serde::Deserialize;
use serde_json::json;

use super::answer_keys::{AnswerKeys, parse_script};
use super::ask::Ask;
use super::reply::{Refusal, Reply};
use super::state::{State, check_room};

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let (answers, _) = state.server.mocks().queued();
    Reply::json(&json!({"queued": answers}))
}

pub(super) fn add(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let answer = ask.json::<AnswerKeys>()?.prepare_once(state)?;
    let mocks = state.server.mocks();
    check_room(mocks.queued().0, "answers")?;
    mocks.enqueue(answer.make());
    Reply::json_with(201, &json!({"queued": mocks.queued().0}))
}

pub(super) fn clear(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.server.mocks().clear_queue();
    Ok(Reply::Nothing)
}

pub(super) fn show_connections(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let (_, scripts) = state.server.mocks().queued();
    Reply::json(&json!({"queued": scripts}))
}

/// A script for the next connection.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectionKeys {
    script: String,
}

pub(super) fn add_connection(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let keys: ConnectionKeys = ask.json()?;
    let script = parse_script(state, &keys.script)?;
    let mocks = state.server.mocks();
    check_room(mocks.queued().1, "connection scripts")?;
    mocks.enqueue_connection(script);
    Reply::json_with(201, &json!({"queued": mocks.queued().1}))
}

pub(super) fn clear_connections(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.server.mocks().clear_connections();
    Ok(Reply::Nothing)
}
