//! One connection of the load: sends a request, waits for the whole response, and again. It never blocks, so that one
//! thread serves all connections.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::epoll;

use super::answer::{Answer, Progress, Whole};
use super::target::{Repeats, Request};

/// How long connecting may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// How the server ended a connection.
#[derive(Debug)]
enum Ending {
    Closed,
    Reset,
    Failed(io::Error),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the server closed the connection"),
            Self::Reset => f.write_str("the server reset the connection"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// A connection that is open.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    answer: Answer,
    carried: Carried,
    /// When the request was sent; `None` while none is.
    asked: Option<Instant>,
    /// Bytes of the request that the kernel has.
    sent: usize,
    interest: epoll::EventFlags,
}

/// What has arrived on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    /// Nothing yet.
    Nothing,
    /// Whole responses, and nothing of another one.
    Responses,
    /// A part of a response, last.
    Part,
}

/// What an event on a connection has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Nothing yet.
    Nothing,
    /// A response to the request that was sent at this time.
    Answered(Whole, Instant),
    /// The server has closed a connection that it kept open after an earlier response, and has not begun to answer.
    /// It may have closed it before it knew of the request, which may be sent again on another one (RFC 9112
    /// §9.3.1).
    Unanswered,
    /// The connection is of no use anymore, and why.
    Failed(String),
}

impl Connection {
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, CONNECT_WITHIN)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            answer: Answer::default(),
            carried: Carried::Nothing,
            asked: None,
            sent: 0,
            interest: epoll::EventFlags::IN,
        })
    }

    /// Has its events reported under this number.
    pub(super) fn register(&self, events: impl rustix::fd::AsFd, number: usize) -> io::Result<()> {
        let data = epoll::EventData::new_u64(number as u64);
        Ok(epoll::add(events, &self.stream, data, self.interest)?)
    }

    /// Whether it waits for a response, and since when.
    pub(super) fn asked(&self) -> Option<Instant> {
        self.asked
    }

    /// Sends the request.
    pub(super) fn ask(&mut self, request: &Request, now: Instant) {
        self.sent = 0;
        self.asked = Some(now);
        self.send(request);
    }

    /// Sends what the kernel has not taken of the request.
    fn send(&mut self, request: &Request) {
        while self.sent < request.bytes.len() {
            match self.stream.write(&request.bytes[self.sent..]) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What the server has sent before it closed the connection says more.
                Err(_) => break,
            }
        }
    }

    /// Asks for other events while the kernel takes no more of the request.
    pub(super) fn update(
        &mut self,
        events: impl rustix::fd::AsFd,
        number: usize,
        request: &Request,
    ) -> io::Result<()> {
        let is_unsent = self.asked.is_some() && self.sent < request.bytes.len();
        let wanted = match is_unsent {
            true => epoll::EventFlags::IN | epoll::EventFlags::OUT,
            false => epoll::EventFlags::IN,
        };
        if wanted != self.interest {
            self.interest = wanted;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::modify(events, &self.stream, data, wanted)?;
        }
        Ok(())
    }

    /// Handles an event. `received` counts the bytes of responses.
    pub(super) fn handle(
        &mut self,
        request: &Request,
        buffer: &mut [u8],
        received: &mut u64,
    ) -> Event {
        if self.asked.is_some() && self.sent < request.bytes.len() {
            self.send(request);
        }
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return self.end(&Ending::Closed, request),
                Ok(count) => {
                    *received += count as u64;
                    if self.asked.is_none() {
                        return Event::Failed("bytes that no request has asked for".to_owned());
                    }
                    self.carried = Carried::Part;
                    match self.answer.read(&buffer[..count], request.method == "HEAD") {
                        Ok(Progress::Whole(whole)) => return self.answered(whole, request),
                        // Mostly there is nothing more to read.
                        Ok(Progress::Partial) if count < buffer.len() => return Event::Nothing,
                        Ok(Progress::Partial) => {}
                        Err(found) => {
                            return Event::Failed(format!("{found} of a response"));
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Event::Nothing,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return self.end(&Ending::Reset, request);
                }
                Err(error) => return self.end(&Ending::Failed(error), request),
            }
        }
    }

    fn answered(&mut self, mut whole: Whole, request: &Request) -> Event {
        self.carried = Carried::Responses;
        // The server need not repeat that the request asked for the end.
        whole.closes |= request.closes;
        match self.asked.take() {
            Some(asked) => Event::Answered(whole, asked),
            None => Event::Nothing,
        }
    }

    /// The end of the connection. If the server closed it, that may be the end of a response, too (RFC 9112, 6.3).
    fn end(&mut self, how: &Ending, request: &Request) -> Event {
        let is_untouched = self.answer.is_untouched();
        let is_closed = matches!(how, Ending::Closed);
        let is_repeated = match request.repeats {
            Repeats::Never => false,
            Repeats::IfClosed => is_closed,
            Repeats::IfEnded => true,
        };
        match (self.answer.end(), self.asked) {
            (Some(whole), Some(_)) if is_closed => self.answered(whole, request),
            (_, None) => Event::Failed(how.to_string()),
            _ if self.carried == Carried::Responses && is_repeated => Event::Unanswered,
            _ if is_untouched => Event::Failed(format!("{how} without a response")),
            _ => Event::Failed(format!("{how} in the middle of a response")),
        }
    }
}
