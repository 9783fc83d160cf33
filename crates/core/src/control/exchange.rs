//! One exchange in detail: the request, and the segments in both directions, with times.

use serde_json::{Value, json};

use crate::record::RecordedRequest;
use crate::transcript::{Entry, Transcript};

use super::ask::Ask;
use super::reply::{Refusal, Reply};
use super::requests;
use super::state::State;
use super::transcripts;

/// What a transcript has of one exchange.
pub(super) struct Part {
    pub(super) transcript: Transcript,
    number: u64,
}

impl Part {
    /// The segments and events of the exchange.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.transcript.entries().iter();
        entries.filter(|entry| entry.exchange == self.number)
    }

    /// Whether its first segments may have been dropped.
    pub(super) fn is_cut(&self) -> bool {
        let first = self.transcript.entries().first();
        let is_later = first.is_none_or(|first| first.exchange >= self.number);
        self.transcript.dropped().entries > 0 && is_later
    }
}

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let request = requests::find(state, ask)?;
    let (connection, segments, is_cut) = match part(state, &request) {
        Ok(part) => {
            let connection = Value::from(transcripts::opening(&part.transcript));
            let segments: Vec<_> = part.entries().map(transcripts::segment).collect();
            (connection, Value::from(segments), part.is_cut())
        }
        Err(_) => (Value::Null, Value::Null, true),
    };
    Reply::json(&json!({
        "request": request,
        "connection": connection,
        "segments": segments,
        "cut": is_cut,
    }))
}

/// The part of a transcript that belongs to a request, if it is kept.
pub(super) fn part(state: &State, request: &RecordedRequest) -> Result<Part, Refusal> {
    let transcript = transcripts::find(state, request.connection())?;
    let number = request.on_tape();
    let part = number.map(|number| Part { transcript, number });
    let part = part.filter(|part| part.entries().next().is_some());
    part.ok_or_else(|| {
        let number = request.number();
        Refusal::not_found(format!("no transcript of request {number} is kept"))
    })
}
