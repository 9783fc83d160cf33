//! The stream of server-sent events: each recorded request when it arrives and whenever it changes. The id of an event
//! is the number of a change of the recording, so that a client that connects again with `Last-Event-ID` gets what
//! has changed since, and nothing needs to be kept for it. A client that is slow gets the latest state of a request,
//! without the states between.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::exchange::content::ContentError;
use crate::exchange::{Chunk, Chunks};
use crate::record::watch::Changes;
use crate::record::{RecordedRequest, Recording};
use crate::text::timestamp::Timestamp;
use crate::wire::Wire;

use super::ask::Ask;
use super::reply::{Refusal, Reply};
use super::state::State;

/// How often the stream looks for changes: often enough for people, and seldom enough that a busy server is not
/// slowed down.
const TICK: Duration = Duration::from_millis(20);

/// How often a silent stream sends a comment, so that a client that is gone is noticed.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Requests of one write.
const BATCH: usize = 200;

/// How soon a browser connects again, in milliseconds.
const RETRY: &str = "retry: 500\n\n";

pub(super) fn open(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&["last_event_id"])?;
    let seen = match ask.field("Last-Event-ID") {
        Some(id) => id.parse().map_err(|_| {
            Refusal::bad(format!(
                "expected the id of an event as `Last-Event-ID`, found {id:?}"
            ))
        })?,
        None => ask
            .parsed("last_event_id", "the id of an event")?
            .unwrap_or(0),
    };
    let stream = Stream {
        recording: Arc::clone(&state.recording),
        wire: Arc::clone(ask.wire()),
        seen,
        sent: None,
    };
    Ok(Reply::Stream("text/event-stream", Box::new(stream)))
}

/// An event stream.
struct Stream {
    recording: Arc<Recording>,
    wire: Arc<Wire>,
    /// The number of the latest change that was sent.
    seen: u64,
    /// When something was sent last.
    sent: Option<Instant>,
}

impl Chunks for Stream {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        if self.wire.is_left_within(Some(Duration::ZERO)) {
            return None;
        }
        let text = match self.sent {
            None => RETRY.to_owned(),
            Some(sent) => match self.recording.changes_since(self.seen, BATCH) {
                Some(changes) => {
                    self.seen = changes.latest;
                    events(&changes)
                }
                None if sent.elapsed() >= HEARTBEAT => ":\n\n".to_owned(),
                None => return Some(Ok(Chunk::Pause(TICK))),
            },
        };
        self.sent = Some(Instant::now());
        Some(Ok(text.into()))
    }
}

/// The events of some changes. Each has an id, so that a client can go on after any of them.
fn events(changes: &Changes) -> String {
    let mut text = String::new();
    if changes.is_cleared {
        text.push_str("event: cleared\ndata: {}\n\n");
    }
    for request in &changes.requests {
        let (id, data) = (request.changed(), summary(request));
        let _ = write!(text, "id: {id}\nevent: request\ndata: {data}\n\n");
    }
    if changes.has_dropped {
        let data = json!({"dropped": changes.dropped, "first": changes.first});
        let _ = write!(text, "event: dropped\ndata: {data}\n\n");
    }
    // An event without data is not dispatched, but its id counts.
    let _ = write!(text, "id: {}\n\n", changes.latest);
    text
}

/// What a list of requests shows of each.
fn summary(request: &RecordedRequest) -> serde_json::Value {
    json!({
        "number": request.number(),
        "connection": request.connection(),
        "ordinal": request.ordinal(),
        "at": Timestamp(request.at()).to_string(),
        "since_start": request.since_start().as_secs_f64(),
        "method": request.method(),
        "target": request.target(),
        "status": request.status(),
        "matched": request.is_matched(),
        "body_length": request.body_length(),
        "body_error": request.body_error(),
        "problems": request.problems().len(),
        "took": request.took().map(|took| took.as_secs_f64()),
    })
}
