//! Transcripts of connections, if the server records them in memory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::text::timestamp::Timestamp;
use crate::transcript::{Entry, Side, Transcript, What};

use super::ask::Ask;
use super::reply::{Refusal, Reply};
use super::state::State;

pub(super) fn list(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let recorder = state.server.recorder();
    let transcripts = recorder.map(|recorder| recorder.transcripts());
    let transcripts = transcripts.unwrap_or_default();
    let listed: Vec<_> = transcripts.iter().map(opening).collect();
    Reply::json(&json!({"transcripts": listed}))
}

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let transcript = find(state, ask.number("connection")?)?;
    let mut shown = opening(&transcript);
    shown.insert(
        "segments".to_owned(),
        transcript.entries().iter().map(segment).collect(),
    );
    Reply::json(&shown)
}

/// The same as the text of a transcript file.
pub(super) fn text(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let transcript = find(state, ask.number("connection")?)?;
    Ok(Reply::Text(
        "text/plain; charset=utf-8",
        transcript.to_string(),
    ))
}

/// The transcript of a connection.
pub(super) fn find(state: &State, connection: u64) -> Result<Transcript, Refusal> {
    let recorder = state.server.recorder();
    let recorder = recorder.ok_or_else(|| {
        Refusal::not_found("the server keeps no transcripts: add `.transcripts()` to the builder")
    })?;
    let transcript = recorder.transcript(connection);
    transcript.ok_or_else(|| {
        Refusal::not_found(format!("no transcript of connection {connection} is kept"))
    })
}

/// How the connection began, and what is no longer kept of it.
pub(super) fn opening(transcript: &Transcript) -> Map<String, Value> {
    let opened = transcript.opened();
    let dropped = transcript.dropped();
    let pairs = [
        ("connection", json!(opened.connection)),
        ("client", json!(opened.client.to_string())),
        ("server", json!(opened.server.to_string())),
        ("at", json!(Timestamp(opened.at).to_string())),
        (
            "dropped",
            json!({"segments": dropped.entries, "bytes": dropped.bytes}),
        ),
    ];
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// A segment or an event.
pub(super) fn segment(entry: &Entry) -> Value {
    let event = |event: &str, from: Option<&Side>| json!({"event": event, "from": from.map(ToString::to_string)});
    let mut shown = match &entry.what {
        What::Bytes {
            from,
            bytes,
            length,
        } => json!({
            "event": "bytes",
            "from": from.to_string(),
            "length": length,
            "bytes": STANDARD.encode(bytes),
        }),
        What::Fin(side) => event("fin", Some(side)),
        What::Reset(side) => event("reset", Some(side)),
        What::Cut => event("cut", Some(&Side::Server)),
        What::Closed => event("closed", Some(&Side::Server)),
        What::Note(text) => json!({"event": "note", "from": null, "text": &**text}),
        What::Reached(bound) => json!({"event": "note", "from": null, "text": bound.to_string()}),
    };
    shown["time"] = json!(entry.time.as_secs_f64());
    shown["exchange"] = json!(entry.exchange);
    shown
}
