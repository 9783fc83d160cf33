//! The suite as a client of the proxy: a connection on which bytes are sent as they are, and answers are read. It
//! records what it sends and receives. Whatever the proxy does, an answer ends: with the time limit, or with a
//! limit of its size.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::case::halves::AskStep;
use crate::outcome::{Ended, Interim, Outcome, Response};
use wireserve_core::http::chunked::{Decoder, trailer_fields};
use wireserve_core::http::list;
use wireserve_core::text::latin1;
use wireserve_core::transcript::{Memory, Recorder, Tape, Transcript, TranscriptLimits};

use super::message::{Framing, Read, ResponseHead};

/// The most bytes that are read from a proxy for one answer: it floods the suite.
const MAX_ANSWER: usize = 128 * 1024 * 1024;

/// The most interim responses before the final one.
const MAX_INTERIM: usize = 100_000;

/// What is kept of a connection for the report.
const KEPT: TranscriptLimits = TranscriptLimits {
    connection: 0,
    folder: 0,
    kept_connections: 8,
    kept_bytes: 256 * 1024,
    kept_in_all: 8 * 256 * 1024,
};

/// Connections of one run, with their recordings.
pub struct Asker {
    proxy: SocketAddr,
    recorder: Recorder,
    connections: u64,
}

/// A connection to the proxy.
pub struct Line {
    stream: TcpStream,
    tape: Arc<Tape>,
    /// Received, and not yet part of an answer.
    buffer: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    Reset,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub interim: Vec<ResponseHead>,
    /// The final response, if its head arrived.
    pub head: Option<ResponseHead>,
    /// As much as arrived.
    pub content: Vec<u8>,
    pub trailers: Vec<(String, String)>,
    pub end: AnswerEnd,
    pub took: Duration,
}

/// How an answer ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AnswerEnd {
    /// It is whole.
    Complete,
    /// The connection ended before.
    #[default]
    Closed,
    Reset,
    /// What is wrong with it.
    Malformed(String),
    /// Nothing more came within the time limit.
    TimedOut,
}

impl Asker {
    pub fn new(proxy: SocketAddr) -> Self {
        Self {
            proxy,
            recorder: Recorder::new(Memory::On, None, KEPT),
            connections: 0,
        }
    }

    /// Opens a connection.
    ///
    /// # Errors
    /// When the proxy does not accept it in time.
    pub fn connect(&mut self, limit: Duration) -> io::Result<Line> {
        let stream = TcpStream::connect_timeout(&self.proxy, limit)?;
        stream.set_nodelay(true)?;
        self.connections += 1;
        let (own, peer) = (stream.local_addr()?.into(), self.proxy.into());
        let tape = self.recorder.tape(self.connections, &own, &peer);
        tape.note("the suite, as a client of the proxy");
        Ok(Line {
            stream,
            tape,
            buffer: Vec::new(),
            state: State::Open,
        })
    }

    /// What went over the connections.
    pub fn transcripts(&self) -> Vec<Transcript> {
        self.recorder.transcripts()
    }
}

impl Line {
    /// Takes the steps of a request, until the connection ends.
    pub fn ask(&mut self, steps: &[AskStep], limit: Duration) {
        for step in steps {
            match step {
                AskStep::Send(bytes) => self.send(bytes, limit),
                AskStep::Pause(time) => std::thread::sleep(*time),
                AskStep::WaitForHead(time) => {
                    if self.has_final_head(Instant::now() + *time) {
                        return;
                    }
                }
                AskStep::HalfClose => {
                    let _ = self.stream.shutdown(Shutdown::Write);
                    self.tape.client_fin();
                }
            }
        }
    }

