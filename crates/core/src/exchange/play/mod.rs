//! Plays wire scripts on an exchange's connection. Steps have deadlines: a pause counts from the
//! time at which the previous step was due, so that the duration of steps does not add up. Only
//! waiting for the client moves later deadlines. Blocks are entered as a [`Cursor`] reaches them, so that a
//! script is never longer in memory than it is written.
//!
//! A script does not close the connection: it contributes a [`Fate`] to its [`Turn`], and
//! `server/connection` acts on it. A half-close and a reset are exceptions, since nothing can follow
//! them.

mod conditions;
mod making;

use std::time::{Duration, Instant};

use crate::http::{head, websocket};
use crate::wire::outbound::{Gone, Sent};
use crate::wire::{NoHead, close};
use crate::wire_script::{
    Awaited, By, Cursor, Data, End, Frame, Limit, Played, Reading, Step, Timing,
};

use super::ServerContext;
use super::body::{Body, BodyError, RawReadError};
use super::counters::Counters;
use super::events::{Events, Waited};
use super::fate::Fate;
use super::request::Request;
use super::turn::Turn;

/// Plays the steps that are left of a script.
pub fn play(
    mut steps: Cursor,
    request: &Request,
    turn: &Turn,
    body: &Body,
    server: &ServerContext,
) -> Played {
    let mut player = Player {
        request,
        turn,
        body,
        events: &server.events,
        counters: &server.counters,
        began: Instant::now(),
        due: Duration::ZERO,
        timings: Vec::new(),
        is_websocket: false,
    };
    let end = player.play(&mut steps);
    match end {
        End::Completed => {}
        End::ClientGone | End::TimedOut => turn.grow_fate(Fate::Close),
        // The client must not mistake what it has for all of the response.
        End::Unreadable => turn.grow_fate(Fate::Reset),
    }
    Played {
        timings: player.timings,
        end,
    }
}

/// Bytes that are made before they are sent; more are sent in several writes, as large ones are anyway.
const PIECE: usize = 1 << 20;

struct Player<'p> {
    request: &'p Request,
    turn: &'p Turn,
    body: &'p Body,
    events: &'p Events,
    counters: &'p Counters,
    began: Instant,
    /// When the current step is due.
    due: Duration,
    timings: Vec<Timing>,
    /// Whether a step has opened one. What the client sends then is no request.
    is_websocket: bool,
}

