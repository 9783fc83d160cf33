//! How the bytes of a draft get onto the wire: in which pieces, with which pauses, how many of them, and
//! what comes then. Whatever mutations ask for, a script stays within the limits of [`super`].

use std::collections::BTreeMap;
use std::time::Duration;

use crate::wire_script::WireScript;

use super::draft::{Draft, Joined};
use super::{MAX_PAUSE, MAX_SENDS, MAX_TIME};

/// What becomes of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) cut: Option<Cut>,
    pub(super) splits: Vec<Split>,
    pub(super) ending: Ending,
}

/// Where the bytes end before their end. A number picks the place within the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// In front of the first.
    Nothing,
    BeforeStatusLine,
    InStatusLine(u64),
    InFields(u64),
    InBody(u64),
}

/// A place where one write ends and another begins, and how long that takes.
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
    /// In front of the empty line's last byte.
    EmptyLine,
    /// Between a CR and its LF.
    LineEnd(u64),
    Body,
    InBody(u64),
    Behind,
    Anywhere(u64),
    /// Around each of so many bytes, from a place on that the first number picks.
    Bytes(u64, usize),
}

/// What comes when the bytes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The connection goes on.
    Open,
    Close,
    /// Silence, and then the end.
    HoldThenClose(Duration),
    /// The server has no more to say, and does not leave for so long.
    HalfClose(Duration),
    /// Time for the client to read, and then RST.
    Reset(Duration),
}

/// A number below `length`, or 0.
fn within(pick: u64, length: usize) -> usize {
    // Below a length, so it fits.
    (pick % (length as u64).max(1)) as usize
}

impl Cut {
    fn offset(self, joined: &Joined) -> usize {
        let between = |from: usize, to: usize, pick| from + within(pick, to.saturating_sub(from));
        match self {
            Self::Nothing => 0,
            Self::BeforeStatusLine => joined.status_line,
            // Behind its first byte and before its last.
            Self::InStatusLine(pick) => between(joined.status_line + 1, joined.fields - 1, pick),
            Self::InFields(pick) => between(joined.fields, joined.empty_line + 1, pick),
            Self::InBody(pick) => between(joined.body, joined.cuttable + 1, pick),
        }
    }
}

impl Split {
    fn offsets(self, joined: &Joined, length: usize) -> Vec<usize> {
        let bytes = &joined.bytes[..length];
        match self.at {
            At::Start => vec![0],
            At::StatusLine(pick) => {
                let line = joined.fields - joined.status_line;
                vec![joined.status_line + 1 + within(pick, line.saturating_sub(1))]
            }
            At::EmptyLine => vec![joined.body.saturating_sub(1)],
            At::LineEnd(pick) => {
                let ends: Vec<_> = memchr::memmem::find_iter(bytes, b"\r\n").collect();
                let end = ends.get(within(pick, ends.len()));
                end.map(|at| at + 1).into_iter().collect()
            }
            At::Body => vec![joined.body],
            At::InBody(pick) => {
                let body = joined.behind - joined.body;
                vec![joined.body + 1 + within(pick, body.saturating_sub(1))]
            }
            At::Behind => vec![joined.behind],
            At::Anywhere(pick) => vec![within(pick, length)],
            At::Bytes(pick, count) => {
                let start = within(pick, length.saturating_sub(count));
                (start..=start + count).collect()
            }
        }
    }
}

/// The steps of a draft.
pub(super) fn script(draft: &Draft) -> WireScript {
    let joined = draft.join();
    let delivery = &draft.delivery;
    let length = match delivery.cut {
        Some(cut) => cut.offset(&joined).min(joined.bytes.len()),
        None => joined.bytes.len(),
    };
    let mut splits: BTreeMap<usize, Duration> = BTreeMap::new();
    for split in &delivery.splits {
        for offset in split.offsets(&joined, length) {
            if offset < length {
                let pause = splits.entry(offset).or_default();
                *pause = (*pause).max(split.pause);
            }
        }
    }
    let mut time = Time {
        left: MAX_TIME.saturating_sub(delivery.ending.time()),
    };
    let mut script = WireScript::new();
    let mut sent = 0;
    for (&offset, &pause) in splits.iter().take(MAX_SENDS - 1) {
        if offset > sent {
            script = script.send(&joined.bytes[sent..offset]);
            sent = offset;
        }
        let pause = time.take(pause);
        if !pause.is_zero() {
            script = script.pause(pause);
        }
    }
    if sent < length {
        script = script.send(&joined.bytes[sent..length]);
    }
    delivery.ending.follow(script)
}

impl Ending {
    fn time(self) -> Duration {
        match self {
            Self::Open | Self::Close => Duration::ZERO,
            Self::HoldThenClose(time) | Self::HalfClose(time) | Self::Reset(time) => {
                time.min(MAX_PAUSE)
            }
        }
    }

    fn follow(self, script: WireScript) -> WireScript {
        let time = self.time();
        match self {
            Self::Open => script,
            Self::Close => script.close(),
            Self::HoldThenClose(_) => script.hold_for(time).close(),
            Self::HalfClose(_) => script.half_close().hold_for(time).close(),
            Self::Reset(_) if time.is_zero() => script.reset(),
            Self::Reset(_) => script.pause(time).reset(),
        }
    }
}

/// What is left of the time that a script may take.
struct Time {
    left: Duration,
}

impl Time {
    fn take(&mut self, wanted: Duration) -> Duration {
        let taken = wanted.min(MAX_PAUSE).min(self.left);
        self.left -= taken;
        taken
    }
}
