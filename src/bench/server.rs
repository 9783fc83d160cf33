//! The server that is measured: a child process, so that its processor time is its own, and neither the interpreter's
//! lock nor the allocator is shared with the load.
//!
//! The two processes speak over a socket that is the child's standard input: the parent sends a word on a line, the
//! child answers with a line of JSON. Its end is the child's end, whatever becomes of the parent.
//!
//! A script can end the child. A [`Site`] notices that when it asks the child something, and starts another one for
//! the next path.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::phases::PHASES;

use super::results::Function;

/// How long the child may take to end by itself.
const END_WITHIN: Duration = Duration::from_secs(3);

/// What the child is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What it has used so far: [`Usage`].
    Usage,
    /// To log nothing from now on: `null`.
    Quiet,
    /// To profile all scripts from now on: `null`.
    Profile,
    /// The functions that cost most since the last time: a list of [`Function`].
    Functions,
}

/// What the child is, once it listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// Where it listens.
    pub address: SocketAddr,
}

/// What the child has used since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time of all its threads, in nanoseconds.
    pub processor: u64,
    /// Requests that it has answered.
    pub requests: u64,
    /// The time of these requests in each phase, in nanoseconds.
    pub phases: [u64; PHASES],
}

/// A child process that serves a site.
#[derive(Debug)]
struct Server {
    child: Child,
    /// `None` once it is asked to end.
    channel: Option<BufReader<UnixStream>>,
    address: SocketAddr,
}

/// What is served: by one server, or one after the other if scripts end them.
pub struct Site {
    command: Box<dyn Fn() -> Command>,
    /// `None` after it has ended.
    server: Option<Server>,
    /// How many servers were started.
    starts: u32,
    /// What each server is told once it listens.
    orders: Vec<Question>,
}

impl Question {
    /// All questions.
    pub const ALL: [Self; 4] = [Self::Usage, Self::Quiet, Self::Profile, Self::Functions];

    /// The word on the line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Quiet => "quiet",
            Self::Profile => "profile",
            Self::Functions => "functions",
        }
    }

    /// The question of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|question| question.word() == word)
    }
}

impl Usage {
    /// What was used since an earlier time.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut phases = self.phases;
        for (phase, before) in phases.iter_mut().zip(earlier.phases) {
            *phase -= before;
        }
        Self {
            processor: self.processor - earlier.processor,
            requests: self.requests - earlier.requests,
            phases,
        }
    }
}

impl Site {
    /// Starts the first server by this command, and waits until it listens. `None` if it ends before that; it has said
    /// why.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: impl Fn() -> Command + 'static) -> io::Result<Option<Self>> {
        let server = Server::start(command())?;
        Ok(server.map(|server| Self {
            command: Box::new(command),
            server: Some(server),
            starts: 1,
            orders: Vec::new(),
        }))
    }

    /// Where its server listens. One that has ended is started again.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub fn address(&mut self) -> Result<SocketAddr, String> {
        match &self.server {
            Some(server) => Ok(server.address()),
            None => self.start_again(),
        }
    }

    fn start_again(&mut self) -> Result<SocketAddr, String> {
        let started = Server::start((self.command)());
        let started = started.map_err(|error| format!("cannot start the server again: {error}"))?;
        // It has said why.
        let server = started.ok_or("the server does not start again")?;
        let address = server.address();
        self.server = Some(server);
        self.starts += 1;
        for order in self.orders.clone() {
            self.obey(order);
        }
        Ok(address)
    }

    /// How many servers were started so far.
    pub fn starts(&self) -> u32 {
        self.starts
    }

    /// Lets its servers log nothing from now on.
    pub fn quiet(&mut self) {
        self.order(Question::Quiet);
    }

    /// Lets its servers profile all scripts from now on.
    pub fn profile(&mut self) {
        self.order(Question::Profile);
    }

    fn order(&mut self, order: Question) {
        self.orders.push(order);
        self.obey(order);
    }

    fn obey(&mut self, order: Question) {
        if let Some(server) = &mut self.server {
            // If the server has ended, the next path finds out, and says so.
            let _ = server.order(order);
        }
    }

    /// What its server has used so far.
    ///
    /// # Errors
    /// How the server has ended.
    pub fn usage(&mut self) -> Result<Usage, String> {
        self.ask(Server::usage)
    }

    /// The functions that have cost most since the last time, with all times in sum.
    ///
    /// # Errors
    /// How the server has ended.
    pub fn functions(&mut self) -> Result<Vec<Function>, String> {
        self.ask(Server::functions)
    }

    fn ask<T>(&mut self, question: fn(&mut Server) -> io::Result<T>) -> Result<T, String> {
        let answer = self
            .server
            .as_mut()
            .and_then(|server| question(server).ok());
        answer.ok_or_else(|| self.end())
    }

    /// Parts with the server, and returns how it has ended.
    fn end(&mut self) -> String {
        match self.server.take().and_then(|mut server| server.end()) {
            Some(status) => format!("{ENDED} ({status})"),
            None => ENDED.to_owned(),
        }
    }
}

/// What was found if a script has ended the server.
const ENDED: &str = "the server ended";

impl Server {
    /// Starts the child, and waits until it listens. `None` if it ends before that; it has said why.
    fn start(mut command: Command) -> io::Result<Option<Self>> {
        let (own, of_child) = UnixStream::pair()?;
        // What scripts print must not get into the report.
        let printed = io::stderr().as_fd().try_clone_to_owned()?;
        command
            .stdin(Stdio::from(OwnedFd::from(of_child)))
            .stdout(Stdio::from(printed));
        let child = command.spawn()?;
        // The command holds the child's end open.
        drop(command);
        let mut server = Self {
            child,
            channel: Some(BufReader::new(own)),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        match server.answer::<Ready>() {
            Ok(ready) => {
                server.address = ready.address;
                Ok(Some(server))
            }
            Err(_) => Ok(None),
        }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn usage(&mut self) -> io::Result<Usage> {
        self.ask(Question::Usage)?;
        self.answer()
    }

    /// Tells it something that is answered with `null`.
    fn order(&mut self, order: Question) -> io::Result<()> {
        self.ask(order)?;
        self.answer()
    }

    fn functions(&mut self) -> io::Result<Vec<Function>> {
        self.ask(Question::Functions)?;
        self.answer()
    }

    fn ask(&mut self, question: Question) -> io::Result<()> {
        let channel = self.channel.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let line = format!("{}\n", question.word());
        channel.get_mut().write_all(line.as_bytes())
    }

    fn answer<T: DeserializeOwned>(&mut self) -> io::Result<T> {
        let channel = self.channel.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let mut line = String::new();
        match channel.read_line(&mut line)? {
            0 => Err(io::Error::other("the server has ended")),
            _ => Ok(serde_json::from_str(&line)?),
        }
    }

    /// Waits for its end. `None` if it had to be killed.
    fn end(&mut self) -> Option<ExitStatus> {
        self.channel = None;
        let begun = Instant::now();
        while begun.elapsed() < END_WITHIN {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                ended => return ended.ok().flatten(),
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
