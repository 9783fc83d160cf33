//! Wire scripts: what happens on one connection, step by step, in bytes and time. A [`WireScript`] comes
//! from its builder, a `.wire` file, or a handler. It is data; `exchange/play.rs` plays it. `table.rs`
//! spells each step in all languages; `order.rs` says which steps may follow others.
//!
//! ```
//! use std::time::Duration;
//! use wireserve::WireScript;
//!
//! let script = WireScript::new()
//!     .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
//!     .pause(Duration::from_millis(50))
//!     .send("ok")
//!     .reset();
//! assert_eq!(script.steps().len(), 4);
//! ```

mod duration;
pub(crate) mod frame_options;
mod items;
mod operands;
mod order;
mod parse;
mod parse_error;
mod print;
pub(crate) mod table;
mod tokens;

use std::time::Duration;

pub use items::MAX_DEPTH;
pub use order::Misplaced;
use order::Order;
pub(crate) use order::Place;
pub use parse::{MAX_BYTES, MAX_STEPS};
pub use parse_error::ParseError;
pub(crate) use parse_error::one_of;
use table::{Effect, Form};

pub use crate::http::websocket::{CloseReason, Frame, Opcode, Width};

/// Steps on one connection, in order. After the last one the connection continues with the next
/// request, unless that step has ended it.
#[derive(Clone, Debug, Default)]
pub struct WireScript {
    steps: Vec<Step>,
    /// Judges the step that is added next.
    order: Order,
}

/// One step. Durations are counted from the deadline of the step before, so that the time that steps
/// take does not add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// One write of these bytes. The kernel has them before the next step begins.
    Send(Vec<u8>),
    /// Does nothing, for this long.
    Pause(Duration),
    /// Waits for something to happen. Script and connection end if the limit passes first.
    WaitFor(Awaited, Limit),
    /// Sets a named event. It stays set.
    Set(String),
    /// Clears a named event.
    Clear(String),
    /// Takes raw bytes that the client sends off the connection.
    Read(Reading, Limit),
    /// Sends FIN; the client may continue to send.
    HalfClose,
    /// Sends FIN, then drains what the client still sends, for a bounded time. Ends the script.
    Close,
    /// The same without the alert close_notify before FIN, which only clients through TLS can tell.
    CloseWithoutNotify,
    /// Sends RST at once. Ends the script.
    Reset,
    /// Stays open and silent for this long, or until the client leaves. Without a time, ends the script.
    Hold(Option<Duration>),
    /// Sends the response that opens a WebSocket, for the key of the request, with more field lines.
    WsAccept(Option<Vec<u8>>),
    /// One write of a WebSocket frame.
    WsFrame(Frame),
    /// One write of a close frame; without a reason, it has no payload. The connection stays open.
    WsClose(Option<CloseReason>),
    /// Reads the next request of the connection. The following steps answer it, or are played after
    /// the site's response to it.
    Next(By),
}

/// How long a step may wait; without a limit, until the client leaves.
pub type Limit = Option<Duration>;

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A named event, which may be set already.
    Event(String),
    /// The whole head of the next request, which stays on the connection.
    Head,
    /// This many bytes of the request's body, or all of it.
    Body(Option<u64>),
    /// Another connection to this server, opened since this script began or last waited for one.
    Connection,
}

/// How many bytes to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This many.
    Bytes(u64),
    /// Up to and including this pattern, which is not empty.
    Until(Vec<u8>),
}

/// Who answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The following steps.
    Script,
    /// The site; the following steps are played after its response.
    Site,
}

impl Step {
    /// The first word in a `.wire` file.
    pub fn name(&self) -> &'static str {
        self.form().word
    }

    /// Whether the step ends the script, so that no step can follow.
    pub fn is_last(&self) -> bool {
        self.form().effect == Effect::Ends
    }

    fn form(&self) -> &'static Form {
        self.parts().form
    }
}

impl TryFrom<Vec<Step>> for WireScript {
    type Error = Misplaced;

    fn try_from(steps: Vec<Step>) -> Result<Self, Misplaced> {
        steps.into_iter().try_fold(Self::new(), Self::add)
    }
}

impl PartialEq for WireScript {
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Eq for WireScript {}

impl WireScript {
    /// A script without steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Adds any step.
    ///
    /// # Panics
    /// The steps so far make it impossible. [`TryFrom`] returns the same as an error.
    #[must_use]
    #[track_caller]
    pub fn step(self, step: Step) -> Self {
        let number = self.steps.len() + 1;
        match self.add(step) {
            Ok(script) => script,
            Err(error) => panic!("step {number}: {error}"),
        }
    }

    /// Whether [`MAX_STEPS`] and [`MAX_BYTES`] allow this script.
    pub fn is_within_limits(&self) -> bool {
        let bytes = self.steps.iter().map(|step| match step {
            Step::Send(bytes)
            | Step::Read(Reading::Until(bytes), _)
            | Step::WsAccept(Some(bytes))
            | Step::WsFrame(Frame { payload: bytes, .. })
            | Step::WsClose(Some(CloseReason { reason: bytes, .. })) => bytes.len() as u64,
            _ => 0,
        });
        self.steps.len() <= MAX_STEPS && bytes.sum::<u64>() <= MAX_BYTES
    }

    /// The steps from an index on, to be played as a script.
    pub(crate) fn rest(&self, from: usize) -> Self {
        Self {
            steps: self.steps[from..].to_vec(),
            order: self.order,
        }
    }

    /// These steps, then those of another script. Their order is not judged: steps that turn out to be
    /// unreachable are not played.
    #[must_use]
    pub(crate) fn followed_by(mut self, other: Self) -> Self {
        self.steps.extend(other.steps);
        self.order = other.order;
        self
    }

    /// Judges whether a step of this form may follow.
    ///
    /// # Errors
    /// The steps so far make it impossible.
    pub(crate) fn admit(&mut self, form: &Form, place: Place) -> Result<(), Misplaced> {
        self.order.add(form, place)
    }

    /// Adds a step whose form is admitted.
    pub(crate) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn add(mut self, step: Step) -> Result<Self, Misplaced> {
        let place = Place::Step(self.steps.len() + 1);
        self.admit(step.form(), place)?;
        self.push(step);
        Ok(self)
    }
}
