//! A [`Tape`] records one connection. Whoever reads from its socket or writes to it says so here, each
//! call an entry, and the line is in the file when the call returns. A tape is locked for as long as one
//! line takes, or one write that does not wait; no other connection ever asks for its lock.
//!
//! # Which exchange an entry belongs to
//!
//! A request's first byte begins its exchange, be it within its head or an empty line in front of it.
//! The connection says when a head has been read, which begins one as well (for a request that came
//! together with the one before), and when an exchange is over. A segment belongs as a whole to the
//! exchange that its first byte belongs to: two requests in one segment are an entry of the first, and
//! the answer to the second has the second's number. What happens between two exchanges, the end
//! included, belongs to the one before.
//!
//! # What a client has seen is on the tape
//!
//! A write and its entry are one step ([`Tape::sending`]), so that whoever asks for the transcript of an
//! answer that has arrived finds it there. Who looks at the file instead may be a moment early, and what
//! goes past the wire, by a script's own socket, is on the tape a moment later.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use super::entry::{Entry, Opened, Side, What};
use super::folder::{Folder, Sheet};
use super::kept::{Kept, Transcript};

/// One connection's recording.
#[derive(Debug)]
pub struct Tape {
    opened: Opened,
    /// What times are counted from.
    began: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The exchange that has begun last.
    exchange: u64,
    place: Place,
    client: Half,
    server: Half,
    /// In memory.
    kept: Option<Kept>,
    /// In a folder.
    sheet: Option<Sheet>,
}

/// Where in the connection's life it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The next byte of the client begins the next exchange.
    Between,
    Within,
}

/// Whether a side sends. It goes down the list and never back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Half {
    Open,
    Ended,
    Reset,
}

impl Tape {
    pub(super) fn new(
        connection: u64,
        client: SocketAddr,
        server: SocketAddr,
        kept_bytes: Option<usize>,
        folder: Option<Arc<Folder>>,
    ) -> Self {
        let opened = Opened {
            connection,
            client,
            server,
            at: SystemTime::now(),
        };
        Self {
            opened,
            began: Instant::now(),
            state: Mutex::new(State {
                exchange: 0,
                place: Place::Between,
                client: Half::Open,
                server: Half::Open,
                kept: kept_bytes.map(Kept::new),
                sheet: folder.map(|folder| Sheet::new(folder, opened)),
            }),
        }
    }

    /// Which of its server's connections this is, counted from 1.
    pub fn connection(&self) -> u64 {
        self.opened.connection
    }

    /// Writes the first line, so that it is there before anything happens. The first entry does as well.
    pub fn open(&self) {
        if let Some(sheet) = &mut self.state().sheet {
            sheet.open();
        }
    }

    /// A head has been read: from here on entries belong to its exchange.
    pub fn exchange_begins(&self) {
        self.state().begin();
    }

    /// The exchange is over: the client's next byte begins another.
    pub fn exchange_over(&self) {
        self.state().place = Place::Between;
    }

    /// A read from the socket into `buffer`, and what came of it.
    pub fn read(&self, result: &io::Result<usize>, buffer: &[u8]) {
        match result {
            Ok(0) => self.client_fin(),
            Ok(count) => self.received(&buffer[..*count], *count as u64),
            Err(error) => self.failed(&mut self.state(), error, "reading"),
        }
    }

    /// Writes to the socket what is in two parts, and records what of it was taken. `send` must not wait
    /// for the client.
    ///
    /// # Errors
    /// Those of `send`.
    pub fn sending(
        &self,
        parts: [&[u8]; 2],
        send: impl FnOnce() -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut state = self.state();
        let result = send();
        match &result {
            Ok(0) => {}
            Ok(count) => self.segment(&mut state, Side::Server, parts, *count as u64),
            Err(error) => self.failed(&mut state, error, "writing"),
        }
        result
    }