    /// Sends bytes, as many as the proxy takes in time.
    fn send(&mut self, bytes: &[u8], limit: Duration) {
        let _ = self.stream.set_write_timeout(Some(limit));
        let mut left = bytes;
        let deadline = Instant::now() + limit;
        while !left.is_empty() && Instant::now() < deadline {
            match self.stream.write(left) {
                Ok(count) => {
                    self.tape.received(&left[..count], count as u64);
                    left = &left[count..];
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // What the proxy has answered by now is read all the same.
                Err(_) => return,
            }
        }
    }

    /// Waits until a head arrives, and returns whether it is that of a final response, after which a client
    /// sends no more of its request.
    fn has_final_head(&mut self, deadline: Instant) -> bool {
        while ResponseHead::read(&self.buffer) == Read::Partial && self.receive(deadline) {}
        match ResponseHead::read(&self.buffer) {
            Read::Head(head) => head.status >= 200,
            Read::Partial | Read::Malformed(_) => false,
        }
    }

    /// Reads the answer to a request with this method.
    pub fn answer(&mut self, method: &str, limit: Duration) -> Answer {
        let began = Instant::now();
        let mut answer = Answer::default();
        answer.end = self.read_answer(&mut answer, method, began + limit);
        answer.took = began.elapsed();
        answer
    }

    /// Whether the proxy has ended the connection, or does so in time.
    pub fn is_closed_within(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while self.receive(deadline) {}
        self.state != State::Open
    }

    /// Whether the connection is open, as far as is known, and nothing more has arrived.
    pub fn is_idle(&mut self) -> bool {
        let arrived = self.receive(Instant::now() + Duration::from_millis(1));
        !arrived && self.state == State::Open && self.buffer.is_empty()
    }

    /// Bytes that have arrived after the last answer.
    pub fn has_more(&self) -> bool {
        !self.buffer.is_empty()
    }

    fn read_answer(&mut self, answer: &mut Answer, method: &str, deadline: Instant) -> AnswerEnd {
        let head = loop {
            match ResponseHead::read(&self.buffer) {
                Read::Head(head) => {
                    self.buffer.drain(..head.bytes.len());
                    match head.status {
                        100 | 102..=199 if answer.interim.len() < MAX_INTERIM => {
                            answer.interim.push(head);
                        }
                        _ => break head,
                    }
                }
                Read::Malformed(why) => return AnswerEnd::Malformed(why),
                Read::Partial if !self.receive(deadline) => return self.end(),
                Read::Partial => {}
            }
        };
        let framing = head.framing(method);
        answer.head = Some(head);
        match framing {
            Err(why) => AnswerEnd::Malformed(why),
            Ok(Framing::None) => AnswerEnd::Complete,
            Ok(Framing::Length(length)) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let is_whole = self.fill_to(length, deadline);
                answer.content = self.take(length);
                match is_whole {
                    true => AnswerEnd::Complete,
                    false => self.end(),
                }
            }
            Ok(Framing::Chunked) => self.chunks(answer, deadline),
            Ok(Framing::Close) => {
                self.fill_to(usize::MAX, deadline);
                answer.content = self.take(usize::MAX);
                match self.state {
                    State::Closed => AnswerEnd::Complete,
                    State::Open | State::Reset => self.end(),
                }
            }
        }
    }

    fn chunks(&mut self, answer: &mut Answer, deadline: Instant) -> AnswerEnd {
        let mut decoder = Decoder::default();
        loop {
            match decoder.decode(&self.buffer, &mut answer.content) {
                Ok(used) => drop(self.buffer.drain(..used)),
                Err(error) => return AnswerEnd::Malformed(format!("its chunks: {error}")),
            }
            if decoder.is_done() {
                let trailers = trailer_fields(decoder.trailers()).into_iter();
                let text = |bytes: &[u8]| String::from(latin1::decode(bytes));
                answer.trailers = trailers
                    .map(|(name, value)| (text(name), text(list::trim(value))))
                    .collect();
                return AnswerEnd::Complete;
            }
            if answer.content.len() > MAX_ANSWER || !self.receive(deadline) {
                return self.end();
            }
        }
    }

    /// Receives until so many bytes are buffered; `false` if there are fewer.
    fn fill_to(&mut self, length: usize, deadline: Instant) -> bool {
        while self.buffer.len() < length {
            if self.buffer.len() > MAX_ANSWER || !self.receive(deadline) {
                return false;
            }
        }
        true
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let length = length.min(self.buffer.len());
        self.buffer.drain(..length).collect()
    }

    fn end(&self) -> AnswerEnd {
        match self.state {
            State::Open => AnswerEnd::TimedOut,
            State::Closed => AnswerEnd::Closed,
            State::Reset => AnswerEnd::Reset,
        }
    }

