//! The client under test on the command line of `wireserve conform` and `conform limits`: how it is started and ended,
//! the options for it, and the progress.

use std::io::{self, IsTerminal as _};
use std::process;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::conform::client::command::{self, CommandLine};
use crate::conform::client::driver::Driver;
use crate::conform::client::{Connect, group};

use super::error::CommandError;

/// How long a client may take to send its first request, on a busy machine.
pub(super) const STARTUP: Duration = Duration::from_secs(15);

/// The client that these words start: a command if it has a placeholder for the URL, otherwise a driver.
pub(super) fn connect(words: &[String]) -> Result<Box<dyn Connect>, CommandError> {
    if let Some(command) = CommandLine::of(words) {
        return Ok(Box::new(command));
    }
    let misspelt = words.iter().find(|word| {
        let word = word.to_ascii_lowercase();
        word.contains(command::URL)
    });
    if let Some(word) = misspelt {
        return Err(CommandError::Placeholder(word.clone()));
    }
    match Driver::of(words) {
        Some(driver) => Ok(Box::new(driver)),
        None => Err(CommandError::NoClient),
    }
}

/// A signal ends the clients, which are in process groups of their own, and then the suite.
pub(super) fn end_clients_with_the_suite() -> Result<(), CommandError> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(CommandError::Signals)?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            group::kill_all();
            process::exit(128 + signal);
        }
    });
    Ok(())
}

/// A bar on a terminal.
pub(super) fn progress(cases: usize) -> ProgressBar {
    let target = match io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta} left");
    let bar = ProgressBar::with_draw_target(Some(cases as u64), target);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Reads a number of cases, clients or repetitions.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1000) => Ok(number),
        _ => Err("expected a number from 1 to 1000".to_owned()),
    }
}

/// Reads a time limit.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = "expected seconds from 0.1 to 600";
    let seconds: f64 = text.parse().map_err(|_| wrong)?;
    match (0.1..=600.0).contains(&seconds) {
        true => Ok(Duration::from_secs_f64(seconds)),
        false => Err(wrong.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "NaN", "601", "x"] {
            assert!(seconds(text).is_err(), "{text}");
        }
        assert!(at_least_one("0").is_err() && at_least_one("16") == Ok(16));
    }
}
