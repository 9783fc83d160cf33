//! The client under test: a command that runs once for each case ([`command`]), a driver that runs for many
//! ([`driver`]), or a page in a browser ([`browser`]). Whatever it does, it ends in an [`Outcome`] within the time limit.

pub mod browser;
pub mod command;
pub mod driver;
pub mod group;
mod output;
pub mod protocol;
mod words;

use std::io;

use super::case::Ask;
use super::outcome::Outcome;
use super::stage::{Patience, Stage};

/// Connects to the client under test.
pub trait Connect: Sync {
    /// What the client is called in reports.
    fn name(&self) -> String;

    /// A client of its own for one of the workers.
    ///
    /// # Errors
    /// When the client cannot be started; the message says what it did.
    fn connect(&self) -> io::Result<Box<dyn Client + '_>>;
}

/// A client that is asked for one request after the other.
pub trait Client {
    /// Requests `target` from the server of a case.
    fn ask(&mut self, request: &Ask, target: &str, stage: &Stage, patience: Patience) -> Outcome;

    /// Whether it can be asked for another request with the same pool of connections.
    fn keeps_connections(&self) -> bool;
}
