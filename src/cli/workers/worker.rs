//! A worker: a server on the sockets of its supervisor, with the supervisor's stash and events.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixStream;
use std::process;
use std::sync::Arc;

use crate::exchange::{EventChange, Events};
use crate::log_output;
use crate::stash::hosted::HostedStash;

use super::super::error::CommandError;
use super::super::options::Options;
use super::super::{channel, starting};
use super::message::{Message, Start};

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
    server.events().relay(move |change| {
        let message = match change {
            EventChange::Set(name) => Message::Set(name.to_owned()),
            EventChange::Cleared(name) => Message::Clear(name.to_owned()),
        };
        // Without a supervisor, the worker is about to end.
        let _ = message.send(&said);
    });
    let ready = Message::Ready.send(&channel);
    if ready.is_ok() {
        listen(channel, server.events());
    }
    server.stop();
    #[cfg(feature = "python")]
    crate::python::flush_output();
    log_output::flush();
    // A handler that never returns keeps its thread.
    process::exit(0);
}

/// Applies what the supervisor says, until it is gone or wants the worker to end.
fn listen(channel: UnixStream, events: &Events) {
    for line in BufReader::new(channel).lines() {
        match line.as_deref().map(Message::parse) {
            Ok(Ok(Message::Set(name))) => _ = events.apply(EventChange::Set(&name)),
            Ok(Ok(Message::Clear(name))) => _ = events.apply(EventChange::Cleared(&name)),
            Ok(Ok(Message::Ready)) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
