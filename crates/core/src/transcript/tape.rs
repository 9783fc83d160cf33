//! A [`Tape`] records one connection. Code that reads from the socket or writes to it calls the tape, one
//! entry for each call, and the line is in the file when the call returns. The tape is locked while one
//! line is written, or during one non-blocking write; other connections never use its lock.
//!
//! # Exchanges
//!
//! The first byte of a request begins its exchange, even if it belongs to an empty line before the head.
//! A parsed head begins an exchange as well, for a request that arrived together with the previous one.
//! The connection reports parsed heads and the ends of exchanges. A segment belongs to the exchange of
//! its first byte: if it holds two requests, its entry belongs to the first exchange, and the response to
//! the second request belongs to the second. Events between two exchanges, and the end of the connection,
//! belong to the exchange before them.
//!
//! # Bytes that the client has received are on the tape
//!
//! A write and its entry are one step under the lock ([`Tape::sending`]), so that the transcript of a
//! received response always contains it. A transcript file may be late by a moment, and so do entries
//! for a script's own socket, which bypasses the wire.

use std::io::{self, ErrorKind};
use std::sync::{Arc, Weak};
use std::time::{Instant, SystemTime};

use rustix_futex_sync::{Mutex, MutexGuard};

use crate::http::address::Address;

use super::entry::{Entry, Opened, Side, What};
use super::folder::{Folder, TranscriptFile};
use super::recent::{RecentEntries, Transcript};
use super::total::{InMemory, MakesRoom};

/// The recording of one connection.
#[doc(hidden)]
#[derive(Debug)]
pub struct Tape {
    opened: Opened,
    /// The start of the times of entries.
    began: Instant,
    /// The connections in memory, if this one is among them.
    others: Option<Weak<dyn MakesRoom>>,
    recording: Mutex<Recording>,
}

#[derive(Debug)]
struct Recording {
    /// The exchange that began most recently.
    exchange: u64,
    phase: Phase,
    client: Half,
    server: Half,
    /// The recording in memory.
    recent: Option<RecentEntries>,
    /// The recording in a folder.
    file: Option<TranscriptFile>,
}

/// Whether an exchange is in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Between exchanges: the client's next byte begins one.
    Between,
    Within,
    /// The server has closed the socket.
    Over,
}

/// Whether a side still sends. It only changes to a later variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Half {
    Open,
    Ended,
    Reset,
}

impl Tape {
    pub(super) fn new(
        connection: u64,
        client: &Address,
        server: &Address,
        memory: Option<InMemory>,
        folder: Option<Arc<Folder>>,
    ) -> Self {
        let opened = Opened {
            connection,
            client: client.clone(),
            server: server.clone(),
            at: SystemTime::now(),
        };
        Self {
            opened: opened.clone(),
            began: Instant::now(),
            others: memory.as_ref().map(|memory| Weak::clone(&memory.others)),
            recording: Mutex::new(Recording {
                exchange: 0,
                phase: Phase::Between,
                client: Half::Open,
                server: Half::Open,
                recent: memory.map(|memory| RecentEntries::new(memory.limit, memory.total)),
                file: folder.map(|folder| TranscriptFile::new(folder, opened)),
            }),
        }
    }

    /// Number of the connection on its server, counted from 1.
    pub fn connection(&self) -> u64 {
        self.opened.connection
    }

    /// Creates the transcript file with its first line. Otherwise the first entry does.
    pub fn open(&self) {
        if let Some(file) = &mut self.recording().file {
            file.open();
        }
    }

    /// The number of the exchange that began most recently.
    pub fn exchange(&self) -> u64 {
        self.recording().exchange
    }

    /// Records that a head has been parsed: the following entries belong to its exchange.
    pub fn exchange_begins(&self) {
        self.recording().begin();
        // Without the lock of this tape.
        if let Some(others) = self.others.as_ref().and_then(Weak::upgrade) {
            others.make_room();
        }
    }

    /// Records that the exchange is over: the client's next byte begins another.
    pub fn exchange_over(&self) {
        self.recording().phase = Phase::Between;
    }

