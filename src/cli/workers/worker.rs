//! A worker: a server on the sockets of its supervisor, with the supervisor's stash and events.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::net::UnixStream;
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use rustix_futex_sync::Mutex;

use crate::exchange::{EventChange, Events};
use crate::log_output;
use crate::stash::hosted::HostedStash;

use super::super::error::CommandError;
use super::super::options::Options;
use super::super::{channel, starting};
use super::message::{Message, Start};

/// How long a handler waits until all workers have made its change: one that does not run holds up no other.
const CHANGE_WITHIN: Duration = Duration::from_secs(1);

/// Serves with these options until the supervisor closes the channel.
pub(crate) fn serve(arguments: &[OsString]) -> Result<u8, CommandError> {
    let arguments = [OsString::from("wireserve")]
        .into_iter()
        .chain(arguments.iter().cloned());
    let options = Options::parse_from(arguments);
    let options = options.map_err(|error| CommandError::Worker(error.to_string()))?;
    let channel = channel::to_parent().map_err(CommandError::WorkerChannel)?;
    let start = Start::receive(&channel).map_err(CommandError::WorkerChannel)?;
    let log = options.log;
    let settings = options.config()?.resolve()?;
    log_output::start(log, settings.log_level);
    let mut server = starting::builder(&settings)?.inherit(start.sockets);
    if settings.stash.is_none() {
        server = server.stash(Arc::new(HostedStash::new(&start.stash)));
    }
    let server = server.start().map_err(CommandError::Start)?;
    let said = channel.try_clone().map_err(CommandError::WorkerChannel)?;
    let asked = Arc::new(Asked::new(said));
    let asking = Arc::clone(&asked);
    server
        .events()
        .relay(move |change| asking.everywhere(change));
    let ready = asked.say(&Message::Ready);
    if ready.is_ok() {
        listen(channel, server.events(), &asked);
    }
    server.stop();
    #[cfg(feature = "python")]
    crate::python::flush_output();
    log_output::flush();
    // A handler that never returns keeps its thread.
    process::exit(0);
}

/// Does what the supervisor says, until it is gone or wants the worker to end.
fn listen(channel: UnixStream, events: &Events, asked: &Asked) {
    for line in BufReader::new(channel).lines() {
        let said = match line.as_deref().map(Message::parse) {
            Ok(Ok(Message::Set(name))) => {
                events.apply(EventChange::Set(&name));
                asked.say(&Message::Done)
            }
            Ok(Ok(Message::Clear(name))) => {
                events.apply(EventChange::Cleared(&name));
                asked.say(&Message::Done)
            }
            Ok(Ok(Message::Done)) => {
                asked.done();
                Ok(())
            }
            Ok(Ok(Message::Ready)) => Ok(()),
            Ok(Err(_)) | Err(_) => return,
        };
        if said.is_err() {
            return;
        }
    }
}

/// The changes that handlers of this worker have asked for, and wait for.
struct Asked {
    state: Mutex<Pending>,
}

struct Pending {
    /// To the supervisor.
    channel: UnixStream,
    /// Whom to tell that a change is made, the oldest first.
    waiting: VecDeque<Sender<()>>,
}

impl Asked {
    fn new(channel: UnixStream) -> Self {
        let waiting = VecDeque::new();
        Self {
            state: Mutex::new(Pending { channel, waiting }),
        }
    }

    /// Lets the supervisor make a change in all workers, this one included, and waits until they have made it.
    fn everywhere(&self, change: EventChange<'_>) {
        let message = match change {
            EventChange::Set(name) => Message::Set(name.to_owned()),
            EventChange::Cleared(name) => Message::Clear(name.to_owned()),
        };
        let (made, is_made) = mpsc::channel();
        let mut state = self.state.lock();
        // Without a supervisor, the worker is about to end.
        if message.send(&state.channel).is_ok() {
            state.waiting.push_back(made);
            drop(state);
            let _ = is_made.recv_timeout(CHANGE_WITHIN);
        }
    }

    /// The oldest change is made.
    fn done(&self) {
        if let Some(waiting) = self.state.lock().waiting.pop_front() {
            // It may have given up.
            let _ = waiting.send(());
        }
    }

    /// Tells the supervisor something.
    fn say(&self, message: &Message) -> io::Result<()> {
        message.send(&self.state.lock().channel)
    }
}