    /// Ends the server's half, and records that if it worked. `shut` must not wait for the client.
    ///
    /// # Errors
    /// Those of `shut`.
    pub fn shutting(&self, shut: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state();
        shut()?;
        self.server_fin_in(&mut state);
        Ok(())
    }

    /// The client sent `length` bytes, which begin with these.
    pub fn received(&self, bytes: &[u8], length: u64) {
        let mut state = self.state();
        state.begin();
        self.segment(&mut state, Side::Client, [bytes, b""], length);
    }

    /// The server sent `length` bytes, which begin with these.
    pub fn sent(&self, bytes: &[u8], length: u64) {
        self.segment(&mut self.state(), Side::Server, [bytes, b""], length);
    }

    /// The client sends no more.
    pub fn client_fin(&self) {
        let mut state = self.state();
        if state.client < Half::Ended {
            state.client = Half::Ended;
            self.record(&mut state, || What::Fin(Side::Client));
        }
    }

    /// The server sends no more.
    pub fn server_fin(&self) {
        self.server_fin_in(&mut self.state());
    }

    /// A side gives the connection up.
    pub fn reset(&self, from: Side) {
        self.reset_in(&mut self.state(), from);
    }

    /// The server ends both halves at once. To be said before it does: what reads are told then is no
    /// end of the client's.
    pub fn cut(&self) {
        let mut state = self.state();
        state.client = state.client.max(Half::Ended);
        state.server = state.server.max(Half::Ended);
        self.record(&mut state, || What::Cut);
    }

    /// The server no longer reads: what reads are told from now on is no end of the client's.
    pub fn deaf(&self) {
        let mut state = self.state();
        state.client = state.client.max(Half::Ended);
    }

    /// Says something on a line of its own.
    pub fn note(&self, text: &str) {
        self.record(&mut self.state(), || What::Note(text.into()));
    }

    /// The server is about to let go of the socket. Nothing is recorded behind it.
    pub fn closed(&self) {
        let mut state = self.state();
        self.record(&mut state, || What::Closed);
        state.sheet = None;
    }

    /// What is in memory, if memory is on and has not forgotten this connection.
    pub(super) fn transcript(&self) -> Option<Transcript> {
        let state = self.state();
        let kept = state.kept.as_ref()?;
        Some(kept.transcript(self.opened))
    }

    /// Memory is for others from now on.
    pub(super) fn forget(&self) {
        self.state().kept = None;
    }

    fn server_fin_in(&self, state: &mut State) {
        if state.server < Half::Ended {
            state.server = Half::Ended;
            self.record(state, || What::Fin(Side::Server));
        }
    }

    fn reset_in(&self, state: &mut State, from: Side) {
        let half = match from {
            Side::Client => &mut state.client,
            Side::Server => &mut state.server,
        };
        if *half < Half::Reset {
            *half = Half::Reset;
            self.record(state, || What::Reset(from));
        }
    }

    fn failed(&self, state: &mut State, error: &io::Error, what: &str) {
        match error.kind() {
            // Nothing has happened.
            ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut => {}
            // By our own reset.
            ErrorKind::ConnectionReset if state.server == Half::Reset => {}
            ErrorKind::ConnectionReset => self.reset_in(state, Side::Client),
            // A pipe breaks by our own end, too.
            ErrorKind::BrokenPipe if state.server == Half::Open => {
                self.reset_in(state, Side::Client);
            }
            ErrorKind::BrokenPipe => {}
            _ => self.record(state, || {
                What::Note(format!("{what} failed: {error}").into())
            }),
        }
    }

    fn segment(&self, state: &mut State, from: Side, parts: [&[u8]; 2], length: u64) {
        self.record(state, || What::segment(from, parts, length));
    }

