//! Serving until a signal arrives. The addresses are announced first. The first SIGINT or SIGTERM
//! stops the server gracefully, the second ends the process.

use std::io::{self, Write as _};
use std::process;
use std::thread::{self, Builder};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::forks;
use crate::log_output;

use super::error::CommandError;
use super::lifetime::Lifetime;
use super::ready::ReadyListener;
use super::ready_file::ReadyFile;

/// How long stopping may take in all. Then the process ends, even if threads are still running.
const STOP_LIMIT: Duration = Duration::from_secs(4);

/// What tells others where the server listens.
pub(super) struct Announcement {
    pub(super) listeners: Vec<ReadyListener>,
    pub(super) file: Option<ReadyFile>,
}

/// Serves until a signal arrives, or until the end of its lifetime, and calls `stop` then. Announces its listeners
/// first, then calls `listening`.
pub(super) fn serve(
    stop: impl FnOnce() + Send + 'static,
    mut announcement: Announcement,
    lifetime: Lifetime,
    listening: impl FnOnce(),
) -> Result<u8, CommandError> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(CommandError::Signals)?;
    lifetime.watch().map_err(CommandError::Parent)?;
    announcement.publish()?;
    listening();
    let mut signals = signals.forever();
    signals.next();
    // It listens no more from now on.
    if let Some(file) = &announcement.file {
        file.remove();
    }
    // The process exits instead of returning, since a handler that never returns keeps its thread.
    // If the system has no thread for stopping, the process exits at once.
    let stopping = in_background(move || {
        stop();
        flush_output();
        process::exit(0);
    });
    let limiting = in_background(|| {
        thread::sleep(STOP_LIMIT);
        process::exit(0);
    });
    if stopping.and(limiting).is_err() {
        process::exit(0);
    }
    signals.next();
    process::exit(0)
}

fn in_background(job: impl FnOnce() + Send + 'static) -> io::Result<()> {
    forks::spawn(Builder::new(), job).map(drop)
}

impl Announcement {
    /// The file first: a program that reads the lines may open it.
    fn publish(&mut self) -> Result<(), CommandError> {
        if let Some(file) = &mut self.file {
            file.write(&self.listeners)?;
        }
        let lines: Vec<_> = self.listeners.iter().map(ReadyListener::line).collect();
        let printed = print(&lines);
        if let (Err(_), Some(file)) = (&printed, &self.file) {
            file.remove();
        }
        printed
    }
}

/// Prints the lines. A reader that has closed the pipe early does not end the server; any other
/// failure does, since a program that reads the lines would wait indefinitely.
fn print(lines: &[String]) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    let written = lines.iter().try_for_each(|line| writeln!(out, "{line}"));
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            log::warn!("{}: {error}", lines.join(", "));
            Ok(())
        }
        written => written.map_err(CommandError::Output),
    }
}

fn flush_output() {
    #[cfg(feature = "python")]
    crate::python::flush_output();
    let _ = io::stdout().flush();
    log_output::flush();
}
