//! The server as a whole: what it is, resetting it, and whether its expectations are met.

use serde_json::json;

use super::ask::Ask;
use super::reply::{Refusal, Reply};
use super::state::State;

/// The description of this interface.
const OPENAPI: &str = include_str!("openapi.json");

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let addresses = state.server.addresses().iter().map(ToString::to_string);
    let (latest, _) = state.recording.latest();
    Reply::json(&json!({
        "version": env!("CARGO_PKG_VERSION"),
        "addresses": addresses.collect::<Vec<_>>(),
        "connections": state.server.connections(),
        "connections_opened": state.server.events().connections(),
        "latest_request": latest,
        "dropped_requests": state.recording.dropped(),
        "transcripts": state.server.recorder().is_some(),
    }))
}

pub(super) fn reset(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    state.clear();
    state.server.reset();
    if let Some(recorder) = state.server.recorder() {
        recorder.clear();
    }
    Ok(Reply::Nothing)
}

pub(super) fn verify(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let message = state.server.verify().err().map(|error| error.to_string());
    Reply::json(&json!({"met": message.is_none(), "message": message}))
}

pub(super) fn openapi(_: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    Ok(Reply::Json(200, OPENAPI.as_bytes().to_vec()))
}