    fn record(&self, state: &mut State, what: impl FnOnce() -> What) {
        if state.kept.is_none() && state.sheet.as_ref().is_none_or(Sheet::is_full) {
            return;
        }
        let entry = Entry {
            time: self.began.elapsed(),
            exchange: state.exchange,
            what: what(),
        };
        if let Some(sheet) = &mut state.sheet {
            sheet.write(&entry);
        }
        if let Some(kept) = &mut state.kept {
            kept.push(entry);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn begin(&mut self) {
        if self.place == Place::Between {
            self.place = Place::Within;
            self.exchange += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tape() -> Tape {
        let address = "127.0.0.1:1".parse().unwrap();
        Tape::new(1, address, address, Some(1024 * 1024), None)
    }

    /// What is on it, without the times.
    fn lines(tape: &Tape) -> Vec<String> {
        let text = tape.transcript().unwrap().to_string();
        let entries = text.lines().skip(1);
        entries.map(|line| line[13..].to_owned()).collect()
    }

    #[test]
    fn which_exchange_it_belongs_to() {
        let tape = tape();
        tape.note("before");
        tape.received(b"he", 2);
        tape.received(b"ad,head", 7);
        tape.exchange_begins();
        tape.sent(b"1", 1);
        tape.exchange_over();
        tape.exchange_begins();
        tape.sent(b"2", 1);
        tape.exchange_over();
        tape.received(b"head", 4);
        tape.exchange_begins();
        tape.received(b"body", 4);
        tape.exchange_over();
        tape.client_fin();
        let expected = [
            "0  -- note: before",
            "1  > 2 \"he\"",
            "1  > 7 \"ad,head\"",
            "1  < 1 \"1\"",
            "2  < 1 \"2\"",
            "3  > 4 \"head\"",
            "3  > 4 \"body\"",
            "3  -- client fin",
        ];
        assert_eq!(lines(&tape), expected);
    }

    #[test]
    fn ends_are_told_once_and_to_their_side() {
        let error = |kind: ErrorKind| Err(io::Error::from(kind));
        type Deeds = fn(&Tape, &dyn Fn(ErrorKind) -> io::Result<usize>);
        for (deeds, expected) in [
            (
                (|tape, _| {
                    tape.read(&Ok(0), b"");
                    tape.read(&Ok(0), b"");
                    tape.server_fin();
                    tape.server_fin();
                }) as Deeds,
                &["0  -- client fin", "0  -- server fin"][..],
            ),
            (
                |tape, error| {
                    tape.read(&error(ErrorKind::ConnectionReset), b"");
                    let _ = tape.sending([b"", b""], || error(ErrorKind::BrokenPipe));
                },
                &["0  -- client reset"],
            ),
            (
                |tape, error| {
                    tape.client_fin();
                    let _ = tape.sending([b"", b""], || error(ErrorKind::BrokenPipe));
                },
                &["0  -- client fin", "0  -- client reset"],
            ),
            (
                |tape, error| {
                    tape.server_fin();
                    let _ = tape.sending([b"", b""], || error(ErrorKind::BrokenPipe));
                },
                &["0  -- server fin"],
            ),
            (
                |tape, _| {
                    tape.cut();
                    tape.read(&Ok(0), b"");
                },
                &["0  -- server cut"],
            ),
            (
                |tape, _| {
                    tape.deaf();
                    tape.read(&Ok(0), b"");
                },
                &[],
            ),
            (
                |tape, error| {
                    tape.read(&error(ErrorKind::WouldBlock), b"");
                    tape.read(&error(ErrorKind::Interrupted), b"");
                    assert!(
                        tape.shutting(|| Err(ErrorKind::NotConnected.into()))
                            .is_err()
                    );
                },
                &[],
            ),
        ] {
            let tape = tape();
            deeds(&tape, &error);
            assert_eq!(lines(&tape), expected);
        }
    }

    #[test]
    fn a_write_is_recorded_as_far_as_it_was_taken() {
        let tape = tape();
        assert_eq!(tape.sending([b"ab", b"cd"], || Ok(3)).unwrap(), 3);
        assert_eq!(lines(&tape), ["0  < 3 \"abc\""]);
    }
}
