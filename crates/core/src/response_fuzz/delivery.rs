//! How the bytes of a draft are sent: where they are cut off and divided, with which pauses, and how the
//! connection ends. `to_script` makes the steps.

use std::time::Duration;

/// How the bytes of a draft are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) cut: Option<Cut>,
    pub(super) splits: Vec<Split>,
    pub(super) end: ConnectionEnd,
}

/// Where the bytes are cut off. A number picks the place within the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Before the first byte.
    Nothing,
    BeforeStatusLine,
    InStatusLine(u64),
    InFields(u64),
    InBody(u64),
}

/// A place where one write ends and the next begins, and the pause between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) at: At,
    pub(super) pause: Duration,
}

/// A place in the bytes. A number picks one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Start,
    StatusLine(u64),
    /// Before the last byte of the empty line.
    EmptyLine,
    /// Between a CR and its LF.
    LineEnd(u64),
    Body,
    InBody(u64),
    AfterResponse,
    Anywhere(u64),
    /// Around each of so many bytes, from a place that the first number picks.
    Bytes(u64, usize),
}

/// What happens to the connection when the bytes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionEnd {
    /// The next request may use it.
    KeepOpen,
    Close,
    /// Silence for so long, then a close.
    HoldThenClose(Duration),
    /// A half-close, and a close after so long.
    HalfClose(Duration),
    /// Time for the client to read, then RST.
    Reset(Duration),
}