    /// Records a read from the socket into `buffer`, with its result.
    pub fn read(&self, result: &io::Result<usize>, buffer: &[u8]) {
        match result {
            Ok(0) => self.client_fin(),
            Ok(count) => self.received(&buffer[..*count], *count as u64),
            Err(error) => self.failed(&mut self.recording(), error, "reading"),
        }
    }

    /// Calls `send`, which writes two parts to the socket, and records the bytes that the kernel accepted.
    /// `send` must not block.
    ///
    /// # Errors
    /// The error of `send`.
    pub fn sending(
        &self,
        parts: [&[u8]; 2],
        send: impl FnOnce() -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut recording = self.recording();
        let result = send();
        match &result {
            Ok(0) => {}
            Ok(count) => self.segment(&mut recording, Side::Server, parts, *count as u64),
            Err(error) => self.failed(&mut recording, error, "writing"),
        }
        result
    }

    /// Calls `shut`, which ends the server's side, and records a success. `shut` must not block.
    ///
    /// # Errors
    /// The error of `shut`.
    pub fn shutting(&self, shut: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut recording = self.recording();
        shut()?;
        self.server_fin_in(&mut recording);
        Ok(())
    }

    /// Records `length` bytes from the client, which begin with `bytes`.
    pub fn received(&self, bytes: &[u8], length: u64) {
        let mut recording = self.recording();
        recording.begin();
        self.segment(&mut recording, Side::Client, [bytes, b""], length);
    }

    /// Records `length` bytes from the server, which begin with `bytes`.
    pub fn sent(&self, bytes: &[u8], length: u64) {
        self.segment(&mut self.recording(), Side::Server, [bytes, b""], length);
    }

    /// Records a FIN from the client.
    pub fn client_fin(&self) {
        let mut recording = self.recording();
        if recording.client < Half::Ended {
            recording.client = Half::Ended;
            self.record(&mut recording, || What::Fin(Side::Client));
        }
    }

    /// Records a FIN from the server.
    pub fn server_fin(&self) {
        self.server_fin_in(&mut self.recording());
    }

    /// Records a connection reset.
    pub fn reset(&self, from: Side) {
        self.reset_in(&mut self.recording(), from);
    }

    /// Records that the server shuts down both directions. Must be called before the shutdown, since
    /// reads report an end of input afterwards that does not come from the client.
    pub fn cut(&self) {
        let mut recording = self.recording();
        recording.client = recording.client.max(Half::Ended);
        recording.server = recording.server.max(Half::Ended);
        self.record(&mut recording, || What::Cut);
    }

    /// Records that the server has shut down reading: reads report an end of input afterwards that does
    /// not come from the client.
    pub fn stop_reading(&self) {
        let mut recording = self.recording();
        recording.client = recording.client.max(Half::Ended);
    }

    /// Records a line of text.
    pub fn note(&self, text: &str) {
        self.record(&mut self.recording(), || What::Note(text.into()));
    }

    /// Records that the server closes the socket. Nothing is recorded in the file after it.
    pub fn closed(&self) {
        let mut recording = self.recording();
        self.record(&mut recording, || What::Closed);
        recording.phase = Phase::Over;
        recording.file = None;
    }

    /// The transcript in memory; `None` if memory is off or the connection is no longer kept.
    pub(super) fn transcript(&self) -> Option<Transcript> {
        let recording = self.recording();
        let recent = recording.recent.as_ref()?;
        Some(recent.transcript(self.opened.clone()))
    }

    /// Drops the oldest entries in memory, until they took so many bytes; returns what they took.
    pub(super) fn shed(&self, bytes: usize) -> usize {
        let mut recording = self.recording();
        let recent = recording.recent.as_mut();
        recent.map_or(0, |recent| recent.shed(bytes))
    }

    /// Whether nothing is left of the connection, and nothing follows.
    pub(super) fn is_spent(&self) -> bool {
        let recording = self.recording();
        let is_empty = recording
            .recent
            .as_ref()
            .is_none_or(RecentEntries::is_empty);
        is_empty && recording.phase == Phase::Over
    }

    /// Drops the recording in memory.
    pub(super) fn forget(&self) {
        self.recording().recent = None;
    }

