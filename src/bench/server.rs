//! The server that is measured: a child process, so that its processor time is its own, and neither the interpreter's
//! lock nor the allocator is shared with the load.
//!
//! The two processes speak over a socket that is the child's standard input: the parent sends a word on a line, the
//! child answers with a line of JSON. Its end is the child's end, whatever becomes of the parent.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
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
pub struct Server {
    child: Child,
    /// `None` once it is asked to end.
    channel: Option<BufReader<UnixStream>>,
    address: SocketAddr,
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

impl Server {
    /// Starts the child, and waits until it listens. `None` if it ends before that; it has said why.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command) -> io::Result<Option<Self>> {
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

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has used so far.
    ///
    /// # Errors
    /// When it has ended.
    pub fn usage(&mut self) -> io::Result<Usage> {
        self.ask(Question::Usage)?;
        self.answer()
    }

    /// Lets it log nothing from now on.
    ///
    /// # Errors
    /// When it has ended.
    pub fn quiet(&mut self) -> io::Result<()> {
        self.ask(Question::Quiet)?;
        self.answer()
    }

    /// Lets it profile all scripts from now on.
    ///
    /// # Errors
    /// When it has ended.
    pub fn profile(&mut self) -> io::Result<()> {
        self.ask(Question::Profile)?;
        self.answer()
    }

    /// The functions that have cost most since the last time, with all times in sum.
    ///
    /// # Errors
    /// When it has ended.
    pub fn functions(&mut self) -> io::Result<Vec<Function>> {
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
}

impl Drop for Server {
    fn drop(&mut self) {
        self.channel = None;
        let begun = Instant::now();
        while let Ok(None) = self.child.try_wait() {
            if begun.elapsed() > END_WITHIN {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}
