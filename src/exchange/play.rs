//! Plays wire scripts on an exchange's connection. Time is kept against deadlines: a pause ends so long
//! after the step before it was due, whatever that step cost, so that a script does not drift. Only
//! waiting for the peer moves what follows.
//!
//! A script does not end the connection by itself (the law is that `connection.rs` decides): it leaves
//! in its [`Turn`] what is to come next. FIN in the middle and RST are the exceptions, as nothing can
//! come after them.

use std::time::{Duration, Instant};

use crate::http::head;
use crate::wire::outbound::{Gone, Sent};
use crate::wire::{NoHead, close};
use crate::wire_script::{Awaited, By, Limit, Reading, Step, WireScript};

use super::body::{Body, BodyError, RawReadError};
use super::events::{Events, Waited};
use super::fate::Fate;
use super::turn::Turn;

/// When a step was to be done, and when it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From the beginning of the script, by its pauses alone.
    pub asked: Duration,
    /// From the beginning of the script.
    pub achieved: Duration,
}

/// How far a script came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Of each step that was done, in order.
    pub timings: Vec<Timing>,
    /// Why there was no other step.
    pub end: End,
}

/// Why a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All steps were done; or those up to a [`Step::Next`], whose request is still to come.
    Done,
    /// The client left, or its bytes ended.
    Gone,
    /// The limit of a step passed.
    TooLate,
}

/// Plays a script.
pub fn play(script: &WireScript, turn: &Turn, body: &Body, events: &Events) -> Played {
    let mut player = Player {
        turn,
        body,
        events,
        began: Instant::now(),
        due: Duration::ZERO,
    };
    let mut timings = Vec::with_capacity(script.steps().len());
    for (index, step) in script.steps().iter().enumerate() {
        if let Step::Next(by) = step {
            let rest = WireScript::from(script.steps()[index + 1..].to_vec());
            turn.grow_fate(Fate::Next(*by, rest));
            break;
        }
        let done = player.step(step);
        let timing = Timing {
            asked: player.due,
            achieved: player.began.elapsed(),
        };
        timings.push(timing);
        if let Some(tape) = turn.wire().tape() {
            tape.note(&format!(
                "step {} {}: asked at {:.6}, done at {:.6}",
                index + 1,
                step.name(),
                timing.asked.as_secs_f64(),
                timing.achieved.as_secs_f64()
            ));
        }
        match done {
            Ok(()) if step.is_last() => break,
            Ok(()) => {}
            Err(end) => {
                if end == End::TooLate {
                    log::warn!(
                        "{}: step {} of a wire script waited in vain",
                        turn.wire().peer(),
                        index + 1
                    );
                }
                turn.grow_fate(Fate::Close);
                return Played { timings, end };
            }
        }
    }
    Played {
        timings,
        end: End::Done,
    }
}

struct Player<'p> {
    turn: &'p Turn,
    body: &'p Body,
    events: &'p Events,
    began: Instant,
    /// When the step that is being done is to be over.
    due: Duration,
}

impl Player<'_> {
    fn step(&mut self, step: &Step) -> Result<(), End> {
        match step {
            Step::Send(bytes) => self.send(bytes),
            Step::Pause(time) => {
                self.due = self.due.saturating_add(*time);
                let left = self.due.saturating_sub(self.began.elapsed());
                self.turn.pause(left).map_err(End::from)
            }
            Step::WaitFor(what, limit) => self.wait_for(what, *limit),
            Step::Set(event) => {
                self.events.set(event);
                Ok(())
            }
            Step::Clear(event) => {
                self.events.clear(event);
                Ok(())
            }
            Step::Read(what, limit) => self.read(what, *limit),
            Step::HalfClose => {
                self.turn.flush()?;
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                close::half_close(self.turn.wire());
                Ok(())
            }
            Step::Close => {
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                Ok(())
            }
            Step::Reset => {
                // Not waiting: the peer may take nothing any more.
                self.turn.send_now(&[])?;
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                close::reset(self.turn.wire());
                Ok(())
            }
            Step::Hold(None) => {
                self.turn.wire().is_left_within(None);
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                Ok(())
            }
            Step::Hold(Some(time)) => {
                self.due = self.due.saturating_add(*time);
                let left = self.due.saturating_sub(self.began.elapsed());
                match self.turn.wire().is_left_within(Some(left)) {
                    true => Err(End::Gone),
                    false => Ok(()),
                }
            }
            // The connection's business, see `play`.
            Step::Next(By::Script | By::Site) => Ok(()),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        self.turn.mark_written();
        if let Sent::Part(sent) = self.turn.send_now(bytes)? {
            self.turn.send(&bytes[sent..])?;
            self.catch_up();
        }
        Ok(())
    }

    fn wait_for(&mut self, what: &Awaited, limit: Limit) -> Result<(), End> {
        let limit = instant(limit);
        let wire = self.turn.wire();
        let is_there = || !wire.is_gone_within(Duration::ZERO);
        let waited = match what {
            Awaited::Event(name) => self.events.wait_while_there(name, limit, is_there).into(),
            Awaited::Connection => {
                let known = self.turn.known_connections();
                let waited = self.events.wait_for_connection(known, limit, is_there);
                self.turn.know_connections(self.events.connections());
                waited.into()
            }
            Awaited::Body(count) => self.body.wait_for(*count, limit).map_err(End::from),
            Awaited::Head => self.wait_for_head(limit),
        };
        self.catch_up();
        waited
    }

    fn wait_for_head(&self, limit: Option<Instant>) -> Result<(), End> {
        let mut inbound = self.turn.wire().inbound();
        let time_left = || limit.map(|limit| limit.saturating_duration_since(Instant::now()));
        inbound
            .await_head(&head::Limits::default(), time_left)
            .map_err(|none| match none {
                NoHead::TooLate => End::TooLate,
                NoHead::Ended => End::Gone,
            })
    }

    fn read(&mut self, what: &Reading, limit: Limit) -> Result<(), End> {
        let limit = instant(limit);
        if self.turn.is_over() {
            return Err(End::Gone);
        }
        let read = self.body.skip_raw(what, limit);
        self.catch_up();
        match read {
            Ok(()) => Ok(()),
            Err(RawReadError::TooLate(_)) => Err(End::TooLate),
            Err(RawReadError::Ended(_)) => Err(End::Gone),
        }
    }

    /// What follows is due from now on, if it would be late.
    fn catch_up(&mut self) {
        self.due = self.due.max(self.began.elapsed());
    }
}

/// When the limit passes; one that no clock reaches is none.
fn instant(limit: Limit) -> Option<Instant> {
    Instant::now().checked_add(limit?)
}

impl From<Gone> for End {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<BodyError> for End {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLate => Self::TooLate,
            _ => Self::Gone,
        }
    }
}

impl From<Waited> for Result<(), End> {
    fn from(waited: Waited) -> Self {
        match waited {
            Waited::Happened => Ok(()),
            Waited::TooLate => Err(End::TooLate),
            Waited::GivenUp => Err(End::Gone),
        }
    }
}