    /// Receives some bytes; `false` if none come in time, or no more will.
    fn receive(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || self.state != State::Open {
            return false;
        }
        let _ = self.stream.set_read_timeout(Some(left));
        let mut piece = [0; 64 * 1024];
        match self.stream.read(&mut piece) {
            Ok(0) => {
                self.tape.server_fin();
                self.state = State::Closed;
                false
            }
            Ok(count) => {
                self.tape.sent(&piece[..count], count as u64);
                self.buffer.extend_from_slice(&piece[..count]);
                true
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => true,
            Err(error) if is_timeout(&error) => false,
            Err(_) => {
                self.tape.reset(wireserve_core::transcript::Side::Server);
                self.state = State::Reset;
                false
            }
        }
    }
}

impl Answer {
    pub fn status(&self) -> Option<u16> {
        self.head.as_ref().map(|head| head.status)
    }

    pub fn is_complete(&self) -> bool {
        self.end == AnswerEnd::Complete
    }

    /// The same in the words of the suite for clients, for reports.
    pub fn outcome(&self) -> Outcome {
        let failed = |kind: &str, text: &str| Ended::Failed {
            kind: kind.to_owned(),
            text: text.to_owned(),
        };
        let ended = match &self.end {
            AnswerEnd::Complete => Ended::Complete,
            AnswerEnd::Closed => failed("closed", "the connection ended before the response did"),
            AnswerEnd::Reset => failed(
                "reset",
                "the connection was reset before the response ended",
            ),
            AnswerEnd::Malformed(why) => failed("malformed", why),
            AnswerEnd::TimedOut => Ended::TimedOut,
        };
        let mut outcome = Outcome::without_response(ended, self.took);
        let interim = self.interim.iter().map(|head| Interim {
            status: head.status,
            fields: head.fields.clone(),
        });
        outcome.response = Response {
            status: self.status(),
            reason: self.head.as_ref().map(|head| head.reason.clone()),
            fields: self.head.as_ref().map(|head| head.fields.clone()),
            content: self.head.as_ref().map(|_| self.content.clone()),
            trailers: Some(self.trailers.clone()),
            interim: Some(interim.collect()),
            url: None,
        };
        outcome
    }

    /// What came, in a few words.
    pub fn words(&self) -> String {
        let status = match self.status() {
            Some(status) => status.to_string(),
            None => "no response".to_owned(),
        };
        match &self.end {
            AnswerEnd::Complete => status,
            AnswerEnd::Closed => format!("{status}, then the end of the connection"),
            AnswerEnd::Reset => format!("{status}, then a reset"),
            AnswerEnd::Malformed(why) => format!("a malformed response: {why}"),
            AnswerEnd::TimedOut => format!("{status}, then nothing until the time limit"),
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// The answer of a peer that sends these bytes and then ends, or stays.
    fn answered(method: &str, bytes: &'static [u8], stays: bool) -> (Answer, Line) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut asker = Asker::new(listener.local_addr().unwrap());
        let peer = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut piece = [0; 1024];
            let _ = stream.read(&mut piece).unwrap();
            for byte in bytes {
                stream.write_all(&[*byte]).unwrap();
            }
            stays.then_some(stream)
        });
        let mut line = asker.connect(Duration::from_secs(10)).unwrap();
        line.ask(&[AskStep::Send(b"x".to_vec())], Duration::from_secs(10));
        let _kept = peer.join().unwrap();
        let limit = match stays {
            true => Duration::from_millis(50),
            false => Duration::from_secs(10),
        };
        let answer = line.answer(method, limit);
        assert!(!asker.transcripts()[0].entries().is_empty());
        (answer, line)
    }

    #[test]
    fn answers_end_as_their_framing_says() {
        use AnswerEnd as E;
        for (bytes, content, end) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"[..], "ok", E::Complete),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", "ok", E::Closed),
            (b"HTTP/1.1 200 OK\r\n\r\nok", "ok", E::Complete),
            (
                b"HTTP/1.1 103 A\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "ok",
                E::Complete,
            ),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "ok", E::Closed),
            (b"HTTP/1.1 200", "", E::Closed),
        ] {
            let (answer, _) = answered("GET", bytes, false);
            assert_eq!(answer.content, content.as_bytes());
            assert_eq!(answer.end, end);
        }
    }

    #[test]
    fn a_silent_peer_ends_an_answer() {
        for bytes in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\n\r\nok",
        ] {
            let (answer, _) = answered("GET", bytes, true);
            assert_eq!(answer.end, AnswerEnd::TimedOut);
        }
    }

    #[test]
    fn what_follows_an_answer_is_noticed() {
        let two = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        let (answer, mut line) = answered("GET", two, false);
        assert!(answer.is_complete() && line.has_more() && !line.is_idle());
    }
}
