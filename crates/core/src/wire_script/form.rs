//! A row of the table of steps: how a form of a step is spelled, what it takes, and what it does to the
//! connection. `table.rs` has the rows.

use std::time::Duration;

use super::{CloseReason, Data, Frame, Limit, Step, WireScript};

/// One row.
#[derive(Debug)]
pub struct Form {
    /// The first word in a `.wire` file.
    pub(crate) word: &'static str,
    /// A second word, as `head` in `wait_for head`.
    pub(crate) qualifier: Option<&'static str>,
    pub takes: Takes,
    /// Whether `within TIME` may follow.
    pub has_limit: bool,
    pub(crate) effect: Effect,
    /// The name in the lists of Python's `script()`.
    pub list_name: &'static str,
    /// The method of Python's `response.writer` that does the same at once, with its signature.
    #[cfg(test)]
    pub(crate) call: Option<&'static str>,
    /// The builder's method.
    #[cfg(test)]
    pub(crate) method: &'static str,
    #[cfg(test)]
    pub(crate) arguments: &'static [&'static str],
}

/// The argument of a step, and how the step is made from it.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    Nothing(fn(Limit) -> Step),
    Bytes(fn(Vec<u8>, Limit) -> Step),
    /// Bytes to search for; not empty.
    Pattern(fn(Vec<u8>, Limit) -> Step),
    /// The name of an event; not empty.
    Event(fn(String, Limit) -> Step),
    Count(fn(u64, Limit) -> Step),
    Time(fn(Duration, Limit) -> Step),
    /// Field lines.
    Fields(fn(Vec<u8>, Limit) -> Step),
    /// Options and the payload of a WebSocket frame.
    Frame(fn(Frame, Limit) -> Step),
    /// Code and reason of a close frame.
    Close(fn(CloseReason, Limit) -> Step),
    /// Bytes that are made when they are sent.
    Data(fn(Data, Limit) -> Step),
    Block(fn(WireScript, Limit) -> Step),
    /// A number of passes, and a block.
    Repeat(fn(u64, WireScript, Limit) -> Step),
    /// A number, before the qualifier, and a block.
    First(fn(u64, WireScript, Limit) -> Step),
    /// A name in the request, not empty, and a block.
    Named(fn(String, WireScript, Limit) -> Step),
    /// The name of a field, bytes that its value contains, and a block.
    Containing(fn(String, Vec<u8>, WireScript, Limit) -> Step),
}

/// The argument that a step has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Argument<'a> {
    Nothing,
    Bytes(&'a [u8]),
    Pattern(&'a [u8]),
    Event(&'a str),
    Count(&'a u64),
    Time(&'a Duration),
    Fields(&'a [u8]),
    Frame(&'a Frame),
    Close(&'a CloseReason),
    Data(&'a Data),
    Block(&'a WireScript),
    Repeat(&'a u64, &'a WireScript),
    First(&'a u64, &'a WireScript),
    Named(&'a str, &'a WireScript),
    Containing(&'a str, &'a [u8], &'a WireScript),
}

/// What a step does to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Bytes go to the client.
    Sends,
    /// Nothing is sent, and nothing closed.
    Waits,
    /// The sending side is closed.
    HalfCloses,
    /// The connection ends, and the script with it.
    Ends,
}

/// A step taken apart.
pub(super) struct Parts<'a> {
    pub(super) form: &'static Form,
    pub(super) argument: Argument<'a>,
    pub(super) limit: Limit,
}

/// What a step must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follows {
    Any,
    /// A condition with its block.
    Condition,
    /// A step with a limit.
    Limit,
}

impl Form {
    /// What the step must follow.
    pub(super) fn follows(&self) -> Follows {
        match self.list_name {
            "else" => Follows::Condition,
            "on_timeout" => Follows::Limit,
            _ => Follows::Any,
        }
    }
}