    /// Drops what is recorded in memory so far; `false` if the connection is over, so that nothing follows.
    #[cfg(feature = "control")]
    pub(super) fn start_over(&self) -> bool {
        let mut recording = self.recording();
        if let Some(recent) = &mut recording.recent {
            recent.clear();
        }
        recording.phase != Phase::Over
    }

    fn server_fin_in(&self, recording: &mut Recording) {
        if recording.server < Half::Ended {
            recording.server = Half::Ended;
            self.record(recording, || What::Fin(Side::Server));
        }
    }

    fn reset_in(&self, recording: &mut Recording, from: Side) {
        let half = match from {
            Side::Client => &mut recording.client,
            Side::Server => &mut recording.server,
        };
        if *half < Half::Reset {
            *half = Half::Reset;
            self.record(recording, || What::Reset(from));
        }
    }

    fn failed(&self, recording: &mut Recording, error: &io::Error, what: &str) {
        match error.kind() {
            // No event on the connection.
            ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut => {}
            // The consequence of the server's own reset.
            ErrorKind::ConnectionReset if recording.server == Half::Reset => {}
            ErrorKind::ConnectionReset => self.reset_in(recording, Side::Client),
            // A write after the server's own FIN fails like this, too.
            ErrorKind::BrokenPipe if recording.server == Half::Open => {
                self.reset_in(recording, Side::Client);
            }
            ErrorKind::BrokenPipe => {}
            _ => self.record(recording, || {
                What::Note(format!("{what} failed: {error}").into())
            }),
        }
    }

    fn segment(&self, recording: &mut Recording, from: Side, parts: [&[u8]; 2], length: u64) {
        self.record(recording, || What::segment(from, parts, length));
    }

    fn record(&self, recording: &mut Recording, what: impl FnOnce() -> What) {
        if recording.recent.is_none()
            && recording
                .file
                .as_ref()
                .is_none_or(TranscriptFile::has_ended)
        {
            return;
        }
        let entry = Entry {
            time: self.began.elapsed(),
            exchange: recording.exchange,
            what: what(),
        };
        if let Some(file) = &mut recording.file {
            file.write(&entry);
        }
        if let Some(recent) = &mut recording.recent {
            recent.push(entry);
        }
    }

    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock()
    }
}

impl Recording {
    fn begin(&mut self) {
        if self.phase == Phase::Between {
            self.phase = Phase::Within;
            self.exchange += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::total::Total;

    /// There is no other connection.
    #[derive(Debug)]
    struct Alone;

    impl MakesRoom for Alone {
        fn make_room(&self) {}
    }

    fn tape() -> Tape {
        let address = Address::Ip("127.0.0.1:1".parse().unwrap());
        let memory = InMemory {
            limit: 1024 * 1024,
            total: Arc::new(Total::new(usize::MAX)),
            others: Weak::<Alone>::new(),
        };
        Tape::new(1, &address, &address, Some(memory), None)
    }

    /// The entries as text, without times.
    fn lines(tape: &Tape) -> Vec<String> {
        let text = tape.transcript().unwrap().to_string();
        let entries = text.lines().skip(1);
        entries.map(|line| line[13..].to_owned()).collect()
    }

    #[test]
    fn entries_belong_to_exchanges() {
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
    fn the_end_of_a_side_is_recorded_once() {
        let error = |kind: ErrorKind| Err(io::Error::from(kind));
        type Actions = fn(&Tape, &dyn Fn(ErrorKind) -> io::Result<usize>);
        for (actions, expected) in [
            (
                (|tape, _| {
                    tape.read(&Ok(0), b"");
                    tape.read(&Ok(0), b"");
                    tape.server_fin();
                    tape.server_fin();
                }) as Actions,
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
                    tape.stop_reading();
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
            actions(&tape, &error);
            assert_eq!(lines(&tape), expected);
        }
    }

    #[test]
    fn only_accepted_bytes_of_a_write_are_recorded() {
        let tape = tape();
        assert_eq!(tape.sending([b"ab", b"cd"], || Ok(3)).unwrap(), 3);
        assert_eq!(lines(&tape), ["0  < 3 \"abc\""]);
    }
}