impl Player<'_> {
    fn play(&mut self, steps: &mut Cursor) -> End {
        while let Some(step) = steps.next_step() {
            match &*step {
                Step::Repeat(count, block) => steps.repeat(*count, block),
                Step::If(condition, block) => match conditions::holds(condition, self.request) {
                    true => steps.enter(block),
                    false => steps.enter_else(),
                },
                Step::Unless(condition, block) => {
                    match conditions::holds(condition, self.request) {
                        true => steps.enter_else(),
                        false => steps.enter(block),
                    }
                }
                Step::First(counted, count, block) => {
                    let (turn, counters) = (self.turn, self.counters);
                    match conditions::number(*counted, self.request, turn, counters) {
                        number if number <= *count => steps.enter(block),
                        _ => steps.enter_else(),
                    }
                }
                // The steps before them have entered their blocks, or passed them.
                Step::Else(_) | Step::OnTimeout(_) => {}
                Step::Next(by) => {
                    let rest = steps.clone().settled();
                    // A client that ends its requests with this one waits for the end of the
                    // connection (RFC 9112 §9.6).
                    let is_last = self.is_websocket || self.request.fate() == Fate::Close;
                    self.turn.grow_fate(match is_last {
                        true => Fate::Close,
                        false => Fate::Next(*by, Box::new(rest)),
                    });
                    return End::Completed;
                }
                step => {
                    let done = self.step(step, steps);
                    self.note(step);
                    match done {
                        Ok(()) if step.is_last() => return End::Completed,
                        Ok(()) => {}
                        Err(End::TimedOut) if steps.enter_on_timeout() => {}
                        Err(end) => {
                            self.log(end, step);
                            return end;
                        }
                    }
                }
            }
        }
        End::Completed
    }

    /// Records the times of a step that was played.
    fn note(&mut self, step: &Step) {
        let timing = Timing {
            asked: self.due,
            achieved: self.began.elapsed(),
        };
        self.timings.push(timing);
        if let Some(tape) = self.turn.wire().tape() {
            tape.note(&format!(
                "step {} {}: asked at {:.6}, done at {:.6}",
                self.timings.len(),
                step.name(),
                timing.asked.as_secs_f64(),
                timing.achieved.as_secs_f64()
            ));
        }
    }

    fn log(&self, end: End, step: &Step) {
        if end == End::TimedOut {
            log::warn!(
                "{}: step {} of a wire script, {}, timed out",
                self.turn.wire().peer(),
                self.timings.len(),
                step.name()
            );
        }
    }

    /// Plays a step that has no block.
    fn step(&mut self, step: &Step, steps: &Cursor) -> Result<(), End> {
        match step {
            Step::Send(bytes) => self.send(bytes),
            Step::SendData(data) => self.send_data(data, steps),
            Step::SendContinue => Ok(self.turn.send_continue(self.request)?),
            Step::Pause(time) => {
                self.due = self.due.saturating_add(*time);
                let left = self.due.saturating_sub(self.began.elapsed());
                self.turn.pause(left).map_err(End::from)
            }
            Step::WaitFor(what, limit) => {
                let waited = self
                    .turn
                    .wire()
                    .wait(|| wait_for(what, instant(*limit), self.turn, self.body, self.events));
                self.catch_up();
                waited
            }
            Step::Set(event) => {
                self.events.set(event);
                Ok(())
            }
            Step::Clear(event) => {
                self.events.clear(event);
                Ok(())
            }
            Step::Read(what, limit) => self.read(what, *limit),
            Step::ReceiveBuffer(bytes) => {
                self.turn.wire().set_receive_buffer(*bytes);
                Ok(())
            }
            Step::HalfClose => {
                self.turn.flush()?;
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                close::half_close(self.turn.wire());
                Ok(())
            }
            Step::Close | Step::CloseWithoutNotify => {
                if matches!(step, Step::CloseWithoutNotify) {
                    self.turn.wire().announce_end(false);
                }
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                Ok(())
            }
            Step::Reset => {
                // Without waiting: the client may have stopped reading.
                self.turn.send_now(&[])?;
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                close::reset(self.turn.wire());
                Ok(())
            }
            Step::Hold(None) => {
                let wire = self.turn.wire();
                wire.wait(|| wire.is_left_within(None));
                self.turn.mark_written();
                self.turn.grow_fate(Fate::Close);
                Ok(())
            }
            Step::Hold(Some(time)) => {
                self.due = self.due.saturating_add(*time);
                let left = self.due.saturating_sub(self.began.elapsed());
                let wire = self.turn.wire();
                match wire.wait(|| wire.is_left_within(Some(left))) {
                    true => Err(End::ClientGone),
                    false => Ok(()),
                }
            }
            Step::WsAccept(fields) => {
                self.turn.note_status(101);
                self.is_websocket = true;
                // What follows is no request.
                self.turn.grow_fate(Fate::Close);
                self.send(&websocket_accept(self.request, fields.as_deref()))
            }
            Step::WsFrame(frame) => self.send(&frame.to_bytes()),
            Step::WsClose(reason) => self.send(&Frame::close(reason.as_ref()).to_bytes()),
            // `play` enters blocks, and leaves requests to the connection.
            Step::Next(By::Script | By::Site)
            | Step::Repeat(..)
            | Step::If(..)
            | Step::Unless(..)
            | Step::First(..)
            | Step::Else(_)
            | Step::OnTimeout(_) => Ok(()),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        self.turn.mark_written();
        self.turn.look_for_status(&[bytes]);
        if let Sent::Part(sent) = self.turn.send_now(bytes)? {
            self.turn.send(&bytes[sent..])?;
            self.catch_up();
        }
        Ok(())
    }

    fn send_data(&mut self, data: &Data, steps: &Cursor) -> Result<(), End> {
        let mut piece = Vec::new();
        making::make(data, steps.numbers(), &mut |bytes| {
            piece.extend_from_slice(bytes);
            if piece.len() >= PIECE {
                self.send(&piece)?;
                piece.clear();
            }
            Ok(())
        })?;
        self.send(&piece)
    }

    fn read(&mut self, what: &Reading, limit: Limit) -> Result<(), End> {
        let limit = instant(limit);
        if self.turn.is_over() {
            return Err(End::ClientGone);
        }
        let wire = self.turn.wire();
        let read = wire.wait(|| self.body.skip_raw(what, limit));
        self.catch_up();
        match read {
            Ok(()) => Ok(()),
            Err(RawReadError::TooLate(_)) => Err(End::TimedOut),
            Err(RawReadError::Ended(_)) => Err(End::ClientGone),
        }
    }

    /// Moves the deadline of later steps to now, if it has passed.
    fn catch_up(&mut self) {
        self.due = self.due.max(self.began.elapsed());
    }
}

/// Waits as a step of a script does, for handlers.
///
/// # Errors
/// The client left, or the limit passed.
pub fn wait_for(
    what: &Awaited,
    limit: Option<Instant>,
    turn: &Turn,
    body: &Body,
    events: &Events,
) -> Result<(), End> {
    let is_connected = || !turn.wire().is_gone_within(Duration::ZERO);
    match what {
        Awaited::Event(name) => events
            .wait_while_connected(name, limit, is_connected)
            .into(),
        Awaited::Connection => {
            let known = turn.known_connections();
            let waited = events.wait_for_connection(known, limit, is_connected);
            turn.know_connections(events.connections());
            waited.into()
        }
        Awaited::Body(count) => body.wait_for(*count, limit).map_err(End::from),
        Awaited::Head => wait_for_head(turn, limit),
    }
}

/// The response that opens a WebSocket, with more field lines. A request without a key gets the answer to
/// an empty one.
pub fn websocket_accept(request: &Request, fields: Option<&[u8]>) -> Vec<u8> {
    let key = request.head().trimmed("Sec-WebSocket-Key");
    websocket::accept(key.unwrap_or_default(), fields.unwrap_or_default())
}

fn wait_for_head(turn: &Turn, limit: Option<Instant>) -> Result<(), End> {
    let mut inbound = turn.wire().inbound();
    let time_left = || limit.map(|limit| limit.saturating_duration_since(Instant::now()));
    inbound
        .await_head(&head::HeadLimits::default(), time_left)
        .map_err(|none| match none {
            NoHead::TooLate => End::TimedOut,
            NoHead::Ended => End::ClientGone,
        })
}

/// When the limit passes; `None` if no clock reaches that time.
fn instant(limit: Limit) -> Option<Instant> {
    Instant::now().checked_add(limit?)
}

impl From<Gone> for End {
    fn from(Gone: Gone) -> Self {
        Self::ClientGone
    }
}

impl From<BodyError> for End {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLate => Self::TimedOut,
            _ => Self::ClientGone,
        }
    }
}

impl From<Waited> for Result<(), End> {
    fn from(waited: Waited) -> Self {
        match waited {
            Waited::Happened => Ok(()),
            Waited::TimedOut => Err(End::TimedOut),
            Waited::ClientGone => Err(End::ClientGone),
        }
    }
}
