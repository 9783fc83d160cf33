//! Wire scripts: what is to happen on one connection, step by step, in bytes and time. A [`WireScript`]
//! is made by its builder, from a `.wire` file, or by a handler; here is what it says, and nothing of how
//! it is played (`exchange/play.rs`).
//!
//! ```
//! use std::time::Duration;
//! use wireserve::wire_script::WireScript;
//!
//! let script = WireScript::new()
//!     .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
//!     .pause(Duration::from_millis(50))
//!     .send("ok")
//!     .reset();
//! assert_eq!(script.steps().len(), 4);
//! ```

mod duration;
mod items;
mod operands;
mod parse;
mod print;
mod tokens;
mod unreadable;

use std::time::Duration;

pub use items::MAX_DEPTH;
pub use parse::{MAX_BYTES, MAX_STEPS};
pub use unreadable::Unreadable;

/// Steps on one connection, in their order. Behind the last one the connection goes on with the next
/// request, unless that step has ended it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WireScript {
    steps: Vec<Step>,
}

/// One step. Durations are counted from the deadline of the step before, so that a script does not
/// fall behind by what its own steps cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// One write of these bytes, with the kernel before the next step begins.
    Send(Vec<u8>),
    /// Nothing, for so long.
    Pause(Duration),
    /// Waits for something to happen. A limit that passes first ends script and connection.
    WaitFor(Awaited, Limit),
    /// Makes a named event happen. It stays so.
    Set(String),
    /// Makes a named event one that has not happened.
    Clear(String),
    /// Takes bytes that the client sends off the connection, raw.
    Read(Reading, Limit),
    /// FIN; the client may go on sending.
    HalfClose,
    /// FIN, then reading what still comes, for a bounded time. Ends the script.
    Close,
    /// RST, at once. Ends the script.
    Reset,
    /// Open and silent for so long, or until the client leaves. Without a time, ends the script.
    Hold(Option<Duration>),
    /// Reads the next request of the connection. The steps behind answer it, or stand behind its answer.
    Next(By),
}

/// How long a step may wait; without a limit as long as the client is there.
pub type Limit = Option<Duration>;

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A named event, which may have happened already.
    Event(String),
    /// The whole head of the next request, which is not taken off the connection.
    Head,
    /// So many bytes of the request's body, or all of it.
    Body(Option<u64>),
    /// Another connection to this server, opened since this script began or last waited for one.
    Connection,
}

/// How many bytes to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This many.
    Bytes(u64),
    /// Up to these bytes and with them. Not empty.
    Until(Vec<u8>),
}

/// Who answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The steps that follow.
    Script,
    /// The site's route; the steps that follow are played behind its response.
    Site,
}

impl Step {
    /// The word that it begins with in a `.wire` file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Send(_) => "send",
            Self::Pause(_) => "pause",
            Self::WaitFor(..) => "wait_for",
            Self::Set(_) => "set",
            Self::Clear(_) => "clear",
            Self::Read(..) => "read",
            Self::HalfClose => "half_close",
            Self::Close => "close",
            Self::Reset => "reset",
            Self::Hold(_) => "hold",
            Self::Next(_) => "next",
        }
    }

    /// Whether no step can follow.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Close | Self::Reset | Self::Hold(None))
    }
}

impl From<Vec<Step>> for WireScript {
    /// Steps behind one that [is the last](Step::is_last) are never reached.
    fn from(steps: Vec<Step>) -> Self {
        Self { steps }
    }
}

/// The builder: one method for each kind of step.
impl WireScript {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// [`Step::Send`].
    #[must_use]
    pub fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Send(bytes.into()))
    }

    /// [`Step::Pause`].
    #[must_use]
    pub fn pause(self, time: Duration) -> Self {
        self.step(Step::Pause(time))
    }

    /// [`Step::WaitFor`] an event, without a limit.
    #[must_use]
    pub fn wait_for(self, event: impl Into<String>) -> Self {
        self.step(Step::WaitFor(Awaited::Event(event.into()), None))
    }

    /// [`Step::Set`].
    #[must_use]
    pub fn set(self, event: impl Into<String>) -> Self {
        self.step(Step::Set(event.into()))
    }

    /// [`Step::Read`] of so many bytes, without a limit.
    #[must_use]
    pub fn read(self, count: u64) -> Self {
        self.step(Step::Read(Reading::Bytes(count), None))
    }

    /// [`Step::Read`] up to these bytes, without a limit.
    #[must_use]
    pub fn read_until(self, pattern: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Read(Reading::Until(pattern.into()), None))
    }

    /// [`Step::HalfClose`].
    #[must_use]
    pub fn half_close(self) -> Self {
        self.step(Step::HalfClose)
    }

    /// [`Step::Close`].
    #[must_use]
    pub fn close(self) -> Self {
        self.step(Step::Close)
    }

    /// [`Step::Reset`].
    #[must_use]
    pub fn reset(self) -> Self {
        self.step(Step::Reset)
    }

    /// [`Step::Hold`] until the client leaves.
    #[must_use]
    pub fn hold(self) -> Self {
        self.step(Step::Hold(None))
    }

    /// [`Step::Hold`] for so long.
    #[must_use]
    pub fn hold_for(self, time: Duration) -> Self {
        self.step(Step::Hold(Some(time)))
    }

    /// [`Step::Next`], answered by the steps that follow.
    #[must_use]
    pub fn next_request(self) -> Self {
        self.step(Step::Next(By::Script))
    }

    /// [`Step::Next`], answered by the site.
    #[must_use]
    pub fn next_by_site(self) -> Self {
        self.step(Step::Next(By::Site))
    }

    /// Whether this is no more than what is read from a file: [`MAX_STEPS`] and [`MAX_BYTES`].
    pub fn is_within_limits(&self) -> bool {
        let bytes = self.steps.iter().map(|step| match step {
            Step::Send(bytes) | Step::Read(Reading::Until(bytes), _) => bytes.len() as u64,
            _ => 0,
        });
        self.steps.len() <= MAX_STEPS && bytes.sum::<u64>() <= MAX_BYTES
    }

    /// These steps, and then those.
    #[must_use]
    pub fn followed_by(mut self, others: Self) -> Self {
        self.steps.extend(others.steps);
        self
    }

    /// Any step, those with limits among them.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}
